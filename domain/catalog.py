"""The catalog: what is counted, used, sold and allowed, parsed from TOML documents and checked as a whole.

Amounts are written in units (`2`, or `"1.5"` where a fraction is needed) and kept in thousandths. A catalog with any
problem is no catalog: `parse_catalog` names all of them at once, each by file and key path.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.amounts import QUANTITY_MAX_THOUSANDTHS, THOUSANDTHS_PER_UNIT, format_amount
from domain.clients import ClientList, read_clients
from domain.meters import RUNNING_TASK, Meter, Product
from domain.packs import Pack, read_packs
from domain.plans import Plan, read_plans
from domain.policies import Policies, read_policies
from domain.pricing import PriceRule, price
from domain.toml_tables import Table

DOCUMENTS = ("meters", "products", "prices", "plans", "policies", "clients", "packs")
"""Names of the documents that make a catalog; each is the file `<name>.toml`."""


@dataclass(frozen=True, slots=True)
class Document:
    """One TOML document: `name` without ".toml", and the version that its prices or plans carry."""

    name: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """A complete, consistent catalog. `prices` is keyed by product, the other mappings by their own ids."""

    meters: Mapping[str, Meter]
    products: Mapping[str, Product]
    prices: Mapping[str, PriceRule]
    plans: Mapping[str, Plan]
    policies: Policies
    clients: ClientList
    packs: Mapping[str, Pack]
    plans_effective_at: datetime | None = None
    """When these plans take effect, if their document says so; until then the former ones are in force (A7)."""


class CatalogError(ValueError):
    """Documents that make no catalog; `problems` names each: `file.toml: key.path: what must be; is what is`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def parse_catalog(documents: Iterable[Document]) -> Catalog:
    """Parse and check the documents named in `DOCUMENTS`, given in any order, each once.

    Raises:
        CatalogError: with every problem of every document.
    """
    problems: list[str] = []
    given = _by_name(documents, problems)
    tables = {name: _open(given[name], problems) if name in given else Table([], "", {}) for name in DOCUMENTS}
    versions = {name: document.version for name, document in given.items()}
    meters = _read_meters(tables["meters"])
    products = _read_products(tables["products"])
    drawn = _drawn(meters)
    prices = _read_prices(tables["prices"], versions.get("prices", 0), drawn, products)
    policies = read_policies(tables["policies"], drawn, products)
    plans = read_plans(tables["plans"], versions.get("plans", 0), drawn, policies)
    clients = read_clients(tables["clients"])
    packs = read_packs(tables["packs"], versions.get("packs", 0))
    effective_at = tables["plans"].instant("effective_at")
    for table in tables.values():
        table.end()
    if problems:
        raise CatalogError(problems)
    return Catalog(meters, products, prices, plans, policies, clients, packs, effective_at)


def parse_plans(text: str, version: int, catalog: Catalog) -> dict[str, Plan]:
    """Parse a former version of the plans, by id, with the meters and policies of a catalog.

    Raises:
        CatalogError: it does not fit this catalog, or this version of the program.
    """
    problems: list[str] = []
    table = _open(Document("plans", version, text), problems)
    plans = read_plans(table, version, _drawn(catalog.meters), catalog.policies)
    table.instant("effective_at")
    table.end()
    if problems:
        raise CatalogError(problems)
    return plans


def _drawn(meters: Mapping[str, Meter]) -> dict[str, Meter]:
    return {id_: meter for id_, meter in meters.items() if id_ != RUNNING_TASK}


def _by_name(documents: Iterable[Document], problems: list[str]) -> dict[str, Document]:
    given: dict[str, Document] = {}
    for document in documents:
        if document.name not in DOCUMENTS:
            problems.append(f"{document.name}.toml: is no part of the catalog, which is {', '.join(DOCUMENTS)}")
        elif document.name in given:
            problems.append(f"{document.name}.toml: is given twice")
        else:
            given[document.name] = document
    problems.extend(f"{name}.toml: is missing" for name in DOCUMENTS if name not in given)
    return given


def _open(document: Document, problems: list[str]) -> Table:
    """Read the TOML. In place of a text that is none comes an empty table whose gaps are nobody's problem."""
    try:
        content = tomllib.loads(document.text)
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, or an integer of 5000 digits
        reason = "is nested too deeply" if isinstance(error, RecursionError) else f"is not TOML: {error}"
        problems.append(f"{document.name}.toml: {reason}")
        return Table([], "", {})
    return Table(problems, f"{document.name}.toml: ", content)


def _read_meters(document: Table) -> dict[str, Meter]:
    meters: dict[str, Meter] = {}
    for table in document.tables("meters"):
        meter = Meter(table.new_id(meters), table.text("name"), table.text("unit"))
        if meter.id:
            meters[meter.id] = meter
    return meters


def _read_products(document: Table) -> dict[str, Product]:
    products: dict[str, Product] = {}
    for table in document.tables("products"):
        id_, name, step = table.new_id(products), table.text("name"), table.amount("step")
        product = Product(id_, name, step, table.amount("quantity_max"))
        if table.sound and product.quantity_max % product.step:
            table.wrong("quantity_max", f"must be a multiple of the step, {format_amount(product.step)}")
        if product.id:
            products[product.id] = product
    return products


def _read_prices(
    document: Table, version: int, meters: Mapping[str, Meter], products: Mapping[str, Product]
) -> dict[str, PriceRule]:
    by_id: dict[str, PriceRule] = {}
    by_product: dict[str, PriceRule] = {}
    tables = document.tables("prices")
    for table in tables:
        product = table.reference("product", products, "products.toml")
        meter = table.reference("meter", meters, "meters.toml")
        rule = PriceRule(table.new_id(by_id), version, product, meter, table.amount("per_unit"))
        if product in by_product:
            table.wrong("product", f"must have one price; {by_product[product].id} is one already", product)
        most = products[product].quantity_max if table.sound and product in products else THOUSANDTHS_PER_UNIT
        if price(rule, most) > QUANTITY_MAX_THOUSANDTHS:  # so that no charge outgrows its column
            dearest = f"{format_amount(most)} {product}, cost more than {format_amount(QUANTITY_MAX_THOUSANDTHS)}"
            table.wrong("per_unit", f"must not let the greatest quantity, {dearest}")
        if rule.id:
            by_id[rule.id] = rule
        if product:
            by_product[product] = rule
    if tables:  # if there are none, that is noted already
        for product in [id_ for id_ in products if id_ not in by_product]:
            document.wrong("prices", f"must have a price of {product} (products.toml)")
    return by_product
