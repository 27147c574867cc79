"""The wheel holds everything the site needs: every package, template, style sheet, catalogue and data file."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT

# Folder at the top → where it lies in the installed package.
MAPPED = {"templates": "marketplace/templates", "static": "marketplace/static", "migrations": "marketplace/migrations"}
LEFT_OUT = {"__pycache__"}


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and not LEFT_OUT & set(p.parts) and p.suffix != ".pyc")


def expected() -> set[str]:
    own = {path.relative_to(ROOT).as_posix() for path in files(PACKAGE)}
    for folder, target in MAPPED.items():
        own |= {f"{target}/{path.relative_to(ROOT / folder).as_posix()}" for path in files(ROOT / folder)}
    return own


def test_setup_cfg_lists_every_package() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(setup["options"]["packages"].split())
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in PACKAGE.rglob("__init__.py")}
    mapped = {target.replace("/", ".") for target in MAPPED.values()} | {"marketplace.migrations.versions"}
    assert listed == there | mapped, "write the new package into [options] packages of setup.cfg"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of the tree, with the setuptools of this environment: no network."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("setup.cfg", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    for name in ("marketplace", *MAPPED):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", build, out], cwd=copy, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(out.glob("*.whl"))) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file(wheel: set[str]) -> None:
    missing = expected() - wheel
    assert not missing, f"[options.package_data] of setup.cfg leaves out {sorted(missing)[:20]}"


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name for name in wheel if ".dist-info/" not in name} - expected() == set()


def test_the_wheel_asks_for_what_the_site_needs(wheel: set[str]) -> None:
    assert any(name.endswith(".dist-info/METADATA") for name in wheel)
    assert any(name.endswith(".dist-info/entry_points.txt") for name in wheel)
