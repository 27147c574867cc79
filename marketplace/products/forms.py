"""Pages of the guided form: what it is, merits, offer and contact. The page of specs is in ``claims``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import EmailField, Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.listings import answers
from marketplace.listings.kind import Content
from marketplace.products.content import LIMITS, MOST_SOURCES, WAYS, in_order
from marketplace.reference import catalogue
from marketplace.web.forms import MarketplaceForm, at_most, clean
from marketplace.web.languages import current_language
from marketplace.web.languages import gettext as _
from marketplace.web.languages import lazy_gettext as _l


def text(key: str, label: Any, kind: type[Field] = StringField, **options: Any) -> Any:
    return kind(label, [at_most(LIMITS[key])], **options)


def _checked(check: Callable[[str], str]) -> Callable[[Any, Field], None]:
    """A validator that keeps what ``check`` makes of the text, or shows its refusal."""

    def validate(_form: Any, field: Field) -> None:
        try:
            field.data = check(field.data or "")
        except FieldError as error:
            raise ValidationError(error.message.say(current_language())) from error

    return validate


def _known(_form: Any, field: Any) -> None:
    """Only what was offered; says so in the language of the page."""
    groups = field.iter_groups() if field.has_groups() else [("", field.iter_choices())]
    offered = {choice.value for _group, members in groups for choice in members}
    given = field.data if isinstance(field.data, list) else [field.data or ""]
    if not set(given) <= offered:
        raise ValidationError(_("请从列出的各项中选择"))


class OneOf(SelectField):
    """A list of which one is taken. What is not on it is refused by ``_known``."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, [_known], validate_choice=False, **options)
        self.type = "SelectField"  # as the macro for fields knows it

    def offer(self, choices: Any) -> None:
        """What can be taken: (value, name) pairs, or such pairs by group; names may be core Texts."""
        self.choices = choices


