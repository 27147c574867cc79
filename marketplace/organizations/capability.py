"""The plate of organizations: pages, mails, what waits, and how they are found."""

from __future__ import annotations

from flask import Flask

from marketplace.core.text import Text
from marketplace.foundation.letters import DECISIONS, DESK
from marketplace.organizations import leaving, notify, queries, searchdoc, views
from marketplace.organizations.lifecycle import LICENCE_REQUIRED
from marketplace.web.plate import Capability, FooterLink, SearchSource

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


def _init(app: Flask) -> None:
    app.extensions.setdefault("account_panels", []).append(views.account_panel)


ORGANIZATIONS = Capability(
    name="organizations",
    blueprints=lambda: (views.blueprint(),),
    footer=(FooterLink(1, Text("登记单位", "Add an organization"), "organizations.new", 20),),
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
    settings=(LICENCE_REQUIRED,),
    file_policies={"organization": queries.can_read_file},
    personal=leaving.personal,
    keeps=leaving.keeps,
    forget=leaving.forget,
    duties=views.duties,
    duty_count=queries.waiting_count,
    init=_init,
)
