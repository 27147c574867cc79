"""Examples of the pages of panels and scoring, for the walk through every page."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.journey_pages import SamplePage


def judged(state: str) -> str:
    """The number of the challenge with a panel that is in a state."""
    from marketplace.challenges.models import Challenge
    from marketplace.foundation.db import db
    from marketplace.panels.models import Panel

    of_it = (Panel.about_id == Challenge.id) & (Panel.about_type == "challenge")
    return str(db.session.query(Challenge).join(Panel, of_it).filter(Challenge.state == state).one().number)


def assignment(account: str, state: str) -> str:
    """The key of a demo expert's assignment in a state."""
    from marketplace.accounts.models import User
    from marketplace.experts.models import Expert
    from marketplace.foundation.db import db
    from marketplace.panels.models import Assignment

    mine = db.session.query(Assignment.id).join(Expert).join(User, User.id == Expert.user_id)
    return str(mine.filter(User.email == f"{account}@demo.example", Assignment.state == state).limit(1).scalar())


def scoring_pages() -> Iterator[SamplePage]:
    """A panel being asked, a challenge being scored, one ranked; for expert, official and owner."""
    asked, scored, ranked = judged("opened"), judged("scoring"), judged("ranked")
    invited = f"/panel/assignments/{assignment('expert1', 'proposed')}"
    yield SamplePage("panels.mine", "/panel/", "expert1")
    yield SamplePage("panels.mine", "/panel/", "expert2")
    yield SamplePage("panels.assignment", invited, "expert1")
    yield SamplePage("panels.assignment", invited, "expert1", 422, "#act form .btn")
    yield SamplePage("panels.assignment", f"/panel/assignments/{assignment('expert3', 'accepted')}", "expert3")
    yield SamplePage("panels.show", f"/panel/challenge/{asked}", "province2")
    yield SamplePage("panels.show", f"/panel/challenge/{scored}", "province")
    yield SamplePage("scoring.home", f"/scoring/{scored}", "expert3")
    yield SamplePage("scoring.home", f"/scoring/{scored}", "province")
    yield SamplePage("scoring.home", f"/scoring/{scored}", "soe")
    yield SamplePage("scoring.home", f"/scoring/{ranked}", "soe")
    yield SamplePage("scoring.sheet", f"/scoring/{scored}/bids/A", "expert3")
    yield SamplePage("scoring.sheet", f"/scoring/{scored}/bids/A", "expert1")
    yield SamplePage("scoring.consensus", f"/scoring/{ranked}/consensus", "province")
    yield SamplePage("scoring.ranking", f"/scoring/{ranked}/ranking", "soe")
    yield SamplePage("scoring.ranking", f"/scoring/{judged('notice')}/ranking", "province")
    yield SamplePage("scoring.ranking", f"/scoring/{ranked}/ranking", "expert3")
