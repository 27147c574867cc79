"""The figures that operators may change about sites: time limits, and how much each criterion counts."""

from __future__ import annotations

from typing import Any

from marketplace.core.setting import Setting
from marketplace.core.text import Text

WORKING_DAYS = Text("个工作日", "working days")
MONTHS = Text("个月", "months")
DAYS = Text("天", "days")

DECISION_DAYS = Setting(
    "sites.decision_days", Text("示范应用办理时限", "Time to decide on a site"), 20,
    Text("从送到市级或省级起算", "From the day it reached the city or the province"), WORKING_DAYS, 1, 120,
)  # fmt: skip
VALID_MONTHS = Setting(
    "sites.valid_months", Text("示范应用有效期", "How long a designation is valid"), 36,
    Text("已命名的不受影响", "Sites already designated keep theirs"), MONTHS, 1, 120,
)  # fmt: skip
RUNNING_MONTHS = Setting(
    "sites.running_months", Text("申报前至少运行", "How long a site has run before it is filed"), 3, None, MONTHS, 0, 60
)
CALM_MONTHS = Setting(
    "sites.calm_months", Text("没有严重安全事件的期间", "Time without a serious incident"), 12,
    Text("按验证中登记的事件核对", "Compared with the incidents noted in its pilots"), MONTHS, 0, 60,
)  # fmt: skip
STREET_POINTS = Setting(
    "sites.street_points", Text("示范街区至少几个应用点", "Fewest places of use in a street"), 3, None,
    Text("个", "places"), 1, 100,
)  # fmt: skip
PASS_MARKS = Setting(
    "sites.pass_marks", Text("专家平均分不低于", "Lowest average of the experts"), 70, None,
    Text("分（满分 100）", "marks of 100"), 0, 100,
)  # fmt: skip
RECTIFY_MONTHS = Setting(
    "sites.rectify_months", Text("整改期限最长", "Longest time to put a site right"), 3, None, MONTHS, 1, 24
)
REPLY_DAYS = Setting(
    "sites.reply_days", Text("摘牌前陈述的时间", "Time to reply before a revocation"), 10, None, WORKING_DAYS, 1, 60
)
REPORT_DAYS = Setting(
    "sites.report_days", Text("年度运行报告时限", "Time for a yearly report"), 30,
    Text("从每满一年起算", "From the end of each year of the designation"), DAYS, 1, 180,
)  # fmt: skip
REMIND_DAYS = Setting(
    "sites.remind_days", Text("到期前多久提醒运营单位", "How long before a deadline its operator is reminded"), 30,
    None, DAYS, 1, 180,
)  # fmt: skip
RENEWAL_MONTHS = Setting(
    "sites.renewal_months", Text("到期前多久可以申请续期", "How long before its end a renewal may be asked for"), 6,
    None, MONTHS, 1, 24,
)  # fmt: skip
MAP_APPROVAL = Setting(
    "sites.map_approval", Text("地图审图号", "Map approval number"), "",
    Text("填写后地图才显示行政区划轮廓；不填则只标城市位置",
         "Outlines of cities are drawn only when it is given; without it cities are shown as points"),
)  # fmt: skip

# The criteria, their weight at first, and what an expert looks at.
CRITERIA = {
    "technology": (Text("技术先进性", "Technology"), 20,
                   Text("关键技术的水平，与同类产品相比", "How advanced it is among its kind")),
    "fit": (Text("场景适配与成熟度", "Fit and maturity"), 20,
            Text("是否解决了真实问题，能否稳定运行", "Whether it solves a real problem and runs steadily")),
    "effect": (Text("实测成效", "Measured effect"), 25,
               Text("看验证结果：区间、样本量、前后对比", "Results of its pilots: interval, sample, before and after")),
    "copying": (Text("可复制推广", "Can be copied"), 20,
                Text("同类地点有多少，有没有规程和标准", "How many places are alike; rules, standards")),
    "safety": (Text("安全与数据合规", "Safety and data"), 10,
               Text("责任人、应急、保险、数据", "Who answers for it, emergencies, insurance, data")),
    "economy": (Text("经济性", "Economy"), 5, Text("投入、产出、回收期", "Cost, gain, time to pay back")),
}  # fmt: skip
WEIGHTS = {
    key: Setting(
        f"sites.weight_{key}", Text(f"评审权重：{label.zh}", f"Weight: {label.en}"), weight, None,
        Text("分", "marks"), 0, 100,
    )
    for key, (label, weight, _hint) in CRITERIA.items()
}  # fmt: skip

SETTINGS: tuple[Setting[Any], ...] = (
    DECISION_DAYS, VALID_MONTHS, RUNNING_MONTHS, CALM_MONTHS, STREET_POINTS, PASS_MARKS, RECTIFY_MONTHS,
    REPLY_DAYS, REPORT_DAYS, REMIND_DAYS, RENEWAL_MONTHS, MAP_APPROVAL, *WEIGHTS.values(),
)  # fmt: skip
