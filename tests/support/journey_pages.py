"""Every page of the site with an example of each, and what is asked of every page whoever looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, current_app, render_template
from playwright.sync_api import Page

from tests.support.browser import axe
from tests.support.journey_languages import Content, foreign_words
from tests.support.journey_pilots import pilot_pages


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One page as somebody sees it. ``press``: the button (a selector) whose answer is the page that is meant."""

    endpoint: str
    path: str
    who: str = ""
    status: int = 200
    press: str = ""


def sample_pages(app: Flask) -> list[SamplePage]:
    """An example of every page, as everybody who works on it sees it."""
    from tests.support.journey_awards import award_pages
    from tests.support.journey_bids import bid_pages
    from tests.support.journey_chains import chain_pages
    from tests.support.journey_challenges import challenge_pages, notice_pages
    from tests.support.journey_scoring import scoring_pages
    from tests.support.journey_sites import site_pages

    with app.app_context():
        found = Numbers()
        return [
            *visitor_pages(found),
            *member_pages(found),
            *writing_pages(found),
            *expert_pages(found),
            *pilot_pages(),
            *chain_pages(found),
            *challenge_pages(),
            *notice_pages(),
            *bid_pages(),
            *site_pages(),
            *award_pages(),
            *scoring_pages(),
            *official_pages(found),
            *office_pages(),
        ]


class Numbers:
    """Numbers of the sample's objects by what they are."""

    def of(
        self, kind: str, state: str = "published", *, who: str = "", compiled: bool = False, edition: int = -1
    ) -> str:
        """The number of a product or scenario in a state; ``who``: filed by this demo account's organization."""
        from marketplace.accounts.models import User
        from marketplace.foundation.db import db
        from marketplace.listings.kind import KINDS
        from marketplace.organizations.models import Member

        model = KINDS[kind].model
        query = sa.select(model.number).where(model.state == state, model.compiled.is_(compiled)).order_by(model.id)
        if who:
            mine = sa.select(Member.organization_id).join(User).where(User.email == f"{who}@demo.example")
            query = query.where(model.organization_id.in_(mine))
        if edition >= 0:
            query = query.where(model.edition == edition)
        number = db.session.scalars(query.limit(1)).first()
        assert number, f"the sample has no {kind} that is {state}"
        return str(number)

    def expert(self, who: str) -> str:
        """The number of a demo account in the register of experts."""
        from marketplace.accounts.models import User
        from marketplace.experts.models import Expert
        from marketplace.foundation.db import db

        query = sa.select(Expert.number).join(Expert.user).where(User.email == f"{who}@demo.example")
        return str(db.session.scalars(query).one())

    def organization(self, who: str = "") -> str:
        """The organization of a demo account, or one compiled from public material."""
        from marketplace.accounts.models import User
        from marketplace.foundation.db import db
        from marketplace.organizations.models import Member, Organization

        query = sa.select(Organization.number).where(Organization.compiled.is_(True))
        if who:
            query = sa.select(Organization.number).join(Member).join(User).where(User.email == f"{who}@demo.example")
        return str(db.session.scalars(query.order_by(Organization.id).limit(1)).one())

    def enquiry(self, state: str, side: str = "supplier", who: str = "") -> str:
        """The number of a talk in a state that this side has opened; ``who``: a demo account of one of its sides."""
        from marketplace.accounts.models import User
        from marketplace.enquiries.models import Enquiry
        from marketplace.foundation.db import db
        from marketplace.organizations.models import Member

        query = sa.select(Enquiry.number).where(Enquiry.state == state, Enquiry.opened_side == side)
        if who:
            own = sa.select(Member.organization_id).join(User).where(User.email == f"{who}@demo.example")
            query = query.where(Enquiry.supplier_id.in_(own) | Enquiry.demander_id.in_(own))
        return str(db.session.scalars(query.order_by(Enquiry.id)).first())

    def post(self, who: str) -> int:
        """The key of the post that somebody holds."""
        from marketplace.accounts.models import User
        from marketplace.foundation.db import db
        from marketplace.posts.models import Post

        query = sa.select(Post.id).join(User).where(User.email == f"{who}@demo.example")
        return int(db.session.scalars(query).one())

    def takeover(self, state: str) -> int:
        """The key of a claim to an organization in a state."""
        from marketplace.foundation.db import db
        from marketplace.takeovers.models import Takeover

        query = sa.select(Takeover.id).where(Takeover.state == state)
        return int(db.session.scalars(query.order_by(Takeover.id).limit(1)).one())

    def invitation(self) -> str:
        """The link of the invitation that is open."""
        from marketplace.foundation.db import db
        from marketplace.members.models import Invitation
        from marketplace.members.services import invitation_token

        invitation = db.session.scalars(sa.select(Invitation).where(Invitation.state == "open")).one()
        return invitation_token(invitation, current_app.extensions["config"].secret_key)

    def unsubscribing(self, who: str) -> str:
        """The page behind the link of a mail to a demo account."""
        from marketplace.accounts.queries import user_by_email
        from marketplace.listings.notify import OWN_LISTINGS
        from marketplace.notifications.unsubscribe import link

        user = user_by_email(f"{who}@demo.example")
        assert user is not None
        return link(user.id, OWN_LISTINGS.key, "", current_app.extensions["config"].secret_key)


