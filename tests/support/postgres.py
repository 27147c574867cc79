"""A throw-away PostgreSQL server: made in a temporary folder, reached by a Unix socket, gone afterwards."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

# Safety against a power cut is of no use to a test; without it every commit is quick.
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


def programs() -> Path:
    """The folder of initdb and pg_ctl: the one on PATH, else the newest in Debian's place.

    Raises:
        RuntimeError: there is none.
    """
    on_path = shutil.which("initdb")
    if on_path and shutil.which("pg_ctl"):
        return Path(on_path).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if not installed:
        raise RuntimeError("PostgreSQL is missing: initdb and pg_ctl are needed. `make test` installs or names it.")
    return installed[-1].parent


def _version(program: Path) -> float:
    found = re.search(r"/(\d+(?:\.\d+)?)/bin/", str(program))
    return float(found[1]) if found else 0.0


class PostgresServer:
    """One server with its data folder. As root it runs as the user ``postgres``: PostgreSQL refuses root."""

    def __init__(self) -> None:
        self._programs = programs()
        self._user = "postgres" if os.geteuid() == 0 else None
        # Not below pytest's own folder: the path of a Unix socket has at most 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="jiyu-pg-"))
        self._data = self._folder / "data"

    def start(self) -> None:
        """Make the data folder and start the server; takes about a second."""
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-l", self._folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop at once and remove everything."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def dump(self, database: str, file: Path) -> None:
        """Write a database into a file, for another server to ``load``."""
        with file.open("wb") as output:
            subprocess.run([*self._client("pg_dump"), "-Fc", database], stdout=output, check=True)

    def load(self, database: str, file: Path) -> None:
        """Fill an empty database from such a file."""
        with file.open("rb") as dumped:
            subprocess.run([*self._client("pg_restore"), "-d", database], stdin=dumped, check=True)

    def _client(self, program: str) -> list[str]:
        return [str(self._programs / program), "-h", str(self._folder), "-U", "postgres"]

    def _run(self, program: str, *arguments: object) -> None:
        # Output goes to a file: the server inherits it, and a pipe would never end.
        with (self._folder / "set-up.log").open("w+") as output:
            done = subprocess.run(
                [str(self._programs / program), *map(str, arguments)],
                cwd=self._folder, user=self._user, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
            )  # fmt: skip
            output.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} failed:\n{output.read()}")
