"""From the ranking on: notice, objection, answer, second place, contract, milestones, acceptance, ends, corrections."""

from __future__ import annotations

from tests.awards.conftest import World


def test_it_is_ranked(world: World) -> None:
    scene = world.ranked()
    assert scene.challenge.state == "ranked"
