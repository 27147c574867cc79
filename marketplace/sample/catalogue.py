"""How the words of the compiled rows map to the codes of the reference catalogue: categories, domains and specs."""

from decimal import Decimal

DOMAINS = {
    "工业制造": "industrial",
    "公共服务": "public",
    "商业服务": "commercial",
    "养老服务": "eldercare",
    "特种作业": "special",
    "智慧文旅": "tourism",
    "医疗健康": "healthcare",
    "农业生产": "agriculture",
    "教育科研": "education",
    "物流运输": "logistics",
}

# Category label of the row: (category code, domains when no keyword of DOMAIN_WORDS occurs in the description).
# Household robots have no domain of their own in the policy; commercial services is the nearest.
CATEGORIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "协作机械臂": ("cobot", ("industrial",)),
    "多关节工业机器人": ("articulated_arm", ("industrial",)),
    "焊接机器人": ("welding_robot", ("industrial",)),
    "喷涂机器人": ("painting_robot", ("industrial",)),
    "桌面教育机械臂": ("desktop_arm", ("education", "industrial")),
    "移动机器人(AMR)": ("amr", ("logistics", "industrial")),
    "双足人形机器人": ("biped_humanoid", ("education",)),
    "轮式人形机器人": ("wheeled_humanoid", ("industrial",)),
    "轮足人形机器人": ("wheel_legged_humanoid", ("public",)),
    "四足机器人": ("quadruped", ("special",)),
    "轮足机器人": ("wheel_legged", ("special",)),
    "防爆巡检机器人": ("ex_inspection", ("special",)),
    "消防机器人": ("firefighting", ("special",)),
    "特种作业底盘": ("special_chassis", ("special",)),
    "商用清洁机器人": ("commercial_cleaning", ("commercial",)),
    "室外环卫机器人": ("outdoor_sanitation", ("public",)),
    "消毒机器人": ("disinfection", ("healthcare",)),
    "配送机器人": ("delivery", ("commercial",)),
    "导览导购机器人": ("guide", ("commercial",)),
    "餐饮制作机器人": ("food_preparation", ("commercial",)),
    "室外无人配送车": ("outdoor_delivery", ("logistics",)),
    "割草机器人": ("lawn_mowing", ("public",)),
    "教育机器人": ("education", ("education",)),
    "家居服务机器人": ("home_service", ("commercial",)),
    "关节模组": ("joint_module", ("industrial",)),
    "减速器": ("reducer", ("industrial",)),
    "灵巧手": ("dexterous_hand", ("industrial",)),
    "高精密传感器": ("sensor", ("industrial",)),
}

# What a part is built into says nothing about where it is used, so its description is not searched for domains.
PARTS = frozenset({"joint_module", "reducer", "dexterous_hand", "sensor"})

# Where their own domains hold whatever places the description lists besides.
ALWAYS_USUAL = frozenset({"commercial_cleaning", "amr"})

# Words of a description that name a domain; the first three domains named win over the category's own.
DOMAIN_WORDS = {
    "industrial": (
        "装配 上下料 码垛 焊接 打磨 涂胶 产线 工厂 车间 制造 注塑 冲压 机床 涂装 厂房 "
        "工业试点 面向工业 整车 插装 点胶 锁付 搬运 倒班"
    ),
    "public": "政务 环卫 安防 巡逻 停车场 园区 地铁 车站",
    "commercial": "酒店 餐厅 商超 商场 门店 写字楼 办公 导购 银行 餐饮 商业 药店",
    "eldercare": "养老 康养 照护",
    "special": "变电站 电力 应急 消防 矿山 石化 救援 抢险 巡检",
    "tourism": "文旅 展馆 展厅 导览 表演 展演 文娱",
    "healthcare": "医院 康复",
    "education": "教学 科研 教育 高校 科普 实训 数据采集 算法验证 实验 二次开发",
    "logistics": "仓储 物流 转运 快递 仓库",
}

# Numeric columns of products.csv, all in the unit the spec has.
COLUMNS = {
    "payload_kg": "payload",
    "reach_mm": "reach",
    "repeatability_mm": "repeatability",
    "dof": "dof",
    "weight_kg": "weight",
    "height_mm": "height",
    "speed_mps": "speed",
    "endurance_h": "endurance",
}

_ONE = Decimal(1)
_THOUSAND = Decimal(1000)