def visitor_pages(found: Numbers) -> Iterator[SamplePage]:
    """What everybody may read."""
    own, real = found.of("products"), found.of("products", compiled=True)
    for endpoint, path in (
        ("site.home", "/"), ("site.help_page", "/help"), ("site.accessibility", "/accessibility"),
        ("site.privacy", "/privacy"), ("lists.home", "/lists"), ("api.docs", "/api/v1/docs"),
        ("search.everything", "/search"), ("search.everything", "/search?q=巡检&domain=special"),
        ("search.everything", "/search?q=qqqzzzqq"), ("search.products", "/products?city=340100"),
        ("search.scenarios", "/scenarios"), ("search.organizations", "/organizations"),
        ("products.show", f"/products/{own}"), ("products.show", f"/products/{real}"),
        ("products.compare", f"/products/compare?no={own}&no={real}"), ("products.compare", "/products/compare"),
        ("products.compare", f"/products/compare?no={own}&no={real}&need={found.of('scenarios')}"),
        ("scenarios.show", f"/scenarios/{found.of('scenarios')}"),
        ("scenarios.show", f"/scenarios/{found.of('scenarios', compiled=True)}"),
        ("matching.of_scenario", f"/scenarios/{found.of('scenarios')}/matches"),
        ("matching.of_product", f"/products/{own}/matches"),
        ("organizations.show", f"/organizations/{found.organization()}"),
        ("organizations.show", f"/organizations/{found.organization('vendor')}"),
        ("accounts.sign_in", "/account/sign-in"), ("accounts.register", "/account/register"),
        ("accounts.registered", "/account/registered"), ("accounts.forgotten", "/account/forgotten"),
        ("accounts.reset_sent", "/account/forgotten/sent"),
    ):  # fmt: skip
        yield SamplePage(endpoint, path)
    yield SamplePage("scenarios.show", f"/scenarios/{found.of('scenarios', 'fulfilled')}")
    yield SamplePage("products.show", "/products/P-1999-000001", status=404)
    yield SamplePage("accounts.confirm", "/account/confirm/no-token", status=403)
    yield SamplePage("invitations.answer", "/invitations/no-token", status=403)
    yield SamplePage("invitations.answer", f"/invitations/{found.invitation()}")
    yield SamplePage("invitations.answer", f"/invitations/{found.invitation()}", "vendor", status=403)
    unsubscribing = found.unsubscribing("vendor")
    yield SamplePage("notifications.unsubscribe", unsubscribing)
    yield SamplePage("notifications.unsubscribe", unsubscribing, press="main form .btn")
    yield SamplePage("notifications.unsubscribe", "/unsubscribe/no-token", status=403)
    yield SamplePage("accounts.reset", "/account/reset/no-token", status=403)
    yield SamplePage("accounts.confirm_address", "/account/address/no-token", status=403)
    for endpoint, path in (("accounts.sign_in", "/account/sign-in"), ("accounts.register", "/account/register")):
        yield SamplePage(endpoint, path, status=422, press="main form .btn")


