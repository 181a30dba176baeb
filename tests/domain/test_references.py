"""References of transfers: short, unambiguous, and checked (D8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.references import _ALPHABET, ENTROPY_BYTES, make_reference, read_reference

entropies = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)


@given(entropies)
def test_d8_a_reference_is_read_as_it_was_written(entropy: bytes) -> None:
    reference = make_reference(entropy)
    assert len(reference) == len("ALT-7K2M-Q9XD")
    assert not set(reference.removeprefix("ALT-")) & set("ILOU")
    assert read_reference(reference) == reference


@given(entropies, st.data())
def test_d8_people_may_write_it_in_their_way(entropy: bytes, data: st.DataObject) -> None:
    reference = make_reference(entropy)
    body = reference.removeprefix("ALT-")
    body = body.replace("1", data.draw(st.sampled_from("1IiLl"))).replace("0", data.draw(st.sampled_from("0Oo")))
    written = data.draw(st.sampled_from(("ALT-", "alt ", "Alt", ""))) + body.replace(
        "-", data.draw(st.sampled_from(("-", " ", "", " - ")))
    )
    assert read_reference(data.draw(st.sampled_from((written, written.lower(), f" {written} ")))) == reference


@given(entropies, st.integers(0, 7), st.sampled_from(_ALPHABET))
def test_d8_every_wrong_character_is_noticed(entropy: bytes, place: int, wrong: str) -> None:
    body = make_reference(entropy).removeprefix("ALT-").replace("-", "")
    mistyped = body[:place] + wrong + body[place + 1 :]
    assert (read_reference(mistyped) is None) == (mistyped != body)


@given(entropies, st.integers(0, 7), st.integers(0, 7))
def test_d8_every_exchange_of_two_is_noticed(entropy: bytes, one: int, other: int) -> None:
    body = list(make_reference(entropy).removeprefix("ALT-").replace("-", ""))
    swapped = list(body)
    swapped[one], swapped[other] = body[other], body[one]
    assert (read_reference("".join(swapped)) is None) == (swapped != body)


@pytest.mark.parametrize("text", ["", "ALT", "ALT-", "ALT-7K2M-Q9X", "ALT-7K2M-Q9XDD", "é" * 8, "U" * 8, " " * 100_000])
def test_what_is_none_is_none(text: str) -> None:
    assert read_reference(text) is None


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    read = read_reference(text)
    assert read is None or read_reference(read) == read
