"""The columns of the product list: one for each spec of the catalogue, with its unit in the name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.lists import lines
from marketplace.lists.columns import Column, Sheet, Values, choice, sentences, several, words
from marketplace.lists.listing_columns import closing, contact, opening, origin_of_row, record, validity
from marketplace.products.content import EVIDENCE, WAYS
from marketplace.products.kind import PRODUCT
from marketplace.products.models import Product
from marketplace.reference import catalogue, values
from marketplace.reference.terms import Spec

SPEC = "specs."
BARE = {"evidence": "declared", "source": "", "note": ""}


@cache
def products() -> Sheet:
    """The sheet of products."""
    return Sheet("products", PRODUCT.name, Text("产品供给", "Products"), _columns(), product_record, _check)


def _columns() -> tuple[Column, ...]:
    return (
        *opening("P"),
        words("model", Text("型号", "Model"), 80),
        _category(),
        words("summary", Text("简介", "Summary"), 300, lines=True),
        words("summary_en", Text("英文简介", "Summary in English"), 600, lines=True),
        words("description", Text("详细说明", "Description"), 20_000, lines=True),
        words("description_en", Text("英文详细说明", "Description in English"), 20_000, lines=True),
        several("domains", Text("应用领域", "Domains"), {each.code: each.label for each in catalogue.domains()}),
        several("marks", Text("资质与标识", "Marks"), {each.code: each.label for each in catalogue.marks()}),
        *(_spec_column(spec) for spec in catalogue.specs()),
        _evidence(),
        several("ways", Text("获取方式", "Ways to buy"), WAYS),
        words("price_note", Text("价格说明", "Price"), 1000, lines=True),
        words("price_note_en", Text("英文价格说明", "Price in English"), 2000, lines=True),
        words("delivery", Text("交付周期", "Delivery"), 1000, lines=True),
        words("cases", Text("应用案例", "Cases"), 20_000, Text("每行一个", "One a line"), lines=True),
        validity(), *contact(), *origin_of_row(), *closing(PRODUCT),
    )  # fmt: skip


def _category() -> Column:
    named = choice("category", Text("产品类别", "Category"), {each.code: each.label for each in catalogue.categories()})

    def read(text: str) -> str:
        found = catalogue.category_by_label(text) if text else None
        return found.code if found else str(named.read(text))

    return Column("category", named.head, named.help, read, named.show, required=True, choices=named.choices)


def _spec_column(spec: Spec) -> Column:
    key, unit = SPEC + spec.key, spec.unit_label
    head = Text(f"{spec.label.zh} ({unit.zh})", f"{spec.label.en} ({unit.en})") if spec.unit else spec.label

    def show(value: Any, language: str) -> str:
        return values.export_text(spec, value, language)

    listed = tuple(each.label for each in spec.choices) if spec.kind == "choice" else ()
    if spec.kind == "flag":
        listed = (Text("是", "Yes"), Text("否", "No"))
    options = Text("、".join(each.label.zh for each in spec.choices), "; ".join(each.label.en for each in spec.choices))
    note = sentences(spec.hint, options, Text("空着为“未公开”", "Empty means not disclosed"))
    return Column(key, head, note, lambda text: values.import_text(spec, text, key), show, choices=listed)


def _evidence() -> Column:
    levels = Text("、".join(each.zh for each in EVIDENCE.values()), ", ".join(EVIDENCE))
    note = Text(
        "每行写“参数 | 依据 | 出处 | 备注”，依据是%(levels)s之一；没有写的参数为自述",
        "One a line: “spec | level | source | note”; levels are %(levels)s; what has no line is self-declared",
    ) % {"levels": levels}
    return Column(
        "evidence", Text("参数依据", "Evidence of specs"), note,
        lambda text: lines.read_evidence(text, EVIDENCE),
        lambda value, language: lines.show_evidence(value or {}, EVIDENCE, language),
    )  # fmt: skip


def product_record(product: Product) -> Values:
    """The values of all columns of a product."""
    claims: Mapping[str, Mapping[str, Any]] = product.content.get("specs", {})
    known = {key: claim for key, claim in claims.items() if claim.get("value") is not None}
    return {
        **record(product, "products"),
        **{SPEC + key: claim["value"] for key, claim in known.items()},
        "evidence": known,
    }


def product_content(content: Mapping[str, Any], changed: Values) -> dict[str, Any]:
    """The content with the changed columns written into it; a claim keeps its file."""
    claims = {key: dict(claim) for key, claim in content.get("specs", {}).items()}
    for key, value in changed.items():
        if key.startswith(SPEC):
            name = key.removeprefix(SPEC)
            if value is None:
                claims.pop(name, None)
            else:
                claims[name] = {"file": None, **BARE, **claims.get(name, {}), "value": value}
    if "evidence" in changed:
        claims = {key: {**claim, **BARE, **changed["evidence"].get(key, {})} for key, claim in claims.items()}
    plain = {key: value for key, value in changed.items() if key in content and key != "specs"}
    return {**content, **plain, "specs": claims}


def _check(before: Values, given: Values) -> list[FieldError]:
    row = {**before, **given}
    loose = [key for key in given.get("evidence") or {} if row.get(SPEC + key) is None]
    message = Text("“%(name)s”写了依据，却没有填值", "“%(name)s” has evidence but no value")
    return [FieldError("evidence", message % {"name": catalogue.spec(key).label}) for key in loose]