# (name, unit) in the other_specs column: (spec key, factor into the spec's unit).
OTHER: dict[tuple[str, str], tuple[str, Decimal]] = {
    ("J4静态许用负载力矩", "N·m"): ("wrist_torque", _ONE),
    ("J4许用转动惯量", "kg·m²"): ("wrist_inertia", _ONE),
    ("XY精度", "mm"): ("xy_accuracy", _ONE),
    ("Z精度", "mm"): ("z_accuracy", _ONE),
    ("充电", "h"): ("charging_time", _ONE),
    ("减速比", ""): ("ratio", _ONE),
    ("单手自由度", ""): ("hand_dof", _ONE),
    ("单指抓力", "N"): ("finger_force", _ONE),
    ("升降高度", "mm"): ("height_range", _ONE),
    ("吸力", "Pa"): ("suction", _ONE),
    ("吸力", "kPa"): ("suction", _THOUSAND),
    ("噪声", "dB"): ("noise", _ONE),
    ("坡度", "°"): ("slope", _ONE),
    ("外径", "mm"): ("outer_diameter", _ONE),
    ("峰值扭矩", "N·m"): ("peak_torque", _ONE),
    ("尘箱", "L"): ("dust_bin", _ONE),
    ("屏幕", "in"): ("screen", _ONE),
    ("工作温度", "℃"): ("operating_temp", _ONE),
    ("广告屏", "in"): ("screen", _ONE),
    ("延迟", "ms"): ("latency", _ONE),
    ("最大负重", "kg"): ("max_load", _ONE),
    ("最小通行宽度", "mm"): ("min_aisle", _ONE),
    ("最高温度", "℃"): ("max_cooking_temp", _ONE),
    ("末端速度", "m/s"): ("tcp_speed", _THOUSAND),
    ("水循环率", "%"): ("water_recycling", _ONE),
    ("洗地效率", "m²/h"): ("cleaning_rate", _ONE),
    ("清扫效率", "m²/h"): ("cleaning_rate", _ONE),
    ("清洁效率", "m²/h"): ("cleaning_rate", _ONE),
    ("爬坡", "°"): ("slope", _ONE),
    ("电压", "V"): ("voltage", _ONE),
    ("电池", "Ah"): ("battery_capacity", _ONE),
    ("电池", "Wh"): ("battery_energy", _ONE),
    ("电池", "kWh"): ("battery_energy", _THOUSAND),
    ("算力", "TOPS"): ("compute", _ONE),
    ("紫外功率", "W"): ("uv_power", _ONE),
    ("背隙", "arcmin"): ("backlash", _ONE),
    ("自主换电时间", "min"): ("swap_time", _ONE),
    ("行程", "km"): ("range_distance", _ONE),
    ("覆盖面积", "m²"): ("coverage_area", _ONE),
    ("货舱", "L"): ("cargo_volume", _ONE),
    ("越障", "mm"): ("obstacle_height", _ONE),
    ("里程", "km"): ("range_distance", _ONE),
    ("里程(空载)", "km"): ("range_distance", _ONE),
    ("锅体", "L"): ("pot_volume", _ONE),
    ("长度", "mm"): ("length", _ONE),
    ("关节峰值扭矩", "N·m"): ("joint_peak_torque", _ONE),
    ("额定扭矩", "N·m"): ("rated_torque", _ONE),
    ("额定转速", "rpm"): ("rated_speed", _ONE),
}

# Conditions under which a value holds and that its name carries in the row.
OTHER_NOTES = {"里程(空载)": "空载", "充电": "充电时间", "广告屏": "广告屏", "J4静态许用负载力矩": "J4静态许用负载力矩"}

# Entries no spec of their category holds; they are told in the row's source note instead.
UNPLACED = frozenset({("无线充电", "kW")})

LOAD_BASIS = {"单臂": "single_arm", "双臂": "dual_arm"}

# Entries of the navigation column that name a device, which is a sensor and not a way of navigating.
LIDAR = frozenset({"3D激光雷达"})

# The navigation column: codes it clearly names. Laser without 2D or 3D, and "双SLAM", name none.
NAVIGATION: dict[str, tuple[str, ...]] = {
    "3D激光SLAM": ("laser_3d",),
    "3D激光": ("laser_3d",),
    "3D激光+视觉": ("laser_3d", "visual"),
    "RTK+视觉": ("visual", "rtk"),
    "视觉SLAM": ("visual",),
    "视觉SLAM+激光": ("visual",),
    "激光+视觉SLAM": ("visual",),
    "激光SLAM+视觉SLAM": ("visual",),
    "激光": (),
    "双SLAM": (),
}
