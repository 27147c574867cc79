"""The plate of members: pages, mails, what waits, and what ends in time."""

from __future__ import annotations

from flask import Flask

from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.foundation.worker import Task
from marketplace.members import notify, queries, services, views
from marketplace.members.lifecycle import INVITATION, REQUEST
from marketplace.web.plate import Capability, FooterLink, Recorded, WayOn

EXPIRY_SECONDS = 600.0


def _expire() -> bool:
    with transaction():
        return services.expire_due()


def _init(app: Flask) -> None:
    app.extensions.setdefault("organization_panels", []).append(views.organization_panel)


MEMBERS = Capability(
    name="members",
    blueprints=views.blueprints,
    footer=(FooterLink(1, Text("加入单位", "Join an organization"), "members.join", 25),),
    ways=(
        WayOn(
            Text("加入已登记的单位", "Join an organization"),
            Text(
                "写出单位编号或信用代码，由它的所有者同意。", "Give its number or credit code; its owners let you in."
            ),
            "members.join",
            20,
        ),
    ),
    letters={
        "join_request.ask": notify.asked,
        "join_request.accept": notify.answered,
        "join_request.decline": notify.answered,
        "join_request.expire": notify.answered,
        "invitation.invite": notify.invited,
        "invitation.revoke": notify.revoked,
        "invitation.accept": notify.invitation_answered,
        "invitation.decline": notify.invitation_answered,
        "invitation.expire": notify.invitation_answered,
        "member.role": notify.member_changed,
        "member.hand_over": notify.member_changed,
        "member.remove": notify.member_changed,
        "member.leave": notify.member_changed,
    },
    letter_groups=(notify.MEMBERS,),
    tasks=(Task("members.expire", _expire, EXPIRY_SECONDS),),
    settings=services.SETTINGS,
    records=(
        Recorded("join_request", REQUEST.label, acts={"ask": Text("申请加入", "Asked to join")}, lifecycle=REQUEST),
        Recorded(
            "invitation", INVITATION.label, acts={"invite": Text("发出邀请", "Invited somebody")}, lifecycle=INVITATION
        ),
    ),
    personal=queries.personal,
    forget=services.forget,
    duties=views.duties,
    duty_selects=queries.duty_selects,
    init=_init,
)
