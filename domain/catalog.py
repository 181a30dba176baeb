"""The catalog: meters, products, prices, plans and policies, parsed from TOML documents and checked as a whole.

Amounts are written in units (`2`, or `"1.5"` where a fraction is needed) and kept in thousandths. A catalog with any
problem is no catalog: `parse_catalog` names all of them at once, each by file and key path.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.amounts import QUANTITY_MAX_THOUSANDTHS, THOUSANDTHS_PER_UNIT, format_amount, parse_amount
from domain.meters import Meter, Pool, Product
from domain.periods import Cycle, CycleUnit
from domain.plans import Audience, BillingInterval, Plan, PlanAllowance, PlanPrice
from domain.policies import CodingCycle, Policies
from domain.pricing import PriceRule, price
from domain.usage import Surface

DOCUMENTS = ("meters", "products", "prices", "plans", "policies")
"""Names of the documents that make a catalog; each is the file `<name>.toml`."""

_ID = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_CURRENCY = re.compile(r"[A-Z]{3}")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_CYCLE_COUNT_MAX = {CycleUnit.MONTHS: 12, CycleUnit.DAYS: 366, CycleUnit.HOURS: 8_784}  # a year of each
_MONEY_MINOR_MAX = 1_000_000_000
_COUNT_MAX = 1_000_000
_DAYS_MAX = 3_660
_TEXT_CHARACTERS_MAX = 100
_SHOWN_CHARACTERS_MAX = 60

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Document:
    """One TOML document: `name` without ".toml", and the version that its prices and plans will carry."""

    name: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """A complete, consistent catalog. `prices` is keyed by product, the others by their own ids."""

    meters: Mapping[str, Meter]
    products: Mapping[str, Product]
    prices: Mapping[str, PriceRule]
    plans: Mapping[str, Plan]
    policies: Policies


class CatalogError(ValueError):
    """Documents that make no catalog; `problems` names each one: `file.toml: key.path: what must be; what is`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def parse_catalog(documents: Iterable[Document]) -> Catalog:
    """Parse and check the documents named in `DOCUMENTS`, given in any order, each once.

    Raises:
        CatalogError: with every problem of every document.
    """
    problems: list[str] = []
    by_name: dict[str, Document] = {}
    for document in documents:
        if document.name not in DOCUMENTS:
            problems.append(f"{document.name}.toml: is no part of the catalog, which is {', '.join(DOCUMENTS)}")
        elif document.name in by_name:
            problems.append(f"{document.name}.toml: is given twice")
        by_name[document.name] = document
    tables = {name: _open(name, by_name.get(name), problems) for name in DOCUMENTS}
    versions = {name: document.version for name, document in by_name.items()}
    meters = _meters(tables["meters"])
    products = _products(tables["products"])
    prices = _prices(tables["prices"], versions.get("prices", 0), meters, products)
    policies = _policies(tables["policies"], meters, products)
    plans = _plans(tables["plans"], versions.get("plans", 0), meters, policies)
    for table in tables.values():
        table.end()
    if problems:
        raise CatalogError(problems)
    return Catalog(meters, products, prices, plans, policies)


class _Table:
    """A TOML table being read. Each getter notes what is wrong with its key, and answers in any case.

    The answer to something wrong is a placeholder: it never leaves `parse_catalog`, which raises in the end. So
    one pass finds all problems, and what is built from the answers needs no handling of errors.
    """

    def __init__(self, problems: list[str], at: str, content: Mapping[str, object]) -> None:
        self._problems, self._at, self._content = problems, at, content
        self._asked: list[str] = []
        self._inner: list[_Table] = []
        self.sound = True

    def wrong(self, key: str, problem: str, value: object = None) -> None:
        """Note a problem of a key, and the value that it has."""
        self.sound = False
        shown = "" if value is None else f"; is {_show(value)}"
        self._problems.append(f"{self._path(key)}: {problem}{shown}")

    def end(self) -> None:
        """Note the keys that nobody asked for, here and in the tables inside."""
        for key in self._content.keys() - self._asked:
            near = get_close_matches(key, self._asked, n=1)
            self.wrong(key, f"is unknown; did you mean {near[0]}?" if near else "is unknown")
        for table in self._inner:
            table.end()

    def text(self, key: str) -> str:
        value = self._get(key)
        if isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= _TEXT_CHARACTERS_MAX:
            return value
        return self._refuse(key, f"must be a text of 1 to {_TEXT_CHARACTERS_MAX} printable characters", value, "")

    def matching(self, key: str, pattern: re.Pattern[str], rule: str) -> str:
        value = self._get(key)
        if isinstance(value, str) and pattern.fullmatch(value) and len(value) <= _TEXT_CHARACTERS_MAX:
            return value
        return self._refuse(key, rule, value, "")

    def new_id(self, taken: Mapping[str, object]) -> str:
        value = self.matching("id", _ID, "must be lower-case words and digits joined by _ or -")
        return self._refuse("id", "must be unique", value, "") if value in taken else value

    def known(self, key: str, known: Mapping[str, object], file: str) -> str:
        """Read the id of something else. If that file holds nothing, that is noted there, and once is enough."""
        value = self._get(key)
        if isinstance(value, str) and (value in known or not known):
            return value
        return self._refuse(key, f"must be one of {', '.join(known)} ({file})", value, "")

    def whole(self, key: str, most: int, least: int = 1) -> int:
        value = self._get(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        return self._refuse(key, f"must be a whole number from {least} to {most}", value, least)

    def amount(self, key: str, step: int = 1) -> int:
        """Read an amount greater than 0, a multiple of `step`, as thousandths."""
        value = self._get(key)
        amount = _amount(value)
        if amount is not None and 0 < amount <= QUANTITY_MAX_THOUSANDTHS and amount % step == 0:
            return amount
        form = "a whole number" if step == THOUSANDTHS_PER_UNIT else 'a whole number or a decimal string such as "1.5"'
        most = format_amount(QUANTITY_MAX_THOUSANDTHS)
        return self._refuse(key, f"must be {form}, greater than 0 and at most {most}", value, step)

    def choice(self, key: str, kind: type[Choice]) -> Choice:
        value, names = self._get(key), [member.value for member in kind]
        if isinstance(value, str) and value in names:
            return kind(value)
        return self._refuse(key, f"must be one of {', '.join(names)}", value, next(iter(kind)))

    def choices(self, key: str, kind: type[Choice]) -> tuple[Choice, ...]:
        value, names = self._get(key), [member.value for member in kind]
        if isinstance(value, list) and value and all(value.count(each) == 1 and each in names for each in value):
            return tuple(kind(each) for each in value)
        return self._refuse(key, f"must be an array of different ones of {', '.join(names)}", value, ())

    def ascending(self, key: str, most: int) -> tuple[int, ...]:
        value = self._get(key)
        if isinstance(value, list) and value and all(type(each) is int and 1 <= each <= most for each in value):
            if value == sorted(set(value)):
                return tuple(value)
        return self._refuse(key, f"must be an array of ascending whole numbers from 1 to {most}", value, ())

    def flag(self, key: str) -> bool:
        """Read true or false; a key that is not there is false."""
        value = self._get(key) if key in self._content else self._skip(key)
        return value if isinstance(value, bool) else self._refuse(key, "must be true or false", value, False)

    def zone(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self._content:
            self._asked.append(key)
            return default
        value = self._get(key)
        if isinstance(value, str) and _is_zone(value):
            return value
        return self._refuse(key, "must be the IANA name of a time zone", value, "")