class SomeOf(SelectMultipleField):
    """A list of which several are taken, drawn as checkboxes."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, [_known], validate_choice=False, **options)
        self.type = "SelectMultipleField"

    def offer(self, choices: Any) -> None:
        """What can be ticked: (value, name) or (value, name, {"sub": a line beneath}); names may be core Texts."""
        self.choices = choices


def chosen(field: Any, before: Sequence[str]) -> list[str]:
    """What was ticked: first what was ticked before, in its order, then what is new, so that nothing seems changed."""
    offered = [choice.value for choice in field.iter_choices()]
    return [code for code in dict.fromkeys((*before, *offered)) if code in field.data]


# ---- what it is ----


def category_choices() -> dict[Any, list[tuple[str, Any]]]:
    """The categories under their classes, as a grouped list."""
    groups: dict[Any, list[tuple[str, Any]]] = {"": [("", _l("请选择"))]}
    for upper in catalogue.classes():
        members = [(each.code, each.label) for each in catalogue.categories_of(upper.code)]
        if members:
            groups[upper.label] = members
    return groups


class BasicsForm(MarketplaceForm):
    """Name, category and summary. ``give_up`` repeats the category for which specs are knowingly given up."""

    title = text("title", _l("名称"), description=_l("型号加一句通称，例如：绝影 X30　工业四足机器人。"))
    title_en = text("title_en", _l("名称（英文）"))
    model = text("model", _l("型号"))
    category = OneOf(_l("产品类别"), description=_l("决定下一步填哪些参数，也决定和哪些需求比对。"))
    give_up = StringField()
    domains = SomeOf(_l("应用领域"), description=_l("可选多项。需求按这十个领域公布。"))
    summary = text(
        "summary",
        _l("产品简介"),
        TextAreaField,
        description=_l("一两句话：它做什么，在哪里做，最要紧的几个数。"),
    )
    summary_en = text("summary_en", _l("简介（英文）"), TextAreaField)
    description = text("description", _l("详细说明"), TextAreaField, description=_l("空一行分段。最多 5000 字。"))
    description_en = text("description_en", _l("详细说明（英文）"), TextAreaField)

    def __init__(self, content: Content) -> None:
        self.specs = content.get("specs") or {}
        self.present = content.get("category") or ""
        super().__init__(data=content)
        self.category.offer(category_choices())
        self.domains.offer([(each.code, each.label) for each in catalogue.domains()])

    def lost_specs(self) -> dict[str, Text]:
        """Key → name of the claims that another category than the present one does not ask for."""
        known = {each.code: each.specs for each in catalogue.categories()}
        if self.category.data == self.present or self.category.data not in known:
            return {}
        kept = known[self.category.data]
        return {key: catalogue.spec(key).label for key in in_order(self.specs) if key not in kept}

    def lost_names(self) -> str:
        """Their names in a row."""
        language = current_language()
        return Text("、", ", ").say(language).join(each.say(language) for each in self.lost_specs().values())

    def validate_title(self, field: Field) -> None:
        """A draft has a name, so that its owner finds it again."""
        if not field.data:
            raise ValidationError(_("请填写名称；草稿也要有名称，以便找到它"))

    def validate_category(self, field: Field) -> None:
        """Specs are given up only by who has read which."""
        if self.specs and not field.data:
            raise ValidationError(_("已经填了参数，类别不能空着"))
        lost = self.lost_specs()
        if lost and self.give_up.data != field.data:
            message = _(
                "这个类别没有下列参数，换了就会删去：%(names)s。请在下面确认，或选回原来的类别", names=self.lost_names()
            )
            raise ValidationError(message)


def write_basics(form: BasicsForm, content: Content) -> Content:
    """The content with what the first page says; claims of another category were given up there."""
    for key in ("title", "title_en", "model", "category", "summary", "summary_en", "description", "description_en"):
        content[key] = form[key].data or ""
    content["domains"] = chosen(form.domains, content["domains"])
    lost = form.lost_specs()
    content["specs"] = {key: claim for key, claim in content["specs"].items() if key not in lost}
    return content


# ---- merits, offer and contact ----


class MeritsForm(MarketplaceForm):
    """Marks, cases, and where all this is documented."""

    marks = SomeOf(_l("资质与标识"), description=_l("只勾已经取得的；证书或名单请在“图片与附件”一步上传。"))
    cases = text("cases", _l("应用案例"), TextAreaField, description=_l("一行一个：谁，在哪里，做什么，从什么时候起。"))
    sources = TextAreaField(
        _l("资料来源"), [at_most(LIMITS["source"] * MOST_SOURCES)], description=_l("一行一条：网址、手册或报告的名称。")
    )

    def __init__(self, content: Content) -> None:
        super().__init__(data={**content, "sources": "\n".join(content.get("sources") or [])})
        self.marks.offer([(each.code, each.label, {"sub": each.note}) for each in catalogue.marks()])

    def validate_sources(self, field: Field) -> None:
        """So many lines, none longer than a source is."""
        found = _lines(field.data)
        if len(found) > MOST_SOURCES:
            raise ValidationError(_("最多 %(max)s 条", max=MOST_SOURCES))
        if any(len(each) > LIMITS["source"] for each in found):
            raise ValidationError(_("每条最多 %(max)s 个字", max=LIMITS["source"]))


def _lines(text: str | None) -> list[str]:
    return list(dict.fromkeys(line for line in map(clean, (text or "").split("\n")) if line))


def write_merits(form: MeritsForm, content: Content) -> Content:
    content["marks"] = chosen(form.marks, content["marks"])
    content["cases"] = "\n".join(line for line in map(clean, (form.cases.data or "").split("\n")) if line)
    content["sources"] = _lines(form.sources.data)
    return content


class OfferForm(MarketplaceForm):
    """How it can be had, and whom to ask."""

    ways = SomeOf(_l("获取方式"), description=_l("可选多项；都不选显示“未公开”。"))
    price_note = text("price_note", _l("价格说明"), description=_l("例如：面议；12.80 万元起；租赁每月 0.60 万元。"))
    price_note_en = text("price_note_en", _l("价格说明（英文）"))
    delivery = text("delivery", _l("交付周期"), description=_l("例如：合同签订后 45 日内。"))
    valid_until = StringField(
        _l("有效期至"),
        [at_most(20), _checked(lambda text: answers.day(text, "valid_until"))],
        description=_l("过了这一天自动停止公开，最长三年；空着表示长期有效。"),
    )
    contact_name = text("contact_name", _l("联系人"))
    contact_phone = StringField(
        _l("联系电话"), [at_most(LIMITS["contact_phone"]), _checked(answers.phone)],
        description=_l("手机、带区号的固定电话或 400 电话。"), render_kw={"type": "tel", "autocomplete": "tel"},
    )  # fmt: skip
    contact_email = EmailField(
        _l("联系邮箱"), [at_most(LIMITS["contact_email"]), _checked(answers.email)],
        render_kw={"autocomplete": "email"},
    )  # fmt: skip

    def __init__(self, content: Content) -> None:
        super().__init__(data=content)
        self.ways.offer(list(WAYS.items()))


def write_offer(form: OfferForm, content: Content) -> Content:
    content["ways"] = chosen(form.ways, content["ways"])
    for key in (
        "price_note",
        "price_note_en",
        "delivery",
        "valid_until",
        "contact_name",
        "contact_phone",
        "contact_email",
    ):
        content[key] = form[key].data or ""
    return content
