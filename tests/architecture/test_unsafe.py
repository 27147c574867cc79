"""Every way in that writes: no forged request, no wrong type, no rubbish gets through, and nothing is half done.

The default suite sends a few hundred mutated requests; ``FUZZ_CALLS=10000`` sends as many as are asked for.
"""

from __future__ import annotations

import io
import os
import random
from collections.abc import Iterator
from typing import Any

from marketplace.api.routes import PREFIX, ROUTES
from tests.architecture.forms import WebForm, forms_of
from tests.architecture.matrix import MATRIX
from tests.architecture.test_foreign import distinct_forms, seen_by
from tests.architecture.world import World

CALLS = int(os.environ.get("FUZZ_CALLS", "300"))
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# Addresses that need no token against forged requests, each with the reason.
WITHOUT_TOKEN = {"notifications.unsubscribe": "one click of a mail program (RFC 8058); the link itself is signed"}
# A failed attempt is written down there on purpose.
KEEPS_COUNT = ("/account/sign-in", "/account/reset", "/account/register")


def unsafe(world: World) -> Iterator[tuple[str, str]]:
    """(method, address) of everything that may write, with an object where the matrix has one."""
    paths = {(row.endpoint, row.method): world.address(row) for row in MATRIX}
    for rule in world.app.url_map.iter_rules():
        for method in (rule.methods or set()) & UNSAFE:
            if rule.endpoint not in WITHOUT_TOKEN:
                path = paths.get((rule.endpoint, method), rule.rule)
                yield method, path


def test_no_forged_request_is_carried_out(world: World) -> None:
    """Without the session's token, and with another session's, each is refused and nothing is written."""
    before, wrong = world.fingerprint(), []
    for role in ("vendor", "city"):
        client, stranger = world.people[role], world.app.test_client()
        for method, path in unsafe(world):
            for data in ({}, {"csrf_token": "forged"}, {"csrf_token": stranger.token()}):  # type: ignore[attr-defined]
                answer = client.open(path, method=method, data=data, headers={"Origin": "https://evil.example"})
                # What takes a token of its own in a header instead of a cookie asks for that token.
                if answer.status_code != (401 if path.startswith("/api/") else 400):
                    wrong.append((method, path, answer.status_code))
    assert not wrong
    assert world.fingerprint() == before


def test_safe_methods_write_nothing(world: World) -> None:
    """A link in a foreign page or a mail scanner changes nothing."""
    before = world.fingerprint()
    for row in MATRIX:
        for method in ("HEAD", "OPTIONS"):
            world.people["vendor"].open(world.address(row), method=method, buffered=True).close()
        if row.method == "POST":
            world.people["vendor"].get(world.address(row), buffered=True).close()
    assert world.fingerprint() == before


# ---- mutated forms --------------------------------------------------------------------------------------------------

RUBBISH = (
    "", " ", "\0", "\x1b[31m", "\r\nSet-Cookie: x=1", "a" * 10_000, "零" * 4_000, "-1", "0", "1e309", "NaN", "∞", "٣",
    "9" * 400, "999999999999999999999", "2026-02-30", "0000-00-00", "9999-12-31", "<script>alert(1)</script>",
    "{{7*7}}", "%s%n%(x)s", "' OR 1=1 --", "../../etc/passwd", "\u202e\u200b", "\ud7ff\ue000", "🤖" * 50, "true", "[]",
    '{"a":1}', "javascript:alert(1)", "=1+1", "O-2026-000001", "P-9999-999999", "+86 551 6260 0000 转 " + "1" * 99,
)  # fmt: skip


