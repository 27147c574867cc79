"""The clock of a PostgreSQL database, moved together with the time of a test."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import Flask

from marketplace.foundation.db import db

# Found before that of PostgreSQL itself by every connection that begins from now on.
CLOCK = """
CREATE SCHEMA IF NOT EXISTS moved;
CREATE OR REPLACE VIEW moved.ahead AS SELECT interval '{seconds} seconds' AS by;
CREATE OR REPLACE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + by FROM moved.ahead';
ALTER DATABASE {database} SET search_path = public, moved, pg_catalog;
"""


def move_database(app: Flask, moment: datetime) -> None:
    """Have the database say this instant, and go on from there. SQLite's clock is that of the test already."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        with db.engine.begin() as connection:
            now = connection.scalar(sa.text("SELECT pg_catalog.clock_timestamp()"))
            database = connection.scalar(sa.text("SELECT quote_ident(current_database())"))
            seconds = (moment - now).total_seconds()
            for statement in CLOCK.format(seconds=seconds, database=database).strip().split(";\n"):
                connection.execute(sa.text(statement.rstrip(";")))
        db.engine.dispose()
