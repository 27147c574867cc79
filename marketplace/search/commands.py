"""``index rebuild|check|status``."""

from __future__ import annotations

import click

from marketplace.foundation import dirty
from marketplace.foundation.index.interface import IndexUnusable
from marketplace.search import services
from marketplace.web.command import in_app


@click.group()
def index() -> None:
    """The search index: build, compare with the database, state."""


@index.command()
@in_app
def rebuild() -> None:
    """Build the index anew; the one being searched is served until the new one stands."""
    generation = services.rebuild()
    click.echo(f"generation {generation}: {services.engine().status().documents} documents")


@index.command()
@in_app
def check() -> None:
    """Name what is missing, extra or stale, and mend it."""
    problems = services.engine().check_files()
    for problem in problems:
        click.echo(f"file: {problem}")
    if problems:
        generation = services.rebuild()
        raise click.ClickException(f"the index was damaged and has been built anew (generation {generation})")
    found = services.compare()
    for word, keys in (("missing", found.missing), ("extra", found.extra), ("stale", found.stale)):
        for kind, doc_id in keys:
            click.echo(f"{word}: {kind} {doc_id}")
    if not found.clean:
        services.write(found.keys)
        left = services.compare()
        raise click.ClickException(f"{len(found.keys)} differences, mended; {len(left.keys)} left")
    click.echo("the index agrees with the database")


@index.command()
@in_app
def status() -> None:
    """Documents, size, generation, and how far behind the index is."""
    try:
        state = services.engine().status()
    except IndexUnusable as error:
        raise click.ClickException(f"the index cannot be used: {error}; run: marketplace index rebuild") from error
    click.echo(
        f"generation {state.generation}, {state.documents} documents, {state.segments} segments, "
        f"{state.size / 1e6:.1f} MB; oldest change not yet in it: {dirty.age():.1f} s"
    )
