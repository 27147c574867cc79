"""What a spec value must look like for a spec of the catalogue; asserts, so that a test shows what is wrong."""

from decimal import Decimal
from typing import Any

from marketplace.reference.terms import Spec


def assert_value(spec: Spec, value: dict[str, Any]) -> None:
    """Asserts that the JSON is a value of the spec's kind, in its bounds and no finer than its decimals."""
    codes = {choice.code for choice in spec.choices}
    if spec.kind in ("number", "range"):
        assert value.keys() <= {"from", "to", "approx"}
        assert value.get("approx", "~") in (">=", "<=", "~")
        ends = [Decimal(value[end]) for end in ("from", "to") if end in value]
        assert ends == sorted(ends)
        assert len(ends) == 2 or spec.kind == "number"
        for end in ends:
            _assert_bounds(spec, end)
    elif spec.kind == "choice":
        assert value.keys() == {"choice"}
        assert value["choice"] in codes
    elif spec.kind == "choices":
        assert value.keys() == {"choices"}
        assert value["choices"]
        assert set(value["choices"]) <= codes
    elif spec.kind == "ip":
        assert value["choice"].startswith("IP")
    else:
        assert spec.kind == "text"
        assert value["text"]


def _assert_bounds(spec: Spec, value: Decimal) -> None:
    assert spec.low is None or value >= spec.low
    assert spec.high is None or value <= spec.high
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    assert -exponent <= spec.decimals
