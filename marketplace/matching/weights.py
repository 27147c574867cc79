"""The rules of a match as one table. A change of it is a new version: every pair is judged again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.core.text import Text

VERSION = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that counts: ``points`` at the most, and in words what earns them."""

    points: int
    label: Text
    rule: Text


# The sum is 100. A part that the need does not ask about is left out, and the rest counts as 100.
PARTS: Mapping[str, Part] = {
    "must": Part(
        30, Text("硬性要求", "Must-haves"),
        Text("满足的项数除以全部项数；有一项不满足即不列入，未公开的不算满足",
             "Those met among all; one that is not met excludes the product, an unknown one is not a fit"),
    ),
    "task": Part(
        21, Text("任务用语", "Words of the task"),
        Text("需求的标题、子场景和任务里的词，产品资料中出现的占多少；占三成即得满分",
             "The share of the need's title, sub-scenario and task that the product's own words contain; 30 % is full"),
    ),
    "wording": Part(
        9, Text("字面重合", "Shared wording"),
        Text("需求的标题、子场景和任务里相邻的两个字，产品资料中出现的占多少，再乘以100除以资料中相邻字对数（最少按25算）的平方根，"
             "因为资料越长，碰巧相同的越多；满三成即得满分",
             "The share of the pairs of neighbouring characters in the need's title, sub-scenario and task that the "
             "product's own words contain, times the square root of 100 divided by how many pairs those words have (25 "
             "at the least), because longer texts share more by chance; 30 % is full"),
    ),
    "category": Part(
        15, Text("产品类别", "Category"),
        Text("需求点名的机器人类别得满分；没有点名的，常用于该子场景（未填子场景的看领域）的类别得满分，点了名的只得一半",
             "Full for the kind of robot that the need names. Where it names none, full for what is usual for the "
             "sub-scenario (for the domain, where no sub-scenario is given); half where it names another"),
    ),
    "domain": Part(
        5, Text("领域", "Domain"),
        Text("产品的应用领域包含需求的领域", "The product's domains include that of the need"),
    ),
    "evidence": Part(
        5, Text("依据", "Evidence"),
        Text("与硬性要求对应的参数，依据的平均级别（自述、有据、检测、实测）；没有硬性要求时看全部参数",
             "The average level of what proves the specs asked for (declared, documented, tested, proven here); "
             "without must-haves, of all specs"),
    ),
    "place": Part(
        5, Text("地点与服务范围", "Place and service area"),
        Text("供方与现场同市，或写明的服务范围包含现场，得满分；同在安徽得六成，省外且未写明不得分",
             "The vendor sits in the city of the site, or states a service area that includes it: full; "
             "elsewhere in Anhui: 60 %; outside without such a statement: none"),
    ),
    "payment": Part(
        5, Text("付费方式", "Ways to pay"),
        Text("供方接受需求所列的付费方式之一", "The vendor offers one of the ways asked for"),
    ),
    "pilots": Part(
        5, Text("同类试点", "Pilots of this kind"),
        Text("产品在本平台同一子场景有通过核验的试点，得满分；只在同一领域有的，得一半",
             "Full with a verified pilot of the product here in the same sub-scenario; half with one in the domain"),
    ),
}  # fmt: skip

# The share of the need's words, and of its pairs of characters, from which the part is full, in percent.
WORDS_FULL = 30
WORDING_FULL = 30
# A product's words count in full at so many pairs, more when there are fewer, by the square root: cosine similarity.
USUAL_PAIRS, LEAST_PAIRS = 100, 25
# What is usual where the need names another kind, in percent of the category's points.
BESIDE_NAMED = 50
# A pilot in the same domain only, in percent of the pilots' points.
PILOT_IN_DOMAIN = 50
# A pair is shown when it shares so many of the need's words, in percent, or the domain and a word of the need's title
# or sub-scenario.
WORDS_LEAST = 15
# The same in words, for who asks why a pair is not listed although no must-have fails.
LISTED = Text(
    "没有硬性要求不满足的产品，和需求有下列共同之处之一，才列为匹配：类别是需求点名的，或常用于该任务的（需求没有写明子场景的，"
    "还要有共同的词）；领域相同，且需求的标题或子场景里有词在产品资料中出现；需求的词有 %(least)s%% 在产品资料中出现。",
    "A product that fails no must-have is listed when one of these holds as well: it is of the kind that the need "
    "names, or of one that is usual for its task (where no sub-scenario is given, with a word in common, too); it has "
    "the need's domain, and its own words contain one of the need's title or sub-scenario; its own words contain "
    "%(least)s %% of the need's.",
) % {"least": WORDS_LEAST}
IN_PROVINCE = 60
# Every need's site that is named by its region lies in Anhui, which these service areas include as a whole.
AREAS_OF_ANHUI = frozenset({"anhui", "yangtze_delta", "china"})
# Left out before pairs of characters are counted: nearly every text has them.
COMMON_WORDING = ("机器人", "智能")
# A need's title and sub-scenario say more of it than its longer texts.
TITLE_WEIGHT, TEXT_WEIGHT = 3, 1

# What a demander calls a way to pay → the way a vendor offers it; a trial can begin with any of them.
WAYS: Mapping[str, frozenset[str]] = {
    "purchase": frozenset({"sale"}),
    "lease": frozenset({"lease"}),
    "service": frozenset({"service"}),
    "pilot": frozenset({"sale", "lease", "service"}),
}

# Words that nearly every robot and every need has: they tell no two apart.
COMMON_WORDS = frozenset(
    "机器人 机器 智能 系统 设备 产品 场景 应用 需求 项目 服务 功能 能力 解决方案 方案 技术 平台 自动 自主 自动化 无人 "
    "实现 支持 提供 采用 通过 完成 开展 建设 要求 满足 具备 作业 工作 任务 使用 人工 替代 提升 提高 降低 效率 安全 "
    "管理 数据 企业 大型 中型 小型 对应 环境 方式 覆盖 运行 连续 速度 续航 "
    "robot robots system intelligent smart automatic autonomous".split()
)
