"""The invented part of the cultivation library: when needs came to their tiers, and the copy in another city."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.sample.demo_pilots import DONE, DemoPilot


@dataclass(frozen=True, slots=True)
class DemoMove:
    """A need's step in the library, so many days ago, with its reason."""

    scenario: str
    step: str
    days_ago: int
    reason: str


# The copy is called this beside the listings of the sample.
COPY = "copy"
MOVES = (
    DemoMove("DS2", "admit", 1250, "痛点清楚，目标可测，宜先试（演示）"),
    DemoMove("DS2", "demonstrate", 1150, "首次验证通过，双方建议规模推广（演示）"),
    DemoMove("DS2", "ripen", 120, "已有多处部署，作业规程可照搬（演示）"),
    DemoMove("DS1", "admit", 60, "室外巡检需求多，尚在摸索（演示）"),
)
RESOURCES = (
    {"kind": "dataset", "name": "托盘识别图像集（演示）", "name_en": "Pallet images (demo)",
     "holder": "演示单位·研究院", "link": "https://data.demo.example/pallets"},
    {"kind": "training_ground", "name": "厂内物流训练场（演示）", "name_en": "In-plant logistics ground (demo)",
     "holder": "演示单位·训练场", "link": ""},
)  # fmt: skip
COPIED, COPY_PUBLISHED = 112, 105
# What the new owner writes into the draft.
CONTENT = {
    "title": "成品仓库托盘转运（芜湖）", "title_en": "Pallet transfer in a finished-goods warehouse (Wuhu)",
    "region": "340200", "place": "演示园区二号库", "place_en": "Demo park, warehouse two", "quantity": "2台",
    "budget_kind": "negotiable", "start_by": "{today+30}", "valid_until": "{today+180}",
    "contact_name": "演示联系人", "contact_phone": "0553-3990000", "contact_email": "contact@demo.example",
}  # fmt: skip
PILOT = DemoPilot("DP2", COPY, "verified", (DONE,), began=80, days=31, verdict="scale")
AFTER_PILOT = (
    DemoMove(COPY, "admit", 100, "成熟场景的复制（演示）"),
    DemoMove(COPY, "demonstrate", 44, "复制地验证通过（演示）"),
)