def member_pages(found: Numbers) -> Iterator[SamplePage]:
    """What members of organizations see, and somebody who belongs to none."""
    vendor, soe = found.organization("vendor"), found.organization("soe")
    for endpoint, path, who in (
        ("workspace.home", "/workspace/", "vendor"), ("workspace.listings", "/workspace/products", "vendor"),
        ("accounts.me", "/account/", "vendor"), ("accounts.security", "/account/security", "vendor"),
        ("accounts.sessions", "/account/sessions", "vendor"), ("accounts.privacy", "/account/privacy", "vendor"),
        ("organizations.show", f"/organizations/{vendor}", "vendor"),
        ("organizations.edit", f"/organizations/{vendor}/edit", "vendor"),
        ("organizations.papers", f"/organizations/{vendor}/papers", "vendor"),
        ("members.show", f"/organizations/{vendor}/members", "vendor"),
        ("members.join", "/organizations/join", "newcomer"),
        ("takeovers.new", f"/takeovers/new/{found.organization()}", "vendor"),
        ("takeovers.show", f"/takeovers/{found.takeover('approved')}", "newcomer"),
        ("products.show", f"/products/{found.of('products', who='vendor', edition=1)}", "vendor"),
        ("products.show", f"/products/{found.of('products', 'withdrawn', who='vendor')}", "vendor"),
        ("saved_searches.table", "/workspace/searches", "vendor"),
        ("saved_searches.new", "/workspace/searches/new?q=巡检&city=340100", "vendor"),
        ("workspace.home", "/workspace/", "soe"), ("workspace.listings", "/workspace/scenarios", "soe"),
        ("organizations.show", f"/organizations/{soe}", "soe"),
        ("scenarios.show", f"/scenarios/{found.of('scenarios', who='soe')}", "soe"),
        ("workspace.home", "/workspace/", "operator"), ("products.new", "/products/new", "operator"),
        ("workspace.home", "/workspace/", "admin"), ("vocabulary.table", "/admin/synonyms/", "operator"),
        ("vocabulary.new", "/admin/synonyms/new", "operator"), ("vocabulary.edit", "/admin/synonyms/1", "operator"),
        ("notifications.inbox", "/workspace/inbox/", "vendor"),
        ("notifications.inbox", "/workspace/inbox/", "operator"),
        ("notifications.choices", "/account/notifications", "vendor"),
        ("workspace.history", "/workspace/history", "vendor"), ("workspace.history", "/workspace/history", "operator"),
    ):  # fmt: skip
        yield SamplePage(endpoint, path, who)
    yield from talk_pages(found)
    yield SamplePage("review.queue", "/review/", "operator", status=403)
    # A shared account of the demonstration cannot change how it signs in; tests/journeys/test_people.py sees the rest.
    for endpoint, path in (("change_password", "password"), ("set_up", "second-factor"), ("new_address", "address"),
                           ("leave", "leave")):  # fmt: skip
        yield SamplePage(f"accounts.{endpoint}", f"/account/{path}", "vendor", status=403)


def talk_pages(found: Numbers) -> Iterator[SamplePage]:
    """Talks in their states, the ways in, and the answers side by side."""
    for who in ("vendor", "soe", "operator"):
        yield SamplePage("enquiry_ways.table", "/workspace/enquiries", who)
    accepted, ended = found.enquiry("accepted", "demander"), found.enquiry("ended", "demander")
    for number, who in (
        (found.enquiry("opened"), "vendor"), (found.enquiry("opened"), "soe2"), (accepted, "vendor"), (accepted, "soe"),
        (found.enquiry("agreed", who="vendor"), "vendor"), (ended, "soe"), (found.enquiry("declined"), "soe"),
    ):  # fmt: skip
        yield SamplePage("enquiries.show", f"/enquiries/{number}", who)
    yield SamplePage("enquiries.show", f"/enquiries/{accepted}", "soe", 422, 'form[action*="/messages"] .btn')
    need, product = found.of("scenarios", who="soe"), found.of("products", who="vendor")
    yield SamplePage("enquiry_ways.answer", f"/scenarios/{need}/answer", "vendor")
    yield SamplePage("enquiry_ways.answer", f"/scenarios/{need}/answer", "vendor", 422, "main form .btn")
    yield SamplePage("enquiry_ways.answer", f"/scenarios/{need}/answer", "soe", 403)
    yield SamplePage("enquiry_ways.invite", f"/products/{product}/invite", "soe")
    yield SamplePage("enquiry_ways.answers", f"/scenarios/{need}/answers", "soe")
    yield SamplePage("products.show", f"/products/{product}", "soe")
    yield SamplePage("scenarios.show", f"/scenarios/{need}", "vendor")
    yield SamplePage("matching.of_scenario", f"/scenarios/{need}/matches", "soe")


