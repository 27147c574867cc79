"""A challenge as its page shows it: the terms in words, the stages, the timeline of dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from marketplace.challenges import queries
from marketplace.challenges.addenda import ADDENDUM
from marketplace.challenges.content import BLANK, COMPARATORS, FUNDS, MODES, TIE_RULES, decimal, is_gate
from marketplace.challenges.lifecycle import CHALLENGE
from marketplace.challenges.models import Challenge
from marketplace.challenges.policy import can_edit
from marketplace.challenges.timetable import ORDER
from marketplace.core.text import Text, enumerated
from marketplace.foundation import ledger
from marketplace.organizations.models import KIND_LABELS
from marketplace.posts.queries import posts_by_id
from marketplace.reference import catalogue, regions
from marketplace.web.identity import current_actor

STAGES = (
    Text("发榜", "Posted"), Text("揭榜", "Bids"), Text("截止封存", "Closed"), Text("开启", "Opening"),
    Text("形式审查", "Formal check"), Text("专家评审", "Scoring"), Text("公示", "Notice"), Text("立榜", "Award"),
    Text("签约执行", "Work"), Text("验收", "Acceptance"),
)  # fmt: skip
# State as it is shown → how many stages lie behind it.
_REACHED = {
    "published": 1, "closed": 2, "opened": 4, "scoring": 5, "consensus": 5, "ranked": 5, "notice": 6, "notice_over": 7,
    "confirmed": 7,
    "executing": 8, "accepted": 10, "partly_accepted": 10,
}  # fmt: skip
ENDED = ("withdrawn", "failed", "no_suitable", "terminated")
DAYS, HOURS, MINUTES = Text("天", "d"), Text("小时", "h"), Text("分钟", "min")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
OTHER_ACTS = {
    "create": Text("建立草稿", "Draft begun"),
    "amend": Text("发布更正或说明", "Addendum published"),
    "answer": Text("公开答疑", "Question answered"),
}


def rail(challenge: Challenge) -> list[tuple[Text, str]]:
    """The stages with "done", "now" or "next"; none for what was never published or ended before its time."""
    if challenge.published_at is None or challenge.state in ENDED:
        return []
    behind = _REACHED[challenge.shown_state]
    return [
        (stage, "done" if place < behind else "now" if place == behind else "next")
        for place, stage in enumerate(STAGES)
    ]


def rows(challenge: Challenge) -> dict[str, list[dict[str, Any]]]:
    """Indicators, payments and criteria in words."""
    content = {**BLANK, **challenge.content}
    heaviest = max((decimal(each["weight"]) or 0 for each in content["criteria"]), default=0)
    return {
        "indicators": [
            {
                "name": _both(each, "name"), "present": each["present"], "unit": each["unit"],
                "required": required(each), "method": _both(each, "method"),
            }
            for each in content["indicators"]
        ],
        "payments": [{"name": _both(each, "name"), "share": each["share"]} for each in content["payments"]],
        "criteria": [
            {
                "name": _both(each, "name"), "hint": _both(each, "hint"), "gate": is_gate(each),
                "weight": each["weight"], "least": each["least"],
                "share": round(100 * (decimal(each["weight"]) or 0) / heaviest) if heaviest else 0,
            }
            for each in content["criteria"]
        ],
    }  # fmt: skip


def required(row: Mapping[str, Any]) -> Text | str:
    """What an indicator asks for, without its unit."""
    sign = COMPARATORS[row["comparator"]]
    if row["comparator"] == "is":
        return row["threshold"]
    return f"{sign.zh} {row['threshold']}"


def eligibility(challenge: Challenge) -> list[Text]:
    """Who may bid, rule by rule, in the order in which bids are checked."""
    content = {**BLANK, **challenge.content}
    found = [
        Text("境内依法登记、能独立承担责任，并在本平台通过认证的单位", "Legal persons, verified on this site"),
        _consortium(challenge.most_partners),
        Text("同一单位在本榜只能出现一次，牵头与参加合并计算",
             "An organization appears in one bid only, as lead or as partner"),
    ]  # fmt: skip
    if content["kinds"]:
        found.append(_list(Text("单位类型：", "Kind: "), [KIND_LABELS[key] for key in content["kinds"]]))
    if content["regions"]:
        names = [regions.full_name(code) for code in content["regions"]]
        found.append(_list(Text("牵头单位所在地：", "Place of the lead: "), names))
    if content["categories"]:
        names = [catalogue.category(code).label for code in content["categories"]]
        found.append(
            _list(Text("牵头单位已在本平台发布下列品类的产品：", "The lead has a published product of: "), names)
        )
    if content["owner_barred"]:
        found.append(Text("需求单位及其上下级单位不得揭榜", "The owner, its parents and subsidiaries do not bid"))
    if content["credit"]:
        found.append(Text("三年内无严重失信记录", "No serious breach of trust on record within three years"))
    found.append(Text("方案须覆盖全部考核指标", "A bid covers every indicator"))
    if content["conditions"]:
        found.append(_both(content, "conditions"))
    return found


def _consortium(most: int) -> Text:
    if not most:
        return Text("不接受联合体", "No consortia")
    said = Text(
        "可组成联合体：牵头 1 家，参加不超过 %(most)d 家，附联合揭榜协议",
        "Consortia of one lead and up to %(most)d partners, with their agreement",
    )
    return said % {"most": most}


def _list(head: Text, names: Sequence[Text]) -> Text:
    named = enumerated(names)
    return Text(head.zh + named.zh, head.en + named.en)


def _both(row: Mapping[str, Any], key: str) -> Text:
    return Text(row.get(key) or "", row.get(f"{key}_en") or row.get(key) or "")


def summary(challenge: Challenge) -> list[tuple[Text, Any]]:
    """The pairs beside the page."""
    content = {**BLANK, "corrections": False, **challenge.content}  # terms of before do not speak of it
    mode = MODES[challenge.mode]
    if challenge.mode == "race":
        mode = Text("%(mode)s，最多 %(most)d 家", "%(mode)s, up to %(most)d") % {
            "mode": mode, "most": challenge.most_winners,
        }  # fmt: skip
    months = Text("%(months)s 个月", "%(months)s months") % {"months": content["months"]} if content["months"] else None
    return [
        (Text("资金", "Funds"), funds(content)),
        (Text("方式", "Winners"), mode),
        (Text("完成期限", "Time to finish"), months),
        (Text("最少申报", "Fewest bids"), str(challenge.min_bids)),
        (Text("材料补正", "Missing papers"), _corrections(content)),
        (Text("评审", "Scoring"), Text("盲评", "Blind") if challenge.blind else Text("实名评审", "Not blind")),
        (Text("开启", "Opening"), Text("%(need)d 人到场，共 %(all)d 人", "%(need)d of %(all)d openers together") % {
            "need": challenge.openers_needed, "all": challenge.openers,
        }),
    ]  # fmt: skip


def _corrections(content: Mapping[str, Any]) -> Text:
    if content["corrections"]:
        return Text("形式审查时可补正一次", "May be handed in once, when asked for")
    return Text("不补正", "Not accepted later")


def funds(content: Mapping[str, Any]) -> Text | None:
    """The limit of the money, or that it is to be agreed."""
    if content["funds_kind"] == "talks":
        return FUNDS["talks"]
    if not content["funds"]:
        return None
    yuan = (decimal(content["funds"]) or 0) * 10_000
    return Text(f"不超过 {content['funds']} 万元", f"Up to {yuan:,.0f} yuan")


def tie_rule(challenge: Challenge) -> Text:
    """How equal totals are ordered."""
    return TIE_RULES[{**BLANK, **challenge.content}["tie_rule"]]


def remaining(challenge: Challenge, now: datetime) -> list[tuple[str, Text]]:
    """The time to the deadline in its two largest units, from the last day on to the minute; empty when it is over."""
    left = _left(challenge, now)
    if left <= timedelta(0):
        return []
    days, hours, minutes = (left // unit for unit in (DAY, HOUR, MINUTE))
    if days:
        return [(str(days), DAYS), (str(hours % 24), HOURS)]
    if hours:
        return [(str(hours), HOURS), (str(minutes % 60), MINUTES)]
    return [(str(minutes) if minutes else "<1", MINUTES)]


def time_left(challenge: Challenge, now: datetime) -> Text | None:
    """The same in one line."""
    parts = remaining(challenge, now)
    if not parts:
        return None
    zh, en = (" ".join(f"{count} {unit.say(language)}" for count, unit in parts) for language in ("zh_CN", "en"))
    return Text(zh, en)


def changes_at(challenge: Challenge, now: datetime) -> datetime | None:
    """When after ``now`` the clock alone makes another page of it: as ``remaining`` or its stages go on."""
    left = _left(challenge, now)
    step = HOUR if left >= DAY else MINUTE
    shown = [challenge.deadline - step * (left // step)] if challenge.deadline and left > timedelta(0) else []
    stages = [at for key in ORDER if (at := getattr(challenge, key)) is not None and at > now]
    return min([*shown, *stages], default=None)


def _left(challenge: Challenge, now: datetime) -> timedelta:
    if challenge.state != "published" or challenge.deadline is None:
        return timedelta(0)
    return challenge.deadline - now


def files(challenge: Challenge) -> list[dict[str, Any]]:
    """The contract template and the further files, to be downloaded."""
    content = {**BLANK, **challenge.content}
    contract = [(content["contract"], Text("合同范本", "Contract template"))] if content["contract"] else []
    return [
        {
            "id": each["file"], "href": url_for("files.show", file_id=each["file"], name=each["name"]),
            "title": title or each["name"], "kind": each["name"].rpartition(".")[2].upper(),
            "size": f"{max(1, round(each['size'] / 1024))} KB",
        }
        for each, title in [*contract, *((each, None) for each in content["files"])]
    ]  # fmt: skip


def history(challenge: Challenge) -> list[dict[str, Any]]:
    """History for the macro ``log``, newest first. Visitors read what happened since publication, without names."""
    entries = list(ledger.history(challenge))
    if not (can_edit(current_actor(), challenge) or current_actor().post_for("challenge", challenge.region)):
        entries = [each for each in entries if challenge.published_at and each.at >= challenge.published_at]
    posts = posts_by_id([entry.post_id for entry in entries if entry.post_id])
    found = []
    for entry in reversed(entries):
        step = CHALLENGE.by_name.get(entry.action)
        act = step.told if step else OTHER_ACTS[entry.action]
        who = posts[entry.post_id].label if entry.post_id in posts else _side(challenge, entry)
        found.append({"at": entry.at, "text": entry.told(act), "who": who})
    return found


def _side(challenge: Challenge, entry: ledger.LedgerEntry) -> Text:
    return Text("系统", "System") if entry.actor_kind == "system" else challenge.organization.label


def proposed_addendum(challenge: Challenge) -> dict[str, Any] | None:
    """What waits to be published, for the owner and the officials."""
    found = queries.proposed(challenge)
    return {"row": found, "offers": list(ADDENDUM.open_to(current_actor(), found))} if found is not None else None
