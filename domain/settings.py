"""Settings of a member in one workspace: names and values are the clients' own (B12)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import InvalidInput

SETTINGS_MAX = 50
"""Settings of one member in one workspace."""
NAME_CHARACTERS_MAX = 64
VALUE_CHARACTERS_MAX = 1_000

_NAME = re.compile(rf"[a-z][A-Za-z0-9_.-]{{0,{NAME_CHARACTERS_MAX - 1}}}")


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What is to be different: values by name, and names that are to go. No name is in both."""

    values: Mapping[str, str]
    removed: frozenset[str]


def read_settings_change(values: Sequence[tuple[str, str]], removed: Sequence[str]) -> SettingsChange:
    """Read a change of settings.

    Raises:
        InvalidInput: names the input's field: `set` or `remove`.
    """
    for field, given in (("set", values), ("remove", removed)):
        if len(given) > SETTINGS_MAX:
            raise InvalidInput(("input", field), f"must be at most {SETTINGS_MAX} settings")
    if not values and not removed:
        raise InvalidInput(("input", "set"), "must name a setting, unless some are removed")
    change = SettingsChange(dict(values), frozenset(removed))
    if len(change.values) < len(values):
        raise InvalidInput(("input", "set"), "must name each setting once")
    if change.removed & change.values.keys():
        raise InvalidInput(("input", "remove"), "must not name a setting that is set")
    _check_names("set", change.values)
    _check_names("remove", change.removed)
    if not all(map(_is_storable, change.values.values())):
        raise InvalidInput(("input", "set"), f"must have values of at most {VALUE_CHARACTERS_MAX} characters, no NUL")
    return change


def _check_names(field: str, names: Mapping[str, str] | frozenset[str]) -> None:
    if not all(map(_NAME.fullmatch, names)):
        allowed = f"of at most {NAME_CHARACTERS_MAX} letters, digits, `_`, `.` and `-`, the first a small letter"
        raise InvalidInput(("input", field), f"must have names {allowed}")


def _is_storable(value: str) -> bool:
    """Half a surrogate pair is no character, and no database takes NUL."""
    return len(value) <= VALUE_CHARACTERS_MAX and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
