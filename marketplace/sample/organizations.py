"""Organizations of the sample: makers under their real names, and demo units that own what nobody here vouches for."""

from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.sample.credit import ENTERPRISE, INSTITUTION, ORGAN, credit_code
from marketplace.sample.rows import rows

ANHUI = "340000"
HEFEI = "340100"


@dataclass(frozen=True, slots=True)
class SampleOrganization:
    """One organization. `kind` is an organization kind code, `region` a GB/T 2260 code or "" outside Anhui.

    `account` is the local part of the demo account that belongs to it ("vendor" for vendor@), or "".
    """

    key: str
    name: str
    name_en: str
    kind: str
    region: str
    credit_code: str
    city: str = ""
    city_en: str = ""
    website: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class SampleDepartment:
    """A department whose officials hold posts; `region` is the province or the city it acts for."""

    key: str
    name: str
    name_en: str
    region: str


# key: (name after 演示单位·, English after "Demo unit: ", kind, region, register of the code)
_UNITS = {
    "provincial_soe": ("省属国企", "provincial state-owned firm", "state_owned_firm", ANHUI, ENTERPRISE),
    "municipal_soe": ("市属国企", "municipal state-owned firm", "state_owned_firm", HEFEI, ENTERPRISE),
    "other_soe": ("其他国有企业", "other state-owned firm", "state_owned_firm", HEFEI, ENTERPRISE),
    "department": ("政府部门", "government department", "government", ANHUI, ORGAN),
    "city_department": ("市级部门", "municipal department", "government", HEFEI, ORGAN),
    "district": ("区县与街道", "district or subdistrict", "government", HEFEI, ORGAN),
    "hospital": ("医院", "hospital", "public_institution", HEFEI, INSTITUTION),
    "scenic_area": ("景区", "scenic area", "public_institution", HEFEI, INSTITUTION),
    "park": ("园区", "industrial park", "service", HEFEI, ENTERPRISE),
    "association": ("行业组织", "trade organisation", "service", HEFEI, ENTERPRISE),
    "research": ("科研院所", "research institute", "research", HEFEI, INSTITUTION),
    "private_firm": ("民营企业", "private firm", "enterprise", HEFEI, ENTERPRISE),
    "firm": ("企业", "firm", "enterprise", HEFEI, ENTERPRISE),
    "farm": ("农业经营主体", "farm business", "enterprise", HEFEI, ENTERPRISE),
}

# Every owner type that occurs in scenarios.csv, and the demo unit that shows it here.
OWNERS = {
    "省属国企": "provincial_soe",
    "市属国企": "municipal_soe",
    "国有企业": "other_soe",
    "国有煤企": "other_soe",
    "央企": "other_soe",
    "民政与工信部门": "department",
    "公安机关": "department",
    "应急部门": "department",
    "省级部门与省属国企": "department",
    "市级部门": "city_department",
    "市级政府": "city_department",
    "市政部门": "city_department",
    "市公安交警": "city_department",
    "市城管委": "city_department",
    "区政府": "district",
    "区级部门": "district",
    "区教育与商业街区": "district",
    "街道办": "district",
    "开发区管委会": "district",
    "公立医院": "hospital",
    "医疗机构或企业": "hospital",
    "景区单位": "scenic_area",
    "产业园区": "park",
    "行业组织": "association",
    "研究院与企业": "research",
    "高校院所": "research",
    "民营企业": "private_firm",
    "企业": "firm",
    "商业企业": "firm",
    "建筑企业": "firm",
    "化工企业": "firm",
    "民爆企业": "firm",
    "矿山企业": "firm",
    "发电企业": "firm",
    "市政环卫企业": "firm",
    "养殖企业": "farm",
    "农业经营主体": "farm",
}

# key: (name after 演示单位·, English after "Demo unit: ", kind, region); the key is the demo account's local part.
# All lie in Hefei, so that the demo officials of the city and of the province are both in charge of them.
_ACCOUNTS = {
    "vendor": ("供方一", "vendor one", "vendor", HEFEI),
    "vendor2": ("供方二", "vendor two", "vendor", HEFEI),
    "soe": ("需方一 省属国企", "demander one, provincial state-owned firm", "state_owned_firm", HEFEI),
    "soe2": ("需方二 市属国企", "demander two, municipal state-owned firm", "state_owned_firm", HEFEI),
}

DEPARTMENTS = (
    SampleDepartment("province", "省工业和信息化厅（演示）", "Provincial industry and IT department (demo)", ANHUI),
    SampleDepartment("hefei", "合肥市工业和信息化局（演示）", "Hefei industry and IT bureau (demo)", HEFEI),
    SampleDepartment("assets", "省国资委（演示）", "Provincial state-owned assets commission (demo)", ANHUI),
)


def makers() -> Iterator[SampleOrganization]:
    """The makers of the compiled products: facts are name, English name and city; key is the `maker` of the rows."""
    for row in rows("makers.csv"):
        yield SampleOrganization(
            key=row["maker"],
            name=row["name"],
            name_en=row["name_en"],
            kind=row["kind"],
            region=row["region"],
            credit_code=row["credit_code"],
            city=row["city"],
            city_en=row["city_en"],
            website=row["website"],
        )


def owners() -> Iterator[SampleOrganization]:
    """The demo units that own the compiled scenarios; OWNERS says which unit stands for which owner type."""
    for key, (name, name_en, kind, region, register) in _UNITS.items():
        yield _unit(key, name, name_en, kind, region, register)


def account_organizations() -> Iterator[SampleOrganization]:
    """The organizations of the demo accounts; their listings are in `marketplace.sample.demo`."""
    for key, (name, name_en, kind, region) in _ACCOUNTS.items():
        yield _unit(key, name, name_en, kind, region, ENTERPRISE, account=key)


def organizations() -> Iterator[SampleOrganization]:
    """All of them: makers, demo owners, organizations of the demo accounts. Keys and codes are unique."""
    yield from makers()
    yield from owners()
    yield from account_organizations()


def _unit(
    key: str, name: str, name_en: str, kind: str, region: str, register: str, account: str = ""
) -> SampleOrganization:
    full = f"演示单位·{name}"
    return SampleOrganization(
        key=key,
        name=full,
        name_en=f"Demo unit: {name_en}",
        kind=kind,
        region=region,
        credit_code=credit_code(full, register),
        account=account,
    )
