"""Settings of a member in a workspace: what may be named and kept (B12)."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.settings import SETTINGS_MAX, VALUE_CHARACTERS_MAX, read_settings_change

NAMES = st.from_regex(r"[a-z][A-Za-z0-9_.-]{0,63}", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=VALUE_CHARACTERS_MAX)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=SETTINGS_MAX), st.sets(NAMES, max_size=SETTINGS_MAX))
def test_b12_any_text_is_kept_as_it_is(values: dict[str, str], removed: set[str]) -> None:
    gone = removed - values.keys()
    change = read_settings_change(list(values.items()), sorted(gone))
    assert (dict(change.values), set(change.removed)) == (values, gone)


@given(st.text(max_size=70))
def test_b12_a_name_is_a_word_of_ours_or_refused(name: str) -> None:
    letters = string.ascii_letters + string.digits + "_.-"
    good = 1 <= len(name) <= 64 and name[0] in string.ascii_lowercase and set(name) <= set(letters)
    for values, removed, field in (([(name, "")], [], "set"), ([], [name], "remove")):
        if good:
            read_settings_change(values, removed)
        else:
            with pytest.raises(InvalidInput) as refused:
                read_settings_change(values, removed)
            assert refused.value.field == ("input", field)


@pytest.mark.parametrize(
    ("values", "removed", "field"),
    [
        ([], [], "set"),
        ([("a", "1"), ("a", "1")], [], "set"),
        ([("a", "1")], ["a"], "remove"),
        ([(f"a{n}", "") for n in range(51)], [], "set"),
        ([], [f"a{n}" for n in range(51)], "remove"),
        ([("a", "x" * 1_001)], [], "set"),
        ([("a", "nul\0")], [], "set"),
        ([("a", "half a pair: \ud83d")], [], "set"),
        ([("a\n", "")], [], "set"),
        ([], ["a\n"], "remove"),
        ([], [""], "remove"),
    ],
)
def test_g5_bad_settings_name_the_field(values: list[tuple[str, str]], removed: list[str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_settings_change(values, removed)
    assert refused.value.field == ("input", field)
