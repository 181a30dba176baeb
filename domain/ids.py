"""Identifiers: UUIDv7 inside, readable prefixed ids (`wsp_…`) outside (DESIGN.md §5).

The outside form is the prefix of the noun and the UUID in Crockford's base 32, lower case, 26 characters, so
that ids sort like their UUIDs and a person can read one over the telephone.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_LENGTH = 26
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(now: datetime, entropy: bytes) -> UUID:
    """Make a UUIDv7 (RFC 9562) from an instant and ten random bytes."""
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)  # exact: no float between
    random = int.from_bytes(entropy[:10], "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def public_id(prefix: str, uuid: UUID) -> str:
    """Write a UUID as the readable id that clients see."""
    value = uuid.int
    characters = [_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(characters)}"


def parse_public_id(prefix: str, text: str) -> UUID:
    """Read a readable id of one noun.

    Raises:
        ValueError: another noun's id, or no id at all.
    """
    found, _, body = text.partition("_")
    if found != prefix or len(body) != _LENGTH:
        raise ValueError(f"must be an id that starts with {prefix}_")
    value = 0
    for character in body:
        digit = _VALUE.get(character)
        if digit is None:
            raise ValueError(f"must be an id that starts with {prefix}_")
        value = value << 5 | digit
    if value >> 128:
        raise ValueError(f"must be an id that starts with {prefix}_")
    return UUID(int=value)
