"""``backup`` and ``restore``: the whole site as one archive, and back into an empty database."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
import sqlalchemy as sa
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.engine import Engine

from marketplace.accounts.models import User, UserSession
from marketplace.admin.models import BackupMade
from marketplace.config import Config
from marketplace.core import clock
from marketplace.foundation import backup as archives
from marketplace.foundation import ledger
from marketplace.foundation.db import MIGRATIONS, db, migrate, transaction
from marketplace.foundation.files import store
from marketplace.search.services import rebuild
from marketplace.web.command import Setup, in_app

TRIES = 3
ARCHIVE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=ARCHIVE)
@in_app
def backup(file: Path) -> None:
    """Write database and files into FILE, as they are at one instant, while the site is being served."""
    manifest = _written(file)
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    size = file.stat().st_size
    with transaction():
        db.session.add(BackupMade(size=size, digest=digest))
    entries, files = manifest.history[0], sum(name.startswith("files/") for name in manifest.parts)
    click.echo(f"{file}: {size / 1e6:.1f} MB, {files} files, {entries} entries of history; SHA-256 {digest}")


def _written(file: Path) -> archives.Manifest:
    for _ in range(TRIES):
        try:
            return archives.write(file, db.engine, store())
        except archives.FileGone:
            continue  # somebody's file was swept away meanwhile
        except archives.Damaged as error:
            raise click.ClickException(f"{error}; mend the store from an older backup") from error
    raise click.ClickException("files were removed again and again while they were copied; try once more")


@click.command()
@click.argument("file", type=ARCHIVE)
@click.pass_obj
def restore(setup: Setup, file: Path) -> None:
    """Read FILE back into an empty database, check its history, and build the index. Everybody signs in anew."""
    try:
        manifest = archives.checked(file)
    except archives.Damaged as error:
        raise click.ClickException(f"{file} is damaged: {error}; take another backup") from error
    _refuse_newer(manifest)
    app = setup.app(mail_url="none:")
    with app.app_context():
        config: Config = current_app.extensions["config"]
        _refuse_full(db.engine)
        files = archives.load_files(file, store())
        migrate(config, manifest.revision)
        with transaction() as current:
            rows = archives.load_rows(file, current.connection())
        migrate(config)
        _check_history(manifest)
        with transaction():
            db.session.execute(
                sa.update(UserSession).where(UserSession.ended_at.is_(None)).values(ended_at=clock.now())
            )
        rebuild()
    click.echo(f"{file}: {rows} rows, {files} files; {manifest.history[0]} entries of history hold")


def _refuse_newer(manifest: archives.Manifest) -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS))
    known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
    if manifest.format > archives.FORMAT or manifest.revision not in known:
        raise click.ClickException(
            f"the archive was made by a newer program (format {manifest.format}, migration {manifest.revision}); "
            "install that one, then restore"
        )


def _refuse_full(engine: Engine) -> None:
    """A restore replaces nothing: where somebody is registered it stops."""
    if sa.inspect(engine).has_table(User.__tablename__) and db.session.scalar(sa.select(User.id).limit(1)) is not None:
        raise click.ClickException(
            "the database has users; restore goes into an empty one: name another in MARKETPLACE_DATABASE_URL "
            "or MARKETPLACE_DATA_DIR"
        )
    db.session.rollback()


def _check_history(manifest: archives.Manifest) -> None:
    verdict = ledger.verify()
    if verdict.broken is not None:
        raise click.ClickException(
            f"everything was read back, but history is broken at entry {verdict.broken}: "
            f"it {ledger.FAULTS[verdict.fault].en}; it was broken when the backup was made"
        )
    if verdict.entries != manifest.history[0]:
        raise click.ClickException(
            f"everything was read back, but {verdict.entries} entries of history instead of {manifest.history[0]}"
        )