def mutated(form: WebForm, chance: random.Random) -> dict[str, list[Any]]:
    """The form's data with some of it replaced, doubled, dropped, renamed, or made a file."""
    button = chance.choice(form.buttons) if form.buttons else None
    data: dict[str, list[Any]] = {name: list(values) for name, values in form.data(button).items()}
    for _ in range(chance.randint(1, 4)):
        names = [name for name in data if name != "csrf_token"] or ["nothing"]
        name, value = chance.choice(names), chance.choice(RUBBISH)
        match chance.randrange(6):
            case 0 | 1 | 2:
                data[name] = [value]
            case 3:
                data[name] = [*data.get(name, []), value, value]
            case 4:
                data.pop(name, None)
            case _:
                data[f"{name}-{chance.choice(('0', '99', 'x', '-1'))}"] = [value]
    for name in form.files:
        if chance.random() < 0.3:
            content = bytes(chance.randrange(256) for _ in range(chance.choice((0, 1, 300))))
            data[name] = [(io.BytesIO(content), chance.choice(("x.png", "../../x.pdf", "\u202ex.docx", "x" * 300)))]
    return data


def test_rubbish_in_any_form_is_refused_whole(world: World) -> None:
    """Never a server error; and what was refused wrote nothing."""
    forms = [
        (role, form)
        for role in ("visitor", "vendor", "soe", "city")
        for form in (distinct_forms(seen_by(world, role)) or visitors_forms(world))
    ]
    seed = random.randrange(2**32) if CALLS > 300 else 20260302
    chance, wrong, answers = random.Random(seed), [], set()
    for _ in range(CALLS):
        role, form = chance.choice(forms)
        data = mutated(form, chance)
        before = world.fingerprint()
        answer = world.people[role].submit(form.action, data)
        status = answer.status_code
        answers.add(status)
        wrote = world.fingerprint() != before
        counted = form.action.startswith(KEEPS_COUNT)
        if status >= 500 or (status >= 400 and wrote and not counted):
            wrong.append((role, form.action, status, {name: str(values)[:60] for name, values in data.items()}))
        answer.close()
        if wrote:
            world.restore()
    assert not wrong, f"seed {seed}: {wrong}"
    assert {302, 422} <= answers, "some must get through and some must not, or the test tries nothing"


def visitors_forms(world: World) -> list[WebForm]:
    """The forms of somebody who is not signed in."""
    pages = {path: world.people["visitor"].get(path).text for path in ("/account/sign-in", "/account/register")}
    return [form for path, html in pages.items() for form in forms_of(html, path) if form.method == "POST"]


# ---- the API --------------------------------------------------------------------------------------------------------


def api_address(chance: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """An address of the API with parameters of every kind of wrong."""
    route = chance.choice(ROUTES)
    number = chance.choice(("P-2026-000001", "%00", "..%2f..", "a" * 300, "%F0%9F%A4%96", "-1", "P-2026-%27"))
    path = PREFIX + route.path.replace("<number>", number)
    known = [each.name for each in route.parameters if not each.in_path]
    query = []
    for _ in range(chance.randint(0, 4)):
        name = chance.choice([*known, "lang", "unknown", "q[]", "$where"])
        query.append((name, chance.choice((*RUBBISH, "1", "10", "AMR", "巡检", "relevance", "product"))))
    return path, query


def test_the_api_answers_whatever_is_asked(world: World) -> None:
    """A problem document that names the field, or an answer; never a server error, never a write."""
    seed = random.randrange(2**32) if CALLS > 300 else 7
    chance, wrong, before, statuses = random.Random(seed), [], world.fingerprint(), set()
    client = world.people["visitor"]
    for _ in range(CALLS):
        path, query = api_address(chance)
        method = "GET" if chance.random() < 0.9 else chance.choice(("POST", "PUT", "PATCH", "DELETE"))
        body: dict[str, Any] = {} if method == "GET" else {"data": '{"a":', "content_type": "application/json"}
        answer = client.open(path, method=method, query_string=query, **body)
        statuses.add(answer.status_code)
        expected = "application/json" if answer.status_code < 400 else "application/problem+json"
        if answer.status_code >= 500 or answer.mimetype != expected or answer.get_json(silent=True) is None:
            wrong.append((method, path, query, answer.status_code, answer.mimetype))
        answer.close()
    assert not wrong, f"seed {seed}: {wrong}"
    assert {200, 404, 422} <= statuses
    assert world.fingerprint() == before
