"""Rows of the matrix for challenges and notices. Answers in the order of ROLES."""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.questions import FORM, STALE, Row, get, only, post, step

OWNER = 3


def challenges() -> Iterator[Row]:
    """Pages of challenges and of their addenda."""
    at = "/challenges/{challenge.%s}"
    for endpoint, path in {
        "challenges.home": "/challenges?state=published", "challenges.feed": "/challenges/feed.xml",
        "challenge_list.twin": "/challenges.csv", "challenges.show": at % "soe.published",
        "challenges.edition": f"{at % 'soe.published'}/editions/2.json",
        "api.challenges": "/api/v1/challenges", "api.challenges_one": "/api/v1" + at % "soe.published",
        "api.notices": "/api/v1/notices", "api.notices_one": "/api/v1/notices/{notice.open}",
        "notices.home": "/notices?state=open", "notices.feed": "/notices/feed.xml", "notice_list.twin": "/notices.xlsx",
        "notices.show": "/notices/{notice.open}", "notices.text": "/notices/{notice.open}/text.json",
    }.items():  # fmt: skip
        yield get(endpoint, path, "200")
    for path in ("/challenges?state=sealed", "/challenges?page=9", "/challenges?domain=x"):
        yield get("challenges.home", path, "404")
    yield get("challenge_list.twin", "/challenges.xlsx?q=巡检", "200")
    yield get("challenge_list.twin", "/challenges.csv?state=sealed", "404")
    yield get("notice_list.twin", "/notices.csv?status=sealed", "404")
    yield get("notices.home", "/notices?kind=x", "404")
    nothing = "/notices/N-2020-000001"
    for endpoint, path in {
        "notices.show": nothing, "notices.text": f"{nothing}/text.json", "api.notices_one": f"/api/v1{nothing}",
    }.items():  # fmt: skip
        yield get(endpoint, path, "404")
    yield get("challenges.show", at % "soe.draft", "404 404 404 200 404 404 404")
    yield get("challenges.show", at % "soe2.in_review", "404 404 404 404 200 200 404")
    yield get("challenges.edition", f"{at % 'soe.draft'}/editions/1.json", "404")
    yield get("api.challenges_one", "/api/v1" + at % "soe.draft", "404")
    yield get("challenges.new", f"/challenges/new?form={FORM}", "302 200 200 200 200 200 200")
    yield post("challenges.new", "/challenges/new", "302 404 404 404 404 404 404", organization="999999")
    yield from owner(at)
    yield from steps(at)


def owner(at: str) -> Iterator[Row]:
    """What members of the owner do, and what others ask."""
    yield get("challenges.edit", f"{at % 'soe.draft'}/edit", only(OWNER, 200))
    yield post("challenges.edit", f"{at % 'soe.draft'}/edit", only(OWNER, 409), version=STALE)
    yield get("challenges.answer", f"{at % 'soe.published'}/questions", only(OWNER, 200))
    yield post("challenges.answer", f"{at % 'soe.published'}/questions", only(OWNER, 422))
    yield get("challenges.answer", f"{at % 'soe.draft'}/questions", "302 404 404 404 404 404 404")
    yield post("challenges.decline", f"{at % 'soe.published'}/questions/999999/decline", "302 404 404 404 404 404 404")
    yield get("challenges.amend", f"{at % 'soe.published'}/addendum", only(OWNER, 200))
    yield post("challenges.amend", f"{at % 'soe.published'}/addendum", only(OWNER, 422))
    yield get("challenges.amend", f"{at % 'soe.closed'}/addendum", only(OWNER, 403))
    yield get("challenges.ask", f"{at % 'soe.published'}/ask", "302 200 200 404 200 200 200")
    yield post("challenges.ask", f"{at % 'soe.published'}/ask", "302 422 422 404 200 200 200")
    yield get("challenges.ask", f"{at % 'soe.draft'}/ask", "302 404 404 404 404 404 404")
    yield post("challenges.decline", f"{at % 'soe.draft'}/questions/999999/decline", "302 404 404 404 404 404 404")
    yield post("challenges.watch", f"{at % 'soe.closed'}/watch", "302", watch="0")
    yield post("challenges.watch", f"{at % 'soe.draft'}/watch", "302 404 404 404 404 404 404", watch="0")


def steps(at: str) -> Iterator[Row]:
    """Steps of the life cycles, and the pages of objections."""
    act = "challenges.act_do"
    yield step(act, f"{at % 'soe.published'}/do", "withdraw", "302 403 403 403 409 409 403")
    yield step(act, f"{at % 'soe.published'}/do", "open", "302 404 404 404 404 404 404")
    yield step(act, f"{at % 'soe2.in_review'}/do", "approve", "302 404 404 404 409 409 404")
    yield step(act, f"{at % 'soe.draft'}/do", "submit", only(OWNER, 409))
    yield step("addenda.act_do", "/challenge-addenda/{addendum.issued}/do", "issue", "302 404 404 403 409 409 404")
    yield step("addenda.act_do", "/challenge-addenda/x/do", "issue", "302 404 404 404 404 404 404")
    yield get("notices.object_to", "/notices/{notice.open}/object", "302 200 200 200 200 200 200")
    yield post("notices.object_to", "/notices/{notice.open}/object", "302 422 422 422 422 422 422")
    yield get("notices.object_to", "/notices/{notice.closed}/object", "302 403 403 403 403 403 403")
    yield get("objections.show", "/objections/{objection.raised}", "302 200 404 404 200 200 404")
    yield post("objections.show", "/objections/{objection.raised}", "302 404 404 404 422 422 404")
    yield step("objections.act_do", "/objections/{objection.raised}/do", "recall", "302 409 404 404 403 403 404")
