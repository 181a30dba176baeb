"""Amounts of a meter: integers in thousandths of its unit (RULES.md §0). No float anywhere."""

import re

THOUSANDTHS_PER_UNIT = 1_000
QUANTITY_MAX_THOUSANDTHS = 1_000_000_000_000 * THOUSANDTHS_PER_UNIT
"""The largest quantity one command may carry: 10¹² units, far inside a 64-bit column."""

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,3})?")


def parse_amount(text: str) -> int:
    """Read a decimal string (`"1.5"`, at most three decimals) as thousandths.

    Raises:
        ValueError: the text is not such a decimal; the message says what is allowed.
    """
    if not _DECIMAL.fullmatch(text):
        raise ValueError("must be a decimal number with at most 15 digits and at most 3 decimals, such as 1.5")
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("-").partition(".")
    return sign * (int(whole) * THOUSANDTHS_PER_UNIT + int(fraction.ljust(3, "0")))


def format_amount(thousandths: int) -> str:
    """Show thousandths as the shortest exact decimal string: 1500 → `"1.5"`, 3000 → `"3"`."""
    whole, fraction = divmod(abs(thousandths), THOUSANDTHS_PER_UNIT)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole}.{fraction:03d}".rstrip("0") if fraction else f"{sign}{whole}"
