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
_ENGLISH = {text.zh: text.en for _code, text in (*LISTING_REASONS, *ORGANIZATION_REASONS, *EXPERT_REASONS)}


def in_words(reason: str) -> Text:
    """A reason as history keeps it, for readers of both languages: a ticked line in theirs, any other as written."""
    return Text(reason, "\n".join(_ENGLISH.get(line, line) for line in reason.split("\n")))
