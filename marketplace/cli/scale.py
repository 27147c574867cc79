"""``seed scale``: a large data set that is the same for the same numbers, made of the sample's words and shapes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import click
import sqlalchemy as sa

from marketplace.foundation.db import db, transaction
from marketplace.listings.kind import Content, Kind
from marketplace.listings.loading import Loaded, load
from marketplace.organizations.models import Organization
from marketplace.organizations.services import load_organization
from marketplace.products.kind import PRODUCT
from marketplace.reference import catalogue, regions
from marketplace.sample import products, scenarios
from marketplace.sample.credit import credit_code
from marketplace.scenarios.kind import SCENARIO

PORTION = 2000
OWNERS_A_PORTION = 300
KINDS = ("vendor", "vendor", "state_owned_firm", "enterprise", "public_institution", "research")


def grow(product_count: int, scenario_count: int, organization_count: int, seed: int) -> None:
    """Load that many of each, in portions, each portion one transaction."""
    chance = random.Random(seed)
    owners = _organizations(organization_count, seed, chance)
    makes = [each.content for each in products.products()]
    needs = [each.content for each in scenarios.scenarios()]
    _fill(PRODUCT, product_count, owners, makes, chance, "products")
    _fill(SCENARIO, scenario_count, owners, needs, chance, "scenarios")


def _organizations(count: int, seed: int, chance: random.Random) -> list[int]:
    cities = [city.code for city in regions.cities()]
    made: list[int] = []
    with click.progressbar(range(0, count, PORTION), label="organizations") as portions:
        for start in portions:
            with transaction():
                for number in range(start, min(start + PORTION, count)):
                    name = f"规模数据单位{seed:02d}-{number:06d}"
                    region = chance.choice([*cities, ""])
                    made.append(load_organization(
                        name=name, name_en=f"Scale unit {seed:02d}-{number:06d}", kind=chance.choice(KINDS),
                        credit_code=credit_code(name), region=region, place="" if region else "上海",
                        place_en="" if region else "Shanghai", website="", compiled=False, demo=True,
                    ).id)  # fmt: skip
            db.session.expunge_all()
    return made


def _fill(
    kind: Kind, count: int, owners: Sequence[int], models: Sequence[Content], chance: random.Random, label: str
) -> None:
    with click.progressbar(range(0, count, PORTION), label=label) as portions:
        for start in portions:
            numbers = range(start, min(start + PORTION, count))
            contents = list(_contents(numbers, models, chance))
            some = chance.sample(owners, min(len(owners), OWNERS_A_PORTION))
            with transaction():
                found = db.session.scalars(sa.select(Organization).where(Organization.id.in_(some))).all()
                load(kind, [Loaded(chance.choice(found), content) for content in contents])
            db.session.expunge_all()


def _contents(numbers: range, models: Sequence[Content], chance: random.Random) -> Iterator[Content]:
    for number in numbers:
        first, second = chance.choice(models), chance.choice(models)
        content: dict[str, Any] = dict(first)
        content["title"] = f"{first['title']} {number:06d}"
        content["title_en"] = f"{first['title_en']} {number:06d}"
        for key in ("summary", "situation"):
            if key in content:
                content[key] = first[key] + second[key]
        if "specs" in content:
            content["specs"] = _varied(content["specs"], chance)
        if "region" in content:
            content["region"] = chance.choice(regions.cities()).code
        yield content


def _varied(specs: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same specs with other numbers, still inside what is plausible."""
    varied = {}
    for key, claim in specs.items():
        spec, value = catalogue.spec(key), claim["value"]
        if spec.kind == "number" and set(value) == {"from"}:
            number = round(float(value["from"]) * chance.uniform(0.5, 1.5), spec.decimals)
            low, high = float(spec.low or 0), float(spec.high or number)
            value = {"from": f"{min(max(number, low), high):.{spec.decimals}f}"}
        varied[key] = {**claim, "value": value}
    return varied
