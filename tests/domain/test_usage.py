import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.meters import Product
from domain.usage import check_quantity

MESSAGE = Product("chat-message", "Chat message", step=1_000, quantity_max=100_000)
HALVES = Product("render", "Render", step=500, quantity_max=10_000)
FIELD = ("input", "quantity")


@pytest.mark.parametrize(
    ("product", "quantity", "least", "problem"),
    [
        (MESSAGE, 0, 1, "must be greater than 0"),
        (MESSAGE, -1_000, 1, "must be greater than 0"),
        (MESSAGE, -1, 0, "must not be negative"),
        (MESSAGE, 1_500, 1, "must be a whole number for chat-message"),
        (MESSAGE, 101_000, 1, "must be at most 100 for chat-message"),
        (MESSAGE, 10**30, 1, "must be at most 100 for chat-message"),
        (HALVES, 750, 1, "must be a multiple of 0.5 for render"),
    ],
)
def test_g5_a_senseless_quantity_names_its_field(product: Product, quantity: int, least: int, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_quantity(product, quantity, field=FIELD, least=least)
    assert (caught.value.field, caught.value.problem) == (FIELD, problem)


@given(st.sampled_from([MESSAGE, HALVES]), st.integers(-(10**6), 10**6), st.integers(0, 1))
def test_g5_what_passes_is_a_multiple_of_the_step_within_bounds(product: Product, quantity: int, least: int) -> None:
    sound = least <= quantity <= product.quantity_max and quantity % product.step == 0
    try:
        check_quantity(product, quantity, field=FIELD, least=least)
    except InvalidInput:
        assert not sound
    else:
        assert sound
