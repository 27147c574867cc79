"""What the journeys stand on: the demonstration's data."""

from tests.support.journey import sample as sample
