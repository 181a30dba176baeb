from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.ids import parse_public_id, public_id, uuid7
from tests.domain.strategies import instants, share

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
entropies = st.binary(min_size=10, max_size=10)
uuids = st.uuids()
prefixes = st.sampled_from(["wsp", "org", "usr", "tsk"])


@given(instants, entropies)
@example(datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), bytes(10))
@example(datetime(2026, 1, 1, 0, 0, 0, 1_000, tzinfo=UTC), bytes(10))
def test_s0_uuid7_has_the_fields_of_rfc_9562(now: datetime, entropy: bytes) -> None:
    made = uuid7(now, entropy)
    assert made.version == 7
    assert made.variant == RFC_4122
    assert made.int >> 80 == (now - EPOCH) // timedelta(milliseconds=1)
    random = int.from_bytes(entropy, "big")
    assert made.int >> 64 & 0xFFF == random >> 68
    assert made.int & (1 << 62) - 1 == random & (1 << 62) - 1


@given(instants, st.timedeltas(timedelta(milliseconds=1), timedelta(days=36_500)), entropies, entropies)
def test_s0_ids_sort_by_time_inside_and_outside(now: datetime, later: timedelta, one: bytes, two: bytes) -> None:
    first, second = uuid7(now, one), uuid7(now + later, two)
    assert first < second
    assert public_id("wsp", first) < public_id("wsp", second)


@given(prefixes, uuids)
@example("wsp", UUID(int=0))
@example("wsp", UUID(int=(1 << 128) - 1))
def test_s0_an_id_survives_the_way_out_and_back(prefix: str, uuid: UUID) -> None:
    text = public_id(prefix, uuid)
    assert len(text) == len(prefix) + 27
    assert parse_public_id(prefix, text) == uuid


@given(uuids, prefixes, prefixes)
def test_b11_another_nouns_id_is_refused(uuid: UUID, prefix: str, other: str) -> None:
    if prefix != other:
        _refused(prefix, public_id(other, uuid))


@given(uuids, st.integers(4, 29), st.characters(exclude_characters=ALPHABET))
@example(UUID(int=1), 29, "l")
@example(UUID(int=1), 29, "o")
@example(UUID(int=1), 29, "u")
@example(UUID(int=1), 29, "\0")
@example(UUID(int=1), 29, "١")
def test_s0_a_typo_that_leaves_the_alphabet_is_refused(uuid: UUID, place: int, typo: str) -> None:
    text = public_id("wsp", uuid)
    _refused("wsp", text[:place] + typo + text[place + 1 :])


@share(4)
@given(uuids, st.integers(1, 200))
def test_s0_another_length_is_refused(uuid: UUID, length: int) -> None:
    text = public_id("wsp", uuid)
    _refused("wsp", text[:-1] if length > 29 else text[:length])
    _refused("wsp", text + "0" * length)
    _refused("wsp", "wsp_" + "0" * length + text[4:])


@share(4)
@given(uuids)
def test_s0_upper_case_is_refused(uuid: UUID) -> None:
    text = public_id("wsp", uuid)
    _refused("wsp", text.replace("wsp", "WSP"))
    if any(character.isalpha() for character in text[4:]):
        _refused("wsp", f"wsp_{text[4:].upper()}")


@pytest.mark.parametrize("text", ["", "_", "wsp", "wsp_", "wsp-" + "0" * 26, "0" * 26, "wsp__" + "0" * 25])
def test_s0_what_is_no_id_is_refused(text: str) -> None:
    _refused("wsp", text)


def test_s0_what_does_not_fit_into_128_bits_is_refused() -> None:
    assert parse_public_id("wsp", "wsp_7" + "z" * 25) == UUID(int=(1 << 128) - 1)
    _refused("wsp", "wsp_8" + "0" * 25)
    _refused("wsp", "wsp_" + "z" * 26)


def _refused(prefix: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"^must be an id that starts with {prefix}_$"):
        parse_public_id(prefix, text)
