import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.amounts import QUANTITY_MAX_THOUSANDTHS, format_amount, parse_amount
from tests.domain.strategies import share

LARGEST = 10**18 - 1
"""15 digits and 3 decimals: inside a 64-bit column."""


@given(st.integers(-LARGEST, LARGEST))
def test_s0_an_amount_survives_format_and_parse(thousandths: int) -> None:
    text = format_amount(thousandths)
    assert parse_amount(text) == thousandths
    assert "." not in text or text[-1] != "0", "the shortest string"


@share(4)
@given(st.from_regex(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,3})?", fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_s0_every_decimal_with_three_places_is_read_exactly(text: str) -> None:
    whole, _, fraction = text.removeprefix("-").partition(".")
    expected = int(whole + fraction.ljust(3, "0"))
    assert parse_amount(text) == (-expected if text.startswith("-") else expected)


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [("1.5", 1_500), ("3", 3_000), ("0", 0), ("0.001", 1), ("-0.5", -500), ("1.50", 1_500), ("-0", 0)],
)
def test_s0_examples_of_amounts(text: str, thousandths: int) -> None:
    assert parse_amount(text) == thousandths


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1\0",
        "\x001",
        "1e3",
        "1E3",
        "0x10",
        "1.2345",
        "1.",
        ".5",
        "01",
        "00",
        "-01",
        "+1",
        "--1",
        "1-",
        " 1",
        "1 ",
        "1\n",
        "1_000",
        "1,000",
        "1,5",
        "1.2.3",
        "NaN",
        "Infinity",
        "-",
        "٣",
        "１",
        "²",
        "½",
        "1٫5",
        "−1",
        "1" * 16,
        "9" * 1_000_000,
        "1" * 10 + "." + "1" * 100,
    ],
)
def test_s0_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a decimal number"):
        parse_amount(text)


@share(2)
@given(st.text())
def test_s0_no_text_is_read_as_something_else(text: str) -> None:
    try:
        thousandths = parse_amount(text)
    except ValueError:
        return
    assert parse_amount(format_amount(thousandths)) == thousandths
    assert text.isascii()


def test_s0_the_largest_quantity_can_be_said() -> None:
    assert parse_amount(format_amount(QUANTITY_MAX_THOUSANDTHS)) == QUANTITY_MAX_THOUSANDTHS
