"""What is not public is nowhere for others: page, search, lists, files, programming interface, home, organization."""

from __future__ import annotations

from io import BytesIO

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.support.browser import Windows
from tests.support.journey import Person, arrive
from tests.support.journey_pages import Numbers
from tests.support.journey_products import submit, write_product
from tests.support.servers import LiveSite, wait_until

HIDDEN = ("draft", "in_review", "returned", "suspended", "withdrawn")
TITLE = "旅程H1　不见人的四足机器人"


def places(person: Person, plural: str, number: str, title: str, organization: str) -> list[str]:
    """Where a person who may not see a listing finds it nevertheless."""
    kind = plural.removesuffix("s")
    singles = (
        f"/{plural}/{number}",
        f"/api/v1/{plural}/{number}",
        f"/{plural}/{number}/check",
        f"/review/{plural}/{number}",
    )
    found = [path for path in singles if person.status(path) not in (302, 404) and "sign-in" not in person.where(path)]
    lists = (
        "/", f"/{plural}", f"/search?q={title}", f"/search?q={number}", f"/search?kind={kind}&q={title}",
        f"/{plural}.csv", f"/{plural}.json", f"/{plural}.csv?q={title}", f"/api/v1/{plural}?limit=100",
        f"/api/v1/search?q={title}", f"/organizations/{organization}", f"/products/compare?no={number}",
    )  # fmt: skip
    found += [path for path in lists if shows(person.text(path), number, title)]
    rows = CalamineWorkbook.from_filelike(BytesIO(person.body(f"/{plural}.xlsx"))).get_sheet_by_index(0).to_python()
    return found + [f"/{plural}.xlsx" for row in rows if number in row]


def shows(text: str, number: str, title: str) -> bool:
    """Whether a page links to the listing or a list names it; the words searched for stand on the page anyway."""
    if text.startswith(("{", "[")):
        return f'"{number}"' in text
    return f"/{number}" in text or f"\n{number}," in text or f">{title}</a>" in text


@pytest.mark.parametrize("plural", ["products", "scenarios"])
def test_what_is_not_public_is_nowhere(sample: LiveSite, windows: Windows, plural: str) -> None:
    from marketplace.foundation.db import db
    from marketplace.listings.kind import KINDS

    others = [arrive(windows), arrive(windows, "soe" if plural == "products" else "vendor")]
    with sample.app.app_context():
        model = KINDS[plural].model
        hidden = [
            (row.number, row.title, row.organization.number)
            for row in db.session.query(model).filter(model.state.in_(HIDDEN))
        ]
        shown = Numbers().of(plural)
        title = db.session.query(model).filter_by(number=shown).one().title
    assert len(hidden) >= 3
    for person in others:
        for number, title_hidden, organization in hidden:
            assert places(person, plural, number, title_hidden, organization) == []
    assert len(places(others[0], plural, shown, title, "O-1999-000001")) > 6, "what is public is looked for and found"


def turned_away(visitor: Person, file: str) -> bool:
    """A picture of a page is missing for a visitor, for a document he is asked to sign in."""
    answer = visitor.page.request.get(file)
    return answer.status == 404 or "/account/sign-in?" in answer.url


def test_files_follow_their_product_into_the_dark(sample: LiveSite, windows: Windows) -> None:
    vendor, city, rival, visitor = (arrive(windows, who) for who in ("vendor", "city", "vendor2", ""))
    number = write_product(vendor, TITLE)
    vendor.open(f"/products/{number}/edit/files")
    files = [
        str(link.get_attribute("href" if link.get_attribute("href") else "src"))
        for link in vendor.main.locator("a[href^='/files/'], img[src^='/files/']").all()
    ]
    assert len(files) == 2
    assert [[each.status(file) for file in files] for each in (vendor, rival, city)] == [
        [200, 200], [404, 404], [404, 404],
    ]  # fmt: skip
    assert all(turned_away(visitor, file) for file in files)
    vendor.open(f"/products/{number}/check")
    submit(vendor)
    city.decide("products", number, "approve")
    visitor.finds_soon("旅程H1", TITLE)
    assert [visitor.status(file) for file in files] == [200, 200]
    vendor.open(f"/products/{number}")
    vendor.main.locator("summary", has_text="撤回").click()
    vendor.main.get_by_label("理由").last.fill("不再供应")
    vendor.press("确认：撤回")
    expect(vendor.main).to_contain_text("已撤回")
    wait_until(lambda: not visitor.finds("旅程H1", TITLE), "the withdrawn product leaves the search", 2.0)
    assert [rival.status(file) for file in files] == [404, 404]
    assert all(turned_away(visitor, file) for file in files)
    for other in (visitor, rival):
        assert places(other, "products", number, TITLE, "O-1999-000001") == []
