"""Through HTTP on both databases: notice, objection upheld, second place, contract, acceptance, case file."""

from __future__ import annotations

import io
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

from marketplace.accounts.models import User
from marketplace.awards import carrying, casefile, queries, services
from marketplace.awards.models import Acceptance
from marketplace.core import clock
from marketplace.experts import services as register
from marketplace.experts.models import Expert
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import StoredFile
from marketplace.foundation.outbox import OutboxMessage
from marketplace.notices import services as notices
from marketplace.notices.models import Objection
from marketplace.organizations.models import Organization
from marketplace.panels.models import Assignment
from marketplace.panels.queries import panel_of
from tests.awards.conftest import World
from tests.factories import accounts, awards, experts
from tests.factories.awards import Scene, member
from tests.factories.challenges import fresh
from tests.support.mails import delivered
from tests.support.site import Client

SCRIPT = Path(__file__).parents[2] / "docs" / "check_casefile.py"


class Journey:
    """The people of one challenge, each in a browser; they sign in anew when days have passed."""

    def __init__(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self._capsys = world, capsys
        self.scene: Scene = world.ranked(3)
        self.number = self.scene.challenge.number
        self.official, self.second = world.officials[0], world.officials[1]
        self.owner = member(world.owner)
        self.first, self.next, self.third = (member(each) for each in world.organizations[:3])
        self._windows: dict[int, Client] = {}
        with transaction():  # what the way to the ranking tells people is told by other tests
            db.session.query(OutboxMessage).delete()
        self.visitor = world.app.test_client()

    def get(self, user: User | None, path: str) -> Any:
        """A page as somebody sees it."""
        return (self._window(user) if user else self.visitor).get(path)

    def _window(self, user: User) -> Client:
        if user.id not in self._windows:
            self._windows[user.id] = self.world.client(user)
        return self._windows[user.id]

    def post(self, user: User, path: str, expected: int = 302, **data: Any) -> Any:
        """A form sent by somebody."""
        answer = self._window(user).submit(path, data)
        assert answer.status_code == expected, answer.text[-3000:]
        return answer

    def seats(self, subject: Any, state: str) -> list[Assignment]:
        """Of the panel that judges something."""
        panel = panel_of(subject)
        assert panel is not None
        return [each for each in panel.assignments if each.state == state]

    def declares_shares(self, expert: Expert, organization: Organization) -> None:
        """An expert declares that he holds some of it."""
        rows = [experts.row(organization.name, since="2020-01", percent="3")]
        with transaction():
            register.save(expert, {**expert.content, "holdings": rows, "no_holdings": False}, None)
            register.declare(expert, accounts.actor(db.session.get_one(User, expert.user_id)), None)

    def told(self) -> list[dict[str, str]]:
        """Everything that waits is handled; the mails."""
        return delivered(self.world.app, self._capsys)

    def state(self) -> str:
        """Of the challenge."""
        return fresh(self.scene.challenge).state

    def award(self, state: str) -> Any:
        """The live award in a state."""
        return queries.live_of(self.scene.challenge, state)[0]

    def days(self, days: float) -> None:
        """Time passes, and the clock of the site with it."""
        self.world.clock.forward(days=days)
        self._windows.clear()
        with transaction():
            notices.close_due()
        with transaction():
            services.lapse_due()
        with transaction():
            carrying.miss_due()


def a_file(name: str = "证据.txt") -> Any:
    return [(io.BytesIO(f"{name} 的内容".encode()), name)]


@pytest.mark.parametrize("site", ["sqlite", "postgresql"], indirect=True)
def test_from_the_ranking_to_the_case_file(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    journey = Journey(world, capsys)
    _notice(journey)
    _objection(journey)
    _declined(journey)
    _contract(journey)
    _milestones(journey)
    _money(journey)
    _acceptance(journey)
    _case_file(journey, tmp_path)
    assert journey.state() == "accepted"


def _notice(journey: Journey) -> None:
    """Nobody else knows of the result before it is on notice; then everybody knows who is proposed."""
    page = f"/awards/{journey.number}"
    assert [journey.get(each, page).status_code for each in (None, journey.first, journey.owner)] == [404, 404, 200]
    assert journey.world.organizations[0].name not in journey.visitor.get(f"/challenges/{journey.number}").text
    journey.post(journey.first, f"{page}/announce", 404, days="5")
    journey.post(journey.official, f"{page}/announce", 422, days="五")
    journey.post(journey.official, f"{page}/announce", days="5")
    assert journey.state() == "notice"
    seen = journey.visitor.get(page).text
    assert all(each.name in seen for each in journey.world.organizations[:3])
    assert "90.00" in seen
    assert journey.get(journey.next, f"{page}/feedback").status_code == 404, "own points come after the notice"
    journey.post(journey.official, f"{page}/confirm", 403)
    proposed = [each for each in journey.told() if "列入公示" in each["body"]]
    assert {each["To"] for each in proposed} == {journey.first.email, journey.owner.email}


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
    journey.post(journey.official, f"/awards/{journey.number}/confirm", 403)
    objection = db.session.query(Objection).filter_by(notice_id=notice.id).one()
    reply = {"result": "uphold", "gist": "业绩有疑", "reply": "经查，业绩材料须更正后重新公示。", "reply_en": ""}
    journey.told()
    journey.post(journey.second, f"/objections/{objection.id}", **reply)
    told = {each["To"] for each in journey.told()}
    assert told >= {journey.first.email, journey.owner.email, journey.third.email}, "both sides, and who objected"
    assert journey.state() == "ranked"
    dropped = queries.awards_of(journey.scene.challenge)[0]
    assert (dropped.state, dropped.live) == ("dropped", False)


def _declined(journey: Journey) -> None:
    """Announced again and awarded, the first one declines; the second steps in by a notice of its own."""
    page = f"/awards/{journey.number}"
    journey.post(journey.official, f"{page}/announce", days="3")
    journey.days(10)
    journey.post(journey.official, f"{page}/confirm")
    first = journey.award("awarded")
    assert first.bid.id == journey.scene.bids[0].id
    lot = f"/award-lots/{first.id}/do"
    journey.post(journey.next, lot, 404, transition="accept")
    journey.post(journey.first, lot, 422, transition="decline", reason="")
    journey.post(journey.first, lot, transition="decline", reason="产能不足")
    assert journey.state() == "ranked"
    losers = [each["To"] for each in journey.told() if "/feedback" in each["body"]]
    assert set(losers) == {journey.next.email, journey.third.email}
    own = journey.get(journey.third, f"{page}/feedback").text
    assert "80.00" in own, "its own total"
    assert "45.00" in own, "its own points"
    journey.post(journey.official, f"{page}/announce", days="3")
    assert "产能不足" in journey.visitor.get(f"/notices/{journey.award('proposed').notice.number}").text
    journey.days(10)
    journey.post(journey.official, f"{page}/confirm")
    journey.post(journey.next, f"/award-lots/{journey.award('awarded').id}/do", transition="accept")
    assert journey.award("accepted").bid.id == journey.scene.bids[1].id


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
    journey.post(journey.owner, path, **form, files=a_file("合同.txt"))
    contract = journey.award("accepted").contract
    act = f"/award-contracts/{contract.id}/do"
    journey.post(journey.owner, act, 403, transition="sign")
    journey.post(journey.next, act, transition="return", reason="金额与合同不符")
    journey.post(journey.owner, path, **{**form, "amount": "286.50"}, files=a_file("合同2.txt"))
    journey.post(journey.next, act, transition="sign")
    assert journey.state() == "executing"
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
    journey.post(journey.next, path, 422, **measured)
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
    assert journey.state() == "accepted"
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
    assert "可用 0 人" in refused.text, "whoever scored the bids does not judge the result"
    others = awards.register(4, first=50)
    for each in others:
        accounts.guard(each.user)
    journey.post(journey.official, f"{page}/draw", **fields)
    asked = journey.seats(acceptance, "proposed")
    assert {each.expert_id for each in asked} <= {each.id for each in others}
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
    journey.post(late.expert.user, sheet, 422, **{**said, "findings-1-met": ""}, reasons="缺一项", go="hand_in")
    journey.declares_shares(late.expert, journey.world.organizations[1])
    journey.told()
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
    assert [journey.get(each, path).status_code for each in (None, journey.owner, journey.third)] == [302, 404, 404]
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
    again = casefile.case_of(journey.scene.challenge, clock.today() - timedelta(days=1), whole=True, scores=True)
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
