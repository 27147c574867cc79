"""The lives of an organization, of a new identity that it proposes, and of its link to a parent."""

from __future__ import annotations

from marketplace.core.errors import Refused
from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.organizations.models import Organization, Proposal
from marketplace.organizations.policy import (
    can_edit,
    can_edit_proposal,
    can_unlink,
    can_verify,
    can_verify_proposal,
    owns_parent,
)
from marketplace.settings.queries import value

LICENCE_REQUIRED = Setting(
    "organizations.licence_required", Text("提交核验前必须上传执照", "A licence is required for verification"), False
)

VERIFICATION_DAYS = Setting(
    "organizations.verification_days",
    Text("单位核验时限", "Time to verify an organization"),
    5,
    unit=Text("个工作日", "working days"),
    least=1,
    most=60,
)


def complete(organization: Organization) -> Refused | None:
    """A person to ask, and where the operator says so a licence, is needed before an official can verify anything."""
    if not organization.contact_name or not (organization.contact_phone or organization.contact_email):
        return _no_contact()
    if organization.licence_id is None and value(LICENCE_REQUIRED):
        return Refused(
            Text("核验需要执照或法人证书", "Verification needs the licence"),
            Text("还没有上传", "None has been uploaded yet"),
            Text("请在“执照与资质”中上传，再提交核验", "Upload it under “Licence and marks”, then submit"),
        )
    return None


def still_verified(proposal: Proposal) -> Refused | None:
    """Only what is verified gets a new identity; a suspended organization waits."""
    if proposal.organization.state == "verified":
        return None
    return Refused(
        Text("已核验的单位才能变更身份信息", "Only a verified organization gets a new identity"),
        Text("单位现在是“%(state)s”", "The organization is now “%(state)s”")
        % {"state": ORGANIZATION.mark(proposal.organization.state).label},
        Text("请先恢复单位，再办理变更", "Resume the organization first"),
    )


def way_to_verified(organization: Organization) -> Text:
    """What its members can do so that it is verified: in some states nothing but wait for the office."""
    if organization.state == "pending":
        return Text("请等属地工信部门核验", "Wait until the office of its region has verified it")
    if organization.state == "suspended":
        return Text("恢复由属地工信部门决定，理由见单位页", "The office of its region decides; its page says why")
    return Text("请在单位页提交核验", "Submit it for verification on its page")


def _no_contact() -> Refused:
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
             label=Text("提交核验", "Submit for verification"), past="Submitted for verification"),
        step("verify", "pending", "verified", who=can_verify, look="primary",
             label=Text("通过核验", "Verify"), past="Verified"),
        step("return", "pending", "returned", who=can_verify, asks_reason=True,
             label=Text("退回补正", "Return for correction"), past="Returned for correction"),
        step("suspend", "verified", "suspended", who=can_verify, asks_reason=True,
             label=Text("暂停单位", "Suspend"), past="Suspended"),
        step("resume", "suspended", "verified", who=can_verify, asks_reason=True,
             label=Text("恢复单位", "Resume"), past="Resumed"),
        step("load", "registered", "verified", who=is_system, quiet=True,
             label=Text("据公开资料收录", "Entered from public material")),
    ),
)  # fmt: skip

PROPOSAL = Lifecycle(
    "proposal",
    Text("身份信息变更", "New identity"),
    start="drafted",
    states={
        "drafted": State(Text("草稿", "Draft"), "", "pencil"),
        "in_review": State(Text("变更核验中", "Change being verified"), "", "clock"),
        "returned": State(Text("变更已退回", "Change returned"), "ochre", "arrow-repeat"),
        "approved": State(Text("已变更", "Changed"), "pine", "check-circle"),
        "discarded": State(Text("已放弃", "Discarded"), "", "slash-circle"),
    },
    steps=(
        step("submit", "drafted returned", "in_review", who=can_edit_proposal, guard=still_verified, quiet=True,
             label=Text("提交变更", "Submit the change"), past="Change submitted"),
        step("discard", "drafted in_review returned", "discarded", who=can_edit_proposal,
             label=Text("放弃变更", "Give the change up"), past="Change given up",
             hint=Text("公开信息保持不变", "What is public stays as it is")),
        step("return", "in_review", "returned", who=can_verify_proposal, asks_reason=True,
             label=Text("退回变更", "Return the change"), past="Change returned"),
        step("approve", "in_review", "approved", who=can_verify_proposal, guard=still_verified, look="primary",
             label=Text("通过变更", "Approve the change"), past="Change approved"),
    ),
)  # fmt: skip

# Steps of one organization's history: their names tell them from those of its own life.
PARENT = Lifecycle(
    "parent_link",
    Text("上级单位", "Parent organization"),
    start="none",
    column="parent_state",
    states={
        "none": State(Text("没有上级单位", "None"), "", "dash"),
        "asked": State(Text("待上级单位确认", "Parent asked"), "", "clock"),
        "accepted": State(Text("上级单位已确认", "Accepted"), "pine", "check-circle"),
    },
    steps=(
        step("name_parent", "none", "asked", who=can_edit, quiet=True,
             label=Text("填报上级单位", "Name the parent"), past="Parent named"),
        step("accept_child", "asked", "accepted", who=owns_parent, look="primary",
             label=Text("确认下属单位", "Accept as a subsidiary"), past="Accepted as a subsidiary"),
        step("decline_child", "asked", "none", who=owns_parent, asks_reason=True,
             label=Text("不是下属单位", "Not a subsidiary"), past="Not accepted as a subsidiary"),
        step("release", "accepted", "none", who=can_unlink, asks_reason=True,
             label=Text("解除上下级", "End the link"), past="Link ended"),
        step("forget_parent", "asked accepted", "none", who=can_edit, quiet=True,
             label=Text("改填上级单位", "Name another parent"), past="Another parent named"),
        step("load_parent", "none", "accepted", who=is_system, quiet=True,
             label=Text("据公开资料收录上级单位", "Parent entered from public material")),
        step("unload_parent", "asked accepted", "none", who=is_system, quiet=True,
             label=Text("据公开资料更新上级单位", "Parent updated from public material")),
    ),
)  # fmt: skip
