"""The guided form, pages of rows: must-haves and targets. Rows come and go by buttons, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

from flask import Flask

from marketplace.reference import catalogue, values
from tests.factories import scenarios
from tests.factories.scenarios import must
from tests.scenarios.browsing import Form, form_of
from tests.scenarios.conftest import Owner


def row(index: int, spec: str = "", value: str = "", op: str = "", why: str = "") -> dict[str, str]:
    """The fields of one row of must-haves."""
    given = {"spec": spec, "op": op, "value": value, "why": why}
    return {f"requirements-{index}-{key}": text for key, text in given.items()}


def aim(index: int, name: str = "", target: str = "", **more: str) -> dict[str, str]:
    """The fields of one row of targets."""
    given = {"name": name, "target": target, "unit": "", "direction": "up", "baseline": "", "method": "", **more}
    return {f"targets-{index}-{key}": text for key, text in given.items()}


def page(owner: Owner, *rows: dict[str, str], step: str = "requirements", language: str = "zh") -> Form:
    """The page with these rows and no others."""
    form = owner.page(step, language)
    kept = {key: text for key, text in form.fields.items() if not key.startswith(step)}
    for each in rows:
        kept |= each
    return Form(kept)


def stored(owner: Owner, form: Form, step: str = "requirements") -> Any:
    """What is stored after the page was sent."""
    answer = owner.press(step, form)
    assert answer.status_code == 302, form_of(answer.text).errors
    return owner.draft()[step]


def errors(owner: Owner, form: Form, step: str = "requirements") -> list[str]:
    """What is said of the page; everything typed stands on it again and nothing is stored."""
    before = owner.draft()
    answer = owner.press(step, form)
    assert answer.status_code == 422
    assert "<title>出错：" in answer.text or 'lang="en"' in answer.text
    again = form_of(answer.text)
    typed = {key: text for key, text in form.fields.items() if key.startswith(step)}
    assert {key: again.fields[key] for key in typed} == typed
    assert owner.draft() == before
    return again.errors


def test_must_haves_of_every_kind(owner: Owner) -> None:
    found = stored(owner, page(
        owner, row(0, "payload", "15000 g", why="云台"), row(1), row(2, "ip_rating", "ip 65", ">="),
        row(3, "operating_temp", "-10～40"), row(4, "noise", "60"), row(5, "navigation", "激光SLAM、视觉SLAM", "in"),
    ))  # fmt: skip
    spec = catalogue.spec("navigation")
    assert [each["spec"] for each in found] == ["payload", "ip_rating", "operating_temp", "noise", "navigation"]
    assert found[0] == must("payload", ">=", {"from": "15"}, "云台")
    assert found[1] == must("ip_rating", ">=", {"choice": "IP65"})
    assert found[2] == must("operating_temp", "covers", {"from": "-10", "to": "40"})
    assert found[3] == must("noise", "<=", {"from": "60"}), "less is better: the usual comparison is at most"
    assert found[4] == must("navigation", "in", values.parse_wanted(spec, "in", "激光SLAM、视觉SLAM"))
    assert stored(owner, owner.page("requirements")) == found, "what is shown is read back unchanged"
    assert stored(owner, owner.page("requirements", "en")) == found


def test_every_spec_can_be_asked_for_as_it_is_usual(owner: Owner) -> None:
    """Forty at a time: an empty value is refused naming the spec, except where nothing is to be filled in."""
    specs = catalogue.specs()
    for start in range(0, len(specs), 40):
        part = specs[start : start + 40]
        wanted = [spec for spec in part if values.operators(spec)[0].code != "yes"]
        if not wanted:
            continue
        found = errors(owner, page(owner, *(row(i, spec.key) for i, spec in enumerate(part))))
        assert len(found) == len(wanted)
        assert all(spec.label.zh in message for spec, message in zip(wanted, found, strict=True))


REFUSED = (
    (row(0, "endurance", "两小时"), "“续航”要填数字，单位 h"),
    (row(0, "endurance", ""), "“续航”的要求还没有填值"),
    (row(0, "endurance", "2-4"), "要填一个确定的数"),
    (row(0, "endurance", "2", "covers"), "“续航”只能这样比较：不低于、不高于、等于"),
    (row(0, "endurance", "99999999"), "应在"),
    (row(0, "", "15"), "请选择指标"),
    (row(0, "", "", "", "因为"), "请选择指标"),
    (row(0, "ip_rating", "防水"), "IP67"),
    (row(0, "payload", "15", why="长" * 121), "最多 120 个字"),
    (row(0, "payload", "1" * 201), "最多 200 个字"),
)


def test_a_refusal_stands_at_its_row(owner: Owner) -> None:
    for given, words in REFUSED:
        form = page(owner, row(0, "speed", "1"), {key.replace("-0-", "-1-"): text for key, text in given.items()})
        found = errors(owner, form)
        assert len(found) == 1, words
        assert words in found[0]
        text = owner.press("requirements", form).text
        assert 'href="#requirements-1-' in text, "the summary leads to the row"
        assert 'id="requirements-1-error"' in text
        assert 'aria-invalid="true"' in text


def test_what_is_on_no_list_is_refused(owner: Owner) -> None:
    for given in (row(0, "warp_drive", "9"), row(0, "endurance", "2", "<>")):
        answer = owner.press("requirements", page(owner, given))
        assert (answer.status_code, form_of(answer.text).errors) == (422, ["请从列出的各项中选择"])


def test_the_same_must_have_twice_is_said(owner: Owner) -> None:
    found = errors(owner, page(owner, row(0, "payload", "15"), row(1, "payload", "20", ">=")))
    assert found == ["与第 1 项重复，请删去一项"]
    both = stored(owner, page(owner, row(0, "payload", "15"), row(1, "payload", "20", "<=")))
    assert [each["op"] for each in both] == [">=", "<="]


def test_a_flag_is_needed_or_not_asked(owner: Owner) -> None:
    flags = [spec for spec in catalogue.specs() if spec.kind == "flag"]
    assert flags
    key = flags[0].key
    assert stored(owner, page(owner, row(0, key))) == [must(key, "yes", {"flag": True})]
    assert stored(owner, page(owner, row(0, key, "需要", "yes"))) == [must(key, "yes", {"flag": True})]
    assert "数值留空" in errors(owner, page(owner, row(0, key, "不要")))[0]


def test_rows_are_added_and_dropped_with_everything_typed_in_place(owner: Owner) -> None:
    form = page(owner, row(0, "payload", "十五公斤", why="云台"), row(1, "speed", "快"), row(2))
    before = owner.draft()
    answer = owner.press("requirements", form, "add", "1")
    assert answer.status_code == 200
    assert 'aria-invalid="true"' not in answer.text
    added = form_of(answer.text)
    assert added.rows("requirements") == [0, 1, 2, 3]
    assert {key: added.fields[key] for key in form.fields if key.startswith("requirements")} == {
        key: text for key, text in form.fields.items() if key.startswith("requirements")
    }
    dropped = form_of(owner.press("requirements", added, "drop", "0").text)
    assert dropped.rows("requirements") == [0, 1, 2]
    assert dropped.fields["requirements-0-value"] == "快"
    assert owner.draft() == before, "nothing is stored by adding and dropping"
    empty = dropped
    for _each in range(3):
        empty = form_of(owner.press("requirements", empty, "drop", "0").text)
    assert empty.rows("requirements") == []
    assert form_of(owner.press("requirements", empty, "add", "1").text).rows("requirements") == [0]
    assert stored(owner, empty) == []
    assert owner.page("requirements").rows("requirements") == [0], "an empty page offers a row"


def test_many_rows_with_gaps(owner: Owner) -> None:
    """More than thirty rows, numbered with gaps as a browser with scripts might leave them."""
    specs = [spec for spec in catalogue.specs() if spec.kind == "number"][:34]
    indices = [3 * i for i in range(len(specs))]
    form = page(owner, *(row(i, spec.key, "typed", why=str(i)) for i, spec in zip(indices, specs, strict=True)))
    dropped = form_of(owner.press("requirements", form, "drop", str(indices[20])).text)
    assert dropped.rows("requirements") == list(range(33))
    kept = [str(i) for i in indices if i != indices[20]]
    assert [dropped.fields[f"requirements-{i}-why"] for i in range(33)] == kept
    unknown = form_of(owner.press("requirements", form, "drop", "1").text)
    assert unknown.rows("requirements") == list(range(34)), "a number that is no row's drops nothing"


def test_more_rows_than_anybody_meets_are_refused_and_kept(owner: Owner) -> None:
    asked = [
        (spec.key, op.code) for spec in catalogue.specs() if spec.kind == "number" for op in values.operators(spec)
    ]
    rows = [row(i, key, catalogue_value(key), op) for i, (key, op) in enumerate(asked[:42])]
    found = errors(owner, page(owner, *rows))
    assert found == ["最多 40 项，请删去多出的"] * 2
    assert len(stored(owner, page(owner, *rows[:40]))) == 40


def catalogue_value(key: str) -> str:
    """A number that the spec takes."""
    spec = catalogue.spec(key)
    return str(int(spec.low or 0) + 1)


def test_hostile_row_numbers_are_no_rows(owner: Owner) -> None:
    for name in ("²", "9" * 5000, "-1", "x", "", "0x1", "٣"):
        hostile = {f"requirements-{name}-spec": "speed", f"requirements-{name}-value": "1"}
        form = page(owner, row(0, "payload", "15"), hostile)
        assert stored(owner, form) == [must("payload", ">=", {"from": "15"})]
        answer = owner.press("requirements", form, "drop", name)
        assert form_of(answer.text).rows("requirements") == [0]


def test_a_flood_of_rows_is_cut_and_refused(owner: Owner) -> None:
    form = page(owner, *(row(i, "payload", str(i)) for i in range(300)))
    answer = owner.press("requirements", form)
    assert answer.status_code == 422
    assert len(form_of(answer.text).rows("requirements")) == 100


# ---- what stands beside the rows ----


def test_the_count_of_products(owner: Owner, app: Flask) -> None:
    assert "按现在的要求能匹配到" not in owner.browser.get(f"/scenarios/{owner.number}/edit/requirements?lang=zh").text
    asked: list[Any] = []

    def count(requirements: Any) -> tuple[int, int, int]:
        asked.append(requirements)
        return 1, 5, 2

    app.extensions["requirement_counts"] = count
    text = owner.browser.get(f"/scenarios/{owner.number}/edit/requirements").text
    assert asked == [owner.draft()["requirements"]]
    for words in ("1 个全部满足", "5 个缺资料", "2 个不满足"):
        assert words in text
    english = owner.browser.get(f"/scenarios/{owner.number}/edit/requirements?lang=en").text
    for words in ("1 product meets all", "5 lack data", "2 do not fit"):
        assert words in english
    owner.press("requirements", page(owner, row(0, "payload", "15"), row(1, "speed", "快")))
    assert asked[-1] == [must("payload", ">=", {"from": "15"})], "rows that cannot be read yet are left out"
    empty, times = page(owner), len(asked)
    assert "按现在的要求能匹配到" not in owner.press("requirements", empty, "add", "1").text
    assert len(asked) == times, "without must-haves there is nothing to count"


def test_examples_are_published_needs_of_the_domain(owner: Owner) -> None:
    scenarios.scenario(title="同领域需求", title_en="A need of the domain")
    scenarios.scenario(title="别的领域", domain="logistics", subscenario="")
    scenarios.scenario("draft", title="别人的草稿")
    for step in ("what", "requirements", "targets"):
        text = owner.browser.get(f"/scenarios/{owner.number}/edit/{step}?lang=zh").text
        assert "同类需求怎么写" in text
        assert "同领域需求" in text
        assert "别的领域" not in text
        assert "别人的草稿" not in text
    assert "A need of the domain" in owner.browser.get(f"/scenarios/{owner.number}/edit/what?lang=en").text
    assert "别的领域" in owner.browser.get("/scenarios/new?lang=zh", follow_redirects=True).text, (
        "before a domain is chosen, of any"
    )


# ---- targets ----


def test_targets(owner: Owner) -> None:
    found = stored(owner, page(
        owner, aim(0, "识别率", "９８ %", unit="%", baseline="90%", method="抽样"), aim(1),
        aim(4, "漂移", "-0.5", direction="down"), step="targets",
    ), "targets")  # fmt: skip
    assert found == [
        scenarios.target("识别率", "98", unit="%", baseline="90", method="抽样"),
        scenarios.target("漂移", "-0.5", "down"),
    ]
    assert stored(owner, owner.page("targets"), "targets") == found


WRONG_TARGETS = (
    (aim(0, "", "98"), "请写测什么"),
    (aim(0, "", "", method="抽样"), "请写测什么", "请填目标值"),
    (aim(0, "识别率", ""), "请填目标值"),
    (aim(0, "识别率", "很高"), "请填一个确定的数"),
    (aim(0, "识别率", "98", baseline="两人两天"), "请填一个确定的数"),
    (aim(0, "识别率", "1e5"), "请填一个确定的数"),
    (aim(0, "识别率", "9" * 13), "请填一个确定的数"),
    (aim(0, "识别率", "0.0000001"), "请填一个确定的数"),
    (aim(0, "识" * 41, "98"), "最多 40 个字"),
    (aim(0, "漏检率", "1"), "与第 1 项重复"),
)


def test_targets_are_refused_at_their_row(owner: Owner) -> None:
    for given, *words in WRONG_TARGETS:
        moved = {key.replace("-0-", "-1-"): text for key, text in given.items()}
        found = errors(owner, page(owner, aim(0, "漏检率", "1", direction="down"), moved, step="targets"), "targets")
        assert len(found) == len(words), words
        assert all(each in said for each, said in zip(words, found, strict=True)), words


def test_targets_come_and_go(owner: Owner) -> None:
    form = page(owner, aim(0, "甲", "x"), aim(1, "乙", "y"), step="targets")
    added = form_of(owner.press("targets", form, "add", "1").text)
    assert added.rows("targets") == [0, 1, 2]
    assert added.fields["targets-1-target"] == "y"
    left = form_of(owner.press("targets", added, "drop", "0").text)
    assert (left.rows("targets"), left.fields["targets-0-name"]) == ([0, 1], "乙")
