"""The life of a site: from the draft to the plate, and what can become of it."""

from __future__ import annotations

from marketplace.core.lifecycle import Lifecycle, State, is_system, step
from marketplace.core.text import Text
from marketplace.sites import conditions
from marketplace.sites.policy import can_decide, can_recommend, owns

STATES = {
    "draft": State(Text("草稿", "Draft"), "", "pencil"),
    "submitted": State(Text("待市级推荐", "Waiting for the city"), "", "clock"),
    "recommended": State(Text("已推荐，待省级评审", "Recommended"), "ink", "check-circle"),
    "returned": State(Text("已退回", "Returned"), "ochre", "arrow-repeat"),
    "under_evaluation": State(Text("评审中", "Under evaluation"), "ink", "circle-half"),
    "notice": State(Text("公示中", "On public notice"), "seal solid"),
    "refused": State(Text("未通过", "Not designated"), "ochre", "x-circle"),
    "withdrawn": State(Text("已撤回", "Withdrawn"), "", "slash-circle"),
    "designated": State(Text("有效", "In force"), "pine", "check-circle"),
    "rechecked": State(Text("有效，复核通过", "In force, checked again"), "pine", "check-circle"),
    "rectifying": State(Text("限期整改", "Corrections due"), "ochre", "arrow-repeat"),
    "warned": State(Text("拟摘牌，听取陈述", "Revocation proposed"), "ochre", "exclamation-triangle-fill"),
    "expired": State(Text("已到期", "Expired"), "", "slash-circle"),
    "revoked": State(Text("已摘牌", "Revoked"), "ochre", "slash-circle"),
}

_APPLYING = (
    step("submit", "draft returned", "submitted", who=owns, guard=conditions.complete, look="primary",
         label=Text("提交申报", "Submit"), past="Submitted",
         hint=Text("验证结果从此冻结，附摘要", "The results of its pilots are frozen with their digest")),
    step("withdraw", "draft submitted returned recommended under_evaluation notice", "withdrawn",
         who=owns, asks_reason=True, label=Text("撤回申报", "Withdraw"), past="Withdrawn"),
    step("recommend", "submitted", "recommended", who=can_recommend, quiet=True, look="primary", asks_reason=True,
         label=Text("推荐到省级", "Recommend"), past="Recommended by the city"),
    step("return", "submitted", "returned", who=can_recommend, quiet=True, asks_reason=True,
         label=Text("退回补正", "Return"), past="Returned by the city"),
)  # fmt: skip
_DECIDING = (
    step("send_back", "recommended under_evaluation", "returned", who=can_decide, quiet=True, asks_reason=True,
         label=Text("省级退回补正", "Return to the applicant"), past="Returned by the province"),
    step("evaluate", "recommended", "under_evaluation", who=can_decide, look="primary",
         label=Text("开始评审", "Begin the evaluation"), past="Evaluation begun"),
    step("announce", "under_evaluation", "notice", who=can_decide, guard=conditions.passed, quiet=True, look="official",
         label=Text("发布公示", "Publish the notice"), past="Put on public notice"),
    step("reopen", "notice", "under_evaluation", who=can_decide, guard=conditions.notice_annulled, look="primary",
         label=Text("异议成立，重新评审", "Evaluate again after an upheld objection"), past="Evaluated again"),
    step("refuse", "under_evaluation", "refused", who=can_decide, quiet=True, asks_reason=True,
         label=Text("不予命名", "Do not designate"), past="Not designated"),
    step("designate", "notice", "designated", who=can_decide, guard=conditions.notice_stands, quiet=True,
         look="official", label=Text("命名并授予牌号", "Designate and give the plate"), past="Designated"),
)  # fmt: skip
_RUNNING = (
    step("recheck", "designated rechecked rectifying", "rechecked", who=can_decide, guard=conditions.reported,
         quiet=True, label=Text("复核通过", "Confirm after a check"), past="Checked again and confirmed"),
    step("renew", "designated rechecked", "rechecked", who=can_decide, guard=conditions.renewal_asked, quiet=True,
         label=Text("同意续期", "Renew"), past="Renewed"),
    step("rectify", "designated rechecked", "rectifying", who=can_decide, quiet=True, asks_reason=True,
         label=Text("限期整改", "Order corrections"), past="Corrections ordered"),
    step("warn", "designated rechecked rectifying", "warned", who=can_decide, quiet=True, asks_reason=True,
         label=Text("拟摘牌，告知理由", "Propose to revoke"), past="Revocation proposed"),
    step("keep", "warned", "rechecked", who=can_decide, quiet=True, asks_reason=True,
         label=Text("听取陈述后保留", "Keep after the reply"), past="Kept after the reply"),
    step("revoke", "warned", "revoked", who=can_decide, guard=conditions.heard, quiet=True, asks_reason=True,
         look="official", label=Text("摘牌", "Revoke"), past="Revoked"),
    step("expire", "designated rechecked rectifying warned", "expired", who=is_system,
         guard=conditions.past_validity, quiet=True, label=Text("有效期满", "Expire"), past="Expired"),
)  # fmt: skip

SITE = Lifecycle(
    "site", Text("示范应用", "Demonstration site"), start="draft", states=STATES,
    steps=(*_APPLYING, *_DECIDING, *_RUNNING),
)  # fmt: skip
