"""Who gets what at every address: roles, objects of the demonstration, and one row per address, object and way in.

A row's answers stand in the order of ROLES; the roles of FURTHER get what their rule says, unless the row names it:
``get(…).but(expert1=200)``. So every row asks every role, and a new kind of user is a line of FURTHER. Where a step is
tried, the form carries a version that nobody has (STALE), so that who has the right is told 409 and nothing changes;
the others must not come as far.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.architecture.matrix_administration import administration
from tests.architecture.matrix_awards import awards
from tests.architecture.matrix_bids import bids
from tests.architecture.matrix_chains import chains, library
from tests.architecture.matrix_challenges import challenges
from tests.architecture.matrix_organizations import organizations
from tests.architecture.matrix_pilots import pilots, tokens
from tests.architecture.matrix_scoring import judging
from tests.architecture.matrix_sites import sites
from tests.architecture.questions import FORM, STALE, Row, decision, get, only, post, step


def open_pages() -> Iterator[Row]:
    """What everybody reads, in the same way."""
    for endpoint, path in {
        "site.home": "/", "site.help_page": "/help", "site.accessibility": "/accessibility", "site.privacy": "/privacy",
        "site.healthz": "/healthz", "site.readyz": "/readyz", "static": "/static/css/jiyu.css",
        "search.everything": "/search?q=巡检", "search.products": "/products", "search.scenarios": "/scenarios?page=2",
        "search.organizations": "/organizations", "search.suggestions": "/search/suggest?q=xj",
        "api.suggest": "/api/v1/suggest?q=xj", "accounts.registered": "/account/registered",
        "accounts.reset_sent": "/account/forgotten/sent",
        "lists.home": "/lists", "lists.template": "/lists/templates/products.xlsx", "lists.twin": "/products.csv",
        "api.docs": "/api/v1/docs", "api.openapi": "/api/v1/openapi.json", "api.categories": "/api/v1/categories",
        "api.domains": "/api/v1/domains", "api.specs": "/api/v1/specs", "api.regions": "/api/v1/regions",
        "api.products": "/api/v1/products", "api.scenarios": "/api/v1/scenarios",
        "api.organizations": "/api/v1/organizations", "api.search": "/api/v1/search?q=AMR",
        "products.compare": "/products/compare?no={product.vendor.published}&no={product.vendor.draft}",
    }.items():  # fmt: skip
        yield get(endpoint, path, "200")
    for path in ("/search?page=400", "/products?page=abc", "/scenarios?page=9", "/organizations?page=0"):
        yield get("search.everything", path, "404")
    for ending in ("xlsx", "json"):
        yield get("lists.twin", f"/scenarios.{ending}", "200")
        yield get("products.compare_file", f"/products/compare.{ending}?no={{product.vendor.published}}", "200")
    yield get("lists.template", "/lists/templates/users.xlsx", "404")


def accounts() -> Iterator[Row]:
    """Pages of people."""
    yield get("accounts.sign_in", "/account/sign-in", "200 302 302 302 302 302 302")
    yield post("accounts.sign_in", "/account/sign-in", "422 302 302 302 302 302 302")
    yield get("accounts.register", "/account/register", "200 302 302 302 302 302 302")
    yield post("accounts.register", "/account/register", "422 302 302 302 302 302 302")
    yield get("accounts.confirm", "/account/confirm/no-such-token", "403")
    yield post("accounts.confirm", "/account/confirm/no-such-token", "403")
    yield get("accounts.me", "/account/", "302 200 200 200 200 200 200")
    yield post("accounts.me", "/account/", "302 422 422 422 422 422 422")
    yield get("accounts.sign_out", "/account/sign-out", "405")
    yield from safety()
    yield from organizations()


def safety() -> Iterator[Row]:
    """Pages of one's own account. The demonstration's accounts, which many share, cannot change how they sign in."""
    yield get("accounts.second_step", "/account/sign-in/code", "302")
    yield post("accounts.second_step", "/account/sign-in/code", "302")
    yield get("accounts.forgotten", "/account/forgotten", "200")
    yield post("accounts.forgotten", "/account/forgotten", "422")
    for endpoint, path in (("reset", "reset/no-such-token"), ("confirm_address", "address/no-such-token")):
        yield get(f"accounts.{endpoint}", f"/account/{path}", "403")
        yield post(f"accounts.{endpoint}", f"/account/{path}", "403")
    for endpoint, path in (("security", "security"), ("sessions", "sessions"), ("privacy", "privacy"),
                           ("own_copy", "privacy/data.zip")):  # fmt: skip
        yield get(f"accounts.{endpoint}", f"/account/{path}", "302 200 200 200 200 200 200")
    # The official of Wuhu has an account of his own, with a second factor.
    for endpoint, path in (("change_password", "password"), ("set_up", "second-factor"), ("new_address", "address")):
        if endpoint != "set_up":
            yield get(f"accounts.{endpoint}", f"/account/{path}", "302 403 403 403 403 403 403").but(wuhu=200)
        answer = 302 if endpoint == "set_up" else 422
        yield post(f"accounts.{endpoint}", f"/account/{path}", "302 403 403 403 403 403 403").but(wuhu=answer)
    yield get("accounts.leave", "/account/leave", "302 403 403 403 403 403 403").but(wuhu=200)
    yield post("accounts.leave", "/account/leave", "302 403 403 403 403 403 403").but(wuhu=200)
    # Without a second factor there is nothing to renew or turn off.
    for endpoint, path in (("recovery_codes", "codes"), ("turn_off", "off")):
        yield get(f"accounts.{endpoint}", f"/account/second-factor/{path}", "302").but(wuhu=200)
        yield post(f"accounts.{endpoint}", f"/account/second-factor/{path}", "302").but(wuhu=422)
    yield get("accounts.end_session", "/account/sessions/2147483647/end", "405")
    yield post("accounts.end_session", "/account/sessions/2147483647/end", "302 404 404 404 404 404 404")
    yield get("accounts.end_others", "/account/sessions/end-others", "405")
    yield get("accounts.agree", "/account/privacy/agree", "405")
    yield post("accounts.agree", "/account/privacy/agree", "302 403 403 403 403 403 403").but(wuhu=302)


# State of a product → who sees its page; of a scenario the same with its owners in the places of the vendors.
SEEN = {
    "product.vendor.published": "200", "product.vendor2.expired": "200", "product.vendor2.published": "200",
    "product.vendor.draft": "404 200 404 404 404 404 404", "product.vendor.in_review": "404 200 404 404 200 200 404",
    "product.vendor2.returned": "404 404 200 404 200 200 404",
    "product.vendor2.suspended": "404 404 200 404 200 200 404",
    "product.vendor.withdrawn": "404 200 404 404 200 200 404", "product.wuhu.in_review": "404 404 404 404 404 200 404",
    "scenario.soe.published": "200", "scenario.soe.expired": "200", "scenario.soe.closed": "200",
    "scenario.soe2.fulfilled": "200",
    "scenario.soe.draft": "404 404 404 200 404 404 404", "scenario.soe2.in_review": "404 404 404 404 200 200 404",
    "scenario.soe2.returned": "404 404 404 404 200 200 404", "scenario.soe.suspended": "404 404 404 200 200 200 404",
    "scenario.soe2.withdrawn": "404 404 404 404 200 200 404", "scenario.wuhu.in_review": "404 404 404 404 404 200 404",
}  # fmt: skip


def listings() -> Iterator[Row]:
    """Pages and acts of products and scenarios."""
    for name, answers in SEEN.items():
        plural = f"{name.partition('.')[0]}s"
        yield get(f"{plural}.show", f"/{plural}/{{{name}}}", answers)
        # The API knows no sign-in: what is not public is nowhere in it.
        yield get(f"api.{plural}_one", f"/api/v1/{plural}/{{{name}}}", "200" if answers == "200" else "404")
    yield get("api.organizations_one", "/api/v1/organizations/{organization.vendor.verified}", "200")
    yield get("api.organizations_one", "/api/v1/organizations/{organization.hefei.pending}", "404")
    for plural, number in (
        ("products", "P-1999-000001"),
        ("scenarios", "S-1999-000001"),
        ("organizations", "O-1999-000001"),
    ):
        yield get(f"{plural}.show", f"/{plural}/{number}", "404")
        yield get(f"api.{plural}_one", f"/api/v1/{plural}/{number}", "404")
    yield from written(
        "products", "basics", owner=1, draft="vendor.draft", sent="vendor.in_review", public="vendor.published"
    )
    yield from written("scenarios", "what", owner=3, draft="soe.draft", sent="", public="soe.published")
    yield from decided("products", owner=1, draft="vendor.draft", public="vendor.published")
    yield from decided("scenarios", owner=3, draft="soe.draft", public="soe.published")
    yield from ended()


def experts() -> Iterator[Row]:
    """The register: everybody his own, officials who run challenges theirs, the province decides."""
    yield get("experts.me", "/experts/me", "302 200 200 200 200 200 200")
    for step_key in ("who", "employers", "holdings", "relations"):
        path = f"/experts/me/edit/{step_key}"
        yield get("experts.edit", path, "302 200 200 200 200 200 200")
    # A row with a code that is none: refused, whoever fills it in.
    form = {"employers-0-organization": "某单位", "employers-0-code": "1", "employers-0-since": "2019-01"}
    yield post("experts.edit", "/experts/me/edit/employers", "302 422 422 422 422 422 422", **form)
    yield get("experts.edit", "/experts/me/edit/nothing", "302 404 404 404 404 404 404")
    yield get("experts.check", "/experts/me/check", "302 404 404 404 404 404 404").but(expert1=200)
    declared = post("experts.check", "/experts/me/check", "302 404 404 404 404 404 404", promise="y", version=STALE)
    yield declared.but(expert1=409)
    yield get("experts.register", "/experts/", "302 404 404 404 200 200 404")
    yield get("experts.register", "/experts/?state=nonsense", "302 404 404 404 404 404 404")
    for whose, city in {
        "hefei.approved": 200,
        "hefei.in_review": 200,
        "wuhu.approved": 404,
        "hefei.draft": 404,
    }.items():
        seen = f"302 404 404 404 {city} {404 if whose.endswith('draft') else 200} 404"
        row = get("experts.show", f"/experts/{{expert.{whose}}}", seen)
        yield row.but(expert1=302) if whose == "hefei.approved" else row  # his own, which lies elsewhere
    do, decision_path = "/experts/{expert.%s}/do", "/review/experts/{expert.%s}"
    yield step("experts.act_do", do % "hefei.approved", "suspend", "302 404 404 404 403 409 404").but(expert1=403)
    yield step("experts.act_do", do % "hefei.approved", "withdraw", "302 404 404 404 403 403 404").but(expert1=409)
    yield step("experts.act_do", do % "hefei.approved", "expire", "302 404 404 404 404 404 404")
    yield step("experts.act_do", do % "wuhu.approved", "suspend", "302 404 404 404 404 409 404").but(wuhu=403)
    yield get("experts.act_do", do % "hefei.approved", "405")
    for whose in ("hefei.in_review", "hefei.approved"):
        # The register is the province's: a city sees its experts and decides on none.
        yield get("review.expert", decision_path % whose, "302 404 404 404 404 200 404")
        form = {"decision": "approve", "version": STALE}
        yield post("review.expert", decision_path % whose, "302 404 404 404 404 409 404", **form)
    yield get("review.expert", decision_path % "hefei.draft", "302 404 404 404 404 404 404")


def written(plural: str, first: str, *, owner: int, draft: str, sent: str, public: str) -> Iterator[Row]:
    """The guided form, and acts on drafts and on what is public or in review."""
    kind = plural[:-1]

    def at(name: str, rest: str) -> str:
        return f"/{plural}/{{{kind}.{name}}}/{rest}"

    yield get(f"{plural}.edit", at(draft, "edit"), only(owner, 302))
    yield get(f"{plural}.edit_step", at(draft, f"edit/{first}"), only(owner, 200))
    yield post(f"{plural}.edit_step", at(draft, f"edit/{first}"), only(owner, 409), version=STALE)
    yield get(f"{plural}.edit_step", at(draft, "edit/nothing"), only(owner, 404))
    yield get(f"{plural}.check", at(draft, "check"), only(owner, 200))
    yield post(f"{plural}.check", at(draft, "check"), only(owner, 409), version=STALE)
    if sent:
        yield get(f"{plural}.edit_step", at(sent, f"edit/{first}"), only(owner, 403))
        yield get(f"{plural}.check", at(sent, "check"), only(owner, 403))
        yield post(f"{plural}.check", at(sent, "check"), only(owner, 409), version=STALE)
    # A revision of it is in review already.
    yield get(f"{plural}.edit_step", at(public, f"edit/{first}"), only(owner, 403))
    yield post(f"{plural}.revise", at(public, "revise"), only(owner, 409))
    yield post(f"{plural}.revise", at(draft, "revise"), only(owner, 409))


def decided(plural: str, *, owner: int, draft: str, public: str) -> Iterator[Row]:
    """Steps of both life cycles and the decision of an official."""
    kind = plural[:-1]

    def at(name: str, rest: str) -> str:
        return f"/{plural}/{{{kind}.{name}}}/{rest}"

    deciding = ["302", "403", "403", "403", "409", "409", "403"]
    yield step(f"{plural}.act_do", at(public, "do"), "suspend", " ".join(deciding))
    yield step(f"{plural}.act_do", at(public, "do"), "withdraw", only(owner, 409, "403"))
    yield step(f"{plural}.act_do", at(public, "do"), "publish", only(owner, 404))
    yield step(f"{plural}.act_do", at(draft, "do"), "withdraw", only(owner, 409))
    yield step(f"{plural}.act_do", at(draft, "do"), "no-such-step", only(owner, 404))
    yield get(f"{plural}.act_do", at(public, "do"), "405")
    for name in ("approve", "return"):
        yield step(f"{plural}.act_revision", at(public, "revision"), name, " ".join(deciding))
    yield step(f"{plural}.act_revision", at(public, "revision"), "recall", only(owner, 409, "403"))
    yield step(f"{plural}.act_revision", at(draft, "revision"), "approve", only(owner, 403))
    yield get(f"{plural}.act_revision", at(public, "revision"), "405")

    in_charge = "302 404 404 404 {0} {0} 404"
    yield get("review.decide", f"/review/{plural}/{{{kind}.{public}}}", in_charge.format(200))
    yield decision(f"{plural}/{{{kind}.{public}}}", in_charge.format(409))
    yield get("review.decide", f"/review/{plural}/{{{kind}.{draft}}}", "302 404 404 404 404 404 404")
    yield decision(f"{plural}/{{{kind}.{draft}}}", "302 404 404 404 404 404 404")
    yield get("review.decide", f"/review/{plural}/{{{kind}.wuhu.in_review}}", "302 404 404 404 404 200 404")
    yield decision(f"{plural}/{{{kind}.wuhu.in_review}}", "302 404 404 404 404 409 404")


def ended() -> Iterator[Row]:
    """Acts on what was taken out of sight, and what somebody may begin."""
    suspended = "/products/{product.vendor2.suspended}"
    yield step("products.act_do", f"{suspended}/do", "resume", "302 404 403 404 409 409 404")
    yield step("products.act_do", f"{suspended}/do", "withdraw", "302 404 409 404 403 403 404")
    yield get("products.edit", f"{suspended}/edit", "302 404 404 404 404 404 404")
    yield step("products.act_do", "/products/{product.vendor.withdrawn}/do", "reopen", "302 409 404 404 403 403 404")
    yield post("products.revise", "/products/{product.vendor.withdrawn}/revise", "302 409 404 404 404 404 404")
    yield step("scenarios.act_do", "/scenarios/{scenario.soe.published}/do", "close", only(3, 409, "403"))
    yield get("products.new", f"/products/new?form={FORM}", "302 200 200 200 200 200 200")
    yield get("scenarios.new", f"/scenarios/new?form={FORM}", "302 200 200 200 200 200 200")
    # Who belongs to no organization is told so.
    yield post("products.new", "/products/new", "302 422 422 422 200 200 200")
    yield post("scenarios.new", "/scenarios/new", "302 422 422 422 200 200 200")
    for plural in ("products", "scenarios"):
        foreign = "{organization.hefei.pending}"
        yield post(f"{plural}.new", f"/{plural}/new?organization={foreign}", "302 404 404 404 200 200 200")


def saved_searches() -> Iterator[Row]:
    """A person's own searches; somebody else's do not exist, and the link of a mail must be ours."""
    for endpoint, path in (("table", ""), ("new", "/new?q=焊接")):
        yield get(f"saved_searches.{endpoint}", f"/workspace/searches{path}", "302 200 200 200 200 200 200")
    yield post("saved_searches.new", "/workspace/searches/new?q=焊接", "302 422 422 422 422 422 422", rhythm="never")
    for path, status in (("{saved_search.vendor}", 200), ("2147483647", 404)):
        yield get("saved_searches.edit", f"/workspace/searches/{path}", only(1, status))
    for path, status in (("{saved_search.vendor}", 422), ("2147483647", 404)):
        yield post("saved_searches.edit", f"/workspace/searches/{path}", only(1, status), rhythm="never")
    for row in (get, post):
        yield row("saved_searches.leave", "/saved-searches/leave/no-such-token", "404")


def vocabulary() -> Iterator[Row]:
    """The system administrator's table of synonyms; for everybody else it does not exist."""
    for endpoint, path, status in (("table", "", 200), ("new", "new", 200), ("edit", "2147483647", 404)):
        yield get(f"vocabulary.{endpoint}", f"/admin/synonyms/{path}", only(6, 404)).but(operator=status)
    yield post("vocabulary.new", "/admin/synonyms/new", only(6, 404)).but(operator=422)
    yield post("vocabulary.edit", "/admin/synonyms/2147483647", only(6, 404))
    yield get("vocabulary.edit", "/admin/synonyms/{synonyms.first}", only(6, 404)).but(operator=200)
    # Without a reason nothing is changed.
    yield post("vocabulary.edit", "/admin/synonyms/{synonyms.first}", only(6, 404), act="retire").but(operator=409)


