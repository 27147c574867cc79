"""Eight invented products of two demo vendors, one for each state and one with a revision; every number is made up."""

from collections.abc import Iterator
from typing import Any

from marketplace.sample.listing import DemoListing
from marketplace.sample.shapes import product_content

_REPORT = "演示检测报告（虚构）"
_CONTACT = {
    "contact_name": "演示联系人",
    "contact_phone": "0551-62990000",
    "contact_email": "contact@demo.example",
}
_NOTICE = "本产品与全部参数均为演示而虚构，不对应任何真实产品。"
_NOTICE_EN = "This product and all its figures are invented for demonstration and match no real product."


def demo_products() -> Iterator[DemoListing]:
    """Listings in the order they shall be made; dates are placeholders, see `listing.with_dates`."""
    yield _quadruped()
    yield _amr()
    yield _arm()
    yield _sweeper()
    yield _scrubber()
    yield _explosion_proof()
    yield _delivery()
    yield _guide()


def stated(value: dict[str, Any], note: str = "") -> dict[str, Any]:
    """A spec the vendor states itself."""
    return {"value": value, "evidence": "declared", "source": "企业自述（演示）", "file": None, "note": note}


def reported(value: dict[str, Any], note: str = "") -> dict[str, Any]:
    """A spec with a test report behind it; the report is as invented as the value."""
    return {"value": value, "evidence": "tested", "source": _REPORT, "file": None, "note": note}


def _product(model: str, name: str, name_en: str, **given: Any) -> dict[str, Any]:
    """Content with what all demo products share; the description says that nothing in it is real."""
    shared = {
        "title": f"{model}　{name}",
        "title_en": f"Demo {model.removeprefix('演示')} {name_en}",
        "model": model,
        "description": _NOTICE,
        "description_en": _NOTICE_EN,
        "delivery": "合同签订后45日内（演示）",
        "valid_until": "{today+365}",
        **_CONTACT,
    }
    return product_content(**(shared | given))


def _quadruped() -> DemoListing:
    content = _product(
        "演示Q1",
        "四足巡检机器人",
        "quadruped inspection robot",
        category="quadruped",
        domains=["special", "public"],
        summary="演示Q1为四足巡检机器人，负重25千克，续航3.5小时，防护IP67，可上下台阶、读表和红外测温，用于变电站与厂区巡检。",
        summary_en="The demo Q1 is a quadruped inspection robot with a load of 25 kg, 3.5 hours of battery life "
        "and IP67 protection. It climbs steps, reads meters and measures temperature by infrared, for substations "
        "and plants.",
        specs={
            "payload": reported({"from": "25"}),
            "weight": stated({"from": "58"}),
            "speed": stated({"from": "3"}),
            "endurance": reported({"from": "3.5"}, "20 ℃、平地、空载"),
            "ip_rating": reported({"choice": "IP67"}),
            "slope": stated({"from": "30"}),
            "operating_temp": stated({"from": "-20", "to": "50"}),
        },
        ways=["sale", "lease"],
        price_note="演示价：整机42万元起，月租1.8万元起",
        price_note_en="Demo price: from 420,000 yuan, or from 18,000 yuan a month on lease",
        cases="演示案例：某变电站试运行30日（虚构）\n演示案例：某厂区夜间巡检（虚构）",
    )
    return DemoListing("DP1", "vendor", "published", content, revision=_quadruped_revised(content))


def _quadruped_revised(content: dict[str, Any]) -> dict[str, Any]:
    """The larger battery: what the vendor asks to publish instead, not yet tested."""
    return content | {
        "summary": (
            "演示Q1为四足巡检机器人，负重25千克，换用大容量电池后续航4.2小时，防护IP67，"
            "可上下台阶、读表、红外测温和局放检测，用于变电站与厂区巡检。"
        ),
        "summary_en": "The demo Q1 is a quadruped inspection robot with a load of 25 kg, 4.2 hours of life with a "
        "larger battery and IP67 protection. It climbs steps, reads meters, measures temperature by infrared and "
        "detects partial discharge, for substations and plants.",
        "specs": content["specs"]
        | {
            "weight": stated({"from": "61"}, "换用大容量电池后"),
            "endurance": stated({"from": "4.2"}, "换用大容量电池后，尚无检测报告"),
        },
        "price_note": "演示价：整机45万元起，月租1.9万元起",
        "price_note_en": "Demo price: from 450,000 yuan, or from 19,000 yuan a month on lease",
    }


def _amr() -> DemoListing:
    content = _product(
        "演示A600",
        "托盘搬运移动机器人",
        "pallet-moving mobile robot",
        category="amr",
        domains=["logistics", "industrial"],
        summary="演示A600为托盘搬运移动机器人，额定负载600千克，激光SLAM导航，停位精度±10毫米，续航8小时，用于仓库与产线之间的转运。",
        summary_en="The demo A600 is a pallet-moving mobile robot with a rated load of 600 kg, laser SLAM navigation, "
        "a stopping accuracy of ±10 mm and 8 hours of battery life, for transfer between warehouse and lines.",
        specs={
            "payload": reported({"from": "600"}),
            "speed": stated({"from": "1.5"}),
            "endurance": stated({"from": "8"}),
            "stop_accuracy": reported({"from": "10"}),
            "min_aisle": stated({"from": "1200"}),
        },
        ways=["sale", "lease", "service"],
        price_note="演示价：整机16万元起",
        price_note_en="Demo price: from 160,000 yuan",
        cases="演示案例：某成品库托盘转运（虚构）",
    )
    return DemoListing("DP2", "vendor2", "published", content)


