"""What the journeys stand on: the demonstration's data, and the mails that leave the house."""

from tests.support.journey import sample as sample
from tests.support.mails import mails as mails
