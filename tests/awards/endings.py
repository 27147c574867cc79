"""Ways in which a challenge ends before its time: the walk of ``fair.py`` up to a stage, and the act that ends it."""

from __future__ import annotations

from marketplace.awards import concluding, services
from marketplace.awards.lifecycle import AWARD
from marketplace.challenges import services as challenges
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.foundation.db import db, transaction
from tests.awards.fair import MARKS, Fair
from tests.factories import bids

# Ending → the last stage before it.
AFTER = {
    "withdrawn": "sealed", "failed": "closed", "no_suitable": "rank", "corrected": "notice", "terminated": "work",
}  # fmt: skip


def bring(fair: Fair, ending: str) -> None:
    """Take the challenge there."""
    fair.least = 3 if ending == "failed" else 1
    for _stage in fair.stages(AFTER[ending]):
        pass
    {"withdrawn": _withdraw, "failed": _fail, "no_suitable": _find_none, "corrected": _correct, "terminated": _stop}[
        ending
    ](fair)
    db.session.rollback()
    fair.jumped = True


def _withdraw(fair: Fair) -> None:
    with transaction():
        step = CHALLENGE.by_name["withdraw"]
        challenges.take_step(fair.challenge, step, fair.actor("official"), MARKS["ending"], None)


def _fail(fair: Fair) -> None:
    bids.come(fair.challenge, (fair.user("opener"), fair.codes[1]))
    assert fair.challenge.state == "failed"


def _find_none(fair: Fair) -> None:
    with transaction():
        services.find_none(fair.challenge, fair.actor("official"), MARKS["ending"])


def _correct(fair: Fair) -> None:
    fair.dismiss()
    fair.confirm()
    with transaction():
        services.take_step(fair.award, AWARD.by_name["undo"], fair.actor("third"), MARKS["ending"], None)


def _stop(fair: Fair) -> None:
    with transaction():
        concluding.terminate(fair.award, "A", MARKS["settlement"], MARKS["ending"], [], fair.actor("official"))
