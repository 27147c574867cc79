"""A site in words: what its notice says, its history, the chain it stands in, and what its operator stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marketplace.core.text import Text
from marketplace.foundation.ledger import LedgerEntry
from marketplace.notices.content import section
from marketplace.reference import catalogue, regions
from marketplace.sites.content import KINDS, LABELS
from marketplace.sites.lifecycle import SITE
from marketplace.sites.models import Site
from marketplace.sites.policy import is_in_force

# How history names what no step of the life cycle did.
ACTS: Mapping[str, Text] = {
    "create": Text("建立草稿", "Draft begun"),
    "write": Text("修改草稿", "Draft written"),
    "visit": Text("登记现场查看", "Visit recorded"),
    "assess": Text("收到一份专家评审表", "A sheet handed in"),
    "plate": Text("授予牌号", "Plate given"),
    "level": Text("标注级别", "Level marked"),
    "state_yearly": Text("提交年度运行报告", "Yearly report filed"),
    "state_rectification": Text("提交整改情况", "Statement of what was put right filed"),
    "state_reply": Text("提交陈述", "Reply filed"),
    "state_renewal": Text("申请续期", "Renewal asked for"),
}
# What the public reads of it.
TOLD = frozenset({
    "submit", "recommend", "evaluate", "announce", "designate", "plate", "level", "state_yearly", "recheck", "renew",
    "rectify", "state_rectification", "warn", "keep", "revoke", "expire",
})  # fmt: skip

# Who acted where neither a post nor an organization stands beside an act.
WHO = {"system": Text("系统", "The system"), "user": Text("评审专家", "An expert")}

STATEMENTS = {
    "yearly": Text("年度运行报告", "Yearly report"),
    "rectification": Text("整改情况", "What was put right"),
    "reply": Text("陈述", "Reply"),
    "renewal": Text("续期申请", "Request for renewal"),
}
STATED = {
    "hours": Text("累计运行小时", "Hours run"),
    "tasks": Text("完成任务数", "Tasks done"),
    "incidents": Text("安全事件数", "Incidents"),
    "text": Text("情况说明", "Statement"),
    "changes": Text("与申报时相比的变化", "What has changed since the application"),
}


def mark(site: Site) -> Any:
    """The mark of its state; what is past its last day reads as expired before the clock has moved it."""
    return mark_of(site.state, ended=site.plate is not None and not is_in_force(site))


def mark_of(state: str, *, ended: bool) -> Any:
    """The same for who knows but its state, and whether it had a plate that is in force no longer."""
    return SITE.mark("expired" if ended and state != "revoked" else state)


def shown_content(site: Site, *, own: bool) -> Mapping[str, Any]:
    """What a page shows: its applicant what he writes, everybody else what was filed last."""
    if own and site.state in ("draft", "returned"):
        return site.content
    return site.filed.get("content") or site.content


def domain(site: Site) -> Text | None:
    """The domain in words."""
    known = {each.code: each.label for each in catalogue.domains()}
    return known.get(site.domain)


# ---- the notice ----


def notice_title(site: Site) -> Text:
    """The title of its notice."""
    return Text("关于拟命名“%(title)s”为%(kind)s的公示", "Notice: “%(title)s” to be designated a %(kind)s") % {
        "title": site.label, "kind": Text(KINDS[site.kind].zh, KINDS[site.kind].en.lower()),
    }  # fmt: skip


def notice_sections(site: Site) -> list[dict[str, Any]]:
    """What the notice says: the ground, what is to be designated, what it rests on."""
    rows: list[list[str | Text]] = [
        [each.number, each.label, each.supplier.label, each.valid_until.isoformat() if each.valid_until else "—"]
        for each in site.pilots
    ]
    ground = Text(
        "依据核验通过的场景验证，经市级推荐、专家评审和现场查看，拟命名下列示范应用，现予公示。",
        "On verified pilots, recommended by the city, evaluated by experts and visited, the following demonstration "
        "site is to be designated and is put on notice.",
    )
    about = Text(
        "%(number)s “%(title)s”，申报单位：%(organization)s，地点：%(place)s。",
        "%(number)s “%(title)s”, applied for by %(organization)s, at %(place)s.",
    ) % {
        "number": site.number, "title": site.label, "organization": site.organization.label,
        "place": regions.full_name(site.region),
    }  # fmt: skip
    head = (Text("验证编号", "Pilot"), Text("名称", "Title"), Text("供方", "Supplier"), Text("有效至", "Valid through"))
    return [
        section(Text("依据", "Ground"), ground),
        section(Text("拟命名的示范应用", "To be designated"), about),
        section(Text("所依据的场景验证", "Pilots it rests on"), head=head, rows=rows),
    ]


# ---- history and chain ----


def act_of(entry: LedgerEntry) -> Text:
    """What an entry of history says."""
    step = SITE.by_name.get(entry.action)
    act = step.told if step else ACTS[entry.action]
    if entry.action == "plate":
        act = Text(f"{act.zh} {entry.data['plate']}", f"{act.en}: {entry.data['plate']}")
    return entry.told(act)


def told(entries: Iterable[LedgerEntry], *, inside: bool) -> list[LedgerEntry]:
    """What a reader may read of history, the newest first; who is outside reads no reasons given inside."""
    return [each for each in entries if inside or each.action in TOLD][::-1]


def parts(content: Mapping[str, Any], *, inside: bool) -> list[tuple[Text, Text]]:
    """The application as headed paragraphs: what everybody reads, and what is for those who deal with it."""
    open_to_all = ("building", "running", "effects", "copying")
    keys: Sequence[str] = (*open_to_all, "economics", "safety") if inside else open_to_all
    return [
        (LABELS[key], Text(content[key], content.get(f"{key}_en") or content[key])) for key in keys if content.get(key)
    ]
