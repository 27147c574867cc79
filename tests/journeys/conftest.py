"""What the journeys stand on: the demonstration's data, the mails that leave the house, time that can be moved."""

from tests.support.journey import sample as sample
from tests.support.journey_people import time as time
from tests.support.mails import mails as mails
