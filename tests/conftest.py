"""Fixtures of tests/support for every test, and two rules: no skip in continuous integration, repeatable examples."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.support")
pytest_plugins = [
    "tests.support.speed",
    "tests.support.databases",
    "tests.support.site",
    "tests.support.servers",
    "tests.support.browser",
]

CI = os.environ.get("CI", "").lower() in ("1", "true")

# No deadline: machines are noisy. No example database: nothing is left in the work tree.
settings.register_profile("house", deadline=None, database=None, print_blob=True, derandomize=CI)
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In continuous integration a skipped test is a failed one: it would hide what the machine lacks."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is not allowed in continuous integration: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself while it is collected."""
    report = yield
    if CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skips itself, which is not allowed in continuous integration"
    return report
