"""Ten invented scenarios of two demo state-owned firms, one for each state and one with a revision."""

from collections.abc import Iterator
from typing import Any

from marketplace.sample.listing import DemoListing
from marketplace.sample.shapes import scenario_content

_NOTE = "本需求为演示而虚构，不对应任何真实单位与地点"


def demo_scenarios() -> Iterator[DemoListing]:
    """Listings in the order they shall be made; dates are placeholders, see `listing.with_dates`."""
    yield _substation()
    yield _pallets()
    yield _sweeping()
    yield _palletising()
    yield _gallery()
    yield _tank_farm()
    yield _showroom()
    yield _canteen()
    yield _scrubbing()
    yield _photovoltaic()


def must(spec: str, op: str, value: dict[str, Any], why: str) -> dict[str, Any]:
    """A must-have requirement."""
    return {"spec": spec, "op": op, "value": value, "why": why}


def target(name: str, unit: str, direction: str, baseline: str, aim: str, method: str) -> dict[str, str]:
    """A target a pilot would be judged by."""
    return {
        "name": name,
        "unit": unit,
        "direction": direction,
        "baseline": baseline,
        "target": aim,
        "method": method,
    }


def _scenario(**given: Any) -> dict[str, Any]:
    """Content with what all demo scenarios share."""
    shared = {
        "place": "演示地点",
        "place_en": "Demo site",
        "budget_kind": "negotiable",
        "start_by": "{today+90}",
        "answer_by": "{today+30}",
        "valid_until": "{today+180}",
        "data_terms": "现场数据留存在需求单位，对外使用须经书面同意（演示）",
        "safety_terms": "进场前完成安全培训，设备须带急停（演示）",
        "contact_name": "演示联系人",
        "contact_phone": "0551-62990000",
        "contact_email": "contact@demo.example",
        "source_note": _NOTE,
    }
    return scenario_content(**(shared | given))


def _substation() -> DemoListing:
    content = _scenario(
        title="变电站设备区自主巡检",
        title_en="Autonomous inspection of a substation yard",
        domain="special",
        subscenario="special.power",
        region="340100",
        situation="设备区有台阶与电缆沟盖板，人工每日巡检两次，每次约90分钟，雨雪天易漏检。",
        situation_en="The yard has steps and cable trench covers. People inspect it twice a day for about 90 minutes "
        "each time and miss items in rain and snow.",
        task="机器人按计划自主巡检，读取仪表、红外测温，发现异常10分钟内告警，并自动返回充电。",
        task_en="The robot inspects on its own as planned, reads meters, measures temperature by infrared, raises an "
        "alarm within 10 minutes of an anomaly and returns to charge by itself.",
        conditions={"place": {"choices": ["outdoor"]}, "temperature": {"from": "-10", "to": "40"}},
        requirements=[
            must("ip_rating", ">=", {"choice": "IP65"}, "露天运行，须防雨"),
            must("endurance", ">=", {"from": "3"}, "一次巡检覆盖全站"),
            must("operating_temp", "covers", {"from": "-10", "to": "40"}, "冬夏不间断"),
        ],
        targets=[
            target("单次巡检时间", "min", "down", "90", "60", "连续20次巡检取平均"),
            target("仪表识别准确率", "%", "up", "", "98", "与人工抄表比对不少于500次"),
        ],
        quantity="2台",
        budget_kind="range",
        budget_from="60",
        budget_to="90",
        payment=["purchase", "pilot"],
    )
    return DemoListing("DS1", "soe", "published", content, revision=_substation_revised(content), filed=100)


def _substation_revised(content: dict[str, Any]) -> dict[str, Any]:
    """The owner asks for more than what is published: one more inspection, a faster alarm."""
    return content | {
        "task": "机器人按计划自主巡检，读取仪表、红外测温并做局部放电检测，发现异常5分钟内告警，并自动返回充电。",
        "task_en": "The robot inspects on its own as planned, reads meters, measures temperature by infrared and "
        "detects partial discharge, raises an alarm within 5 minutes of an anomaly and returns to charge by itself.",
        "requirements": [
            must("ip_rating", ">=", {"choice": "IP66"}, "露天运行，须防雨"),
            must("endurance", ">=", {"from": "4"}, "增加检测项目后单次时间变长"),
            must("operating_temp", "covers", {"from": "-10", "to": "40"}, "冬夏不间断"),
        ],
        "budget_to": "110",
    }


