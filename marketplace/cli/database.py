"""``init`` and ``seed``: bring the database up, load the real sample, or make a large deterministic data set."""

from __future__ import annotations

import click

from marketplace.accounts.models import User
from marketplace.cli.scale import grow
from marketplace.cli.seeding import load_sample
from marketplace.foundation.db import db, migrate, transaction
from marketplace.foundation.outbox import handle_next
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
@click.pass_obj
def demo(setup: Setup) -> None:
    """Load the real sample and the demo accounts (needs MARKETPLACE_DEMO=1 and an empty database)."""
    if not setup.config.demo:
        raise click.ClickException(
            "the sample brings accounts whose password everybody knows; set MARKETPLACE_DEMO=1 where that is meant"
        )
    if not bring_sample(setup):
        raise click.ClickException("the database already has users; the sample goes into an empty one")


def bring_sample(setup: Setup) -> bool:
    """Load the sample into an empty database and say so; False where there is somebody already.

    What its history would have told people by mail is past: it is handled here and now, and no mail goes out.
    """
    app = setup.app(mail_url="none:")
    with app.app_context():
        if db.session.query(User.id).first() is not None:
            return False
        click.echo("loading the sample …")
        click.echo(load_sample())
        while handle_next(app.extensions["schedule"].subscriptions):
            pass
    return True


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
    if setup.config.demo:
        bring_sample(setup)
    with setup.app().app_context():
        with transaction():
            load_shipped()
        if not built():
            click.echo("building the search index …")
            rebuild()
        ensure()
