"""The lock files: in step with setup.cfg, and nothing of the machine that wrote them in them."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

RUNTIME, DEV, UV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt", ROOT / ".ci" / "uv.txt"
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,-]+\])?==([^ ;]+)( ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
VIA = re.compile(
    r"^    # {1,3}(via)?( ?[A-Za-z0-9._-]+( \(setup\.cfg\))?)?$"
    r"|^    # {1,3}(via )?-[rc] (\.ci/uv\.in|requirements\.txt)$"
)


def pins(path: Path) -> dict[str, str]:
    """Name → version."""
    found = (PIN.match(line) for line in path.read_text().splitlines())
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def asked(*extras: str) -> list[Requirement]:
    """What setup.cfg asks for."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].split("\n")
    for extra in extras:
        lines += setup["options.extras_require"][extra].split("\n")
    return [Requirement(line) for line in lines if line.strip()]


@pytest.mark.parametrize("path", [RUNTIME, DEV, UV], ids=lambda path: path.name)
def test_a_lock_file_holds_pins_and_hashes_only(path: Path) -> None:
    odd = [
        line for line in path.read_text().splitlines() if not (PIN.match(line) or HASH.match(line) or VIA.match(line))
    ]
    assert not odd, f"a host, a path or an option of the machine that wrote it? {odd[:5]}"


@pytest.mark.parametrize(("path", "extras"), [(RUNTIME, ["scale"]), (DEV, ["dev"])], ids=["runtime", "dev"])
def test_a_lock_file_is_in_step_with_setup_cfg(path: Path, extras: list[str]) -> None:
    pinned = pins(path)
    for wanted in asked(*extras):
        version = pinned.get(canonicalize_name(wanted.name))
        assert version, f"{wanted} is not in {path.name}: run make lock"
        assert wanted.specifier.contains(version), f"{wanted} but {path.name} has {version}: run make lock"


@pytest.mark.parametrize(("path", "extras"), [(RUNTIME, ["scale"]), (DEV, ["dev"])], ids=["runtime", "dev"])
def test_a_lock_file_holds_nothing_that_is_no_longer_asked_for(path: Path, extras: list[str]) -> None:
    # uv writes below each pin why it is there; the project itself stands there for what setup.cfg names.
    direct, current = set(), ""
    for line in path.read_text().splitlines():
        pin = PIN.match(line)
        current = canonicalize_name(pin[1]) if pin else current
        if "jiyu-marketplace (setup.cfg)" in line:
            direct.add(current)
    assert direct == {canonicalize_name(wanted.name) for wanted in asked(*extras)}


def test_tests_run_with_the_versions_that_are_served() -> None:
    served, tested = pins(RUNTIME), pins(DEV)
    assert {name: tested.get(name) for name in served} == served
