"""Markup that somebody types is text for everybody who reads it, in both languages, whatever the field."""

from __future__ import annotations

import io
import json

from PIL import Image

from tests.architecture.forms import WebForm, forms_of
from tests.architecture.matrix import MATRIX
from tests.architecture.test_foreign import distinct_forms, seen_by, text_of
from tests.architecture.world import World

# Would run if it stood in a page as it is, in text, in a quoted attribute, in a textarea, in Markdown or in a template.
PAYLOAD = "</textarea>\"'><img src=x onerror=alert(1)>[x](javascript:alert(2)){{7*7}}"
RAW = ("<img src=x", "onerror=alert(1)>", 'javascript:alert(2)"', "49}}")
READERS = ("vendor", "soe", "city")


def filled(form: WebForm) -> dict[str, list[str]]:
    """The form with the payload in every text, the rest as the page had it."""
    data = form.data(form.buttons[0] if form.buttons else None)
    return {name: [PAYLOAD] * len(values) if name in form.texts else values for name, values in data.items()}


def current(world: World, role: str, form: WebForm, pages: dict[str, str]) -> WebForm:
    """The same form as it stands now: what was sent before raised its version."""
    for path, html in pages.items():
        if any(each.key == form.key for each in forms_of(html, path)):
            fresh = world.people[role].get(path).text
            return next((each for each in forms_of(fresh, path) if each.key == form.key), form)
    return form


def test_what_is_typed_is_shown_as_text(world: World) -> None:
    kept, wrong = 0, []
    for role in ("vendor", "soe"):
        pages = seen_by(world, role)
        for form in distinct_forms(pages):
            if form.texts:
                answer = world.people[role].submit(form.action, filled(current(world, role, form, pages)))
                kept += answer.status_code == 302
                wrong += [f"answer of {form.action}: {raw}" for raw in RAW if raw in answer.text]
    assert kept >= 3, "some of it must be stored, or nothing is tried"
    stored = [json.dumps(row) for row in world.watch.execute("SELECT content FROM revision")]
    assert any("onerror" in each for each in stored)
    shown = 0
    for reader in READERS:
        for place, row in enumerate(row for row in MATRIX if row.method == "GET" and row.expected()[reader] == 200):
            path = world.address(row)
            language = ("zh", "en")[place % 2]
            answer = world.people[reader].get(f"{path}{'&' if '?' in path else '?'}lang={language}", buffered=True)
            text = text_of(answer) if answer.mimetype == "text/html" else ""
            answer.close()
            shown += "onerror=alert(1)" in text
            wrong += [f"{reader} at {path}: {raw}" for raw in RAW if raw in text]
    world.restore()
    assert not wrong, wrong
    assert shown > 0, "somebody must see it, or the test looks at nothing"


def test_the_name_of_a_file_is_text(world: World) -> None:
    vendor, number = world.people["vendor"], world.numbers["product.vendor.draft"]
    path = f"/products/{number}/edit/files"
    form = next(each for each in forms_of(vendor.get(path).text, path) if "new_pictures" in each.files)
    data = io.BytesIO()
    Image.new("RGB", (900, 600), "navy").save(data, "PNG")
    data.seek(0)
    sent = {**form.data(), "new_pictures": [(data, '"><img src=x onerror=alert(1)>.png')], "go": ["stay"]}
    answer = vendor.submit(path, sent)
    assert answer.status_code == 302, answer.text
    for address in (path, f"/products/{number}", f"/products/{number}/check"):
        page = vendor.get(address).text
        assert not [raw for raw in RAW if raw in page]
    world.restore()


def test_a_drawing_with_a_script_is_no_picture(world: World) -> None:
    """SVG is taken neither by its own name nor by that of a picture."""
    vendor, number = world.people["vendor"], world.numbers["product.vendor.draft"]
    path = f"/products/{number}/edit/files"
    form = next(each for each in forms_of(vendor.get(path).text, path) if "new_pictures" in each.files)
    before = world.fingerprint()
    for name in ("x.svg", "x.png", "x.svg.png"):
        drawing = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>')
        answer = vendor.submit(path, {**form.data(), "new_pictures": [(drawing, name)]})
        assert answer.status_code == 422
    assert world.fingerprint() == before