def _arm() -> DemoListing:
    content = _product(
        "演示C10",
        "协作机械臂",
        "collaborative arm",
        category="cobot",
        domains=["industrial"],
        summary="演示C10为协作机械臂，额定负载10千克，工作半径1300毫米，用于码垛与上下料。",
        summary_en="The demo C10 is a collaborative arm with a rated load of 10 kg and a working radius of 1300 mm, "
        "for palletising and for loading and unloading.",
        specs={
            "payload": stated({"from": "10"}),
            "reach": stated({"from": "1300"}),
            "repeatability": stated({"from": "0.05"}),
            "dof": stated({"from": "6"}),
        },
        ways=["sale"],
    )
    return DemoListing("DP3", "vendor", "draft", content)


def _sweeper() -> DemoListing:
    content = _product(
        "演示S2",
        "室外清扫机器人",
        "outdoor sweeping robot",
        category="outdoor_sanitation",
        domains=["public"],
        summary="演示S2为室外清扫机器人，清扫效率6000平方米每小时，续航7小时，可自动避让行人，用于园区道路与广场。",
        summary_en="The demo S2 is an outdoor sweeping robot with a cleaning rate of 6000 m²/h and 7 hours of battery "
        "life. It avoids pedestrians automatically and is for park roads and squares.",
        specs={
            "cleaning_rate": stated({"from": "6000"}),
            "endurance": stated({"from": "7"}),
            "slope": stated({"from": "12"}),
            "ip_rating": stated({"choice": "IP55"}),
        },
        ways=["sale", "service"],
        price_note="演示价：服务费0.9万元每月起",
        price_note_en="Demo price: from 9,000 yuan a month as a service",
    )
    return DemoListing("DP4", "vendor", "in_review", content)


def _scrubber() -> DemoListing:
    content = _product(
        "演示B3",
        "车间洗地机器人",
        "workshop scrubbing robot",
        category="commercial_cleaning",
        domains=["industrial", "commercial"],
        summary="演示B3为车间洗地机器人，清洁效率2500平方米每小时，续航5小时，可自动加排水，用于车间与仓库地面。",
        summary_en="The demo B3 is a workshop scrubbing robot with a cleaning rate of 2500 m²/h and 5 hours of battery "
        "life. It fills and drains water by itself and is for workshop and warehouse floors.",
        specs={
            "cleaning_rate": stated({"from": "2500"}),
            "endurance": stated({"from": "5"}),
            "noise": stated({"from": "65", "approx": "<="}),
        },
        ways=["sale"],
    )
    reason = "续航5小时与说明书所附4小时不一致，请核对后重新提交（演示）"
    return DemoListing("DP5", "vendor2", "returned", content, reason=reason)


def _explosion_proof() -> DemoListing:
    content = _product(
        "演示E4",
        "防爆轮式巡检机器人",
        "explosion-proof wheeled inspection robot",
        category="ex_inspection",
        domains=["special"],
        summary="演示E4为防爆轮式巡检机器人，防护IP66，续航6小时，可检测可燃气体与超温，用于储罐区巡检。",
        summary_en="The demo E4 is an explosion-proof wheeled inspection robot with IP66 protection and 6 hours of "
        "battery life. It detects combustible gas and overheating and is for inspecting tank farms.",
        specs={
            "weight": stated({"from": "120"}),
            "endurance": stated({"from": "6"}),
            "ip_rating": reported({"choice": "IP66"}),
            "ex_mark": reported({"text": "Ex db IIB T4 Gb"}),
            "ex_zones": reported({"choices": ["zone_1", "zone_2"]}),
        },
        ways=["sale"],
        price_note="演示价：整机38万元起",
        price_note_en="Demo price: from 380,000 yuan",
    )
    return DemoListing("DP6", "vendor2", "suspended", content, reason="防爆合格证到期，待补充新证（演示）")


def _delivery() -> DemoListing:
    content = _product(
        "演示D5",
        "楼宇配送机器人",
        "building delivery robot",
        category="delivery",
        domains=["commercial", "healthcare"],
        summary="演示D5为楼宇配送机器人，载重40千克，最小通行宽度700毫米，续航10小时，可乘电梯，用于医院与写字楼。",
        summary_en="The demo D5 is a building delivery robot with a load of 40 kg, a minimum passage width of 700 mm "
        "and 10 hours of battery life. It rides lifts and is for hospitals and office buildings.",
        specs={
            "payload": stated({"from": "40"}),
            "min_aisle": stated({"from": "700"}),
            "endurance": stated({"from": "10"}),
            "speed": stated({"from": "1.2"}),
        },
        ways=["sale", "lease"],
    )
    return DemoListing("DP7", "vendor", "withdrawn", content, reason="该型号停产，由新型号替代（演示）")


def _guide() -> DemoListing:
    content = _product(
        "演示G6",
        "导览讲解机器人",
        "guide robot",
        category="guide",
        domains=["tourism", "commercial"],
        summary="演示G6为导览讲解机器人，续航9小时，支持中英文讲解，用于展馆与政务大厅。",
        summary_en="The demo G6 is a guide robot with 9 hours of battery life that explains in Chinese and English, "
        "for exhibition halls and government service halls.",
        specs={
            "endurance": stated({"from": "9"}),
            "speed": stated({"from": "1"}),
            "weight": stated({"from": "48"}),
        },
        ways=["lease"],
        valid_until="{today-10}",
    )
    return DemoListing("DP8", "vendor2", "expired", content)
