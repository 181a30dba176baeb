"""The catalog: the shipped one says what the rule book says, and a bad one is refused with every reason."""

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import FOLDER
from domain.catalog import DOCUMENTS, Catalog, CatalogError, Document, parse_catalog
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit, period_at
from domain.plans import Audience, BillingInterval
from domain.policies import CodingCycle
from domain.pricing import price
from domain.usage import Surface

VERSION = 7
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")}
NOW = datetime(2026, 6, 16, tzinfo=UTC)

Tree = dict[str, "Value"] | list["Value"]
Value = Tree | str | int | float | bool


def parse(texts: dict[str, str]) -> Catalog:
    return parse_catalog(Document(name, VERSION, text) for name, text in texts.items())


def changed(document: str, old: str, new: str) -> dict[str, str]:
    """The shipped texts with the first `old` of a document replaced."""
    assert old in TEXTS[document]
    return {**TEXTS, document: TEXTS[document].replace(old, new, 1)}


def problems_of(texts: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(CatalogError) as caught:
        parse(texts)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


SHIPPED = parse(TEXTS)


def test_the_folder_holds_exactly_the_documents_of_the_catalog() -> None:
    assert sorted(TEXTS) == sorted(DOCUMENTS)


def test_prices_and_plans_carry_their_documents_version() -> None:
    assert {rule.version for rule in SHIPPED.prices.values()} == {VERSION}
    assert {plan.version for plan in SHIPPED.plans.values()} == {VERSION}


def test_d1_a_chat_message_costs_one_credit() -> None:
    rule = SHIPPED.prices["chat-message"]
    assert (rule.meter, price(rule, 1_000)) == ("chat_credit", 1_000)
    assert SHIPPED.meters[rule.meter].unit == "credit"


def test_the_other_products_cost_one_unit_of_their_meter() -> None:
    prices = {product: (rule.meter, rule.per_unit) for product, rule in SHIPPED.prices.items()}
    assert prices["coding-request"] == ("coding_request", 1_000)
    assert prices["work-task"] == ("work_token", 1_000)
    assert {SHIPPED.meters[meter].unit for meter, _ in prices.values()} == {"credit", "request", "token"}


@pytest.mark.parametrize(
    ("rule", "policy", "value"),
    [
        ("§0", "billing_zone", "Asia/Shanghai"),
        ("A1", "guest_messages", 10_000),
        ("A1", "guest_data_days", 30),
        ("A2", "sign_up_credits", 100_000),
        ("A7", "change_notice_days", 30),
        ("B1", "seats_min", 5),
        ("B4", "invitation_days", (2, 7)),
        ("B5", "organisations_per_person_max", 10),
        ("B13", "enterprise_surfaces", (Surface.WEB,)),
        ("C2", "coding_cycle", CodingCycle.DAYS),
        ("C4", "violations_max", 3),
        ("C4", "violation_window_hours", 24),
        ("D4", "referral_sign_up_credits", 50_000),
        ("D4", "referral_payment_credits", 500_000),
        ("D5", "payment_grace_days", 7),
        ("F4", "hold_timeout_hours", 24),
        ("F5", "idempotency_retention_days", 7),
        ("F6", "usage_events_per_batch_max", 1_000),
        ("F7", "refusal_retention_days", 30),
        ("F9", "overview_updates_per_second_max", 4),
        ("F11", "alert_percents", (80, 100)),
    ],
)
def test_a_policy_has_the_rule_books_value(rule: str, policy: str, value: object) -> None:
    assert getattr(SHIPPED.policies, policy) == value, rule


def test_c2_c5_coding_runs_in_weeks_of_the_billing_zone_beside_five_hour_windows() -> None:
    with_coding = [plan for plan in SHIPPED.plans.values() if any(a.meter == "coding_request" for a in plan.allowances)]
    assert len(with_coding) >= 2
    for plan in with_coding:
        coding = {a.pool: a for a in plan.allowances if a.meter == SHIPPED.policies.coding_meter}
        assert coding[Pool.MAIN].cycle == Cycle(CycleUnit.DAYS, 7, "Asia/Shanghai")
        assert not coding[Pool.MAIN].opens_on_use
        assert coding[Pool.WINDOW].cycle == Cycle(CycleUnit.HOURS, 5)
        assert coding[Pool.WINDOW].opens_on_use
        assert plan.concurrency_max == 30


def test_c2_instant_makes_coding_cycles_of_exactly_168_hours_and_no_others() -> None:
    texts = changed("policies", 'coding_cycle = "DAYS"', 'coding_cycle = "INSTANT"')
    instant = parse(
        {**texts, "plans": TEXTS["plans"].replace('unit = "MONTHS", count = 1', 'unit = "DAYS", count = 30')}
    )
    cycles = {(a.meter, a.pool): a.cycle for a in instant.plans["plus"].allowances}
    assert cycles["coding_request", Pool.MAIN] == Cycle(CycleUnit.HOURS, 168)
    assert cycles["coding_request", Pool.WINDOW] == Cycle(CycleUnit.HOURS, 5)
    assert cycles["chat_credit", Pool.MAIN] == Cycle(CycleUnit.DAYS, 30, "Asia/Shanghai")


def test_c1_there_is_a_free_tier_and_paid_ones_by_month_and_by_year() -> None:
    assert SHIPPED.plans["free"].prices == ()
    paid = [plan for plan in SHIPPED.plans.values() if plan.prices and plan.audience is Audience.PERSONAL]
    assert len(paid) >= 2
    assert all({each.interval for each in plan.prices} == set(BillingInterval) for plan in paid)


def test_b1_c3_an_enterprise_plan_is_annual_and_has_no_coding_benefit() -> None:
    enterprise = [plan for plan in SHIPPED.plans.values() if plan.audience is Audience.ENTERPRISE]
    assert enterprise
    for plan in enterprise:
        assert {each.interval for each in plan.prices} == {BillingInterval.ANNUAL}
        assert SHIPPED.policies.coding_meter not in {allowance.meter for allowance in plan.allowances}


def test_an_allowance_may_name_its_own_zone_and_a_fraction() -> None:
    texts = changed("plans", "count = 1 }", 'count = 1, zone = "America/New_York" }')
    texts["plans"] = texts["plans"].replace("amount = 30\n", 'amount = "30.5"\n')
    allowance = parse(texts).plans["free"].allowances[0]
    assert (allowance.amount, allowance.cycle.zone) == (30_500, "America/New_York")


BAD = r"""
plans: unit = "DAYS" -> unit = "WEEKS"
  plans[1].allowances[2].cycle.unit: must be one of MONTHS, DAYS, HOURS; is "WEEKS"
meters: unit = "credit" -> unit =
  is not TOML: Invalid value (at line 6, column 7)
meters: unit = "credit" ->
  meters[0].unit: is missing
meters: "credit" -> " "
  meters[0].unit: must be a text of 1 to 100 printable characters; is " "
meters: "credit" -> "a\u0000"
  meters[0].unit: must be a text of 1 to 100 printable characters; is "a\u0000"
meters: unit = "credit" -> uint = "credit"
  meters[0].uint: is unknown; did you mean unit?
meters: unit = "credit" -> "a b" = 1
  meters[0]."a b": is unknown
meters: coding_request -> chat_credit
  meters[1].id: must be unique; is "chat_credit"
meters: "work_token" -> "Work token"
  meters[2].id: must be lower-case words and digits, joined by _ or -; is "Work token"
products: step = 1 -> step = 0
  products[0].step: <amount>; is 0
products: step = 1 -> step = -1
  products[0].step: <amount>; is -1
products: step = 1 -> step = true
  products[0].step: <amount>; is true
products: step = 1 -> step = 1.5
  products[0].step: <amount>; is the float 1.5
products: step = 1 -> step = "1.0001"
  products[0].step: <amount>; is "1.0001"
products: step = 1 -> step = [1]
  products[0].step: <amount>; is an array
products: step = 1 -> step = 2026-06-16
  products[0].step: <amount>; is a date or time
products: step = 1 -> step = <huge>
  products[0].step: <amount>; is a huge number
products: step = 1 -> step = "0.7"
  products[0].quantity_max: must be a multiple of the step, 0.7
prices: product = "chat-message" -> product = "chat"
  prices[0].product: must be one of chat-message, coding-request, work-task (products.toml); is "chat"
prices: product = "chat-message" -> product = "chat"
  prices: must have a price of chat-message (products.toml)
prices: meter = "chat_credit" -> meter = 1
  prices[0].meter: must be one of chat_credit, coding_request, work_token (meters.toml); is 1
prices: meter = "chat_credit" -> meter = "running_task"
  prices[0].meter: must be one of chat_credit, coding_request, work_token (meters.toml); is "running_task"
prices: product = "work-task" -> product = "chat-message"
  prices[2].product: must have one price; chat-message-standard is one already; is "chat-message"
prices: per_unit = 1 -> per_unit = 1_000_000_000_000
  prices[0].per_unit: must not let the greatest quantity, 100 chat-message, cost more than 1000000000000
plans: concurrency_max = 3 -> concurrency_max = 0
  plans[0].concurrency_max: must be a whole number from 1 to 1000000; is 0
plans: _max = 3\nprices = [] -> _max = 3
  plans[0].prices: is missing
plans: _max = 3\nprices = [] -> _max = 3\nprices = [1]
  plans[0].prices[0]: must be a table; is 1
plans: [[plans.allowances]] -> [[plans.allowance]]
  plans[0].allowance: is unknown; did you mean allowances?
plans: amount_minor = 1_900 -> amount_minor = 19.00
  plans[1].prices[0].amount_minor: must be a whole number from 1 to 1000000000; is the float 19.0
plans: "USD" -> "Dollar"
  plans[1].prices[0].currency: must be an ISO 4217 code, such as USD; is "Dollar"
plans: "ANNUAL" -> "MONTHLY"
  plans[1].prices[1].interval: must be priced once in USD; is "MONTHLY"
plans: meter = "work_token" -> meter = "chat_credit"
  plans[0].allowances[1].pool: must be given once for chat_credit; is "MAIN"
plans: meter = "work_token" -> meter = "tokens"
  plans[0].allowances[1].meter: must be one of chat_credit, coding_request, work_token (meters.toml); is "tokens"
plans: meter = "work_token" -> meter = "running_task"
  plans[0].allowances[1].meter: must be one of chat_credit, coding_request, work_token (meters.toml); is "running_task"
plans: pool = "MAIN" -> pool = "CONCURRENCY"
  plans[0].allowances[0].pool: must be one of MAIN, WINDOW; is "CONCURRENCY"
plans: pool = "MAIN" -> pool = "WINDOW"
  plans[0].allowances[0].pool: must stand beside a MAIN allowance of chat_credit; is "WINDOW"
plans: count = 7 -> count = 367
  plans[1].allowances[2].cycle.count: must be a whole number from 1 to 366; is 367
plans: count = 5 -> count = 5, zone = "UTC"
  plans[1].allowances[3].cycle.zone: is unknown
plans: count = 7 -> count = 7, zone = "America"
  plans[1].allowances[2].cycle.zone: <zone>; is "America"
plans: cycle = { unit = "MONTHS", count = 1 } -> cycle = 1
  plans[0].allowances[0].cycle: must be a table; is 1
plans: opens_on_use = true -> opens_on_use = 1
  plans[1].allowances[3].opens_on_use: must be true or false; is 1
policies: "Asia/Shanghai" -> "../Shanghai"
  billing_zone: <zone>; is "../Shanghai"
policies: guest_messages = 10 -> guest_messages = "0.5"
  guest_messages: must be a whole number, greater than 0 and at most 1000000000000; is "0.5"
policies: seats_min = 5 -> seats_min = true
  seats_min: must be a whole number from 1 to 1000000; is true
policies: [2, 7] -> [7, 2]
  invitation_days: must be an array of ascending whole numbers from 1 to 3660; is an array
policies: [80, 100] -> [80, 101]
  alert_percents: must be an array of ascending whole numbers from 1 to 100; is an array
policies: [80, 100] -> [true, 100]
  alert_percents: must be an array of ascending whole numbers from 1 to 100; is an array
policies: ["WEB"] -> []
  enterprise_surfaces: must be an array of different ones of WEB, DESKTOP, MOBILE, API, CLI; is an empty array
policies: "DAYS" -> "WEEKS"
  coding_cycle: must be one of DAYS, INSTANT; is "WEEKS"
"""
"""Two lines each: the change that makes a shipped document bad, and the problem that it must give."""

AMOUNT = 'must be a whole number or a decimal string such as "1.5", greater than 0 and at most 1000000000000'
ZONE = "must be the IANA name of a time zone, such as Asia/Shanghai"
PLACEHOLDERS = {"<amount>": AMOUNT, "<zone>": ZONE, "<huge>": f"0x{'f' * 5_000}", r"\n": "\n"}
BAD_LINES = BAD.strip().splitlines()


@pytest.mark.parametrize(("change", "problem"), list(zip(BAD_LINES[::2], BAD_LINES[1::2], strict=True)))
def test_a_problem_names_file_and_key_and_says_what_must_be(change: str, problem: str) -> None:
    for placeholder, meaning in PLACEHOLDERS.items():
        change, problem = change.replace(placeholder, meaning), problem.replace(placeholder, meaning)
    document, _, edit = change.partition(": ")
    old, _, new = edit.partition(" ->")
    assert f"{document}.toml: {problem.strip()}" in problems_of(changed(document, old, new.strip()))


def test_what_no_parser_can_hold_is_a_problem_like_any_other() -> None:
    assert problems_of({**TEXTS, "meters": "x = " + "[" * 5_000}) == ("meters.toml: is nested too deeply",)
    (problem,) = problems_of({**TEXTS, "meters": "x = " + "9" * 5_000})
    assert problem.startswith("meters.toml: is not TOML: Exceeds the limit")


def test_all_problems_are_told_at_once_and_one_mistake_is_told_once() -> None:
    texts = {**TEXTS, "meters": "[[meters]", "products": TEXTS["products"].replace("step = 1", "step = 0", 1)}
    texts["policies"] = texts["policies"].replace("seats_min = 5", "")
    assert problems_of(texts) == (
        "meters.toml: is not TOML: Expected ']]' at the end of an array declaration (at line 1, column 9)",
        f"products.toml: products[0].step: {AMOUNT}; is 0",
        "policies.toml: seats_min: is missing",
    )


def test_documents_that_are_missing_double_or_unknown_are_named() -> None:
    documents = [Document(name, 1, text) for name, text in TEXTS.items() if name != "plans"]
    with pytest.raises(CatalogError) as caught:
        parse_catalog([*documents, documents[0], Document("promotions", 1, "")])
    assert caught.value.problems == (
        f"{documents[0].name}.toml: is given twice",
        f"promotions.toml: is no part of the catalog, which is {', '.join(DOCUMENTS)}",
        "plans.toml: is missing",
    )


def test_an_empty_document_is_one_problem_not_one_for_each_reference_to_it() -> None:
    assert problems_of({**TEXTS, "products": ""}) == ("products.toml: products: is missing",)


# Hypothesis: trees that were right once, and texts that were right once.

SCALARS = (
    st.booleans()
    | st.integers()
    | st.integers(-2, 10)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(
        ["1.5", "0", "-1", "1e3", "UTC", "America", "MAIN", "WINDOW", "HOURS", "chat_credit", "work-task"]
    )
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner))


