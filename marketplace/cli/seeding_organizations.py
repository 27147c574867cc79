"""The demonstration's organizations on their way, who asks to join, who is invited, and who stands in for whom."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.members.services import ask_to_join, invite
from marketplace.organizations import proposals, services, tree
from marketplace.organizations.models import Organization
from marketplace.organizations.queries import actor_of
from marketplace.posts.queries import posts_in_force
from marketplace.posts.services import delegate
from marketplace.sample.credit import ENTERPRISE, credit_code
from marketplace.takeovers.models import Takeover
from marketplace.takeovers.services import claim, take_takeover_step

HEFEI = "340100"
RECENTLY = timedelta(days=2)
REASON = "演示：名称与统一社会信用代码不符，请核对"

# State → what the demo unit is called; each is founded by the newcomer and walked there.
ON_THEIR_WAY = {
    "registered": ("刚登记的单位", "just added"),
    "pending": ("等待核验的单位", "waiting for verification"),
    "returned": ("被退回的单位", "returned for correction"),
    "verified": ("需方一的下属公司", "subsidiary of demander one"),
    "suspended": ("被暂停的单位", "suspended"),
}
# Units entered from public material, as far as the demonstration goes: one is still to be taken over, one was.
COMPILED = (("等待认领的单位", "to be taken over"), ("已被认领的单位", "taken over"))
STEPS = {
    "registered": (),
    "pending": ("submit",),
    "returned": ("submit", "return"),
    "verified": ("submit", "verify"),
    "suspended": ("submit", "verify", "suspend"),
}
# The shortest PDF that a reader opens: one empty page, for the licence of a unit that does not exist.
LICENCE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n167\n%%EOF\n"
)


def bring_organizations(units: Mapping[str, Organization], people: Mapping[str, User]) -> None:
    """Bring everything that the pages of organizations, members and posts show, by the commands people use."""
    city = actor_of(people["city"])  # as he is now: his post begins with the demonstration
    with clock.standing_at(clock.now() - RECENTLY):
        made = {state: _found(state, people, city) for state in ON_THEIR_WAY}
    _link(made, units["soe"], people)
    _propose(units, people, city)
    ask_to_join(units["vendor"], actor_of(people["newcomer"]), "演示：我在销售部，负责登记产品。")
    invite(units["soe"], "colleague@demo.example", "editor", actor_of(people["soe"]), "zh_CN")
    _claim(people, city)
    _stand_in(people)


def _found(state: str, people: Mapping[str, User], city: Actor) -> Organization:
    owner = actor_of(people["newcomer"])
    name, name_en = ON_THEIR_WAY[state]
    full = f"演示单位·{name}"
    organization = services.found_organization(
        {
            "name": full, "name_en": f"Demo unit: {name_en}", "kind": "enterprise", "region": HEFEI,
            "credit_code": credit_code(full, ENTERPRISE), "contact_name": "演示联系人",
            "contact_phone": "0551-00000000",
        },
        owner,
    )  # fmt: skip
    organization.demo = True
    owner = actor_of(people["newcomer"])
    prepared = services.prepare_licence(io.BytesIO(LICENCE), "演示执照.pdf")
    licence = services.keep_licence(organization, prepared, owner)
    services.change_organization(organization, {"licence_id": licence}, owner)
    for step in STEPS[state]:
        reason = REASON if step in ("return", "suspend") else ""
        services.take_organization_step(organization, step, owner if step == "submit" else city, reason, None)
    return organization


def _link(made: Mapping[str, Organization], parent: Organization, people: Mapping[str, User]) -> None:
    """One subsidiary that its parent has accepted, and one that still asks."""
    child: Actor = actor_of(people["newcomer"])
    for state in ("verified", "pending"):
        services.change_organization(made[state], {"parent_id": parent.id}, child)
    tree.take_parent_step(made["verified"], "accept_child", actor_of(people["soe"]), "", None)


def _propose(units: Mapping[str, Organization], people: Mapping[str, User], city: Actor) -> None:
    """Marks that an official has confirmed, a new name that waits for one, and one that was returned."""
    year = clock.today().year
    mark = {
        "code": "first_set_provincial", "batch": f"{year} 年第一批（演示）", "certificate": "演示-0001",
        "valid_until": f"{year + 2}-12-31",
    }  # fmt: skip
    proposals.propose(units["vendor"], {"marks": [mark]}, actor_of(people["vendor"]), None)
    proposals.take_proposal_step(units["vendor"], "approve", city, "", None)
    for key in ("vendor2", "soe2"):
        name = f"{units[key].name}（新名称）"
        proposals.propose(units[key], {"name": name}, actor_of(people[key]), None)
    proposals.take_proposal_step(units["soe2"], "return", city, REASON, None)


def _claim(people: Mapping[str, User], city: Actor) -> None:
    """Two units that nobody spoke for: one waits, was declined to another and given up by a third; one is taken over.

    They are invented, so that no demo account claims a real firm.
    """
    with clock.standing_at(clock.now() - RECENTLY):
        waiting, taken = (_compiled(name, name_en) for name, name_en in COMPILED)
        declined = _claimed(waiting, people["vendor2"])
        take_takeover_step(declined, "decline", city, "演示：执照上的名称与单位页不符", None)
        take_takeover_step(_claimed(waiting, people["soe2"]), "withdraw", actor_of(people["soe2"]), "", None)
        approved, _lapsing = _claimed(taken, people["newcomer"]), _claimed(taken, people["vendor2"])
        take_takeover_step(approved, "approve", city, "", None)
    _claimed(waiting, people["newcomer"])


def _compiled(name: str, name_en: str) -> Organization:
    full = f"演示单位·{name}"
    return services.load_organization(
        name=full, name_en=f"Demo unit: {name_en}", kind="vendor", region=HEFEI, place="", demo=True,
        credit_code=credit_code(full, ENTERPRISE),
    )  # fmt: skip


def _claimed(organization: Organization, user: User) -> Takeover:
    values = {
        "credit_code": credit_code(f"{organization.name}（执照）"), "message": "演示：市场部，经理，0551-00000000",
    }  # fmt: skip
    prepared = services.prepare_licence(io.BytesIO(LICENCE), "演示执照.pdf")
    return claim(organization, values, prepared, actor_of(user))


def _stand_in(people: Mapping[str, User]) -> None:
    giver = people["province"]
    post = posts_in_force(giver)[0]
    first = clock.today()
    delegate(
        post,
        people["province2"].id,
        ["verify", "review"],
        first,
        first + timedelta(days=30),
        "演示：出差",
        actor_of(giver),
    )