def desks() -> Iterator[Row]:
    """The workspace, the queue, and files."""
    yield get("workspace.home", "/workspace/", "302 200 200 200 200 200 200")
    yield get("workspace.history", "/workspace/history", "302 200 200 200 200 200 200")
    yield get("workspace.listings", "/workspace/products", "302 200 200 200 200 200 200")
    yield get("workspace.listings", "/workspace/users", "302 404 404 404 404 404 404")
    yield get("review.queue", "/review/", "302 403 403 403 200 200 403")
    yield get("review.queue", "/review/?kind=users", "302 403 403 403 404 404 403")
    yield get("files.show", "/files/{file.licence}/x.pdf", "302 404 404 404 200 200 404")
    pending = "/review/organizations/{organization.%s}"
    yield get("review.verify", pending % "hefei.pending", "302 404 404 404 200 200 404")
    yield get("review.verify", pending % "wuhu.pending", "302 404 404 404 404 200 404")
    yield get("review.verify", pending % "hefei.registered", "302 404 404 404 404 404 404")
    yield get("review.verify", pending % "vendor.verified", "302 404 404 404 200 200 404")
    for whose, answers in (("hefei", "302 404 404 404 409 409 404"), ("wuhu", "302 404 404 404 404 409 404")):
        form = {"decision": "verify", "version": STALE}
        yield post("review.verify", pending % f"{whose}.pending", answers, **form)
    yield get("files.show", "/files/{file.draft}/x.png", "302 200 404 404 404 404 404")
    yield get("files.show", "/files/{file.draft}/x.png?size=list", "404 200 404 404 404 404 404")
    # It belongs to a vendor of Wuhu.
    yield get("files.show", "/files/{file.in_review}/x.png", "302 404 404 404 404 200 404").but(wuhu=200)
    yield get("files.show", "/files/{file.published}/x.png", "200")
    yield get("files.show", "/files/2147483647/x.png", "302 404 404 404 404 404 404")