def writing_pages(found: Numbers) -> Iterator[SamplePage]:
    """Every page of the guided forms, empty, filled in and refused."""
    from marketplace.listings.kind import KINDS

    yield SamplePage("organizations.new", "/organizations/new", "vendor")
    yield SamplePage("organizations.new", "/organizations/new", "vendor", 422, "main .formend .btn")
    for plural, who, wrong in (("products", "vendor", "basics"), ("scenarios", "soe", "what")):
        kind, draft = KINDS[plural], found.of(plural, "draft", who=who)
        yield SamplePage(f"{plural}.new", f"/{plural}/new", who)
        yield SamplePage(f"{plural}.new", f"/{plural}/new", who, 422, "main .formend .btn")
        for step in kind.steps:
            yield SamplePage(f"{plural}.edit_step", f"/{plural}/{draft}/edit/{step.key}", who)
        yield SamplePage(f"{plural}.check", f"/{plural}/{draft}/check", who)
        assert wrong in {step.key for step in kind.steps}


def expert_pages(found: Numbers) -> Iterator[SamplePage]:
    """The register: the expert's own pages in every state of the demo accounts, and those of its officials."""
    for number in range(1, 6):
        yield SamplePage("experts.me", "/experts/me", f"expert{number}")
        yield SamplePage("workspace.home", "/workspace/", f"expert{number}")
    yield SamplePage("experts.me", "/experts/me", "operator")
    for step in ("who", "employers", "holdings", "relations"):
        yield SamplePage("experts.edit", f"/experts/me/edit/{step}", "expert2")
    yield SamplePage("experts.check", "/experts/me/check", "expert3")
    yield SamplePage("experts.check", "/experts/me/check", "expert3", 422, "main form .formend .btn")
    yield SamplePage("experts.register", "/experts/", "province")
    yield SamplePage("experts.register", "/experts/?state=suspended&field=domain.tourism", "province")
    yield SamplePage("review.queue", "/review/?kind=experts", "province")
    for shown in (found.expert("expert2"), found.expert("expert4")):
        yield SamplePage("experts.show", f"/experts/{shown}", "province")
        yield SamplePage("review.expert", f"/review/experts/{shown}", "province")


def official_pages(found: Numbers) -> Iterator[SamplePage]:
    """What officials see: the queue and every kind of decision."""
    for endpoint, path in (
        ("workspace.home", "/workspace/"), ("review.queue", "/review/?kind=products"),
        ("review.queue", "/review/?kind=scenarios"), ("review.queue", "/review/?kind=organizations"),
        ("review.decide", f"/review/products/{found.of('products', 'in_review')}"),
        ("review.decide", f"/review/products/{found.of('products', who='vendor', edition=1)}?all=1"),
        ("review.decide", f"/review/scenarios/{found.of('scenarios', 'in_review')}"),
        ("review.verify", f"/review/organizations/{found.organization('vendor')}"),
        ("review.verify", f"/review/organizations/{found.organization('vendor2')}"),
        ("review.queue", "/review/?kind=takeovers"),
        *(("takeovers.show", f"/takeovers/{found.takeover(state)}") for state in ("open", "declined", "lapsed")),
        ("posts.mine", "/posts/"), ("posts.delegate", f"/posts/{found.post('province')}/delegate"),
        ("products.show", f"/products/{found.of('products', 'suspended')}"),
    ):  # fmt: skip
        yield SamplePage(endpoint, path, "province")
    refused = f"/review/products/{found.of('products', 'in_review')}"
    yield SamplePage("review.decide", refused, "province", 422, "main form.panel .formend .btn")


