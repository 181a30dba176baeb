"""What people may be called, and the zones that there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.persons import NAME_CHARACTERS_MAX, is_time_zone, read_display_name, tame_display_name

FIELD = ("input", "displayName")


@given(st.text())
def test_a_tamed_name_can_be_read_and_stays(text: str) -> None:
    name = tame_display_name(text)
    if name is not None:
        assert 1 <= len(name) <= NAME_CHARACTERS_MAX
        assert tame_display_name(name) == name
        assert read_display_name(name, field=FIELD) == name


@given(st.text(max_size=2 * NAME_CHARACTERS_MAX))
def test_what_is_read_can_be_kept_and_stays(text: str) -> None:
    try:
        name = read_display_name(text, field=FIELD)
    except InvalidInput:
        return
    assert name.encode()
    assert "\0" not in name
    assert read_display_name(name, field=FIELD) == name
    assert tame_display_name(name) == name


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+8"])
def test_zones_that_exist(zone: str) -> None:
    assert is_time_zone(zone)


@given(st.text())
def test_no_text_is_too_strange_to_be_no_zone(text: str) -> None:
    is_time_zone(text)