def matches() -> Iterator[Row]:
    """Matches of what is published are for everybody; of anything else there are none, whoever asks."""
    for path, answers in {
        "scenario.soe.published": "200",
        "scenario.soe.draft": "404",
        "scenario.soe.closed": "404",
    }.items():
        yield get("matching.of_scenario", f"/scenarios/{{{path}}}/matches", answers)
        yield get("matching.file_of_scenario", f"/scenarios/{{{path}}}/matches.csv", answers)
        yield get("api.scenarios_matches", f"/api/v1/scenarios/{{{path}}}/matches", answers)
    for path, answers in {"product.vendor.published": "200", "product.vendor.draft": "404"}.items():
        yield get("matching.of_product", f"/products/{{{path}}}/matches", answers)
        yield get("matching.file_of_product", f"/products/{{{path}}}/matches.json", answers)
        yield get("api.products_matches", f"/api/v1/products/{{{path}}}/matches", answers)


def enquiries() -> Iterator[Row]:
    """Talks: for the members of their two sides; for everybody else, officials too, there are none."""
    both = "302 {0} 404 {0} 404 404 404"
    at = "/enquiries/{enquiry.%s}"
    yield get("enquiries.show", at % "vendor.accepted", both.format(200))
    for whose, role in (("vendor.opened", 1), ("vendor2.opened", 2), ("vendor2.agreed", 2)):
        yield get("enquiries.show", at % whose, only(role, 200))
    yield get("enquiries.show", "/enquiries/Q-1999-000001", "302 404 404 404 404 404 404")
    act = at + "/do"
    yield step("enquiries.act_do", act % "vendor2.opened", "accept", only(2, 409))
    yield step("enquiries.act_do", act % "vendor2.opened", "withdraw", only(2, 403))
    yield step("enquiries.act_do", act % "vendor.opened", "withdraw", only(1, 409))
    yield step("enquiries.act_do", act % "vendor.opened", "lapse", only(1, 404))
    yield get("enquiries.act_do", act % "vendor.opened", "405")
    for name, word in (("write", "messages"), ("end", "end"), ("meet", "meeting"), ("propose", "outcome")):
        yield post(f"enquiries.{name}", f"{at % 'vendor.accepted'}/{word}", both.format(422), version=STALE)
    yield post("enquiries.decline", at % "vendor2.opened" + "/decline", only(2, 422))
    yield post("enquiries.decline", at % "vendor.opened" + "/decline", only(1, 403), cause="price", version=STALE)
    # Contact data is closed until the talk is accepted.
    yield post("enquiries.contact", at % "vendor.opened" + "/contact", only(1, 409))
    yield post("enquiries.contact", at % "vendor2.ended" + "/contact", "302 404 409 409 404 404 404")
    outcome = "/outcomes/{outcome.vendor.proposed}/do"
    yield step("outcomes.act_do", outcome, "confirm", "302 403 404 409 404 404 404")
    yield step("outcomes.act_do", outcome, "take_back", "302 409 404 403 404 404 404")
    yield from ways_in()