def _pallets() -> DemoListing:
    content = _scenario(
        title="成品仓库托盘转运",
        title_en="Pallet transfer in a finished-goods warehouse",
        domain="logistics",
        subscenario="logistics.amr_transfer",
        region="340100",
        situation="成品由叉车工从产线末端转运至立库入口，单程约120米，夜班招工困难。",
        situation_en="Forklift drivers move finished goods from the end of the line to the warehouse entrance, about "
        "120 m one way; it is hard to hire for the night shift.",
        task="移动机器人自动取放托盘并转运，与仓储系统对接任务，通道与行人共用时自动避让。",
        task_en="Mobile robots pick up, move and put down pallets automatically, take tasks from the warehouse system "
        "and avoid people in shared aisles.",
        conditions={"place": {"choices": ["indoor"]}},
        requirements=[
            must("payload", ">=", {"from": "500"}, "托盘连货最重480千克"),
            must("min_aisle", "<=", {"from": "1500"}, "最窄通道1500毫米"),
            must("stop_accuracy", "<=", {"from": "15"}, "与辊道对接"),
            must("endurance", ">=", {"from": "6"}, "夜班不停"),
        ],
        targets=[target("每小时转运托盘数", "托", "up", "18", "24", "连续7日夜班记录取平均")],
        quantity="4台",
        budget_kind="fixed",
        budget_from="80",
        payment=["purchase", "lease"],
    )
    return DemoListing("DS2", "soe2", "published", content, filed=1260)


def _sweeping() -> DemoListing:
    content = _scenario(
        title="园区道路与广场清扫",
        title_en="Sweeping of park roads and squares",
        domain="public",
        subscenario="public.sanitation",
        region="340200",
        situation="园区道路与广场约3万平方米，人工每日清扫一遍，秋季落叶多时完不成。",
        situation_en="Park roads and squares of about 30,000 m² are swept by hand once a day, which is not finished "
        "when many leaves fall in autumn.",
        task="夜间自动清扫道路与广场，避让行人车辆，自动倾倒与充电。",
        task_en="Sweep roads and squares automatically at night, avoid people and vehicles, empty and charge "
        "automatically.",
        conditions={"place": {"choices": ["outdoor"]}, "slope": {"from": "8"}},
        requirements=[
            must("cleaning_rate", ">=", {"from": "5000"}, "一夜扫完全园区"),
            must("slope", ">=", {"from": "8"}, "园区最大坡度8度"),
        ],
        targets=[target("每夜清扫面积", "m²", "up", "", "30000", "按作业日志")],
        quantity="2台",
        payment=["service"],
    )
    return DemoListing("DS3", "soe", "draft", content)


def _palletising() -> DemoListing:
    content = _scenario(
        title="袋装产品码垛",
        title_en="Palletising of bagged goods",
        domain="industrial",
        subscenario="industrial.handling",
        region="340400",
        situation="25千克袋装产品由两人一班人工码垛，劳动强度大。",
        situation_en="Bags of 25 kg are palletised by hand by two people a shift, which is hard work.",
        task="机器人自动抓袋码垛，每分钟不少于8袋，可切换三种垛型。",
        task_en="A robot grips bags and palletises at no fewer than 8 bags a minute, with three stacking patterns to "
        "switch between.",
        conditions={"place": {"choices": ["indoor"]}},
        requirements=[
            must("payload", ">=", {"from": "40"}, "袋重25千克加抓手"),
            must("reach", ">=", {"from": "1800"}, "两个垛位"),
        ],
        targets=[target("码垛节拍", "袋/min", "up", "6", "8", "连续8小时平均")],
        quantity="1套",
        budget_kind="range",
        budget_from="30",
        budget_to="45",
        payment=["purchase"],
    )
    return DemoListing("DS4", "soe2", "in_review", content)


def _gallery() -> DemoListing:
    content = _scenario(
        title="综合管廊巡检",
        title_en="Inspection of a utility tunnel",
        domain="public",
        subscenario="public.network_inspection",
        region="340100",
        situation="管廊长约4千米，人工每周巡检一次，环境潮湿。",
        situation_en="The tunnel is about 4 km long and damp; people inspect it once a week.",
        task="机器人每日自动巡检一次，检测渗漏、温湿度与可燃气体。",
        task_en="The robot inspects automatically once a day for leaks, temperature and humidity, and combustible gas.",
        conditions={"place": {"choices": ["indoor"]}},
        requirements=[
            must("ip_rating", ">=", {"choice": "IP65"}, "潮湿、有滴水"),
            must("endurance", ">=", {"from": "4"}, "往返全程"),
        ],
        targets=[target("巡检频次", "次/周", "up", "1", "7", "按巡检日志")],
        quantity="1台",
        payment=["purchase", "service"],
    )
    reason = "请补充管廊净高与防火门情况，以便供方判断通行条件（演示）"
    return DemoListing("DS5", "soe2", "returned", content, reason=reason)


def _tank_farm() -> DemoListing:
    content = _scenario(
        title="储罐区防爆巡检",
        title_en="Explosion-proof inspection of a tank farm",
        domain="special",
        subscenario="special.chemical_inspection",
        region="340800",
        situation="储罐区属爆炸危险区域，人工每两小时巡检一次。",
        situation_en="The tank farm is an explosive area; people inspect it every two hours.",
        task="防爆机器人自主巡检，检测可燃气体泄漏与超温并告警。",
        task_en="An explosion-proof robot inspects on its own, detects leaks of combustible gas and overheating, and "
        "raises alarms.",
        conditions={"place": {"choices": ["outdoor"]}, "explosive_zone": {"choices": ["zone_2"]}},
        requirements=[
            must("ex_zones", "covers", {"choices": ["zone_2"]}, "储罐区为2区"),
            must("ip_rating", ">=", {"choice": "IP65"}, "露天运行"),
            must("endurance", ">=", {"from": "5"}, "一班内不返充"),
        ],
        targets=[target("泄漏发现时间", "min", "down", "120", "10", "模拟泄漏不少于10次")],
        quantity="2台",
        budget_kind="range",
        budget_from="70",
        budget_to="100",
        payment=["purchase"],
    )
    return DemoListing("DS6", "soe", "suspended", content, reason="场地改造，条件变更后重新核对（演示）")


