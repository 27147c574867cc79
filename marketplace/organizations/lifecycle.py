"""The life of an organization: registered, looked at by an official of its region, verified."""

from __future__ import annotations

from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.organizations.models import Organization
from marketplace.organizations.policy import can_edit, can_verify

VERIFICATION_DAYS = Setting(
    "organizations.verification_days",
    Text("单位核验时限", "Time to verify an organization"),
    5,
    unit=Text("个工作日", "working days"),
    least=1,
    most=60,
)


def complete(organization: Organization) -> Refused | None:
    """A person to ask is needed before an official can verify anything."""
    if organization.contact_name and (organization.contact_phone or organization.contact_email):
        return None
    return Refused(
        Text("核验需要一位联系人，以便核实情况", "Verification needs a person to ask"),
        Text("还没有填写联系人和电话或邮箱", "No contact with a telephone or e-mail is given yet"),
        Text("请在单位信息中补上联系人，再提交核验", "Add the contact under the organization's details, then submit"),
    )


ORGANIZATION = Lifecycle(
    "organization",
    Text("单位", "Organization"),
    start="registered",
    states={
        "registered": State(Text("已登记", "Registered"), "", "pencil"),
        "pending": State(Text("核验中", "Being verified"), "", "clock"),
        "verified": State(Text("已核验", "Verified"), "pine", "check-circle"),
        "returned": State(Text("已退回", "Returned"), "ochre", "arrow-repeat"),
        "suspended": State(Text("已暂停", "Suspended"), "ochre", "pause-circle"),
    },
    steps=(
        step("submit", "registered returned", "pending", who=can_edit, guard=complete, look="primary",
             label=Text("提交核验", "Submit for verification")),
        step("verify", "pending", "verified", who=can_verify, look="primary",
             label=Text("通过核验", "Verify")),
        step("return", "pending", "returned", who=can_verify, asks_reason=True,
             label=Text("退回补正", "Return for correction")),
        step("suspend", "verified", "suspended", who=can_verify, asks_reason=True,
             label=Text("暂停单位", "Suspend")),
        step("resume", "suspended", "verified", who=can_verify, asks_reason=True,
             label=Text("恢复单位", "Resume")),
        step("load", "registered", "verified", who=is_system, quiet=True,
             label=Text("据公开资料收录", "Entered from public material")),
    ),
)  # fmt: skip
