"""What must hold before a step of a site's life: each returns the refusal, or None."""

from __future__ import annotations

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.text import Text
from marketplace.notices import queries as notices
from marketplace.notices.lifecycle import unsettled
from marketplace.panels import queries as panels
from marketplace.settings.queries import value
from marketplace.sites import queries
from marketplace.sites.figures import PASS_MARKS
from marketplace.sites.models import Site
from marketplace.sites.precheck import points

NO_NOTICE = (Text("还没有公示", "It has not been put on notice"), Text("请先公示", "Put it on notice first"))


def complete(site: Site) -> Refused | None:
    """Only a whole application on valid pilots is submitted."""
    missing = [each for each in points(site) if each.kind == "fix"]
    if not missing:
        return None
    return Refused(
        Text("申报材料齐全、验证结论有效才能提交",
             "An application is submitted when it is complete and its pilots are valid"),
        Text("还有 %(count)s 处要改：%(first)s", "%(count)s points are open: %(first)s")
        % {"count": len(missing), "first": missing[0].text},
        Text("请按预检逐项修改", "Go through the pre-check"),
    )  # fmt: skip


def passed(site: Site) -> Refused | None:
    """A notice rests on a visit and on enough experts whose average reaches the mark."""
    rule = Text("现场查看、专家评审都完成且平均分达标才能公示",
                "A notice needs a visit, enough experts, and an average that reaches the mark")  # fmt: skip
    if not queries.visits(site, "evaluation", site.round):
        return Refused(rule, Text("还没有现场查看记录", "There is no record of a visit"),
                       Text("请先登记现场查看", "Record the visit first"))  # fmt: skip
    panel = panels.panel_of(site)
    if panel is None or panel.state != "open":
        return Refused(rule, Text("还没有抽取评审专家", "No panel was drawn"),
                       Text("请先抽取评审组", "Draw a panel first"))  # fmt: skip
    totals = [each.total for each in queries.sheets(site) if each.total is not None]
    least, mark = panel.seats, value(PASS_MARKS)
    if len(totals) < least:
        fact = Text("已收到 %(have)s 份评审表，至少 %(need)s 份", "%(have)s of at least %(need)s sheets were handed in")
        return Refused(rule, fact % {"have": len(totals), "need": least},
                       Text("请等专家提交，或抽取候补", "Wait for the experts, or draw reserves"))  # fmt: skip
    average = sum(totals) / len(totals)
    if average < mark:
        fact = Text("平均 %(average)s 分，低于 %(mark)s 分", "The average is %(average)s, below %(mark)s")
        return Refused(rule, fact % {"average": f"{average:.1f}", "mark": mark},
                       Text("请退回补正或不予命名", "Return it, or do not designate it"))  # fmt: skip
    return still_valid(site)


def still_valid(site: Site) -> Refused | None:
    """The pilots it stands on are valid on the day of the decision."""
    late = [each for each in site.pilots if each.valid_until is None or each.valid_until < clock.today()]
    if not late:
        return None
    return Refused(
        Text("命名以有效的验证结论为准", "A designation rests on pilots whose results are valid"),
        Text("%(number)s 的结论已过有效期", "The result of %(number)s is no longer valid") % {"number": late[0].number},
        Text("请退回申报单位，更换或重新验证", "Return it; the pilot is repeated or replaced"),
    )


def notice_stands(site: Site) -> Refused | None:
    """It is designated when its notice is over and every objection was dismissed."""
    last = next(iter(notices.about("site", site.id)), None)
    left = unsettled(last) if last is not None else NO_NOTICE
    rule = Text("公示期满、没有未处理的异议才能命名", "It is designated when the notice is over and no objection waits")
    return Refused(rule, *left) if left else still_valid(site)


def notice_annulled(site: Site) -> Refused | None:
    """It is evaluated again when an objection was upheld."""
    last = next(iter(notices.about("site", site.id)), None)
    if last is not None and last.state == "annulled":
        return None
    return Refused(
        Text("异议成立后才重新评审", "It is evaluated again after an upheld objection"),
        Text("公示没有被撤销", "The notice was not annulled"), Text("无需办理", "Nothing to do"),
    )  # fmt: skip


def reported(site: Site) -> Refused | None:
    """A check rests on what the operator has stated since the last one."""
    kind = "rectification" if site.state == "rectifying" else "yearly"
    if queries.stated_since_check(site, kind):
        return None
    wanted = {
        "rectification": Text("整改情况说明", "statement of what was put right"),
        "yearly": Text("年度运行报告", "yearly report"),
    }[kind]
    return Refused(
        Text("复核以运营单位的报告为依据", "A check rests on what the operator reports"),
        Text("还没有收到%(what)s", "There is no %(what)s yet") % {"what": wanted},
        Text("请等运营单位提交；逾期可限期整改或告知摘牌", "Wait for it; when it is late, order or propose to revoke"),
    )


def renewal_asked(site: Site) -> Refused | None:
    """A renewal is granted to who asks for it."""
    if queries.stated_since_check(site, "renewal"):
        return None
    return Refused(
        Text("续期由运营单位申请", "A renewal is asked for by the operator"),
        Text("还没有续期申请", "None was asked for"), Text("请等运营单位申请", "Wait for it"),
    )  # fmt: skip


def heard(site: Site) -> Refused | None:
    """Nobody loses a plate unheard: its operator has replied, or the time to reply is over."""
    over = site.reply_until is not None and clock.today() > site.reply_until
    if over or queries.stated_since_check(site, "reply"):
        return None
    day = site.reply_until.isoformat() if site.reply_until else "—"
    return Refused(
        Text("摘牌前听取运营单位陈述", "The operator is heard before a plate is revoked"),
        Text("陈述期到 %(day)s 24:00，还没有收到陈述", "It may reply through %(day)s and has not yet") % {"day": day},
        Text("请等陈述或期满", "Wait for the reply, or for that day to pass"),
    )


def past_validity(site: Site) -> Refused | None:
    """A designation ends after its last day, in Beijing."""
    if site.valid_until is not None and clock.today() > site.valid_until:
        return None
    day = site.valid_until.isoformat() if site.valid_until else "—"
    return Refused(
        Text("有效期满才到期", "A designation expires when its validity is over"),
        Text("有效期到 %(day)s", "It is valid through %(day)s") % {"day": day},
        Text("无需办理", "Nothing to do"),
    )
