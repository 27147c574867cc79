"""The content of a bid: its fields, what is still missing before it can be sealed, and the bid file it becomes."""

from __future__ import annotations

import operator
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.challenges.content import COMPARATORS
from marketplace.core.errors import FieldError
from marketplace.core.text import Text

Content = Mapping[str, Any]

# The longest text of each field, in characters.
LIMITS = {
    "approach": 20000, "experience": 6000, "schedule": 6000, "team": 4000, "leader": 60, "division": 4000,
    "promised": 200, "basis": 1000,
}  # fmt: skip
BLANK: dict[str, Any] = {
    "approach": "", "experience": "", "indicators": {}, "price": "", "months": "", "leader": "", "team": "",
    "schedule": "", "division": "", "files": [],
}  # fmt: skip
MOST_FILES = 20
LONGEST_MONTHS = 120
# What a file of a bid is (domain.md 1.3); those named in REQUIRED_FILES must be there.
FILE_KINDS = {
    "proposal": Text("揭榜申报书", "Proposal"),
    "agreement": Text("联合揭榜协议", "Consortium agreement"),
    "authority": Text("法定代表人授权书", "Letter of authority"),
    "integrity": Text("信用承诺书", "Statement of integrity"),
    "rights": Text("知识产权证明", "Proof of intellectual property"),
    "report": Text("检测或认证报告", "Test or certification report"),
    "other": Text("其他", "Other"),
}
# Papers that name the bidder by their nature; experts under blind review do not get them.
NAMING = ("agreement", "authority", "integrity")
LABELS = {
    "approach": Text("技术方案", "Approach"),
    "experience": Text("基础与业绩", "Basis and track record"),
    "price": Text("报价", "Price"),
    "months": Text("完成周期", "Time to finish"),
    "leader": Text("项目负责人", "Project leader"),
    "team": Text("团队", "Team"),
    "schedule": Text("进度安排", "Schedule"),
    "division": Text("联合体分工", "Who does what in the consortium"),
}


