"""Pages about orders of credits: what is for no time says none (D3, D8)."""

from dataclasses import replace

import pytest

from app.payments.pages import lines_table
from app.payments.receipts import receipt_page
from domain.orders import OrderStatus
from services.payment_providers import Seller
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.credentials import make_user
from tests.factories.crediting import place_credits
from tests.factories.runtime import catalog, clock, runtime
from tests.factories.wallets import make_wallet

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio


async def test_d8_a_pack_has_no_dates_on_the_checkout_and_on_the_receipt(runtime: Runtime) -> None:
    buyer = await make_user(runtime, (await make_wallet(runtime)).person_id)
    order = await place_credits(runtime, buyer, "medium", quantity=2)
    table = lines_table(order)
    assert "<tr><td>Pack of credits</td><td>2</td><td>USD 22.50</td><td>USD 45.00</td></tr>" in table
    assert " to " not in table
    paid = replace(order, status=OrderStatus.PAID, receipt_number=7, paid_at=NOW, closed_at=NOW)
    page = bytes(receipt_page(paid, Seller("Allotment Ltd", (), None)).body).decode()
    assert table in page
    assert "<dd>Ada</dd>" in page
    assert "Organization" not in page
