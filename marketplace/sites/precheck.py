"""The pre-check of an application: what it lacks, and whether the pilots it stands on carry it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marketplace.core import clock
from marketplace.core.text import Text
from marketplace.experts.services import months_on
from marketplace.pilots.models import Pilot
from marketplace.settings.queries import value
from marketplace.sites import queries
from marketplace.sites.content import Point, written
from marketplace.sites.figures import CALM_MONTHS
from marketplace.sites.models import Site


def points(site: Site) -> list[Point]:
    """Every line of the pre-check, for the applicant and for whoever decides."""
    return [*_place(site), *_standing(site.pilots), *_calm(site.pilots), *written(site.content, site.kind)]


def _place(site: Site) -> Iterator[Point]:
    if not site.region:
        yield Point("fix", Text("还没有选所在市县", "The city or county is not chosen"), "region")
    if not site.domain:
        yield Point("fix", Text("还没有选应用领域", "The domain is not chosen"), "domain")
    if site.longitude is None:
        said = Text("没有经纬度，地图上只计入所在市", "Without coordinates the map only counts it with its city")
        yield Point("tip", said, "longitude")


def _standing(pilots: Sequence[Pilot]) -> Iterator[Point]:
    if not pilots:
        yield Point("fix", Text("至少选一项已通过核验的场景验证", "Choose at least one verified pilot"), "pilots")
    for pilot in pilots:
        named: dict[str, object] = {
            "number": pilot.number,
            "day": pilot.valid_until.isoformat() if pilot.valid_until else "—",
        }
        if pilot.state != "verified":
            yield Point("fix", Text("%(number)s 没有通过核验", "%(number)s is not verified") % named, "pilots")
        elif pilot.valid_until is None or pilot.valid_until < clock.today():
            said = Text(
                "%(number)s 的结论有效期到 %(day)s，已过期", "The result of %(number)s was valid through %(day)s"
            )
            yield Point("fix", said % named, "pilots")
        else:
            yield Point("ok", Text("%(number)s 已验证，结论有效至 %(day)s",
                                   "%(number)s is verified and valid through %(day)s") % named)  # fmt: skip


def _calm(pilots: Sequence[Pilot]) -> Iterator[Point]:
    since = months_on(clock.today(), -value(CALM_MONTHS))
    serious = queries.serious_incidents([each.id for each in pilots], clock.end_of_day(since))
    if serious:
        said = Text("%(number)s 在 %(day)s 有一起严重安全事件", "%(number)s had a serious incident on %(day)s")
        when = clock.beijing(serious[0].at).date().isoformat()
        number = next(each.number for each in pilots if each.id == serious[0].pilot_id)
        yield Point("fix", said % {"number": number, "day": when}, "pilots",
                    Text("满 %(months)s 个月没有严重事件才能申报", "None within %(months)s months is the rule")
                    % {"months": value(CALM_MONTHS)})  # fmt: skip
