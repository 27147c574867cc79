"""The reasons that an official ticks when he returns something, in both languages."""

from __future__ import annotations

from marketplace.core.text import Text

# (code in the form, the line that history keeps in Chinese, the working language, and what is read in English).
Reasons = tuple[tuple[str, Text], ...]

LISTING_REASONS: Reasons = (
    ("material", Text("缺少支撑材料", "Supporting material is missing")),
    ("differs", Text("与附件或公开资料不一致", "Differs from the attachments or public material")),
    ("unclear", Text("单位或工况不清", "Unit or working conditions unclear")),
    ("outside", Text("不属于本清单或类别不对", "Does not belong to this list, or wrong category")),
    ("contact", Text("公开文字含联系方式或广告", "Public text holds contact data or advertising")),
)
ORGANIZATION_REASONS: Reasons = (
    ("code", Text("名称与统一社会信用代码不符", "Name does not match the credit code")),
    ("kind", Text("单位类型或所在地不对", "Wrong kind or place")),
    ("contact", Text("联系人无法核实", "The contact cannot be confirmed")),
)
EXPERT_REASONS: Reasons = (
    ("fields", Text("专长与所选领域不符", "Expertise does not match the chosen fields")),
    ("employers", Text("任职单位不全或不清", "Employers incomplete or unclear")),
    ("ties", Text("持股或关系需要说明", "Shareholdings or relations need an explanation")),
)
# Why an award ends before its work is done (domain.md 1.5, C18); the words follow on the same line.
GROUNDS: Reasons = (
    ("A", Text("A 技术路线不可行", "A: the approach proved not feasible")),
    ("B", Text("B 揭榜单位违约或弄虚作假", "B: breach of contract or deception by the awarded organization")),
    ("C", Text("C 需求单位原因", "C: reasons on the owner's side")),
    ("D", Text("D 不可抗力", "D: force majeure")),
)
# Why a challenge is ranked again, by the step that emptied a place; the words of who took it follow on the same line.
EMPTIED: Reasons = (
    ("decline", Text("放弃立榜", "Award declined")),
    ("lapse", Text("逾期未答复", "Award not answered in time")),
    ("forfeit", Text("逾期未签约，取消立榜", "Award taken back: no contract in time")),
    ("strike", Text("取消资格", "Struck off")),
    ("undo", Text("更正撤销立榜", "Award undone by correction")),
)
# What a rule gives as the reason.
RULES: Reasons = (("objected", Text("公示期内异议成立，公示撤销", "An objection was upheld and the notice annulled")),)
COLON = "："  # between such a ground and the words of who ended it
_KNOWN = (*LISTING_REASONS, *ORGANIZATION_REASONS, *EXPERT_REASONS, *GROUNDS, *EMPTIED, *RULES)
_ENGLISH = {text.zh: text.en for _code, text in _KNOWN}
# History of before holds this in both languages at once.
_BOTH = {f"{text.zh} {text.en}": text for _code, text in RULES}


def in_words(reason: str) -> Text:
    """A reason as history keeps it, for readers of both languages: what was ticked in theirs, any other as written."""
    if reason in _BOTH:
        return _BOTH[reason]
    return Text(reason, "\n".join(map(_in_english, reason.split("\n"))))


def _in_english(line: str) -> str:
    ticked, colon, words = line.partition(COLON)
    if colon and ticked in _ENGLISH:
        return f"{_ENGLISH[ticked]}: {words}"
    return _ENGLISH.get(line, line)