COMPARES = {">=": operator.ge, "<=": operator.le, "=": operator.eq}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the check before sealing: ``kind`` is ok, fix or tip, ``step`` the page where it is mended."""

    kind: str
    text: Text
    step: str = ""
    why: Text | None = None


def checks(
    content: Content, indicators: Sequence[Mapping[str, Any]], *, consortium: bool, asked: Sequence[Text] = (),
    most: Decimal | None = None,
) -> list[Check]:  # fmt: skip
    """What must be there before a bid is sealed. ``indicators``: those the challenge sets, as its content has them.

    ``asked``: partners that have not answered. ``most``: what the challenge offers, in 万元; None: to be agreed.
    """
    return [
        _filled("proposal", content, "approach"),
        _answered(content, [row["name"] for row in indicators]),
        *_behind(content, indicators),
        *(_filled("plan", content, key) for key in ("price", "months", "leader", "schedule")),
        *_within(content, most),
        *([_filled("plan", content, "division")] if consortium else []),
        *map(_unanswered, asked),
        *_papers(content, consortium),
    ]


def _filled(step: str, content: Content, key: str) -> Check:
    label = LABELS[key]
    if content.get(key):
        return Check("ok", Text("已填写：%(what)s", "Filled in: %(what)s") % {"what": label})
    return Check("fix", Text("还没有填写：%(what)s", "Not filled in yet: %(what)s") % {"what": label}, step)


def _within(content: Content, most: Decimal | None) -> Iterator[Check]:
    """A price beyond the funds of the challenge could never be contracted for."""
    if most is not None and content.get("price") and Decimal(content["price"]) > most:
        words = Text(
            "报价 %(price)s 万元超过榜单的资金上限 %(most)s 万元",
            "The price, %(price)s × 10,000 yuan, exceeds the maximum of the challenge, %(most)s × 10,000 yuan",
        )
        yield Check("fix", words % {"price": content["price"], "most": f"{most:f}"}, "plan")


def _unanswered(partner: Text) -> Check:
    return Check(
        "fix",
        Text("“%(name)s”还没有答复", "%(name)s has not answered") % {"name": partner},
        "partners",
        Text("参加单位同意以后才能封存；请等它答复，或取消邀请",
             "A bid is sealed once every partner has consented: wait for the answer, or cancel the invitation"),
    )  # fmt: skip


def _answered(content: Content, indicators: Sequence[str]) -> Check:
    """A bid answers the whole challenge (domain.md 1.1)."""
    given = content.get("indicators") or {}
    missing = [name for name in indicators if not given.get(name, {}).get("promised")]
    if not missing:
        return Check("ok", Text("考核指标逐项作了承诺", "A commitment for every indicator"))
    return Check(
        "fix",
        Text("还有 %(count)s 项考核指标没有承诺值：%(first)s", "Indicators without a commitment (%(count)s): %(first)s")
        % {"count": len(missing), "first": missing[0]},
        "indicators",
        Text("方案须覆盖榜单的全部考核指标", "A bid covers every indicator of the challenge"),
    )


def _behind(content: Content, indicators: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """Commitments that fall short of what is required, where both are plain numbers; the panel judges them."""
    for row in indicators:
        promised = (content.get("indicators") or {}).get(row["name"], {}).get("promised", "")
        try:
            reached = COMPARES[row["comparator"]](Decimal(promised), Decimal(row["threshold"]))
        except (InvalidOperation, KeyError):
            continue
        if not reached:
            words = Text(
                "承诺值达不到要求：%(name)s 承诺 %(promised)s，要求 %(sign)s %(threshold)s",
                "A commitment falls short: %(name)s, %(promised)s where %(sign)s %(threshold)s is required",
            )
            told = {"name": Text(row["name"], row.get("name_en") or row["name"]), "promised": promised,
                    "sign": COMPARATORS[row["comparator"]], "threshold": row["threshold"]}  # fmt: skip
            yield Check("tip", words % told, "indicators")


def _papers(content: Content, consortium: bool) -> Iterator[Check]:
    there = {each["kind"] for each in content.get("files") or []}
    for kind in required_papers(consortium=consortium):
        label = FILE_KINDS[kind]
        if kind in there:
            yield Check("ok", Text("已附：%(what)s", "Attached: %(what)s") % {"what": label})
        else:
            yield Check("fix", Text("还缺文件：%(what)s", "A file is missing: %(what)s") % {"what": label}, "files")


def required_papers(*, consortium: bool) -> tuple[str, ...]:
    """The kinds of files without which nothing is sealed."""
    return ("proposal", "integrity", "agreement") if consortium else ("proposal", "integrity")


def blocking(found: Sequence[Check]) -> list[Check]:
    """What still has to be mended."""
    return [each for each in found if each.kind == "fix"]


# ---- values as they are typed ----


def read_price(text: str, field: str) -> str:
    """万元 with at most two decimals, as plain digits.

    Raises:
        FieldError: no such number.
    """
    refusal = FieldError(
        field,
        Text(
            "请写以万元为单位的金额，最多两位小数，例如 286.50", "Give the amount in units of 10,000 yuan, e.g. 286.50"
        ),
    )
    try:
        amount = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise refusal from error
    if not amount.is_finite() or not 0 < amount < 10**8 or amount != amount.quantize(Decimal("0.01")):
        raise refusal
    return f"{amount:.2f}"


def read_months(text: str, field: str) -> str:
    """Whole months.

    Raises:
        FieldError: no such number.
    """
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= LONGEST_MONTHS:
        return str(int(text))
    message = Text("请写整月数，1 至 %(most)s", "Give whole months, 1 to %(most)s") % {"most": LONGEST_MONTHS}
    raise FieldError(field, message)


# ---- what is sealed ----


def bid_content(content: Content, about: Mapping[str, Any]) -> dict[str, Any]:
    """What the bid file holds: who, for what, which version, every field, and the digest of every file.

    A salt keeps the published digest from being tried out; keys and places of files are no part of it.
    """
    fields = {key: content.get(key) or BLANK[key] for key in BLANK if key != "files"}
    files = [{key: each[key] for key in ("kind", "name", "size", "sha256", "media_type")} for each in content["files"]]
    return {**about, "content": fields, "files": files, "salt": secrets.token_hex(32)}


def pairs(content: Content) -> list[tuple[Text, Any]]:
    """(label, words) of the fields, in the order of the form, for the check and for readers."""
    said = dict(content)
    if said.get("price"):
        said["price"] = Text("%(price)s 万元", "%(price)s × 10,000 yuan") % {"price": said["price"]}
    if said.get("months"):
        said["months"] = Text("%(months)s 个月", "%(months)s months") % {"months": said["months"]}
    return [(label, said[key]) for key, label in LABELS.items() if said.get(key)]
