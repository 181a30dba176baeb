"""API keys as text: `ak_`, 200 random bits, and six check characters (C3).

The check is the code of Bech32 (BIP-173, its constant as in BIP-350): over the 46 characters behind the prefix it
catches every mistake in up to four of them with certainty - so each typo, and each two that changed places - and any
other text with a probability of 1 - 2**-30. So a key that was mistyped or cut is refused without a look-up.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

PREFIX: Final = "ak_"
ENTROPY_BYTES: Final = 25
"""Random bytes in a key. The hint tells 20 bits about them: 180 stay unknown to whoever sees it."""
KEY_CHARACTERS: Final = 49
HINT_CHARACTERS: Final = 4

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case, as in ids: no i, l, o or u."""
_VALUE: Final = {character: value for value, character in enumerate(_ALPHABET)}
_BITS: Final = 5
_CHECK_CHARACTERS: Final = 6
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CONSTANT: Final = 0x2BC830A3
_KEPT: Final = (1 << 25) - 1


@dataclass(frozen=True, slots=True)
class KeyText:
    """A text that has the form of a key; whether there is such a key is another question.

    `hash` is the SHA-256 of the whole text, 32 bytes: what is kept. `hint` is what its owner recognises it by.
    """

    text: str = field(repr=False)
    hash: bytes = field(repr=False)
    hint: str


def make_key(entropy: bytes) -> KeyText:
    """Write the key of 25 random bytes.

    Raises:
        ValueError: they are not 25.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a key is made of {ENTROPY_BYTES} random bytes")
    number = int.from_bytes(entropy, "big")
    body = _digits(number, ENTROPY_BYTES * 8 // _BITS)
    check = _remainder([*body, *(0,) * _CHECK_CHARACTERS]) ^ _CONSTANT
    digits = [*body, *_digits(check, _CHECK_CHARACTERS)]
    return _key_text(PREFIX + "".join(_ALPHABET[digit] for digit in digits))


def read_key(text: str) -> KeyText | None:
    """Read a text as a key; None: it is none, or a mistake was made in it."""
    if len(text) != KEY_CHARACTERS or not text.startswith(PREFIX):
        return None
    digits = [digit for character in text[len(PREFIX) :] if (digit := _VALUE.get(character)) is not None]
    if len(digits) != KEY_CHARACTERS - len(PREFIX) or _remainder(digits) != _CONSTANT:
        return None
    return _key_text(text)


def _key_text(text: str) -> KeyText:
    return KeyText(text, sha256(text.encode()).digest(), f"{PREFIX}…{text[-HINT_CHARACTERS:]}")


def _digits(number: int, count: int) -> list[int]:
    return [number >> _BITS * place & 31 for place in reversed(range(count))]


def _remainder(digits: list[int]) -> int:
    """Divide by the code's generator polynomial over GF(32), as BIP-173 does."""
    remainder = 1
    for digit in digits:
        top = remainder >> 25
        remainder = (remainder & _KEPT) << _BITS ^ digit
        for place, term in enumerate(_GENERATOR):
            if top >> place & 1:
                remainder ^= term
    return remainder
