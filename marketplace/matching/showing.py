"""A pair in words, the same for both sides: each must-have with its verdict, and what earned the points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.core.text import Text, enumerated
from marketplace.enquiries.figures import PairTalk
from marketplace.enquiries.refusals import Barred
from marketplace.matching import weights
from marketplace.matching.queries import Piloted, need_of, offer_of
from marketplace.matching.scoring import Judgement, Need, Offer, judge
from marketplace.products.content import EVIDENCE, EVIDENCE_LEVEL
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.scenarios import fitting
from marketplace.scenarios.fitting import Cell, cells
from marketplace.scenarios.models import Scenario
from marketplace.vocabulary.thesaurus import Thesaurus

MOST_SHARED = 8
# Part → what is so when it earned everything, something, nothing.
FACTS: Mapping[str, tuple[Text, Text, Text]] = {
    "wording": (
        Text("按篇幅折算，三成以上的相邻两字相同",
             "Allowing for length, 30 % or more of the character pairs are shared"),
        Text("部分相邻两字相同", "Some character pairs are shared"),
        Text("没有相同的相邻两字", "No character pair is shared"),
    ),
    "domain": (
        Text("应用领域包含需求的领域", "Its domains include that of the need"),
        Text("", ""),
        Text("应用领域不包含需求的领域", "Its domains do not include that of the need"),
    ),
    "place": (
        Text("与现场同市，或服务范围包含现场", "In the city of the site, or the service area includes it"),
        Text("供方在安徽，未写明服务到现场", "The vendor is in Anhui; no service area that includes the site"),
        Text("供方在省外，未写明服务到现场", "The vendor is outside Anhui; no service area that includes the site"),
    ),
    "payment": (
        Text("供方接受需求所列的付费方式之一", "The vendor offers one of the ways asked for"),
        Text("", ""),
        Text("供方没有列出需求要的付费方式", "The vendor lists none of the ways asked for"),
    ),
    "pilots": (
        Text("同一子场景有通过核验的试点", "It has a verified pilot in the same sub-scenario"),
        Text("同一领域有通过核验的试点", "It has a verified pilot in the same domain"),
        Text("还没有同类的核验试点", "No verified pilot of this kind yet"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One pair as a row of a page. ``reasons``: (part, points, of how many, detail)."""

    scenario: Scenario
    product: Product
    judgement: Judgement
    cells: Sequence[Cell]
    reasons: Sequence[tuple[Text, str, int, Text]]
    fresh: bool = False
    # What came of it; only the members of the two are shown it.
    talk: PairTalk | None = None
    # Why a talk about it cannot begin now; only who is led to one is shown it.
    bar: Barred | None = None

    @property
    def score(self) -> str:
        """To one decimal, as it is shown."""
        return f"{self.judgement.score // 10 / 10:.1f}"

    @property
    def standing(self) -> Text:
        """The score, or why the pair is no match."""
        why = self.against
        if why is None:
            return Text(self.score, self.score)
        return Text("不列为匹配：%(why)s", "Not a match: %(why)s") % {"why": why}

    @property
    def against(self) -> Text | None:
        """Why the pair is not among the matches, or None: the product's state, else what the rules say of the two."""
        if self.product.state != "published":
            mark = PRODUCT.lifecycle.mark(self.product.state)
            return Text("产品现在是“%(state)s”", "the product is now “%(state)s”") % {"state": mark.label}
        if self.judgement.excluded:
            return Text("有硬性要求不满足", "a must-have is not met")
        if not self.judgement.related:
            return Text("没有硬性要求不满足，但和这项任务的共同之处太少",
                        "no must-have fails, but it has too little in common with the task")  # fmt: skip
        return None

    @property
    def questions(self) -> Sequence[Text]:
        """What is to be asked, because the product does not say it."""
        return [cell.name for cell in self.cells if cell.kind == "unknown"]

    @property
    def kind(self) -> str:
        """The verdict on all must-haves together."""
        return fitting.verdict(self.cells)


