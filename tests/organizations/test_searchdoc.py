"""Organizations in the search: what is indexed, who sees a hit, and how it is drawn."""

from __future__ import annotations

from flask import Flask, render_template_string
from sqlalchemy.orm import Session, scoped_session

from marketplace.core.actor import VISITOR
from marketplace.foundation.db import transaction
from marketplace.foundation.index.interface import FACETS
from marketplace.organizations import queries
from marketplace.organizations.capability import FOUND
from marketplace.organizations.searchdoc import document
from tests.factories import accounts

Db = scoped_session[Session]


def test_the_document_holds_what_is_public(session: Db) -> None:
    made = accounts.organization(region="340104", contact_name="王不公开", contact_email="hidden@test.example")
    found = document(made)
    assert found is not None
    assert (found.key, found.version, found.number) == (("organization", made.id), made.version, made.number)
    assert found.facets == {"city": ("340100", "340000"), "segment": ("whole_machine",), "status": ("verified",)}
    assert set(found.facets) <= set(FACETS)
    words = " ".join((found.title, found.tags, found.body))
    for word in (made.name, made.name_en, made.credit_code, "蜀山区", "Hefei", "整机", "机器人企业", "巡检机器人"):
        assert word in words
    assert "王不公开" not in words
    assert "hidden@" not in words


def test_places_as_facets(session: Db) -> None:
    provincial = document(accounts.organization(region=accounts.PROVINCE))
    outside = document(accounts.organization(region="", place="浙江省杭州市"))
    assert provincial is not None
    assert outside is not None
    assert provincial.facets["city"] == ("340000",)
    assert outside.facets["city"] == ("outside",)
    assert "浙江省杭州市" in outside.tags


def test_the_source_knows_the_public_ones_only(session: Db) -> None:
    public = accounts.organization()
    hidden = [accounts.organization(state) for state in ("registered", "pending", "returned", "suspended")]
    every = [public.id, *(each.id for each in hidden)]
    assert list(FOUND.keys()) == [public.id]
    assert FOUND.versions() == {public.id: public.version}
    assert [each.doc_id for each in FOUND.documents(every)] == [public.id]
    assert list(FOUND.texts(every)) == [public.id]
    assert public.name in FOUND.texts(every)[public.id]
    member = accounts.actor(hidden[0].members[0].user)
    assert set(session.scalars(FOUND.visible(VISITOR))) == {public.id}
    assert set(session.scalars(FOUND.visible(member))) == {public.id, hidden[0].id}


def test_cards_keep_the_order_and_leave_out_the_invisible(app: Flask, session: Db) -> None:
    first, second = accounts.organization(about="长" * 200), accounts.organization(name="<b>名字</b>")
    hidden = accounts.organization("pending")
    with app.test_request_context("/search"):
        cards = FOUND.cards([second.id, hidden.id, first.id, 999], VISITOR)
        drawn = render_template_string(
            '{% from "macros/hit_organization.html" import hit_organization %}'
            "{% for card in cards %}{{ hit_organization(card) }}{% endfor %}",
            cards=cards,
        )
    assert [card["number"] for card in cards] == [second.number, first.number]
    assert "<b>" not in drawn
    assert f'href="/organizations/{first.number}"' in drawn
    assert "长" * 200 in drawn
    assert "合肥市" in drawn


def test_every_version_is_that_of_its_document(session: Db) -> None:
    made = accounts.organization()
    with transaction():
        made.website = "https://example.cn"
    found = document(made)
    assert found is not None
    assert queries.public_versions() == {made.id: found.version}
