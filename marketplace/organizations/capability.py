"""The plate of organizations: pages, mails, what waits, and how they are found."""

from __future__ import annotations

from flask import Flask

from marketplace.core.text import Text
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.organizations import leaving, notify, queries, searchdoc, views
from marketplace.organizations.lifecycle import LICENCE_REQUIRED, ORGANIZATION, PROPOSAL, VERIFICATION_DAYS
from marketplace.organizations.models import Organization, Proposal
from marketplace.web.plate import Capability, FooterLink, Queue, Recorded, SearchSource, WayOn

FOUND = SearchSource(
    kind=searchdoc.KIND,
    label=Text("单位", "Organizations"),
    keys=queries.public_ids,
    documents=searchdoc.documents,
    versions=queries.public_versions,
    visible=searchdoc.visible,
    cards=views.cards,
    texts=searchdoc.texts,
    order=30,
)

VERIFICATION = Queue(
    key="organizations",
    label=Text("单位核验", "Organizations"),
    verb=Text("核验", "Verify"),
    model=Organization,
    held=lambda actor: actor.has_duty("verify"),
    waits=queries.waits_for_verification,
    rows=views.waiting_rows,
    days=VERIFICATION_DAYS,
)

IDENTITIES = Queue(
    key="identities",
    label=Text("单位变更", "New identities"),
    verb=Text("核验", "Verify"),
    model=Proposal,
    held=lambda actor: actor.has_duty("verify"),
    waits=queries.proposals_waiting,
    rows=views.proposal_rows,
    days=VERIFICATION_DAYS,
)

PROPOSED = Recorded("proposal", PROPOSAL.label, lifecycle=PROPOSAL)

RECORDED = Recorded(
    "organization",
    Text("单位", "Organization"),
    acts=views.DONE,
    lifecycle=ORGANIZATION,
    named=views.named,
    key_of=queries.key_of,
)


def _init(app: Flask) -> None:
    app.extensions.setdefault("account_panels", []).append(views.account_panel)


ORGANIZATIONS = Capability(
    name="organizations",
    blueprints=lambda: (views.blueprint(),),
    footer=(FooterLink(1, Text("登记单位", "Register an organization"), "organizations.new", 20),),
    letters={
        "organization.submit": notify.submitted,
        "organization.verify": notify.decided,
        "organization.return": notify.decided,
        "organization.suspend": notify.decided,
        "organization.resume": notify.decided,
        "proposal.submit": notify.proposed,
        "proposal.return": notify.proposal_decided,
        "proposal.approve": notify.proposal_decided,
        "organization.name_parent": notify.parent_named,
        "organization.accept_child": notify.link_changed,
        "organization.decline_child": notify.link_changed,
        "organization.release": notify.link_changed,
    },
    letter_groups=(DESK, DECISIONS, notify.LINE),
    sources=(FOUND,),
    file_policies={"organization": queries.can_read_file},
    records=(RECORDED, PROPOSED),
    settings=(VERIFICATION_DAYS, LICENCE_REQUIRED),
    queues=lambda: (VERIFICATION, IDENTITIES),
    personal=leaving.personal,
    keeps=leaving.keeps,
    duties=views.duties,
    duty_selects=queries.duty_selects,
    ways=(
        WayOn(
            Text("登记单位", "Register an organization"),
            Text(
                "单位还没有登记时，由您登记，您就是所有者。", "When yours is not registered yet: you become its owner."
            ),
            "organizations.new",
            10,
        ),
    ),
    init=_init,
)