def ways_in() -> Iterator[Row]:
    """Answering a need and inviting a product: who may, and what one's own talks and answers are."""
    yield get("enquiry_ways.table", "/workspace/enquiries", "302 200 200 200 200 200 200")
    yield get("enquiry_ways.table", "/workspace/enquiries?state=nonsense", "302 404 404 404 404 404 404")
    for ask, opened in ((get, "200"), (post, "422")):
        # The second vendor was declined less than 30 days ago, and reads so before he writes.
        answers = f"302 {opened} 403 403 403 403 403"
        yield ask("enquiry_ways.answer", "/scenarios/{scenario.soe.published}/answer", answers)
        yield ask("enquiry_ways.answer", "/scenarios/{scenario.soe.draft}/answer", only(3, 403))
        yield ask("enquiry_ways.answer", "/scenarios/{scenario.soe.closed}/answer", "302 403 403 403 403 403 403")
        invites = f"302 403 {opened} {opened} 403 403 403"
        yield ask("enquiry_ways.invite", "/products/{product.vendor.published}/invite", invites)
        yield ask("enquiry_ways.invite", "/products/{product.vendor.draft}/invite", only(1, 403))
    for endpoint, ending in (("answers", ""), ("answers_file", ".csv"), ("answers_file", ".xlsx")):
        yield get(f"enquiry_ways.{endpoint}", f"/scenarios/{{scenario.soe.published}}/answers{ending}", only(3, 200))
        yield get(f"enquiry_ways.{endpoint}", f"/scenarios/{{scenario.soe.draft}}/answers{ending}", only(3, 200))


