"""The 170 compiled products in the content shape of a product; real names, public figures, nothing verified."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marketplace.sample.catalogue import ALWAYS_USUAL, CATEGORIES, DOMAIN_WORDS, PARTS
from marketplace.sample.rows import rows, rows_by
from marketplace.sample.shapes import product_content
from marketplace.sample.specs import specs, unplaced

MARK = "公开资料整理"
_NOTICE = "本条由公开资料整理，未经生产企业核实；选型前请以企业现行数据表为准。"
_NOTICE_EN = (
    "This entry is compiled from public material and not verified by the maker; "
    "check the maker's current data sheet before selecting."
)
_MOST_DOMAINS = 3


@dataclass(frozen=True, slots=True)
class SampleProduct:
    """One compiled product. `maker` is the key of an organization of `organizations.makers()`."""

    sample_id: str
    maker: str
    content: dict[str, Any]


def products() -> Iterator[SampleProduct]:
    """All rows in file order; raises ValueError when a row states something the mapping tables do not know."""
    english = rows_by("products_en.csv", "product_id")
    for row in rows("products.csv"):
        yield SampleProduct(row["product_id"], row["maker"], _content(row, english[row["product_id"]]))


def _content(row: dict[str, str], english: dict[str, str]) -> dict[str, Any]:
    """One row as product content. Contacts, dates, cases and ways to buy are empty: the rows do not give them."""
    category, _ = CATEGORIES[row["category"]]
    return product_content(
        title=f"{row['model']}　{row['name_zh']}",
        title_en=english["title_en"],
        model=row["model"],
        category=category,
        summary=row["description_zh"],
        summary_en=english["summary_en"],
        description=_NOTICE,
        description_en=_NOTICE_EN,
        domains=domains(row),
        specs=specs(row),
        price_note=row["price_note"],
        price_note_en=english["price_note_en"],
        sources=row["source"].split(" ; "),
        source_note="；".join([MARK, *unplaced(row), *([row["source_note"]] if row["source_note"] else [])]),
    )


def domains(row: dict[str, str]) -> list[str]:
    """One to three domain codes: those the description names, in its order, else those of the category."""
    category, usual = CATEGORIES[row["category"]]
    if category in PARTS:
        return list(usual)
    text = row["description_zh"]
    first = {domain: [text.find(word) for word in words.split()] for domain, words in DOMAIN_WORDS.items()}
    named = {domain: min(at for at in places if at >= 0) for domain, places in first.items() if max(places) >= 0}
    ordered = sorted(named, key=lambda domain: named[domain])
    if category in ALWAYS_USUAL:
        ordered = [*usual, *(domain for domain in ordered if domain not in usual)]
    return ordered[:_MOST_DOMAINS] or list(usual)
