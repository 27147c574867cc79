"""The second part: openers and codes, bids with a consortium, sealing, the opening by two, the formality check."""

from __future__ import annotations

import re
from typing import Any

from marketplace.accounts.models import User
from marketplace.bids.models import Participation
from marketplace.foundation.db import db
from tests.awards.journey import Journey, a_file
from tests.factories.bids import PHRASE

CODE = re.compile(r"<code>([0-9A-Z-]{44})</code>")
NOTE = "申报书没有签字"


def pages(price: str) -> dict[str, dict[str, str]]:
    """The form of a bid, page by page."""
    return {
        "proposal": {"approach": f"{PHRASE}：approach", "experience": ""},
        "indicators": {"promised_0": "25", "basis_0": "实测", "promised_1": "97", "basis_1": "实测"},
        "plan": {
            "price": price,
            "months": "12",
            "leader": f"{PHRASE}：leader",
            "schedule": "三个阶段",
            "division": "牵头研制，参加单位制造",
        },
        "partners": {"go": "next"},
    }


def openers(journey: Journey) -> None:
    """The officials name themselves; each takes his code, once, and types it back."""
    page, named = f"/bids/opening/{journey.number}", (journey.official, journey.second, journey.third_official)
    assert "确定开启人" in journey.get(journey.official, "/workspace/").text
    journey.post(journey.official, f"{page}/openers", 422, users=[str(journey.official.id)])
    journey.post(journey.official, f"{page}/openers", users=[str(each.id) for each in named])
    for each in named:
        assert "领取开启码" in journey.get(each, "/workspace/").text
        journey.post(each, f"{page}/code")
        found = CODE.search(journey.get(each, page).text)
        assert found
        journey.post(each, f"{page}/confirm", 422, code="0000")
        journey.post(each, f"{page}/confirm", code=found[1].lower())
        assert not CODE.search(journey.get(each, page).text)
        journey.codes[each.id] = found[1]


def begun(journey: Journey, who: User) -> str:
    """Somebody begins a bid; its address."""
    new = f"/bids/new/{journey.number}"
    where = journey.post(who, new, organization=journey.house(who).number).location
    journey.bids[who.id] = where.split("/")[2]
    assert journey.get(who, new).location == f"/bids/{journey.bids[who.id]}", "who has begun goes on"
    return f"/bids/{journey.bids[who.id]}"


def filled_in(journey: Journey, who: User, price: str) -> None:
    """A bid with all it needs, sealed."""
    page = begun(journey, who)
    for step, form in pages(price).items():
        journey.post(who, f"{page}/edit/{step}", **form)
    for kind in ("proposal", "integrity"):
        journey.post(who, f"{page}/files", kind=kind, file=a_file(f"{kind}.txt", f"{PHRASE} {kind}"))
    journey.post(who, f"{page}/check", promise="y")


def written(journey: Journey) -> None:
    """The lead's: refused where wrong, kept while he writes, a partner asked who consents himself."""
    lead = journey.first
    page = begun(journey, lead)
    for step, form in pages("280").items():
        assert journey.get(lead, f"{page}/edit/{step}").status_code == 200
        journey.post(lead, f"{page}/edit/{step}", **form)
    journey.post(lead, f"{page}/edit/plan", 422, price="viel")
    saved = journey.post(lead, f"{page}/edit/proposal", 200, approach=f"{PHRASE}：approach", go="auto")
    assert set(saved.json) == {"version"}
    journey.post(lead, f"{page}/edit/proposal", 409, approach="", version="1")
    journey.post(lead, f"{page}/edit/partners", organization=journey.house(journey.partner).number, go="stay")
    assert "必须改" in journey.get(lead, f"{page}/check").text
    for kind in ("proposal", "integrity", "agreement", "other"):
        journey.post(lead, f"{page}/files", kind=kind, file=a_file(f"{kind}.txt", f"{PHRASE} {kind}"))
    blob = re.findall(r'name="remove" value="([0-9a-f]{64})"', journey.get(lead, f"{page}/edit/files").text)[3]
    journey.post(lead, f"{page}/edit/files", remove=blob)
    assert "other.txt" not in journey.get(lead, f"{page}/edit/files").text
    asked = db.session.query(Participation).filter_by(organization_id=journey.house(journey.partner).id).one().id
    journey.post(journey.next, f"/bids/invitations/{asked}", 404, consent="yes")
    assert journey.number in journey.get(journey.partner, "/bids/").text
    journey.post(journey.partner, f"/bids/invitations/{asked}", consent="yes")


