"""Prints precision@5 of matching over the needs judged by hand (F3, tests/matching/judged.py)."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from marketplace.matching.keeping import Keeper
from tests.matching.judged import JUDGED, measure
from tests.matching.listed import listed
from tests.support.databases import Databases
from tests.support.sample_site import sample_site


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        with contextlib.ExitStack() as stack:
            with contextlib.redirect_stdout(io.StringIO()):  # the mails of the sample
                site = stack.enter_context(sample_site(databases, Path(folder) / "site", "sqlite"))
                with site.app.app_context():
                    keeper = Keeper()
                    while keeper.run():
                        pass
            print(f"{len(JUDGED)} needs: {measure(listed(site.visitor()))}")
        databases.close()


if __name__ == "__main__":
    main()