def notifications() -> Iterator[Row]:
    """The inbox, the choices, and the link of a mail. {notification.vendor} is one of the vendor's, read already."""
    signed_in = "302 200 200 200 200 200 200"
    yield get("notifications.inbox", "/workspace/inbox/", signed_in)
    yield get("notifications.inbox", "/workspace/inbox/?group=nothing", "302 404 404 404 404 404 404")
    for act in ("open", "read"):
        path = f"/workspace/inbox/{{notification.vendor}}/{act}"
        yield post(f"notifications.{act}", path, only(1, 302))
        yield get(f"notifications.{act}", path, "405")
    # Nothing has a key as small as that: everybody marks nothing.
    yield post("notifications.read_all", "/workspace/inbox/read", "302", up_to="0")
    yield get("notifications.read_all", "/workspace/inbox/read", "405")
    yield get("notifications.choices", "/account/notifications", signed_in)
    yield post("notifications.choices", "/account/notifications", "302 422 422 422 422 422 422", own_listings="never")
    yield get("notifications.unsubscribe", "/unsubscribe/no-token-of-ours", "403")
    yield post("notifications.unsubscribe", "/unsubscribe/no-token-of-ours", "403")


MATRIX: tuple[Row, ...] = (
    *open_pages(), *accounts(), *experts(), *listings(), *matches(), *vocabulary(), *saved_searches(), *desks(),
    *administration(),
    *notifications(), *challenges(), *bids(), *judging(), *awards(), *enquiries(), *pilots(), *tokens(), *sites(),
    *chains(), *library(),
)  # fmt: skip
# Ending sessions takes away what the other rows stand on; tests/accounts does it.
# The page that sets up a second factor keeps the secret it shows, and a wrong code is noted: they write by design.
SETS_UP = {("accounts.set_up", "GET"), ("accounts.set_up", "POST")}
APART = {("accounts.sign_out", "POST"), ("accounts.end_others", "POST"), *SETS_UP}
