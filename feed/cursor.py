"""Cursors: the number of an entry, bound to its wallet, in an opaque text (F8, B11).

A cursor is no secret and gives no right: it is honoured only after access to its wallet was granted. The digest
is there so that a cursor taken to another wallet is refused instead of meaning some other place in it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from uuid import UUID

NUMBER_MAX = 2**63 - 1
"""The greatest number of an entry that the database can hold."""
CURSOR_CHARACTERS_MAX = 22
_DIGEST_BYTES = 8
_PURPOSE = b"entry cursor v1"


class BadCursor(ValueError):  # noqa: N818  (a plain noun, as `domain.errors`)
    """Not a cursor of this wallet. One error, whatever the reason, so that it reveals nothing (B11)."""

    def __init__(self) -> None:
        super().__init__("not a cursor of this feed")


def encode(wallet_id: UUID, number: int) -> str:
    """Write the cursor of an entry: 11 to 22 URL-safe characters. Number 0 is the place before the first entry.

    Raises:
        ValueError: the number is not one of 0 to `NUMBER_MAX`.
    """
    if not 0 <= number <= NUMBER_MAX:
        raise ValueError(f"entries have no number {number}")
    digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
    digest = blake2b(wallet_id.bytes + digits, digest_size=_DIGEST_BYTES, person=_PURPOSE).digest()
    return urlsafe_b64encode(digits + digest).rstrip(b"=").decode()


def decode(wallet_id: UUID, text: str) -> int:
    """Read a cursor of this wallet. Each number has exactly one text.

    Raises:
        BadCursor: malformed, cut short, made up, or of another wallet.
    """
    if len(text) > CURSOR_CHARACTERS_MAX or not text.isascii():
        raise BadCursor
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        number = int.from_bytes(raw[:-_DIGEST_BYTES], "big")
        # the decoder skips what it does not know: only writing it again shows that the text is the one
        genuine = encode(wallet_id, number) == text
    except ValueError:
        raise BadCursor from None
    if not genuine:
        raise BadCursor
    return number
