"""Fixed-point integers of the wire as exact Decimals, whatever the caller's decimal context says."""

from __future__ import annotations

from decimal import Context, Decimal

ABSENT = -(2**63)  # the venue did not say
ZERO = Decimal(0)

_EXACT = Context(prec=64, Emin=-9999, Emax=9999)


def from_raw(raw: int, digits: int) -> Decimal | None:
    """A count of 10**-digits as a Decimal; None where it is absent."""
    return None if raw == ABSENT else Decimal(raw).scaleb(-digits, _EXACT)


def to_raw(value: Decimal | int | None, digits: int) -> int:
    """The count of 10**-digits that is exactly `value`; ValueError where there is none. Floats are refused."""
    if value is None:
        return ABSENT
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float; write Decimal('{value!r}')")
    scaled = Decimal(value).scaleb(digits, _EXACT)
    raw = int(scaled)
    if raw != scaled:
        raise ValueError(f"{value} has more than {digits} decimals")
    if not ABSENT < raw < 2**63:
        raise ValueError(f"{value} is out of range")
    return raw


def plain(value: Decimal) -> str:
    """Decimal text without exponent and trailing zeros: 0.29, 100."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