def shown(
    scenario: Scenario, product: Product, tried: Piloted, wordings: Thesaurus, *, fresh: bool = False
) -> Shown:  # fmt: skip
    """The pair, judged now from what both sides publish and from the verified pilots of the product.

    ``wordings``: by which the words in common are named in English, too.
    """
    need, offer = need_of(scenario), offer_of(product, tried)
    found = judge(need, offer)
    rows = scenario.content.get("requirements") or []
    claimed = cells(rows, product.content["specs"])
    in_order = [surface for surface in need.words if surface in found.shared][:MOST_SHARED]
    details = {"must": _met(found), "task": _listed(in_order, wordings), "evidence": _evidence(claimed, offer),
               "category": _kind(need, offer.category)}  # fmt: skip
    reasons = [
        (
            part.label,
            f"{found.earned[name] / 100:.1f}",
            part.points,
            details.get(name) or _fact(name, found.earned[name]),
        )
        for name, part in weights.PARTS.items()
        if name in found.earned
    ]
    return Shown(scenario, product, found, claimed, reasons, fresh)


def heads(scenario: Scenario) -> Sequence[tuple[Text, Text]]:
    """(name, what is wanted) of each must-have: the columns of the table."""
    return fitting.heads(scenario.content.get("requirements") or [])


def plain(each: Shown) -> Mapping[str, Any]:
    """The pair for programs."""
    rows = each.scenario.content.get("requirements") or []
    return {
        "scenario": each.scenario.number,
        "product": each.product.number,
        "score": each.judgement.score / 100,
        "rules": weights.VERSION,
        "parts": [
            {"part": name, "points": each.judgement.earned[name] / 100, "of": weights.PARTS[name].points}
            for name in weights.PARTS
            if name in each.judgement.earned
        ],
        "requirements": [
            {"spec": row["spec"], "op": row["op"], "value": row["value"], "verdict": verdict}
            for row, verdict in zip(rows, each.judgement.verdicts, strict=True)
        ],
        "words": sorted(each.judgement.shared),
    }


def _fact(part: str, earned: int) -> Text:
    """What is so of the pair, by the hundredths of points it earned."""
    full, some, none = FACTS[part]
    return full if earned == weights.PARTS[part].points * 100 else some if earned else none


def _met(found: Judgement) -> Text:
    counts: dict[str, object] = {"met": found.verdicts.count("met"), "all": len(found.verdicts)}
    return Text("%(all)d 项中满足 %(met)d 项", "%(met)d of %(all)d are met") % counts


def _listed(words: Sequence[str], wordings: Thesaurus) -> Text:
    """The words in common, as the table of synonyms writes them; what it has in no other language stays as it is."""
    if not words:
        return Text("没有共同的词", "No word in common")
    # Several Chinese words may have one English name, which is said once.
    zh, en = (enumerated(dict.fromkeys(map(name, words))) for name in (wordings.written, wordings.in_latin))
    return Text("共同的词：%(words)s", "In common: %(words)s") % {"words": Text(zh.zh, en.en)}


def _kind(need: Need, category: str) -> Text:
    """What the category has to do with the need."""
    if category in need.named:
        return Text("需求点名的类别", "Named by the need")
    if category in need.categories:
        return (
            Text("常用于该子场景", "Usual for the sub-scenario")
            if need.exact
            else Text("常用于该领域", "Usual in the domain")
        )
    return Text("不是常用的类别", "Not usual for it")


def _evidence(cells: Sequence[Cell], offer: Offer) -> Text:
    """How well what is asked for is proven: the weakest level among the claims compared."""
    if not cells:
        return Text("没有硬性要求，看全部参数：%(found)s", "Without must-haves, of all specs: %(found)s") % {
            "found": _levels(offer)
        }
    claimed = [cell.evidence for cell in cells if cell.evidence]
    if not claimed:
        return Text("与硬性要求对应的参数都未公开", "None of the specs asked for is given")
    weakest = min(claimed, key=lambda code: EVIDENCE_LEVEL[code])
    return Text("最弱的一项是“%(level)s”", "The weakest is “%(level)s”") % {"level": EVIDENCE[weakest]}


def _levels(offer: Offer) -> Text:
    """How many claims of the offer have which evidence, the best first."""
    counts = Counter(level for _value, level in offer.claims.values())
    found = [(EVIDENCE[code], counts[level]) for code, level in EVIDENCE_LEVEL.items() if counts[level]]
    if not found:
        return Text("都未公开", "none is given")
    return enumerated(Text(f"{name.zh} {count} 项", f"{count} {name.en}") for name, count in reversed(found))
