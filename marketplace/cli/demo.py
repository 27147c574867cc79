"""The demo accounts: who they are, and which posts they hold. Only loaded with MARKETPLACE_DEMO=1."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "jiyu-demo-2026"
EVERY_DUTY = ("verify", "review", "challenge", "demonstrate")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account. ``department`` is a key of the sample's departments; ``duties`` make a post in it."""

    email: str
    name: str
    what: str
    department: str = ""
    duties: tuple[str, ...] = ()
    administrator: str = ""


def _expert(number: int) -> DemoAccount:
    return DemoAccount(f"expert{number}@demo.example", f"演示专家{number}", "评审专家 expert")


ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("vendor@demo.example", "演示供方甲", "供方一 vendor one"),
    DemoAccount("vendor2@demo.example", "演示供方乙", "供方二 vendor two"),
    DemoAccount("soe@demo.example", "演示需方甲", "省属国企 provincial state-owned firm"),
    DemoAccount("soe2@demo.example", "演示需方乙", "市属国企 municipal state-owned firm"),
    DemoAccount("city@demo.example", "演示市级经办", "合肥市工信部门 city official", "hefei", EVERY_DUTY),
    DemoAccount("province@demo.example", "演示省级经办甲", "省工信部门 province official", "province", EVERY_DUTY),
    DemoAccount("province2@demo.example", "演示省级经办乙", "省工信部门 province official", "province", EVERY_DUTY),
    DemoAccount("sasac@demo.example", "演示国资经办", "省国资委 assessment official", "assets", ("assess",)),
    *(_expert(number) for number in range(1, 6)),
    DemoAccount("newcomer@demo.example", "演示新单位经办", "新登记的单位 new organizations"),
    DemoAccount("operator@demo.example", "演示运维", "系统管理员 system administrator", administrator="system"),
    DemoAccount("admin@demo.example", "演示管理员", "安全管理员 security administrator", administrator="security"),
    DemoAccount("auditor@demo.example", "演示审计", "审计管理员 audit administrator", administrator="audit"),
)
