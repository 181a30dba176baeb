"""Reading of TOML tables that finds every problem in one pass and names each by file and key path."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeGuard, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.amounts import QUANTITY_MAX_THOUSANDTHS, THOUSANDTHS_PER_UNIT, format_amount, parse_amount

_ID = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_KEY = re.compile(r"[A-Za-z0-9_-]+(\[[0-9]+\])?")
_TEXT_CHARACTERS_MAX = 100
_SHOWN_CHARACTERS_MAX = 60
_SHOWN_INTEGER_MAX = 10**30
_ABSENT = object()

Choice = TypeVar("Choice", bound=StrEnum)
Placeholder = TypeVar("Placeholder")


class Table:
    """A TOML table being read. Each getter notes what is wrong with its key, and answers in any case.

    The answer to something wrong is a placeholder. Whoever made the outermost table raises in the end if there are
    `problems`, so what is built from the answers needs no handling of errors. TOML knows no null: None is "missing".
    """

    def __init__(self, problems: list[str], at: str, content: Mapping[str, object]) -> None:
        self._problems, self._at, self._content = problems, at, content
        self._asked: list[str] = []
        self._inner: list[Table] = []
        self.sound = True
        """Whether nothing is wrong so far with this table's own keys: what relates them can be checked."""

    def wrong(self, key: str, rule: str, value: object = None) -> None:
        """Note a problem of a key, and the value that it has."""
        self.sound = False
        shown = "" if value is None else f"; is {_show(value)}"
        self._problems.append(f"{self._path(key)}: {rule}{shown}")

    def end(self) -> None:
        """Note the keys that nobody asked for, here and in the tables inside: a misspelt key must not pass."""
        for key in self._content:
            if key not in self._asked:
                near = get_close_matches(key, self._asked, n=1)
                self.wrong(key, f"is unknown; did you mean {near[0]}?" if near else "is unknown")
        for table in self._inner:
            table.end()

    def text(self, key: str) -> str:
        """Read a short text for people."""
        value = self._get(key)
        if isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= _TEXT_CHARACTERS_MAX:
            return value
        return self._refuse(key, value, "", f"must be a text of 1 to {_TEXT_CHARACTERS_MAX} printable characters")

    def matching(self, key: str, pattern: re.Pattern[str], rule: str) -> str:
        """Read a text of a form; `rule` says it in words."""
        value = self._get(key)
        if isinstance(value, str) and len(value) <= _TEXT_CHARACTERS_MAX and pattern.fullmatch(value):
            return value
        return self._refuse(key, value, "", rule)

    def new_id(self, taken: Mapping[str, object]) -> str:
        """Read the key `id`, which no other table of its array has."""
        value = self.matching("id", _ID, "must be lower-case words and digits, joined by _ or -")
        return self._refuse("id", value, "", "must be unique") if value in taken else value

    def reference(self, key: str, known: Mapping[str, object], file: str) -> str:
        """Read the id of something in another file. If that file gives nothing, the problem is noted there, once."""
        value = self._get(key)
        if isinstance(value, str) and (value in known or not known):
            return value
        return self._refuse(key, value, "", f"must be one of {', '.join(known)} ({file})")

    def whole(self, key: str, most: int) -> int:
        """Read a whole number from 1 to `most`."""
        value = self._get(key)
        if _is_whole(value, most):
            return value
        return self._refuse(key, value, 1, f"must be a whole number from 1 to {most}")

    def wholes(self, key: str, most: int) -> tuple[int, ...]:
        """Read an array of ascending whole numbers from 1 to `most`, at least one."""
        value = self._get(key)
        numbers = [each for each in value if _is_whole(each, most)] if isinstance(value, list) else []
        if numbers and numbers == value and numbers == sorted(set(numbers)):
            return tuple(numbers)
        return self._refuse(key, value, (), f"must be an array of ascending whole numbers from 1 to {most}")

    def amount(self, key: str, step: int = 1) -> int:
        """Read an amount greater than 0, written in units, as thousandths: a multiple of `step` thousandths."""
        value = self._get(key)
        amount = _thousandths(value)
        if amount is not None and 0 < amount <= QUANTITY_MAX_THOUSANDTHS and amount % step == 0:
            return amount
        form = "a whole number" if step == THOUSANDTHS_PER_UNIT else 'a whole number or a decimal string such as "1.5"'
        most = format_amount(QUANTITY_MAX_THOUSANDTHS)
        return self._refuse(key, value, step, f"must be {form}, greater than 0 and at most {most}")

    def choice(self, key: str, kind: type[Choice], *, among: Collection[Choice] = ()) -> Choice:
        """Read a member of an enumeration, one `among` these if some are given."""
        value, members = self._get(key), {str(member): member for member in among or kind}
        if isinstance(value, str) and value in members:
            return members[value]
        return self._refuse(key, value, next(iter(kind)), f"must be one of {', '.join(members)}")

    def choices(self, key: str, kind: type[Choice]) -> tuple[Choice, ...]:
        """Read an array of different members of an enumeration, at least one."""
        value, members = self._get(key), {str(member): member for member in kind}
        names = [each for each in value if isinstance(each, str) and each in members] if isinstance(value, list) else []
        if names and names == value and len(names) == len(set(names)):
            return tuple(members[each] for each in names)
        return self._refuse(key, value, (), f"must be an array of different ones of {', '.join(members)}")

    def flag(self, key: str) -> bool:
        """Read true or false; a key that is not there is false."""
        value = self._get(key, default=False)
        return value if isinstance(value, bool) else self._refuse(key, value, False, "must be true or false")

    def instant(self, key: str) -> datetime | None:
        """Read a date and time with its offset; None: the key is not there."""
        value = self._get(key, default=_ABSENT)
        if value is _ABSENT:
            return None
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        rule = "must be a date and time with an offset, unquoted, such as 2026-03-01T00:00:00Z"
        return self._refuse(key, value, None, rule)

    def zone(self, key: str, default: str | None = None) -> str:
        """Read the name of a time zone; without a default it must be there."""
        value = self._get(key, default)
        if isinstance(value, str) and (value == default or _is_zone(value)):
            return value
        return self._refuse(key, value, "", "must be the IANA name of a time zone, such as Asia/Shanghai")

    def table(self, key: str) -> "Table":
        """Read a table; in place of a bad one comes an empty one, whose missing keys are nobody's problem."""
        value = self._get(key)
        if isinstance(value, dict):
            return self._inside(key, value)
        self._refuse(key, value, None, "must be a table")
        return Table([], "", {})

    def tables(self, key: str, *, least: int = 1) -> list["Table"]:
        """Read an array of tables; those of its elements that are none are noted and left out."""
        value = self._get(key)
        if not isinstance(value, list) or len(value) < least:
            return self._refuse(key, value, [], f"must be an array of tables, at least {least}")
        for index, element in enumerate(value):
            if not isinstance(element, dict):
                self.wrong(f"{key}[{index}]", "must be a table", element)
        return [self._inside(f"{key}[{i}]", element) for i, element in enumerate(value) if isinstance(element, dict)]

    def _get(self, key: str, default: object = None) -> object:
        self._asked.append(key)
        value = self._content.get(key, default)
        if value is None:
            self.wrong(key, "is missing")
        return value

    def _refuse(self, key: str, value: object, placeholder: Placeholder, rule: str) -> Placeholder:
        if value is not None:
            self.wrong(key, rule, value)
        return placeholder

    def _inside(self, key: str, content: Mapping[str, object]) -> "Table":
        table = Table(self._problems, f"{self._path(key)}.", content)
        self._inner.append(table)
        return table

    def _path(self, key: str) -> str:
        return self._at + (key if _KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False))


def _is_whole(value: object, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _thousandths(value: object) -> int | None:
    """Floats are refused: 0.1 is none of them exactly, and the file would not say what is charged."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value * THOUSANDTHS_PER_UNIT
    try:
        return parse_amount(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown; no relative path; a folder of zones, too long
        return False
    return True


def _show(value: object) -> str:
    """Show a value as TOML would have it, cut short."""
    match value:
        case bool():
            shown = str(value).lower()
        case int():
            shown = str(value) if abs(value) <= _SHOWN_INTEGER_MAX else "a huge number"
        case float():
            shown = f"the float {value}"
        case str():
            cut = value if len(value) <= _SHOWN_CHARACTERS_MAX else f"{value[:_SHOWN_CHARACTERS_MAX]}…"
            shown = json.dumps(cut, ensure_ascii=False)
        case list():
            shown = "an array" if value else "an empty array"
        case dict():
            shown = "a table"
        case _:
            shown = "a date or time"
    return shown
