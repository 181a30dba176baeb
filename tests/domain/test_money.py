"""Money in words."""

import pytest

from domain.money import decimals_of, money_words


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (0, "USD", "USD 0.00"),
        (5, "USD", "USD 0.05"),
        (123_450, "EUR", "EUR 1,234.50"),
        (1_999, "JPY", "JPY 1,999"),
        (1_234_567, "KWD", "KWD 1,234.567"),
        (2**53 - 1, "USD", "USD 90,071,992,547,409.91"),
    ],
)
def test_amounts_are_written_with_the_decimals_of_their_currency(minor: int, currency: str, words: str) -> None:
    assert money_words(minor, currency) == words


def test_currencies_have_two_decimals_unless_they_are_listed() -> None:
    assert [decimals_of(currency) for currency in ("USD", "CNY", "VND", "TND")] == [2, 2, 0, 3]
