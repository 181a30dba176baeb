"""Scalars: instants, exact decimals, cursors. Nothing in the graph is a float."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from domain.amounts import format_amount, parse_amount

Amount = NewType("Amount", int)
"""Thousandths of a unit; outside, the scalar `Decimal`."""

MinorUnits = NewType("MinorUnits", int)
"""An amount of money in minor units; outside, the scalar `MinorUnits`."""

Cursor = NewType("Cursor", str)
"""A place in a wallet's ledger; outside, the scalar `Cursor`."""

MINOR_UNITS_MAX = 2**53 - 1
"""What every reader of JSON holds exactly."""

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")


def write_datetime(value: datetime) -> str:
    """Write an instant: `2026-06-15T16:00:00Z`, with microseconds only where there are any."""
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def read_datetime(value: object) -> datetime:
    """Read an instant with its offset.

    Raises:
        ValueError: anything else, a time without an offset included, since it would not be an instant.
    """
    problem = "must be an RFC 3339 instant such as 2026-06-15T16:00:00Z"
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError(problem)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(problem) from None


def read_amount(value: object) -> int:
    """Read a decimal string as thousandths.

    Raises:
        ValueError: no string, or no decimal of at most 15 digits and 3 decimals.
    """
    if not isinstance(value, str):
        raise ValueError('must be a string such as "1.5", so that no digit is lost on the way')  # noqa: TRY004 - scalars raise it
    return parse_amount(value)


def write_minor_units(value: int) -> int:
    """Write an amount of money as a JSON integer.

    Raises:
        ValueError: it is larger than every reader of JSON can hold exactly.
    """
    if not 0 <= value <= MINOR_UNITS_MAX:
        raise ValueError(f"{value} minor units cannot be written exactly")
    return value


def read_minor_units(value: object) -> int:
    """Read an amount of money.

    Raises:
        ValueError: no whole number from 0 to 2⁵³ - 1.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MINOR_UNITS_MAX:
        raise ValueError(f"must be a whole number of minor units, such as cents, from 0 to {MINOR_UNITS_MAX}")
    return value


def read_cursor(value: object) -> str:
    """Read a cursor; what it says is for the ledger that it belongs to.

    Raises:
        ValueError: no string.
    """
    if not isinstance(value, str):
        raise ValueError("must be a cursor, as an earlier answer gave it")  # noqa: TRY004 - scalars raise it
    return value


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant by RFC 3339. Answers are in UTC and end with `Z`, such as `2026-06-15T16:00:00Z`, with up to "
            "six decimals of a second. Inputs may carry any offset, but must carry one."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=write_datetime,
        parse_value=read_datetime,
    ),
    Amount: strawberry.scalar(
        name="Decimal",
        description=(
            'An exact decimal number, as a string: `"3"`, `"1.5"`, `"0.125"`. At most 15 digits before the point '
            "and 3 after it. The field's description names the unit."
        ),
        serialize=format_amount,
        parse_value=read_amount,
    ),
    MinorUnits: strawberry.scalar(
        name="MinorUnits",
        description=(
            "An amount of money as a whole number of minor units of its currency, such as cents: `1999` USD are "
            "19.99 dollars, `1999` JPY are 1999 yen. A JSON integer from 0 to 2^53 - 1."
        ),
        serialize=write_minor_units,
        parse_value=read_minor_units,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description=(
            "A place in a wallet's ledger, or in a list. Opaque: take it from an answer, give it back as it is. Each "
            "entry has one, the same in `entries` and in `usageFeed`; it means nothing in any other wallet or list."
        ),
        serialize=str,
        parse_value=read_cursor,
    ),
}
"""For `StrawberryConfig(scalar_map=…)`."""
