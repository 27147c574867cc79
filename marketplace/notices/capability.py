"""The plate of notices: public pages, objections with their queue, and the clock that ends a window."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from marketplace.core.actor import Actor
from marketplace.core.text import Text
from marketplace.foundation.db import db, transaction
from marketplace.foundation.files import StoredFile
from marketplace.foundation.letters import DESK
from marketplace.foundation.worker import Task
from marketplace.notices import leaving, notify, policy, queries, searchdoc, services, views
from marketplace.notices.lifecycle import NOTICE, OBJECTION, REPLY_DAYS, SETTINGS
from marketplace.notices.models import Objection
from marketplace.web.limits import A_MINUTE, Limit, figure
from marketplace.web.plate import Capability, FooterLink, Named, NavItem, Queue, Recorded, SearchSource, Waiting

EVERY = 60.0
OBJECTING = figure("notices.objections", Text("提出异议", "Objections raised"), 10, A_MINUTE)


def _close() -> bool:
    with transaction():
        services.close_due()
    return False


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """Evidence is for who may read the objection."""
    objection = db.session.get(Objection, file.owner_id)
    return objection is not None and policy.can_view(actor, objection)


def waiting_rows(ids: Sequence[int]) -> list[Waiting]:
    """Objections as rows of the desk."""
    return [
        Waiting(
            key=each.id, title=each.notice.label, number=each.notice.number, href=views.objection_href(each),
            what=Text("异议", "Objection"), organization=each.notice.issued_by, at=each.submitted_at,
        )
        for each in queries.objections_with(ids)
    ]  # fmt: skip


QUEUE = Queue(
    key="objections",
    label=Text("异议", "Objections"),
    verb=Text("答复", "Decide"),
    model=Objection,
    held=lambda actor: actor.has_duty("challenge") or actor.has_duty("demonstrate"),
    waits=policy.waits_for,
    rows=waiting_rows,
    days=REPLY_DAYS,
)


def named_notices(ids: Sequence[int]) -> dict[int, Named]:
    """Notices as the logs name them."""
    return {each.id: Named(each.number, views.href(each)) for each in queries.notices_with(ids)}


def named_objections(ids: Sequence[int]) -> dict[int, Named]:
    """Objections by the number of their notice."""
    return {each.id: Named(each.notice.number, url_for("notices.show", number=each.notice.number))
            for each in queries.objections_with(ids)}  # fmt: skip


SOURCE = SearchSource(
    kind=searchdoc.KIND,
    label=Text("公告公示", "Notices"),
    keys=searchdoc.keys,
    documents=searchdoc.documents,
    versions=searchdoc.versions,
    visible=searchdoc.visible,
    cards=views.cards,
    texts=searchdoc.texts,
    order=60,
)

NOTICES = Capability(
    name="notices",
    blueprints=views.blueprints,
    sources=(SOURCE,),
    navigation=(NavItem("notices", Text("公告公示", "Notices"), "notices.home", 70),),
    footer=(FooterLink(2, Text("公告公示", "Notices"), "notices.home", 10),),
    letters={
        "objection.raise": notify.raised, "objection.uphold": notify.decided, "objection.dismiss": notify.decided,
    },
    letter_groups=(DESK, notify.OBJECTIONS),
    tasks=(Task("notice.close", _close, EVERY),),
    settings=SETTINGS,
    limits=(Limit(OBJECTING, ("notices.object_to",), methods=("POST",)),),
    records=(
        Recorded("notice", Text("公示", "Public notice"), acts={"open": Text("发布公示", "Published")},
                 lifecycle=NOTICE, named=named_notices),
        Recorded("objection", Text("异议", "Objection"), acts={"raise": Text("提出异议", "Raised")},
                 lifecycle=OBJECTION, named=named_objections),
    ),
    queues=lambda: (QUEUE,),
    file_policies={"objection": can_read_file},
    personal=leaving.personal,
    keeps=leaving.keeps,
    forget=leaving.forget,
)  # fmt: skip
