"""References: what a bank transfer names, so that it finds its order (D8). Made to be typed and read aloud.

`ALT-7K2M-Q9XD`: Crockford's base 32, which has no I, L, O and U, and reads what people write for 1 and 0. The last
character checks the others: every single wrong character and every exchange of two is noticed. It is the remainder of
the characters as a polynomial over GF(32).
"""

import re

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PREFIX = "ALT"
_READ_AS = str.maketrans("ILO", "110", " -")
_BODY = re.compile(f"[{_ALPHABET}]{{8}}")
_FIELD = 0b100101
"""x⁵ + x² + 1: x generates all 31 elements but 0, so up to 31 characters have weights of their own."""

ENTROPY_BYTES = 5
_DATA_CHARACTERS = 7


def make_reference(entropy: bytes) -> str:
    """Write a reference from five random bytes, of which 35 bits are used."""
    value = int.from_bytes(entropy[:ENTROPY_BYTES], "big")
    digits = [value >> 5 * place & 31 for place in range(_DATA_CHARACTERS)]
    body = "".join(_ALPHABET[digit] for digit in (*digits, _times_x(_remainder(digits))))
    return f"{_PREFIX}-{body[:4]}-{body[4:]}"


def read_reference(text: str) -> str | None:
    """Read a reference as people write it: any case, spaces or none. None: it is none, or one mistyped."""
    # the prefix is read as itself: its L is no 1
    found = text[:64].upper().replace(" ", "").removeprefix(_PREFIX).translate(_READ_AS)
    if len(text) > 64 or not _BODY.fullmatch(found) or _remainder([_ALPHABET.index(each) for each in found]):
        return None
    return f"{_PREFIX}-{found[:4]}-{found[4:]}"


def _remainder(digits: list[int]) -> int:
    value = 0
    for digit in digits:
        value = _times_x(value) ^ digit
    return value


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ _FIELD if doubled & 32 else doubled
