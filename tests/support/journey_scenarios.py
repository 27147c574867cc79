"""A need from the first page of the guided form to the pre-check, as the firm that has it writes it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.journey import Person

TITLE = "旅程泵站夜间巡视"


def write_scenario(firm: Person, title: str = TITLE) -> str:
    """Fill in every page and stop at the pre-check; gives the number of the draft."""
    firm.open("/scenarios/new")
    firm.fill({"title": title, "domain": "special", "situation": "夜间两人巡视，每次 90 分钟。"})
    firm.fill({"task": "机器人自主巡视，10 分钟内报警。"})
    firm.go_on()
    number = firm.number()
    firm.fill({"region": "340100", "place": "旅程泵站"})
    firm.go_on()
    write_requirements(firm)
    firm.fill({"targets-0-name": "单次巡视时间", "targets-0-direction": "down", "targets-0-target": "60"})
    firm.fill({"targets-0-unit": "min", "targets-0-baseline": "90"})
    firm.go_on()
    firm.fill({"budget_kind": "range", "budget_from": "60", "budget_to": "90", "payment": ["purchase"]})
    firm.go_on()
    firm.fill({"contact_name": "赵六", "contact_phone": "0551-62990001"})
    firm.go_on()
    expect(firm.main.get_by_role("heading", level=1)).to_have_text("预检并提交")
    return number


def write_requirements(firm: Person) -> None:
    """Two must-haves; a third row comes and goes, and a wrong value is refused with everything else kept."""
    firm.fill({"requirements-0-spec": "payload", "requirements-0-op": ">=", "requirements-0-value": "十五公斤"})
    firm.fill({"requirements-0-why": "带检修工具"})
    firm.press("再加一项")
    firm.fill({"requirements-1-spec": "endurance", "requirements-1-value": "4"})
    firm.press("再加一项")
    firm.fill({"requirements-2-spec": "endurance", "requirements-2-value": "3"})
    firm.main.get_by_role("button", name="删除 要求 2").click()
    expect(firm.main.locator(".reqrow")).to_have_count(2)
    expect(firm.main.locator('[name="requirements-1-value"]')).to_have_value("3")
    firm.go_on()
    refused = firm.main.locator(".reqrow").first
    assert len(firm.errors()) == 1
    expect(refused.locator('[name="requirements-0-value"]')).to_have_value("十五公斤")
    expect(refused.locator('[name="requirements-0-value"]')).to_have_attribute("aria-invalid", "true")
    expect(firm.main.locator('[name="requirements-0-why"]')).to_have_value("带检修工具")
    expect(firm.main.locator('[name="requirements-1-value"]')).to_have_value("3")
    firm.fill({"requirements-0-value": "15"})
    firm.go_on()
    expect(firm.main.get_by_role("heading", level=1)).to_have_text("目标")