def dump(tree: dict[str, Value]) -> str:
    """Write a tree as TOML: one line for each top key, for TOML's inline values are nearly JSON."""
    return "\n".join(f"{json.dumps(key)} = {dump_value(value)}" for key, value in tree.items())


def dump_value(value: Value) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {dump_value(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(dump_value, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return json.dumps(value)


def places(tree: Value) -> Iterator[tuple[Tree, str | int]]:
    """Every place of a tree: what holds it, and its key there."""
    keys: list[str | int] = (
        list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    )
    for key in keys:
        yield tree, key  # type: ignore[misc]  # whatever has keys is a Tree
        yield from places(tree[key])  # type: ignore[index] # a tree of any depth


def mutate(tree: Value, data: st.DataObject) -> None:
    holder, key = data.draw(st.sampled_from(list(places(tree))))
    act = data.draw(st.sampled_from(["delete", "replace", "replace", "rename", "double"]))
    if act == "replace":
        holder[key] = data.draw(VALUES)  # type: ignore[index] # a tree of any depth
    elif act == "rename" and isinstance(holder, dict):
        holder[data.draw(st.text(max_size=5))] = holder.pop(str(key))
    elif act == "double" and isinstance(holder, list):
        holder.append(holder[int(key)])
    else:
        del holder[key]  # type: ignore[arg-type] # a tree of any depth


def assert_refused_or_sound(texts: dict[str, str]) -> None:
    try:
        catalog = parse(texts)
    except CatalogError as error:
        problems = error.problems
    else:
        assert_sound(catalog)
        return
    assert problems
    assert all(problem.partition(".toml: ")[0] in DOCUMENTS for problem in problems)


def assert_sound(catalog: Catalog) -> None:
    assert catalog.prices.keys() == catalog.products.keys()
    assert {rule.meter for rule in catalog.prices.values()} <= catalog.meters.keys()
    for plan in catalog.plans.values():
        pools = [(allowance.meter, allowance.pool) for allowance in plan.allowances]
        assert len(pools) == len(set(pools))
        for allowance in plan.allowances:
            assert (allowance.meter, Pool.MAIN) in pools
            assert allowance.amount > 0
            assert period_at(allowance.cycle, NOW, NOW).start == NOW


def test_the_writer_of_these_tests_writes_what_was_read() -> None:
    assert parse({name: dump(tomllib.loads(text)) for name, text in TEXTS.items()}) == SHIPPED


@given(st.data())
def test_a_mutated_tree_is_refused_with_reasons_or_sound(data: st.DataObject) -> None:
    trees: dict[str, dict[str, Value]] = {name: tomllib.loads(text) for name, text in TEXTS.items()}
    for _ in range(data.draw(st.integers(1, 4))):
        tree = trees[data.draw(st.sampled_from(DOCUMENTS))]
        if tree:
            mutate(tree, data)
    assert_refused_or_sound({name: dump(tree) for name, tree in trees.items()})


@given(st.sampled_from(DOCUMENTS), st.integers(0, 10_000), st.integers(0, 20), st.text(max_size=10))
def test_a_damaged_text_is_refused_with_reasons_or_sound(name: str, at: int, cut: int, pasted: str) -> None:
    text = TEXTS[name]
    start = at % len(text)
    assert_refused_or_sound({**TEXTS, name: text[:start] + pasted + text[start + cut :]})
