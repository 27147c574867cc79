"""What a tier rests on: verified pilots for demonstration; a designated site and further deployments for mature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from marketplace.core import clock
from marketplace.core.errors import Refused
from marketplace.core.setting import Setting
from marketplace.core.text import Text
from marketplace.cultivation.models import LibraryEntry
from marketplace.cultivation.queries import line_of
from marketplace.foundation.db import db
from marketplace.pilots.models import Pilot
from marketplace.pilots.queries import WITH_SIDES
from marketplace.scenarios.models import Scenario
from marketplace.settings.queries import value
from marketplace.sites.models import Site
from marketplace.sites.policy import in_force

FURTHER = Setting(
    "cultivation.further",
    Text("成熟场景还须另有几处部署", "Further deployments that a mature need must have"),
    2,
    Text("示范应用以外，本链上另有的示范应用和已验证的场景验证",
         "Beside a demonstration site of its own: more sites and verified pilots on its chain"),
    None, 0, 50,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that a tier rests on: a verified pilot or a designated site, at which need, since when."""

    kind: Literal["pilot", "site"]
    number: str
    title: Text
    need: int
    day: date | None


def verified_pilots(needs: Sequence[int]) -> Sequence[Pilot]:
    """Pilots of these needs that were verified, are still valid, and did not end in “stop”."""
    valid = (Pilot.valid_until >= clock.today()) & (Pilot.decided_at <= clock.now())
    theirs = Pilot.scenario_id.in_(needs) & (Pilot.state == "verified") & valid
    found = db.session.scalars(sa.select(Pilot).where(theirs).options(*WITH_SIDES).order_by(Pilot.id)).all()
    return [each for each in found if each.report.get("verdict") != "stop"]


def lessons_of(need: int) -> Sequence[Pilot]:
    """Pilots of a need that were verified, whatever came out: what who copies it should know."""
    theirs = (Pilot.scenario_id == need) & (Pilot.state == "verified")
    return db.session.scalars(sa.select(Pilot).where(theirs).options(*WITH_SIDES).order_by(Pilot.id)).all()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tier of a need may rest on: its own verified pilots and sites, and other deployments on its chain."""

    pilots: Sequence[Proof]
    sites: Sequence[Proof]
    others: Sequence[Proof]

    @property
    def further(self) -> int:
        """Deployments beside the first site."""
        return max(0, len(self.sites) - 1) + len(self.others)

    @property
    def numbers(self) -> list[str]:
        """What history keeps of it."""
        return list(dict.fromkeys(each.number for each in (*self.pilots, *self.sites, *self.others)))


def evidence_of(scenario: Scenario) -> Evidence:
    """The evidence of a need as it stands now.

    A deployment is a site in force or a verified pilot, here or where the need was copied to; a pilot that a site
    stands on is no second one.
    """
    needs = line_of(scenario.id)
    pilots, sites = verified_pilots(needs), _sites(needs)
    covered = {number for _proof, under in sites for number in under}
    others = [proof for proof, _under in sites if proof.need != scenario.id]
    others += [_proof(each) for each in pilots if each.number not in covered]
    return Evidence(
        pilots=[_proof(each) for each in pilots if each.scenario_id == scenario.id],
        sites=[proof for proof, _under in sites if proof.need == scenario.id],
        others=others,
    )


def _proof(pilot: Pilot) -> Proof:
    day = clock.beijing(pilot.decided_at).date() if pilot.decided_at else None
    return Proof("pilot", pilot.number, pilot.product.label, pilot.scenario_id or 0, day)


def _sites(needs: Sequence[int]) -> Sequence[tuple[Proof, frozenset[str]]]:
    """Sites in force at these needs, each with the numbers of the pilots that it stands on."""
    theirs = Site.scenario_id.in_(needs) & in_force() & (Site.designated_on <= clock.today())
    select = sa.select(Site).where(theirs).options(joinedload(Site.pilots))
    return [
        (Proof("site", each.number, each.label, each.scenario_id or 0, each.designated_on),
         frozenset(pilot.number for pilot in each.pilots))
        for each in db.session.scalars(select.order_by(Site.id)).unique()
    ]  # fmt: skip


# ---- what the steps demand ----


def proven(entry: LibraryEntry) -> Refused | None:
    """Demonstration rests on a verified pilot."""
    return _proven(evidence_of(entry.scenario))


def _proven(found: Evidence) -> Refused | None:
    if found.pilots:
        return None
    return Refused(
        Text("示范场景须有一项在有效期内、结论不是“停止”的已验证场景验证",
             "A demonstration rests on a verified pilot that is still valid and did not end in “stop”"),
        Text("这条需求还没有", "This need has none"),
        Text("请待场景验证通过核验后再办", "Wait until a pilot has been verified"),
    )  # fmt: skip


def deployed(entry: LibraryEntry) -> Refused | None:
    """Mature rests on a designated site and further deployments."""
    return _deployed(evidence_of(entry.scenario), further_wanted())


def _deployed(found: Evidence, wanted: int) -> Refused | None:
    if found.sites and found.further >= wanted:
        return None
    return Refused(
        Text("成熟场景须有一个有效的示范应用，另有 %(wanted)s 处部署",
             "A mature need has a demonstration site in force and %(wanted)s further deployments") % {"wanted": wanted},
        Text("现有示范应用 %(sites)s 个，另有部署 %(further)s 处", "Its sites: %(sites)s; further ones: %(further)s")
        % {"sites": len(found.sites), "further": found.further},
        Text("请待示范应用命名、其他部署通过验证后再办", "Wait for a designation and for more verified deployments"),
    )  # fmt: skip


def lapsed(entry: LibraryEntry, found: Evidence, wanted: int) -> Refused | None:
    """What the present tier of a need rests on no longer, or None: an official lowers it, no clock does.

    ``found``: its evidence as it stands. ``wanted``: further deployments that a mature need must have.
    """
    if entry.tier == "demonstration":
        return _proven(found)
    return _deployed(found, wanted) if entry.tier == "mature" else None


def further_wanted() -> int:
    """How many further deployments a mature need must have, as it is set now."""
    return value(FURTHER)


def public_need(entry: LibraryEntry) -> Refused | None:
    """The library shows what everybody may read."""
    if entry.scenario.state in ("published", "expired", "fulfilled"):
        return None
    return Refused(
        Text("只有公开的需求可以入库", "Only a public need comes into the library"),
        Text("这条需求没有公开", "This one is not public"),
        Text("请待它恢复公开", "Wait until it is public again"),
    )
