"""What a scenario is to the shared mechanism of listings."""

from __future__ import annotations

from marketplace.core.text import Text
from marketplace.listings.kind import Kind
from marketplace.scenarios.content import FIELDS, blank, check, project
from marketplace.scenarios.lifecycle import SCENARIO_LIFE
from marketplace.scenarios.models import Scenario

SCENARIO = Kind(
    name="scenario", plural="scenarios", letter="S", label=Text("场景需求", "need"), model=Scenario,
    lifecycle=SCENARIO_LIFE, fields=FIELDS, check=check, project=project, blank=blank,
)  # fmt: skip
