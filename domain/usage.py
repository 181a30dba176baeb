"""What was used: the facts of a charge that are recorded raw, before any price (F7)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.amounts import THOUSANDTHS_PER_UNIT, format_amount
from domain.errors import InvalidInput
from domain.meters import Product


class Surface(StrEnum):
    """Where the person was when they used it."""

    WEB = "WEB"
    DESKTOP = "DESKTOP"
    MOBILE = "MOBILE"
    API = "API"
    CLI = "CLI"


@dataclass(frozen=True, slots=True)
class Usage:
    """`quantity` in thousandths of the product's unit; `client` names the program; `credential` reported it.

    `private`: it happened in an enterprise workspace, so it is never used for training (B14).
    """

    product: str
    quantity: int
    surface: Surface
    client: str | None = None
    credential: UUID | None = None
    private: bool = False


def check_quantity(product: Product, quantity: int, *, field: tuple[str, ...], least: int) -> None:
    """Refuse a quantity that makes no sense for the product.

    Args:
        product: whose step and greatest quantity hold.
        quantity: thousandths.
        field: the input's field, for the error.
        least: the smallest quantity that is allowed, in thousandths: a task may have used nothing in the end.

    Raises:
        InvalidInput: names the field and what is allowed.
    """
    if quantity < least:
        allowed = "must be greater than 0" if least > 0 else "must not be negative"
        raise InvalidInput(field, allowed)
    if quantity > product.quantity_max:
        raise InvalidInput(field, f"must be at most {format_amount(product.quantity_max)} for {product.id}")
    if quantity % product.step:
        step = format_amount(product.step)
        whole = "a whole number" if product.step == THOUSANDTHS_PER_UNIT else f"a multiple of {step}"
        raise InvalidInput(field, f"must be {whole} for {product.id}")
