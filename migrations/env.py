"""Runs migrations: the address comes from the caller (``marketplace init``) or from the environment."""

from __future__ import annotations

import os

import sqlalchemy as sa
from alembic import context

from marketplace.app import models
from marketplace.config import Config
from marketplace.foundation.db import Base, UtcDateTime, address_of, prepare

models()


def address() -> str:
    """The database to migrate."""
    given = context.config.attributes.get("database")
    return str(given) if given else address_of(Config.from_environment(os.environ))


def plain_types(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as the type it is in the database: a migration must not change with our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    """Run in one transaction, so that a failed migration changes nothing."""
    engine = sa.create_engine(address(), poolclass=sa.pool.NullPool)
    prepare(engine)
    with engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=False,
            render_item=plain_types,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
