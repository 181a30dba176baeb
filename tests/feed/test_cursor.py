"""Cursors: opaque, short, of one wallet, one text for each number."""

import re
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feed.cursor import CURSOR_CHARACTERS_MAX, NUMBER_MAX, BadCursor, decode, encode

WALLET = UUID("0197d5a0-0000-7000-8000-000000000001")
OTHER = UUID("0197d5a0-0000-7000-8000-000000000002")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

numbers = st.integers(0, NUMBER_MAX)
wallets = st.uuids()


def problem(wallet: UUID, text: str) -> str:
    with pytest.raises(BadCursor) as caught:
        decode(wallet, text)
    assert caught.value.__cause__ is None
    return str(caught.value)


@given(wallets, numbers)
def test_f8_a_cursor_reads_as_the_number_it_was_made_of(wallet: UUID, number: int) -> None:
    text = encode(wallet, number)
    assert decode(wallet, text) == number
    assert re.fullmatch(r"[A-Za-z0-9_-]{11,22}", text)
    assert len(text) <= CURSOR_CHARACTERS_MAX


@given(wallets, wallets, numbers)
def test_b11_a_cursor_of_another_wallet_is_as_bad_as_nonsense(wallet: UUID, other: UUID, number: int) -> None:
    assume(wallet != other)
    assert problem(other, encode(wallet, number)) == problem(other, "nonsense")


@given(numbers, st.integers(0, CURSOR_CHARACTERS_MAX - 1), st.sampled_from(ALPHABET))
def test_f8_no_character_can_be_changed(number: int, place: int, character: str) -> None:
    text = encode(WALLET, number)
    assume(place < len(text) and text[place] != character)
    problem(WALLET, text[:place] + character + text[place + 1 :])


@given(numbers, st.integers(0, CURSOR_CHARACTERS_MAX))
def test_f8_no_part_of_a_cursor_is_one(number: int, length: int) -> None:
    text = encode(WALLET, number)
    assume(length < len(text))
    problem(WALLET, text[:length])
    problem(WALLET, text[len(text) - length :])


@given(numbers, st.text(min_size=1, max_size=5), st.booleans())
def test_f8_nothing_can_be_added(number: int, more: str, before: bool) -> None:
    text = encode(WALLET, number)
    problem(WALLET, more + text if before else text + more)


@given(st.text(max_size=40) | st.text(ALPHABET, min_size=11, max_size=22))
def test_f8_any_text_is_refused_in_the_same_words(text: str) -> None:
    assert problem(WALLET, text) == "not a cursor of this feed"


@pytest.mark.parametrize(
    "text",
    ["", "=", "\x00", "\x00" * 11, "é" * 12, "\ud800", "1", "-1", "0" * 1_000_000, "AAAA\nAAAA", "🂡"],
    ids=["empty", "padding", "nul", "nuls", "latin", "surrogate", "number", "negative", "huge", "line", "astral"],
)
def test_f8_hostile_texts_are_refused(text: str) -> None:
    problem(WALLET, text)


def test_f8_padding_and_other_spellings_are_refused() -> None:
    text = encode(WALLET, 1_000_000)
    assert len(text) % 4
    for spelling in (text + "=" * (-len(text) % 4), " " + text, text + "\n", text.swapcase()):
        problem(WALLET, spelling)


def test_f8_a_common_cursor_is_twelve_characters() -> None:
    assert len(encode(WALLET, 0)) == 11
    assert len(encode(WALLET, 255)) == 12
    assert len(encode(WALLET, 1_000_000)) == 15
    assert encode(WALLET, 7) != encode(OTHER, 7)


@pytest.mark.parametrize("number", [-1, NUMBER_MAX + 1])
def test_f8_numbers_that_no_entry_has_have_no_cursor(number: int) -> None:
    with pytest.raises(ValueError, match="no number"):
        encode(WALLET, number)
