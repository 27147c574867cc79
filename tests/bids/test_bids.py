"""Bids from draft to opening on both databases: sealed, replaced, withdrawn, in time or not, opened by two."""

from __future__ import annotations

from flask import Flask

from marketplace.bids import unsealing
from marketplace.core import clock
from tests.factories import bids, challenges


def test_from_draft_to_opening(app: Flask) -> None:
    with app.app_context():
        challenge = challenges.challenge()
        three = bids.openers(challenge)
        bid = bids.sealed(challenge)
        assert (bids.fresh(bid).state, bid.sealed, bid.draft) == ("sealed", 1, None)
        with clock.standing_at(challenge.opening_at):
            challenges.take(challenge, "close")
            assert not bids.come(challenge, three[0])
            assert bids.come(challenge, three[2])
            assert bids.fresh(bid).state == "opened"
            read, _file = unsealing.content_of(bid)
            assert read["price"] == "286.50"
            assert bids.PHRASE in read["approach"]
            assert b"".join(unsealing.file_pieces(read["files"][0])).decode().startswith(bids.PHRASE)
