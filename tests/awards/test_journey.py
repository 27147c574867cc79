"""One challenge through HTTP on both databases, by everybody's own session: from its posting to its case file.

Posting, review, question, bids, addendum, opening, formality check, panel, scoring and ranking are in three modules
beside this one; here are the notice, an objection upheld, the second place, contract, milestones, acceptance by a panel
and the case file. Visitor, owner, official in charge, a second one, an opener, asker, lead, partner, further bidders,
experts, auditor.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from marketplace.awards import carrying, casefile, queries
from marketplace.awards.models import Acceptance
from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.foundation import ledger
from marketplace.foundation.db import db
from marketplace.foundation.files import StoredFile
from marketplace.notices.models import Objection
from marketplace.search import services as search
from tests.awards import journey_bidding as bidding
from tests.awards import journey_judging as judging
from tests.awards import journey_posting as posting
from tests.awards.conftest import World
from tests.awards.journey import Journey, a_file
from tests.factories import accounts, awards

SCRIPT = Path(__file__).parents[2] / "docs" / "check_casefile.py"


@pytest.mark.parametrize("site", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.timeout(300)
def test_from_the_posting_to_the_case_file(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    journey = Journey(world, capsys)
    for part in (
        posting.written, posting.published, posting.asked, bidding.openers, bidding.written, bidding.sealed,
        posting.amended, bidding.confirmed, bidding.hidden, bidding.opened, bidding.read, bidding.checked,
        judging.drawn, judging.read_blind, judging.filled_in, judging.late_conflict, judging.agreed,
        judging.conflict_after_the_ranking,
        _notice, _objection, _declined, _contract, _milestones, _money, _acceptance,
    ):  # fmt: skip
        part(journey)
    _case_file(journey, tmp_path)
    assert journey.challenge.state == "accepted"


def _notice(journey: Journey) -> None:
    """Nobody else knows of the result before it is on notice; then everybody knows who is proposed."""
    page = f"/awards/{journey.number}"
    assert [journey.get(each, page).status_code for each in (None, journey.first, journey.owner)] == [404, 404, 200]
    journey.told()  # what the way to the ranking tells people is told by other tests
    assert journey.world.organizations[0].name not in journey.visitor.get(f"/challenges/{journey.number}").text
    journey.post(journey.first, f"{page}/announce", 404, days="5")
    journey.post(journey.official, f"{page}/announce", 422, days="五")
    journey.post(journey.official, f"{page}/announce", days="5")
    assert journey.challenge.state == "notice"
    seen = journey.visitor.get(page).text
    assert all(each.name in seen for each in journey.world.organizations[:3])
    assert "90.17" in seen
    assert journey.get(journey.next, f"{page}/feedback").status_code == 404, "own points come after the notice"
    journey.post(journey.official, f"{page}/confirm", 403)
    proposed = [each for each in journey.told() if "列入公示" in each["body"]]
    assert {each["To"] for each in proposed} == {journey.first.email, journey.partner.email, journey.owner.email}


def _objection(journey: Journey) -> None:
    """While it is open nothing is confirmed; upheld, it annuls the notice, and the challenge is ranked again."""
    notice = journey.award("proposed").notice
    said = {
        "name": "李四",
        "phone": "13800138000",
        "subject": "第一名",
        "facts": "业绩材料与事实不符。",
        "organization": "",
    }
    journey.post(journey.third, f"/notices/{notice.number}/object", **said)
    journey.days(20)
    refused = journey.post(journey.official, f"/awards/{journey.number}/confirm", 403).text
    assert f"公示 {notice.number} 有 1 件异议还没有答复" in refused
    objection = db.session.query(Objection).filter_by(notice_id=notice.id).one()
    reply = {"result": "uphold", "gist": "业绩有疑", "reply": "经查，业绩材料须更正后重新公示。", "reply_en": ""}
    journey.told()
    journey.post(journey.second, f"/objections/{objection.id}", **reply)
    told = {each["To"] for each in journey.told()}
    assert told >= {journey.first.email, journey.owner.email, journey.third.email}, "both sides, and who objected"
    assert journey.challenge.state == "ranked"
    raised = ledger.latest(journey.challenge)
    assert raised is not None
    assert raised.told(Text("", "Ranked again")).en == "Ranked again: An objection was upheld and the notice annulled"
    dropped = queries.awards_of(journey.challenge)[0]
    assert (dropped.state, dropped.live) == ("dropped", False)


def _declined(journey: Journey) -> None:
    """Announced again and awarded, the first one declines; the second steps in by a notice of its own."""
    page = f"/awards/{journey.number}"
    journey.post(journey.official, f"{page}/announce", days="3")
    journey.days(10)
    _between_notice_and_award(journey)
    journey.post(journey.official, f"{page}/confirm")
    first = journey.award("awarded")
    assert first.bid.id == journey.bid(journey.first).id
    lot = f"/award-lots/{first.id}/do"
    journey.post(journey.next, lot, 404, transition="accept")
    journey.post(journey.first, lot, 422, transition="decline", reason="")
    journey.post(journey.first, lot, transition="decline", reason="产能不足")
    assert journey.challenge.state == "ranked"
    losers = [each["To"] for each in journey.told() if "/feedback" in each["body"]]
    assert set(losers) == {journey.next.email, journey.third.email, journey.asker.email}
    own = journey.get(journey.third, f"{page}/feedback").text
    assert "80.00" in own, "its own total"
    assert "45.00" in own, "its own points"
    journey.post(journey.official, f"{page}/announce", days="3")
    assert "产能不足" in journey.visitor.get(f"/notices/{journey.award('proposed').notice.number}").text
    journey.days(10)
    journey.post(journey.official, f"{page}/confirm")
    journey.post(journey.next, f"/award-lots/{journey.award('awarded').id}/do", transition="accept")
    assert journey.award("accepted").bid.id == journey.bid(journey.next).id


def _between_notice_and_award(journey: Journey) -> None:
    """Wherever the state of the challenge is shown, it is on notice no more, and not awarded yet."""
    words, number = {"en": "Notice over, to be awarded", "zh": "公示期满，待立榜"}, journey.number
    with journey.world.app.app_context():  # a session of its own, which it ends
        while search.catch_up():
            pass
    for path in (f"/challenges/{number}?", f"/awards/{number}?", "/challenges?status=notice_over&", "/challenges.csv?",
                 f"/search?q={number}&"):  # fmt: skip
        for language, word in words.items():
            assert word in journey.get(None, f"{path}lang={language}").text, path
    assert words["zh"] in journey.get(journey.owner, "/workspace/").text
    assert number not in journey.get(None, "/challenges?status=notice").text
    (item,) = journey.get(None, "/challenges.json?status=notice_over").json["items"]
    one = journey.get(None, f"/api/v1/challenges/{number}").json
    assert {item["state"], one["state"]} == {"notice_over"}


def _contract(journey: Journey) -> None:
    """The owner records it with its milestones, the awarded organization returns it once, then confirms it."""
    award = journey.award("accepted")
    today = clock.today()
    form: dict[str, Any] = {
        "paper_number": "HT-1", "amount": "280", "owner_signed_on": today, "winner_signed_on": today,
        "ends_on": today + timedelta(days=200), "rows-0-name": "样机到场", "rows-0-due_on": today + timedelta(days=60),
        "rows-0-payment": "2", "rows-1-name": "连续运行", "rows-1-due_on": today + timedelta(days=120),
        "rows-1-payment": "0", "rows-0-name_en": "", "rows-1-name_en": "", "note": "",
    }  # fmt: skip
    path = f"/award-lots/{award.id}/contract"
    assert journey.get(journey.next, path).status_code == 404
    refused = journey.post(journey.owner, path, 422, **form)
    assert "请上传已签署的合同" in refused.text
    assert 'value="样机到场"' in refused.text, "nothing typed is lost"
    dear = journey.post(journey.owner, path, 422, **{**form, "amount": "300.01"}, files=a_file())
    assert "榜单公布的资金不超过 300 万元" in dear.text
    journey.post(journey.owner, path, **form, files=a_file("合同.txt"))
    contract = journey.award("accepted").contract
    act = f"/award-contracts/{contract.id}/do"
    journey.post(journey.owner, act, 403, transition="sign")
    journey.post(journey.next, act, transition="return", reason="金额与合同不符")
    journey.post(journey.owner, path, **{**form, "amount": "286.50"}, files=a_file("合同2.txt"))
    journey.post(journey.next, act, transition="sign")
    assert journey.challenge.state == "executing"
    assert [each.payment for each in journey.award("executing").milestones] == [2, 0]
    journey.post(journey.owner, path, 403, **form, files=a_file())


def _milestones(journey: Journey) -> None:
    """One is missed, given a later day, returned and mended; the other is accepted in part."""
    one, other = journey.award("executing").milestones
    journey.days(61)
    assert [each.state for each in journey.award("executing").milestones] == ["missed", "planned"]
    assert any("逾期" in each["body"] for each in journey.told())
    later = clock.today() + timedelta(days=30)
    path = f"/milestones/{one.id}"
    journey.post(journey.next, f"{path}/extension", 422, new_day=clock.today(), reason="")
    journey.post(journey.next, f"{path}/extension", new_day=later, reason="防爆认证延后，已约定新的试验日期。")
    assert "里程碑延期" in journey.get(journey.official, "/review/?queue=extensions").text
    extension = queries.extensions_of(one)[0]
    journey.post(journey.owner, f"/extensions/{extension.id}/do", 403, transition="approve")
    journey.post(journey.official, f"/extensions/{extension.id}/do", transition="approve")
    done = {"report": "样机到场并通电，实测巡检 28 分钟。"}
    journey.post(journey.next, f"{path}/submit", 422, **done)
    journey.post(journey.next, f"{path}/submit", **done, files=a_file("测试记录.txt"))
    journey.post(journey.next, f"{path}/judge", 404, result="met", words="")
    journey.post(journey.owner, f"{path}/judge", 422, result="return", words="")
    journey.post(journey.owner, f"{path}/judge", result="return", words="缺第三方检测报告")
    journey.post(journey.next, f"{path}/submit", **done, files=a_file("检测报告.txt"))
    journey.post(journey.owner, f"{path}/judge", result="met", words="")
    apply = f"/award-lots/{journey.award('executing').id}/acceptance"
    assert journey.get(journey.next, apply).status_code == 403, "a milestone is open"
    journey.post(journey.next, f"/milestones/{other.id}/submit", **done, files=a_file("运行日志.txt"))
    journey.post(journey.owner, f"/milestones/{other.id}/judge", result="partly", words="夜间工况没有完成")
    found = [(each.state, each.result, each.until == later) for each in journey.award("executing").milestones]
    assert found == [("accepted", "met", True), ("accepted", "partly", False)]


def _money(journey: Journey) -> None:
    """Recorded by who pays, confirmed by who is paid; never more than the contract."""
    award = journey.award("executing")
    path, paid_on = f"/award-lots/{award.id}/payment", clock.today()
    assert journey.get(journey.third, f"/award-lots/{award.id}").status_code == 404
    journey.post(journey.owner, path, 422, plan="1", amount="300", paid_on=paid_on)
    for _pressed_twice in range(2):
        journey.post(journey.owner, f"{path}?form={'1' * 22}", plan="1", amount="85.95", paid_on=paid_on, note="首付")
    (payment,) = queries.payments_of(award)
    journey.post(journey.owner, f"/award-payments/{payment.id}/do", 403, transition="confirm")
    journey.post(journey.next, f"/award-payments/{payment.id}/do", transition="confirm")
    assert str(carrying.paid(award)) == "85.9500"


def _acceptance(journey: Journey) -> None:
    """Every indicator is measured; the owner speaks first, then the official decides, and the challenge follows."""
    award = journey.award("executing")
    measured = {"measured-0-value": "28", "measured-0-met": "y", "measured-1-value": "", "statement": "按合同完成。"}
    path = f"/award-lots/{award.id}/acceptance"
    assert "设备覆盖率，实测值：" in journey.post(journey.next, path, 422, **measured).text, "which indicator"
    given = {**measured, "measured-1-value": "97", "measured-1-met": "y"}
    where = journey.post(journey.next, path, **given, files=a_file("验收报告.txt")).location
    decision = {"result": "pass", "opinion": "同意通过验收。", "departure": ""}
    journey.post(journey.official, f"{where}/decision", 422, **decision)
    journey.post(journey.owner, f"{where}/opinion", result="pass", opinion="指标均达到。")
    assert "揭榜验收" in journey.get(journey.official, "/review/?queue=acceptances").text
    _panel(journey, where, decision)
    journey.post(journey.next, f"{where}/decision", 404, **decision)
    against = journey.post(journey.official, f"{where}/decision", 422, **{**decision, "result": "pass_partly"})
    assert "与验收组多数意见不一致的，请说明理由" in against.text
    assert "同意通过验收。" in against.text, "nothing typed is lost"
    journey.post(journey.official, f"{where}/decision", **decision)
    assert journey.challenge.state == "accepted"
    shown = journey.visitor.get(f"/awards/{journey.number}").text
    assert "3 位专家：同意通过验收 2，退回整改 1" in shown
    assert not any(each in shown for each in ("85.95", "复测三次", "同意通过验收。"))
    assert ["噪声偏大" in journey.get(each, where).text for each in (journey.owner, journey.next)] == [True, False]


def _panel(journey: Journey, where: str, decision: dict[str, str]) -> None:
    """Others than those who scored; one is hit late and replaced; each speaks alone, and all before the decision."""
    acceptance = db.session.get_one(Acceptance, int(where.rpartition("/")[2]))
    page, fields = f"/panel/acceptance/{acceptance.number}", {"seats": "3", "reserves": "1", "fields": "domain.special"}
    journey.post(journey.next, f"{page}/draw", 404, **fields)
    refused = journey.post(journey.official, f"{page}/draw", 403, **fields)
    assert "可用 1 人" in refused.text, "whoever scored the bids does not judge the result"
    scored = {each.expert_id for each in journey.seats(journey.challenge, "scored", "void")}
    for each in awards.register(3, first=50):
        accounts.guard(each.user)
    journey.post(journey.official, f"{page}/draw", **fields)
    asked = journey.seats(acceptance, "proposed")
    assert not {each.expert_id for each in asked} & scored
    for one in asked:
        journey.post(one.expert.user, f"/panel/assignments/{one.id}/accept", promise="y", version=one.version)
    assert {each["To"] for each in journey.told() if "验收组已到齐" in each["body"]} == {
        each.expert.user.email for each in asked
    }
    sheet, said = f"{where}/sheet", {"findings-0-met": "yes", "findings-1-met": "yes", "vote": "pass"}
    late, *stay = asked
    assert journey.get(journey.official, sheet).status_code == 404
    papers = [each.id for kind in ("acceptance", "milestone") for each in db.session.scalars(
        sa.select(StoredFile).where(StoredFile.owner_type == kind))]  # fmt: skip
    assert all(journey.get(late.expert.user, f"/files/{key}/x").status_code in (200, 302) for key in papers)
    journey.post(late.expert.user, sheet, **said, reasons="先存着", go="draft")
    gap = journey.post(late.expert.user, sheet, 422, **{**said, "findings-1-met": ""}, reasons="缺一项", go="hand_in")
    assert "设备覆盖率，是否达到：" in gap.text
    journey.declares_shares(late.expert, journey.world.organizations[1])
    assert journey.get(late.expert.user, sheet).status_code == 404, "a late tie takes the seat"
    (instead,) = journey.seats(acceptance, "proposed")
    assert journey.get(instead.expert.user, f"/files/{papers[0]}/x").status_code == 404, "not before he accepts"
    journey.post(instead.expert.user, f"/panel/assignments/{instead.id}/accept", promise="y", version=instead.version)
    for one, vote, words in zip([*stay, instead], ("pass", "pass", "return"), ("复测三次", "复测三次", "噪声偏大"),
                                strict=True):  # fmt: skip
        assert "噪声偏大" not in journey.get(stay[0].expert.user, sheet).text
        journey.post(journey.official, f"{where}/decision", 403, **decision)
        journey.post(one.expert.user, sheet, **{**said, "vote": vote}, reasons=words, go="hand_in")
    journey.post(stay[0].expert.user, sheet, 409, **said, reasons="改主意", go="draft")
    assert "噪声偏大" in journey.get(stay[0].expert.user, sheet).text, "all have spoken"
    assert any("意见已全部提交" in each["body"] for each in journey.told())


def _case_file(journey: Journey, folder: Path) -> None:
    """Whole for the official in charge, checked by the script alone; what was changed in it shows."""
    path = f"/awards/{journey.number}/case"
    asking = (None, journey.owner, journey.third, journey.auditor)
    assert [journey.get(each, path).status_code for each in asking] == [302, 404, 404, 200]
    then = journey.award("fulfilled").confirmed_at.date()
    page = journey.get(journey.official, f"{path}?as_of={then}").text
    assert "执行中" in page
    assert "通过验收" not in page, "that day it was not accepted yet"
    answer = journey.post(journey.official, f"{path}.zip", 200, as_of="")
    packed = folder / "case.zip"
    packed.write_bytes(answer.data)
    answer.close()
    with zipfile.ZipFile(packed) as opened:
        names = opened.namelist()
    for start in (
        "terms/edition-1",
        "bids/B-",
        "scores/ranking-1",
        "scores/acceptance-",
        "notices/N-",
        "files/milestone-",
        "history.jsonl",
    ):
        assert any(each.startswith(start) for each in names), start
    checked = check(packed)
    assert checked.returncode == 0, checked.stdout
    assert check(packed, "--manifest", "0" * 64).returncode == 1
    for name in ("history.jsonl", "standing.json", next(each for each in names if each.endswith("bid.json"))):
        assert check(tampered(packed, name)).returncode == 1, name
    again = casefile.case_of(journey.challenge, clock.today() - timedelta(days=1), whole=True, scores=True)
    made = [casefile.archive(again) for _ in range(2)]
    assert len({file.read() for file, _digest in made}) == 1, "the same day gives the same archive"
    for file, _digest in made:
        file.close()


def check(packed: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The script, in a Python without this project."""
    command = [sys.executable, "-I", str(SCRIPT), str(packed), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=packed.parent)


def tampered(packed: Path, name: str) -> Path:
    """The same with one sign of a member changed, and the manifest made to fit."""
    out = packed.with_name("tampered.zip")
    with zipfile.ZipFile(packed) as before, zipfile.ZipFile(out, "w") as after:
        manifest = json.loads(before.read("manifest.json"))
        for each in manifest["members"]:
            data = before.read(each["path"])
            if each["path"] == name:
                data = re.sub(rb"(?<=2026-0)(\d)", b"9", data, count=1) if b"2026-0" in data else data + b" "
                each["sha256"], each["size"] = casefile.hashlib.sha256(data).hexdigest(), len(data)
            after.writestr(each["path"], data)
        after.writestr("manifest.json", json.dumps(manifest))
    return out