def office_pages() -> Iterator[SamplePage]:
    """What each kind of administrator sees."""
    for who, pages in {
        "operator": {
            "admin.home": "", "admin.settings": "settings", "admin.one_setting": "settings/matching.new_days",
            "admin.workdays": "workdays?year=2026", "admin.messages": "messages", "admin.mails": "mails",
        },
        "admin": {
            "admin.home": "", "admin.users": "users", "admin.user": "users/1", "admin.posts": "posts",
            "admin.new_post": "posts/new", "admin.post": "posts/1", "admin.organizations": "organizations",
            "admin.decisions": "log", "admin.decision": "log/1",
        },
        "auditor": {"admin.home": "", "admin.decisions": "log?from=2026-01-01", "admin.history": "history",
            "admin.sign_ins": "sign-ins"},
    }.items():  # fmt: skip
        for endpoint, path in pages.items():
            yield SamplePage(endpoint, f"/admin/{path}", who)
    yield SamplePage("admin.users", "/admin/users?q=nobody-is-called-so", "admin")
    yield SamplePage("admin.one_setting", "/admin/settings/matching.new_days", "operator", 422, "main .formend .btn")
    yield SamplePage("admin.new_post", "/admin/posts/new", "admin", 422, "main .formend .btn")
    yield SamplePage("admin.workdays", "/admin/workdays", "operator", 422, "main .formend .btn")


def error_pages(app: Flask, language: str) -> Iterator[tuple[str, str]]:
    """(name, page) of every error as a reader of the language gets it."""
    from marketplace.core.errors import Refused
    from marketplace.core.text import Text

    rule = Refused(Text("规则", "The rule"), Text("事实", "The fact"), Text("怎么办", "What to do"))
    names = [name for name in app.jinja_env.list_templates() if name.startswith("errors/") and "typed" not in name]
    for name in names:
        with app.test_request_context("/", headers={"Accept-Language": "en" if language == "en" else "zh-CN"}):
            yield name, render_template(
                name, status=500, number="R-1", refusal=rule, message=rule.fact, happened=None,
                errors=[{"field": "reason", "message": rule.fact.say(language)}], typed=[("1", "2 3")],
            )  # fmt: skip


# ---- what is asked of every page ----

SPREAD = """() => {
  const wide = document.documentElement.scrollWidth;
  if (wide <= window.innerWidth) return "";
  const over = [...document.querySelectorAll("main *, header *, footer *")]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest(".tablewrap"));
  return wide + " px wide: " + over.slice(-2).map(e => e.outerHTML.slice(0, 120)).join(" | ");
}"""
LOOK = f"""() => {{
  for (const each of document.querySelectorAll("details")) each.open = true;
  return [document.querySelectorAll("h1").length, document.title, ({SPREAD})()];
}}"""
WORDS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const own = node.parentElement;
    if (!own.closest("script, style, svg, textarea")) found.push([own.closest("[lang]").lang, node.textContent]);
  }
  for (const each of document.querySelectorAll("[alt], [placeholder], [aria-label], [title]"))
    for (const name of ["alt", "placeholder", "aria-label", "title"])
      if (each.hasAttribute(name)) found.push([each.closest("[lang]").lang, each.getAttribute(name)]);
  found.push([document.documentElement.lang, document.title]);
  return found;
}"""


def faults(page: Page, content: Content, narrow: Iterable[int] = (), rules: str = "all") -> Iterator[str]:
    """What is wrong with the page as it stands, everything folded opened.

    ``rules`` of accessibility that are tried: "all", "but colours" (their contrast takes longest), or "none".
    """
    # Asked by scripts alone: a locator would bring Playwright's own programme into every page first.
    headings, title, spread = page.evaluate(LOOK)
    if headings != 1:
        yield f"{headings} h1"
    if not title.partition("·")[0].strip():
        yield "no title"
    if spread:
        yield spread
    if rules != "none":
        yield from axe(page, colours=rules == "all")
    yield from foreign_words(page.evaluate(WORDS), content)
    size = page.viewport_size
    assert size is not None
    for width in narrow:
        page.set_viewport_size({"width": width, "height": size["height"]})
        spread = page.evaluate(SPREAD)
        if spread:
            yield f"at {width} px: {spread}"
    page.set_viewport_size(size)
