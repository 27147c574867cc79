"""A pilot in the browser: agreed, 300 readings with two disputes, a stop limit, resumed, report, verified."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from marketplace.core import clock
from tests.support.browser import Windows, assert_accessible
from tests.support.journey import Person, arrive
from tests.support.journey_pages import Numbers
from tests.support.servers import LiveSite

TARGET = {"name": "任务完成率", "kind": "proportion", "unit": "%", "goal": "95", "stop": "80", "least": "300"}


def plan(who: Person) -> None:
    """The form, with the one target that stays."""
    first = clock.today()
    who.fill({
        "place": "一号库", "tier": "poc", "first_day": first.isoformat(), "min_days": "7",
        "last_day": (first + timedelta(days=20)).isoformat(), "units": "1 台", "sampling": "每班抽查", "risks": "隔离",
        "insurance": "公众责任险", **{f"targets-0-{key}": value for key, value in TARGET.items()},
    })  # fmt: skip
    while who.main.locator('button[name="drop"]').count() > 1:
        with who.page.expect_navigation():
            who.main.locator('button[name="drop"]').last.click()
    who.press("保存方案")


def readings(successes: int, count: int, device: str) -> bytes:
    """A file with so many rows of this moment, each of ten tries of another machine."""
    now = f"{clock.beijing(clock.now()):%Y-%m-%d %H:%M:%S}"
    lines = [f"{now},T1,{successes}/10,{device}{place}" for place in range(count)]
    return ("时间,指标,数值,设备\n" + "\n".join(lines)).encode("gb18030")


def load(who: Person, path: str, data: bytes) -> None:
    who.open(f"{path}/readings/import")
    who.attach("file", [("巡检.csv", "text/csv", data)])
    who.press("检查并导入")


def test_from_plan_to_verification(sample: LiveSite, windows: Windows) -> None:
    vendor, soe, province = arrive(windows, "vendor2"), arrive(windows, "soe2"), arrive(windows, "province")
    with sample.app.app_context():
        product, need = (Numbers().of(kind, who=who) for kind, who in (("products", "vendor2"), ("scenarios", "soe2")))
    soe.open(f"/pilots/new?product={product}&scenario={need}")
    soe.press("建立方案")
    plan(soe)
    path = "/pilots/" + soe.number()
    for side in (soe, vendor):
        side.open(path)
        side.press("同意这份方案")
    vendor.press("转入正式运行")
    measure(vendor, soe, path)
    finish(vendor, soe, province, path)
    main = vendor.open(f"{path}/report")
    expect(main.locator("h1")).to_contain_text("场景验证报告")
    expect(main).to_contain_text(re.compile("延长或再验证一轮"))
    expect(main.locator(".plot svg[role=img]")).to_have_count(1)
    assert province.status(f"{path}/report") == 200


def measure(vendor: Person, soe: Person, path: str) -> None:
    """300 readings, two of them disputed; then a day that passes the stop limit, and both agree to go on."""
    load(vendor, path, readings(10, 300, "A"))
    expect(vendor.main.get_by_role("heading", level=1)).to_have_text("测量记录")
    soe.open(f"{path}/readings?standing=pending")
    for place in (0, 1):
        soe.main.locator('input[name="reading"]').nth(place).check()
    soe.fill({"objection": "与现场记录不符"})
    soe.press("对勾选的提出异议")
    soe.press("确认对方的全部待确认记录")
    expect(soe.open(path)).to_contain_text("2 条有异议")
    expect(soe.main).to_contain_text("2980 / 300 次")
    load(vendor, path, readings(0, 100, "B"))
    expect(vendor.open(path)).to_contain_text("触及停止线")
    assert_accessible(vendor.page)
    for side in (vendor, soe):
        side.open(path)
        side.press("同意恢复运行")
    expect(soe.main.locator(".objhead .tag")).to_have_text("正式运行")


def finish(vendor: Person, soe: Person, province: Person, path: str) -> None:
    """The run ends, the report is signed by both, an official verifies it; everybody reads it."""
    soe.press("结束运行，编写报告")
    soe.open(f"{path}/report/edit")
    soe.fill({"verdict": "repeat", "scope": "一号库", "findings": "一天触及停止线，已查明。"})
    soe.press("保存报告")
    for side in (soe, vendor):
        side.open(f"{path}/report")
        assert_accessible(side.page)
        side.press("签署这份报告")
    province.open(f"{path}/verify")
    province.fill({"day": clock.today().isoformat(), "who": "二人", "seen": "一致", "decision": "verify"})
    province.press("确认办理")
    expect(province.main.locator(".objhead .tag")).to_have_text("已验证")
