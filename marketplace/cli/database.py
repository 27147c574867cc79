"""``init`` and ``seed``: bring the database up, load the real sample, or make a large deterministic data set."""

from __future__ import annotations

import click
from flask import current_app

from marketplace.accounts.models import User
from marketplace.cli.scale import grow
from marketplace.cli.seeding import load_sample
from marketplace.foundation.db import db, migrate, transaction
from marketplace.search.services import built, ensure, rebuild
from marketplace.vocabulary.services import load_shipped
from marketplace.web.command import Setup, in_app


@click.command()
@click.pass_obj
def init(setup: Setup) -> None:
    """Bring the database to the newest migration; an empty table of synonyms gets those shipped with the program."""
    migrate(setup.config)
    with setup.app().app_context(), transaction():
        load_shipped()
    click.echo("database: ready")


@click.group()
def seed() -> None:
    """Fill the database."""


@seed.command()
@in_app
def demo() -> None:
    """Load the real sample and the demo accounts (needs MARKETPLACE_DEMO=1 and an empty database)."""
    if not current_app.config["demo"]:
        raise click.ClickException(
            "the sample brings accounts whose password everybody knows; set MARKETPLACE_DEMO=1 where that is meant"
        )
    if db.session.query(User.id).first() is not None:
        raise click.ClickException("the database already has users; the sample goes into an empty one")
    click.echo(load_sample())


@seed.command()
@click.option("--products", default=100_000, show_default=True, type=click.IntRange(0))
@click.option("--scenarios", default=20_000, show_default=True, type=click.IntRange(0))
@click.option("--organizations", default=5_000, show_default=True, type=click.IntRange(1))
@click.option("--seed", "number", default=1, show_default=True, help="another number makes another set")
@in_app
def scale(products: int, scenarios: int, organizations: int, number: int) -> None:
    """Make a large data set; the same numbers always make the same."""
    grow(products, scenarios, organizations, number)


def prepare(setup: Setup) -> None:
    """What ``run`` needs: the newest migration, a search index, and in a demonstration the sample, once."""
    migrate(setup.config)
    with setup.app().app_context():
        with transaction():
            load_shipped()
        if setup.config.demo and db.session.query(User.id).first() is None:
            click.echo("loading the sample …")
            click.echo(load_sample())
        if not built():
            click.echo("building the search index …")
            rebuild()
        ensure()