def sealed(journey: Journey) -> None:
    """A receipt, its own copy by the code alone, another version; the others seal theirs."""
    lead, page = journey.first, f"/bids/{journey.bids[journey.first.id]}"
    journey.post(lead, f"{page}/check", 422)
    journey.post(lead, f"{page}/check", promise="y")
    shown = journey.get(lead, page).text
    code = CODE.search(shown)
    assert code
    assert "已封存" in shown
    assert PHRASE not in shown
    assert journey.get(lead, f"{page}/receipts/1").json["receipt"]["bid"] == journey.bids[lead.id]
    assert PHRASE in journey.post(lead, f"{page}/copy", 200, code=code[1]).get_data(as_text=True)
    journey.post(lead, f"{page}/copy", 422, code="1" * 36)
    journey.post(lead, f"{page}/noted")
    assert not CODE.search(journey.get(lead, page).text)
    journey.post(lead, f"{page}/again", code=code[1])
    assert PHRASE in journey.get(lead, f"{page}/edit/proposal").text
    journey.post(lead, f"{page}/check", promise="y")
    assert journey.get(lead, f"{page}/receipts/2").status_code == 200
    for who, price in ((journey.next, "290"), (journey.third, "295"), (journey.asker, "270")):
        filled_in(journey, who, price)


def confirmed(journey: Journey) -> None:
    """After the change every bidder confirms what he has sealed."""
    journey.told()
    for who in (journey.first, journey.next, journey.third, journey.asker):
        page = f"/bids/{journey.bids[who.id]}"
        assert "重新确认" in journey.get(who, page).text
        journey.post(who, f"{page}/do", transition="confirm")


def hidden(journey: Journey) -> None:
    """What a bid has is there for its bidders alone, whoever asks."""
    number = journey.bids[journey.first.id]
    page = f"/bids/{number}"
    assert journey.get(journey.partner, page).status_code == 200
    for path in ("/check", "/edit/proposal", "/receipts/1", "/formality"):
        assert journey.get(journey.next, f"{page}{path}").status_code == 404, path
    for path in ("copy", "again", "do", "files"):
        journey.post(journey.next, f"{page}/{path}", 404, transition="withdraw")
    for who in (journey.next, journey.owner, journey.official, journey.auditor):
        assert journey.get(who, page).status_code == 404
        journey.post(who, f"{page}/read", 404)
        assert number not in journey.get(who, "/bids/").text
    assert journey.get(journey.next, f"/bids/opening/{journey.number}").status_code == 404
    for path in (f"/challenges/{journey.number}", f"/bids/record/{journey.number}"):
        assert all(each not in journey.get(None, path).text for each in (*journey.bids.values(), "联合参与机械"))


def opened(journey: Journey) -> None:
    """At the deadline, and not before, by two who come together: one alone opens nothing."""
    page, lead = f"/bids/opening/{journey.number}", f"/bids/{journey.bids[journey.first.id]}"
    come: Any = {each.id: {"code": journey.codes[each.id]} for each in (journey.official, journey.second)}
    journey.post(journey.official, f"{page}/come", 403, **come[journey.official.id])
    journey.days(46)
    journey.post(journey.first, f"{lead}/do", 403, transition="withdraw")
    journey.post(journey.official, f"{page}/come", 422, **come[journey.second.id])
    journey.post(journey.official, f"{page}/come", **come[journey.official.id])
    assert journey.get(journey.official, lead).status_code == 404
    done = journey.post(journey.third_official, f"{page}/come", code=journey.codes[journey.third_official.id])
    assert done.location.endswith(f"/record/{journey.number}")
    assert all(each in journey.get(journey.owner, f"/bids/record/{journey.number}").text
               for each in journey.bids.values())  # fmt: skip
    public = journey.get(None, f"/bids/record/{journey.number}").text
    assert "开启" in public
    assert all(each not in public for each in (*journey.bids.values(), "联合参与机械"))


def read(journey: Journey) -> None:
    """Reading is an act that history keeps, of officials and the owner alone."""
    page, official = f"/bids/{journey.bids[journey.first.id]}", journey.official
    assert PHRASE not in journey.get(official, page).text
    journey.post(journey.next, f"{page}/read", 404)
    journey.post(official, f"{page}/read")
    shown = journey.get(official, page).text
    assert PHRASE in shown
    paper = re.search(rf"{page}/papers/[0-9a-f]+", shown)
    assert paper
    assert journey.get(official, paper[0]).get_data(as_text=True).startswith(PHRASE)
    assert journey.get(journey.next, paper[0]).status_code == 404


def checked(journey: Journey) -> None:
    """The formality check names its rule, and the bidder reads it; the others are in order."""
    for who in (journey.first, journey.next, journey.third):
        journey.post(journey.official, f"/bids/{journey.bids[who.id]}/formality", decision="qualify")
    page = f"/bids/{journey.bids[journey.asker.id]}"
    assert journey.get(journey.official, f"{page}/formality").status_code == 200
    journey.post(journey.official, f"{page}/formality", 422, decision="disqualify")
    journey.post(journey.official, f"{page}/formality", decision="disqualify", rule="papers", note=NOTE)
    shown = journey.get(journey.asker, page).text
    assert "形式审查不合格" in shown
    assert NOTE in shown