def _showroom() -> DemoListing:
    content = _scenario(
        title="企业展厅导览讲解",
        title_en="Guided tours of a company exhibition hall",
        domain="commercial",
        subscenario="commercial.reception",
        region="340100",
        situation="展厅每日接待约6批访客，讲解员2名，节假日人手不足。",
        situation_en="The hall receives about 6 groups a day with 2 guides; hands are short on holidays.",
        task="机器人带访客参观并讲解，中英文问答，自动避让人流。",
        task_en="The robot leads visitors and explains, answers in Chinese and English, and avoids people.",
        conditions={"place": {"choices": ["indoor"]}},
        requirements=[
            must("endurance", ">=", {"from": "6"}, "覆盖开放时间"),
            must("speed", ">=", {"from": "0.6"}, "与步行同速"),
        ],
        targets=[target("单日讲解批次", "批", "up", "6", "10", "按预约记录")],
        quantity="1台",
        payment=["lease"],
    )
    return DemoListing("DS7", "soe2", "withdrawn", content, reason="展厅搬迁，需求取消（演示）")


def _canteen() -> DemoListing:
    content = _scenario(
        title="职工食堂送餐与回盘",
        title_en="Serving and returning dishes in a staff canteen",
        domain="commercial",
        subscenario="commercial.catering",
        region="340100",
        situation="午间一小时集中用餐约400人，回盘靠人工推车。",
        situation_en="About 400 people eat within one hour at noon; dishes are returned on carts pushed by hand.",
        task="机器人在取餐口与餐区之间送餐，餐后回盘。",
        task_en="Robots carry meals from the counter to the tables and return dishes afterwards.",
        conditions={"place": {"choices": ["indoor"]}},
        requirements=[
            must("payload", ">=", {"from": "20"}, "一次回收多层餐盘"),
            must("min_aisle", "<=", {"from": "900"}, "桌间通道900毫米"),
        ],
        targets=[target("午间回盘用时", "min", "down", "70", "50", "连续10个工作日平均")],
        quantity="3台",
        payment=["lease", "purchase"],
        start_by="{today-5}",
        answer_by="{today-40}",
        valid_until="{today-10}",
    )
    return DemoListing("DS8", "soe", "expired", content)


def _scrubbing() -> DemoListing:
    content = _scenario(
        title="总装车间地面洗地",
        title_en="Floor scrubbing in an assembly workshop",
        domain="industrial",
        region="340200",
        situation="车间地面约1.2万平方米，人工驾驶洗地机每日两班清洗。",
        situation_en="A workshop floor of about 12,000 m² is scrubbed in two shifts a day with ride-on machines.",
        task="机器人夜间自动洗地，自动加排水，避让料架与行人。",
        task_en="Robots scrub at night, fill and drain water automatically, and avoid racks and people.",
        conditions={"place": {"choices": ["indoor"]}},
        requirements=[
            must("cleaning_rate", ">=", {"from": "2000"}, "一夜洗完全车间"),
            must("endurance", ">=", {"from": "4"}, "中途少充电"),
            must("noise", "<=", {"from": "70"}, "夜间有值班人员"),
        ],
        targets=[target("每日人工工时", "h", "down", "16", "4", "按考勤记录")],
        quantity="2台",
        budget_kind="fixed",
        budget_from="36",
        payment=["purchase"],
    )
    return DemoListing("DS9", "soe2", "fulfilled", content, reason="已与供方签约并投用（演示）")


def _photovoltaic() -> DemoListing:
    content = _scenario(
        title="屋顶光伏组件清洁",
        title_en="Cleaning of rooftop photovoltaic modules",
        domain="special",
        subscenario="special.solar_cleaning",
        region="340600",
        situation="屋顶光伏约2兆瓦，人工每季度清洗一次，有高处作业风险。",
        situation_en="About 2 MW of rooftop photovoltaics is cleaned by hand once a quarter, with the risk of work at "
        "height.",
        task="清洁机器人沿组件阵列自动行走清扫，不用水或少用水。",
        task_en="Cleaning robots travel along the arrays and sweep automatically, with no or little water.",
        conditions={"place": {"choices": ["outdoor", "height"]}},
        requirements=[
            must("weight", "<=", {"from": "45"}, "组件承重限制"),
            must("panel_slope", ">=", {"from": "15"}, "组件倾角15度"),
        ],
        targets=[target("每季度清洗次数", "次", "up", "1", "6", "按作业日志")],
        quantity="1套",
        payment=["service"],
    )
    return DemoListing("DS10", "soe", "closed", content, reason="经评估改为人工清洗，今年不再实施（演示）")
