"""Wording: amounts, quantities and instants in plain English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.amounts import THOUSANDTHS_PER_UNIT, format_amount
from domain.meters import Meter, Product
from domain.usage import Usage


@dataclass(frozen=True, slots=True)
class Words:
    """How things are called: `meters` by id for units, `products` by id for what was used.

    A meter or product that the catalog no longer has is called by its id. A product's name is a singular noun
    ("Chat message"), or what is counted in it follows after ", in " ("Work task, in tokens").
    """

    meters: Mapping[str, Meter]
    products: Mapping[str, Product]

    def amount(self, meter: str, thousandths: int) -> str:
        """Say an amount with its unit: "1 credit", "1.5 tokens"."""
        known = self.meters.get(meter)
        unit = known.unit if known else plain(meter)
        return count(thousandths, unit, plural(unit))

    def quantity(self, usage: Usage) -> str:
        """Say how much of a product was used: "1 chat message", "1500 tokens of work task"."""
        known = self.products.get(usage.product)
        name = known.name[:1].lower() + known.name[1:] if known else plain(usage.product)
        noun, _, units = name.partition(", in ")
        if units:
            return f"{count(usage.quantity, units.removesuffix('s'), units)} of {noun}"
        return count(usage.quantity, noun, plural(noun))


def plural(noun: str) -> str:
    """Give the English plural of a regular noun: credit → credits, query → queries, batch → batches."""
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def count(thousandths: int, singular: str, several: str) -> str:
    """Say how many, with the noun in its right number."""
    return f"{format_amount(thousandths)} {singular if thousandths == THOUSANDTHS_PER_UNIT else several}"


def instant(at: datetime) -> str:
    """Say an instant in UTC, with seconds where there are some."""
    moment = at.astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment.second else f"{moment:%Y-%m-%d %H:%M} UTC"


def joined(parts: Sequence[str]) -> str:
    """Join phrases: "one, two and three"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def were(thousandths: int) -> str:
    """Give the verb for an amount: one was, several were."""
    return "was" if thousandths == THOUSANDTHS_PER_UNIT else "were"


def are(thousandths: int) -> str:
    """Give the verb for an amount: one is, several are."""
    return "is" if thousandths == THOUSANDTHS_PER_UNIT else "are"


def remain(thousandths: int) -> str:
    """Give the verb for an amount: one remains, several remain."""
    return "remains" if thousandths == THOUSANDTHS_PER_UNIT else "remain"


def plain(id_: str) -> str:
    """Say an id as words."""
    return id_.replace("-", " ").replace("_", " ")


def lowered(sentence: str) -> str:
    """Begin with a small letter."""
    return sentence[:1].lower() + sentence[1:]
