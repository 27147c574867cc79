"""The first part of the journey: the terms, the review, a question, an addendum."""

from __future__ import annotations

import re
from datetime import timedelta

from marketplace.challenges.models import Addendum, Question
from marketplace.core import clock
from marketplace.foundation.db import db
from tests.awards.journey import Journey, a_file

TIMES = {"questions_until": 20, "answers_until": 25, "deadline": 40, "opening_at": 40}
INDICATORS = {
    "indicators-0-name": "单次巡检时长", "indicators-0-comparator": "<=", "indicators-0-threshold": "30",
    "indicators-0-unit": "min", "indicators-0-method": "现场连续30次",
    "indicators-1-name": "设备覆盖率", "indicators-1-comparator": ">=", "indicators-1-threshold": "95",
    "indicators-1-unit": "%", "indicators-1-method": "现场核对",
}  # fmt: skip
TERMS = {
    "title": "变电所巡检机器人", "domain": "special", "task": "井下变电所巡检，测温、读表。", "months": "18",
    "funds_kind": "amount", "funds": "300", "mode": "single", "most_winners": "1", "min_bids": "1",
    "most_partners": "2", "pass_mark": "60", "tie_rule": "criteria", "openers_needed": "2", "openers": "3",
    "blind": "y", "corrections": "y", "owner_barred": "y", "credit": "y",
    "payments-0-name": "签约", "payments-0-share": "30", "payments-1-name": "验收", "payments-1-share": "70",
    "criteria-0-name": "可行性", "criteria-0-weight": "60", "criteria-1-name": "经济性", "criteria-1-weight": "40",
    **INDICATORS,
}  # fmt: skip


def times(days: int = 0) -> dict[str, str]:
    """The timetable as the fields take it, so many days later than planned."""
    return {key: f"{(clock.today() + timedelta(days=ahead + days)).isoformat()}T17:00" for key, ahead in TIMES.items()}


def written(journey: Journey) -> None:
    """What is wrong is said in the order of the page, and nothing typed is lost; nobody else knows of a draft."""
    own = str(journey.world.owner.id)
    begun = journey.post(journey.owner, f"/challenges/new?form={'2' * 22}", organization=own).location
    journey.number = begun.split("/")[2]
    wrong = {"months": "许多", "funds": "许多", "min_bids": "0", "pass_mark": "101", "deadline": "很快", "openers": "9"}
    refused = journey.post(journey.owner, begun, 422, **{**TERMS, **times(), **wrong}).text
    named = re.findall(r'<li><a href="#([\w-]+)">', refused)
    assert named == list(wrong), "in the order of the page"
    assert [*named] == sorted(named, key=lambda each: refused.index(f'id="{each}"'))
    assert 'value="很快"' in refused
    row = journey.post(journey.owner, begun, 200, **TERMS, add="criteria").text
    assert 'name="criteria-2-name"' in row, "another row without a script"
    incomplete = {**TERMS, "payments-1-share": "60"}
    journey.post(journey.owner, begun, **incomplete, **times(), contract=a_file("合同范本.txt"), go="check")
    page = f"/challenges/{journey.number}"
    assert "合计要等于 100%" in journey.get(journey.owner, page).text
    journey.post(journey.owner, f"{page}/do", 403, transition="submit")
    journey.post(journey.owner, begun, **TERMS, **times(), go="check")
    assert [journey.get(each, page).status_code for each in (None, journey.first, journey.official)] == [404, 404, 404]
    journey.post(journey.owner, f"{page}/do", transition="submit")


def published(journey: Journey) -> None:
    """An official who did not write it agrees, and the clock publishes; these very terms are hashed."""
    page = f"/challenges/{journey.number}"
    journey.post(journey.owner, f"{page}/do", 403, transition="approve")
    journey.post(journey.official, f"{page}/do", transition="approve")
    assert journey.get(None, page).status_code == 404
    journey.days(0)
    shown = journey.get(None, page).text
    assert "揭榜中" in shown
    assert journey.challenge.digest in shown
    assert journey.get(None, f"{page}/editions/1.json").status_code == 200


def asked(journey: Journey) -> None:
    """Everybody reads the answer; who asked, and in which words, is read by nobody."""
    page, words = f"/challenges/{journey.number}", "只提问动力：夜间能进场吗？"
    house = journey.house(journey.asker)
    journey.post(journey.asker, f"{page}/ask", organization=str(house.id), body=words)
    desk = journey.get(journey.owner, f"{page}/questions").text
    assert words in desk
    assert house.name not in desk
    said = {"question": "夜间可以进场吗？", "answer": "可以，提前一天预约。"}
    key = str(db.session.query(Question).filter_by(challenge_id=journey.challenge.id).one().id)
    journey.post(journey.first, f"{page}/questions", 404, questions=key, **said)
    journey.post(journey.owner, f"{page}/questions", questions=key, **said)
    shown = journey.get(None, page).text
    assert said["answer"] in shown
    assert words not in shown


def amended(journey: Journey) -> None:
    """A material change gives more time, and whoever has sealed confirms again; an official publishes it."""
    page, later = f"/challenges/{journey.number}", times(5)
    change = {"material": "y", "text": "工期改为二十个月", "task": TERMS["task"], **INDICATORS, "months": "20", **later}
    journey.post(journey.owner, f"{page}/addendum", 422, **{**change, "text": ""})
    journey.post(journey.owner, f"{page}/addendum", **change)
    assert change["text"] not in journey.get(None, page).text
    issued = f"/challenge-addenda/{db.session.query(Addendum).one().id}/do"
    journey.post(journey.owner, issued, 403, transition="issue")
    journey.post(journey.official, issued, transition="issue")
    assert change["text"] in journey.get(None, page).text
    texts = [journey.get(None, f"{page}/editions/{each}.json").get_data() for each in (1, 2)]
    assert texts[0] != texts[1]
