"""Posts: where they can be, and who is in charge of what."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from marketplace.accounts.models import User
from marketplace.core.errors import FieldError
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.posts import queries, services
from tests.factories import accounts

Db = scoped_session[Session]


@pytest.mark.parametrize("region", ["", "340104", "110000", "34"])
def test_a_post_is_for_the_province_or_a_city(session: Db, region: str) -> None:
    user = accounts.person()
    with pytest.raises(FieldError, match="region"), transaction():
        services.give_post(user, Text("局", "Bureau"), region, ["verify"])
    with pytest.raises(FieldError, match="duties"), transaction():
        services.give_post(user, Text("局", "Bureau"), accounts.HEFEI, ["rule"])


def test_officials_in_charge_are_the_nearest(session: Db) -> None:
    province = accounts.official(accounts.PROVINCE)
    hefei = accounts.official(accounts.HEFEI)
    accounts.official(accounts.WUHU, ("assess",))
    gone = accounts.official(accounts.WUHU)
    with transaction():
        gone.disabled_at = gone.created_at

    def names(duty: Any, region: str) -> list[User]:
        return list(queries.officials(duty, region))

    assert names("verify", accounts.HEFEI) == names("verify", "340104") == [hefei]
    assert names("verify", accounts.WUHU) == names("verify", "") == names("verify", accounts.PROVINCE) == [province]
    assert names("challenge", accounts.HEFEI) == []
