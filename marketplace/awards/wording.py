"""Awards in words: what a notice says, grounds of a termination, amounts, points, names of acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marketplace.awards.models import Award
from marketplace.awards.queries import awards_of
from marketplace.bids.models import Bid
from marketplace.bids.queries import known_bids
from marketplace.challenges.models import Challenge
from marketplace.core import reasons
from marketplace.core.text import Text, enumerated
from marketplace.notices.content import section
from marketplace.notices.services import Decision
from marketplace.scoring.queries import RankedBid, draws_of, ranking, valid_ranking
from marketplace.scoring.ranking import shown

GROUNDS, EMPTIED, RULES = dict(reasons.GROUNDS), dict(reasons.EMPTIED), dict(reasons.RULES)
RESULTS = {
    "met": Text("全部完成", "Done in full"),
    "partly": Text("部分完成", "Done in part"),
    "pass": Text("同意通过验收", "To be accepted in full"),
}
OWNER_RESULTS = {
    "pass": Text("同意通过验收", "Accept in full"),
    "partly": Text("同意部分验收", "Accept in part"),
}
# What an expert of an acceptance panel votes for.
VOTES = {**OWNER_RESULTS, "return": Text("退回整改", "Return for rework")}
# Acts that are no step of a life cycle, by the kind of object.
ACTS: dict[str, dict[str, Text]] = {
    "award": {"propose": Text("拟揭榜，列入公示", "Proposed and put on notice")},
    "contract": {"write": Text("登记合同", "Contract recorded")},
    "milestone": {"plan": Text("列入计划", "Planned")},
    "extension": {"ask": Text("申请延期", "Extension asked for")},
    "payment": {"record": Text("登记付款", "Payment recorded")},
    "acceptance": {"apply": Text("申请验收", "Acceptance applied for")},
    "opinion": {"hand_in": Text("提交验收意见", "Opinion handed in")},
    "termination": {"terminate": Text("终止", "Terminated")},
}
_HEAD = (
    Text("名次", "Rank"), Text("申报编号", "Bid"), Text("单位", "Organization"), Text("总分", "Total"),
    Text("结果", "Result"),
)  # fmt: skip
BEYOND_FUNDS = Text(
    "榜单公布的资金不超过 %(most)s 万元，本合同最多 %(left)s 万元",
    "The challenge offers at most %(most)s × 10,000 yuan, of which %(left)s × 10,000 for this contract",
)


def bidder(bid: Bid) -> Text:
    """Who bids: the lead, and the partners that take part."""
    lead = bid.organization.label
    partners = [
        each.organization.label for each in bid.participations if each.role == "partner" and each.state == "live"
    ]
    if not partners:
        return lead
    names = enumerated(partners)
    words: dict[str, object] = {"lead": lead, "partners": names}
    return Text("%(lead)s（牵头）；参加：%(partners)s", "%(lead)s (lead); partners: %(partners)s") % words


def decision(challenge: Challenge, chosen: Sequence[tuple[int, RankedBid]], office: Text) -> Decision:
    """What is put on notice: on what it rests, the whole ranking, who is proposed, and why it is not the first one."""
    title = challenge.label
    return Decision(
        kind="award", duty="challenge", about_type="challenge", about_id=challenge.id, about_number=challenge.number,
        organization=challenge.organization, issuer=office,
        title=Text(f"关于“{title.zh}”拟揭榜单位的公示", f"Notice: proposed award of “{title.en}”"),
        sections=(
            *_grounds(challenge), _results(challenge, {place.bid.id for _lot, place in chosen}), *_lots(challenge)
        ),
        concerned=frozenset(each for bid in known_bids(challenge) for each in _taking_part(bid)),
    )  # fmt: skip


def _taking_part(bid: Bid) -> list[int]:
    """The keys of who bids."""
    return [each.organization_id for each in bid.participations if each.state == "live"] + [bid.organization_id]


def _grounds(challenge: Challenge) -> Sequence[dict[str, object]]:
    rests = section(
        Text("依据", "Grounds"),
        Text(
            f"根据榜单 {challenge.number} 第 {challenge.edition} 版公布的评审标准，经开启、形式审查、专家评审和排序，"
            "现将结果公示。单项评分不公开，申报单位公示后可查本单位得分。",
            f"By the criteria published in edition {challenge.edition} of challenge {challenge.number}, after opening, "
            "formality check, scoring and ranking. Single scores are not published; bidders read their own afterwards.",
        ),
    )  # fmt: skip
    before = [each for each in awards_of(challenge) if not each.live]
    if not before:
        return (rests,)
    told = section(
        Text("此前的公示和立榜", "Earlier notices and awards"),
        head=(_HEAD[1], _HEAD[2], _HEAD[4], Text("理由", "Reason")),
        rows=[[each.bid.number, bidder(each.bid), ENDINGS[each.state], each.remark] for each in before],
    )  # fmt: skip
    return rests, told


ENDINGS = {
    "dropped": Text("公示撤销", "Notice annulled"), "struck": Text("取消资格", "Struck off"),
    "declined": Text("放弃", "Declined"), "lapsed": Text("逾期作废", "Lapsed"), "undone": Text("更正撤销", "Undone"),
    "terminated": Text("终止", "Terminated"),
}  # fmt: skip


def _results(challenge: Challenge, proposed: set[int]) -> dict[str, object]:
    held = {each.bid_id: each for each in awards_of(challenge) if each.state not in ("dropped", "proposed")}
    rows: list[list[str | Text]] = [
        [str(each.rank or "—"), each.bid.number, bidder(each.bid), shown(each.total), _result(each, proposed, held)]
        for each in ranking(challenge)
    ]
    out = [bid for bid in known_bids(challenge) if bid.state == "disqualified"]
    rows += [["", bid.number, bidder(bid), "", Text("形式审查不合格", "Disqualified")] for bid in out]
    return section(Text("评审结果", "Results"), head=_HEAD, rows=rows)


def _lots(challenge: Challenge) -> Iterator[dict[str, object]]:
    """Each draw among equal ranks, with all that is needed to draw again."""
    found = valid_ranking(challenge)
    for each in draws_of(found) if found is not None else ():
        if each.state == "drawn":
            outcome = enumerated(each.outcome)
            yield section(
                Text(f"第 {each.rank} 名抽签记录", f"Lots drawn for rank {each.rank}"),
                Text(
                    "名次相同，由两名经办人抽签。办法：以“前段:后段”为种子，把种子和申报编号用冒号连接，取 SHA-256，"
                    "从小到大排列。前段由系统生成，抽签前只留 SHA-256 摘要；后段由另一名经办人在现场写入。",
                    "Equal ranks were told apart by lot, by two officials: with “first half:second half” as seed, the "
                    "SHA-256 of seed, colon and number of the bid, in ascending order. The site made the first half, "
                    "of which only the SHA-256 was kept before the draw; another official gave the second on the spot.",
                ),
                head=(Text("次序", "Order"), Text("前段摘要", "Digest"), Text("前段", "First half"),
                      Text("后段", "Second half")),
                rows=[[outcome, each.commitment, each.secret, each.words]],
            )  # fmt: skip


def _result(place: RankedBid, proposed: set[int], held: dict[int, Award]) -> Text:
    if place.bid.id in proposed:
        return Text("拟揭榜", "Proposed")
    award = held.get(place.bid.id)
    if award is not None:
        return ENDINGS.get(award.state, Text("已立榜", "Awarded"))
    return Text("递补", "Reserve") if place.qualified else Text("未达最低要求", "Below a minimum")
