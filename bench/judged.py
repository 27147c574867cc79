"""Prints MRR@10, nDCG@10 and recall@50 of the judged questions (tests/search/judged.py), on both databases.

``ours`` is what the search page shows; ``plain`` is BM25 over the same words.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from marketplace.foundation.db import transaction
from marketplace.search.services import rebuild
from marketplace.vocabulary.services import load_shipped
from tests.search.judged import JUDGED, measure
from tests.search.rankings import ours, plain
from tests.support.databases import Databases
from tests.support.sample_site import sample_site


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        print(f"{len(JUDGED)} questions")
        for kind, engine in (("sqlite", "embedded"), ("postgresql", "PostgreSQL")):
            with contextlib.ExitStack() as stack:
                with contextlib.redirect_stdout(io.StringIO()):  # the mails of the sample
                    site = stack.enter_context(sample_site(databases, Path(folder) / kind, kind))
                    with site.app.app_context():
                        with transaction():
                            load_shipped()
                        rebuild()
                print(f"{engine:12}ours   {measure(ours(site.app))}")
                print(f"{engine:12}plain  {measure(plain(site.app))}", flush=True)
        databases.close()


if __name__ == "__main__":
    main()
