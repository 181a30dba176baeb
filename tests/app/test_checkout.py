"""The checkout page that stands in for a provider's in development, over real HTTP, and receipts (D8)."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import asyncpg
import httpx2
import pytest

from app.payments.offered import offered_payments
from app.server import create_app
from app.settings import BrokerKind, Environment, Secret, Settings
from app.sign_in.settings import SignInSettings
from domain.ids import public_id
from domain.orders import OrderStatus, PaymentMethod
from domain.persons import Locale, PersonKind
from models.database import Database
from services.accounts import Profile, open_account
from services.catalog import load_catalog
from services.credentials import issue_session
from services.orders import OrderRow, any_order
from services.payment_providers import Seller
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.payments import make_order
from tests.factories.runtime import SHIPPED, open_runtime
from tests.factories.tables import content
from tests.sign_in.serving import free_socket, origin_of, served

pytestmark = pytest.mark.anyio

FIELD = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')
A_DAY = timedelta(hours=24)


@dataclass
class Shop:
    """Our application, running, and what verbs work with beside it, over the same database."""

    runtime: Runtime
    clock: TestClock
    settings: Settings
    client: httpx2.AsyncClient

    async def url(self, order: OrderRow) -> str:
        """Where an order is paid."""
        provider = offered_payments(self.settings).providers[PaymentMethod.CHECKOUT]
        url = provider.instruct(order.payable()).checkout_url
        assert url
        return url

    async def pay(self, order: OrderRow, choice: str = "pay", mandate: str = "") -> httpx2.Response:
        """Go to the page, choose, and follow."""
        shown = await self.client.get(await self.url(order))
        assert shown.status_code == 200, shown.text
        fields = {name: html.unescape(value) for name, value in FIELD.findall(shown.text)}
        return await self.client.post("/checkout", data={**fields, "choice": choice, "mandate": mandate})

    async def status(self, order: OrderRow) -> OrderStatus:
        row = await any_order(self.runtime, order.id)
        assert row
        return row.status

    async def person(self, name: str = "Ada") -> UUID:
        """Somebody with an account."""
        async with self.runtime.database.transaction() as connection:
            profile = Profile(name, Locale.ENGLISH, "UTC")
            return (await open_account(connection, self.clock(), PersonKind.USER, profile)).person_id

    async def login(self, person_id: UUID) -> dict[str, str]:
        token = (await issue_session(self.runtime, person_id, "session", timedelta(days=60))).token
        return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def opened(dsn: str, tmp_path: Path, **changed: Any) -> AsyncIterator[Shop]:
    listening, clock = free_socket(), TestClock()
    settings = Settings(
        broker=BrokerKind.MEMORY,
        graphiql=False,
        data_dir=tmp_path,
        secret=Secret("not-to-be-told-installation-secret"),
        sign_in=SignInSettings(public_url=origin_of(listening)),
        **changed,
    )
    async with asyncpg.create_pool(dsn, min_size=1, max_size=3) as pool:
        async with pool.acquire() as connection:
            catalog = await load_catalog(connection, SHIPPED, clock())
        with served(create_app(settings, dsn, clock=clock, worker=False), listening):
            async with (
                open_runtime(Database(pool), catalog, clock) as runtime,
                httpx2.AsyncClient(base_url=settings.public_origin, trust_env=False, follow_redirects=True) as client,
            ):
                yield Shop(runtime, clock, settings, client)


@pytest.fixture
async def shop(dsn: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(dsn, tmp_path) as running:
        yield running


@pytest.fixture
async def order(shop: Shop) -> OrderRow:
    return await make_order(shop.runtime, await shop.person())


async def payments(shop: Shop) -> list[str]:
    rows = await shop.runtime.database.pool.fetch("SELECT outcome FROM payments ORDER BY received_at, id")
    return [row[0] for row in rows]


async def test_d8_the_page_shows_what_is_to_be_paid(shop: Shop, order: OrderRow) -> None:
    answer = await shop.client.get(await shop.url(order))
    assert answer.status_code == 200
    for shown in ("Example Labs", order.reference, "Seats for the term", "USD 120.00", "USD 600.00", "365 of 365 days"):
        assert shown in answer.text
    assert "development only" in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_d8_pay_reports_twice_and_takes_effect_once(shop: Shop, order: OrderRow) -> None:
    answer = await shop.pay(order)
    assert (answer.status_code, answer.url.path) == (200, "/checkout/result")
    assert "Paid" in answer.text
    assert f"/orders/{public_id('ord', order.id)}/receipt" in answer.text
    assert await shop.status(order) is OrderStatus.PAID
    assert await payments(shop) == ["APPLIED"]
    assert await shop.runtime.database.pool.fetchval("SELECT count(*) FROM organisations") == 1
    assert "Paid" in (await shop.client.get(await shop.url(order))).text  # and not once more


async def test_d8_declined_can_be_tried_again(shop: Shop, order: OrderRow) -> None:
    answer = await shop.pay(order, "decline", "keep")
    assert "Declined" in answer.text
    assert await shop.status(order) is OrderStatus.FAILED
    assert "Paid" in (await shop.pay(order)).text
    assert await shop.status(order) is OrderStatus.PAID


async def test_d8_d5_a_mandate_is_given_only_by_who_chooses_so(shop: Shop) -> None:
    for mandate, expected in (("", None), ("keep", "mandate_works_"), ("decline", "mandate_declines_")):
        order = await make_order(shop.runtime, await shop.person())
        await shop.pay(order, mandate=mandate)
        sql = "SELECT mandate FROM subscriptions JOIN orders USING (organisation_id) WHERE orders.id = $1"
        kept = await shop.runtime.database.pool.fetchval(sql, order.id)
        assert kept is None if expected is None else kept.startswith(expected)


@pytest.mark.parametrize(
    ("mandate", "status"),
    [("mandate_works_0", OrderStatus.PAID), ("mandate_declines_0", OrderStatus.FAILED)],
)
async def test_d8_d5_a_charge_is_taken_and_reported_afterwards(
    shop: Shop, order: OrderRow, mandate: str, status: OrderStatus
) -> None:
    provider = offered_payments(shop.settings).providers[PaymentMethod.CHECKOUT]
    assert await provider.charge(order.payable(), mandate) is True
    assert await provider.charge(order.payable(), mandate) is True  # asked again, it is the same charge
    async with asyncio.timeout(30):
        while await shop.status(order) is not status:  # it is reported after the answer
            pass
    rows = await shop.runtime.database.pool.fetch("SELECT DISTINCT event_key FROM payments")
    assert [row[0] for row in rows] == [f"evt_charge_{public_id('ord', order.id)}"]
    assert await provider.charge(order.payable(), "mandate_of_nobody") is False


async def test_d8_a_charge_that_is_forged_is_refused(shop: Shop, order: OrderRow) -> None:
    answer = await shop.client.post("/checkout/charges", json={"order": public_id("ord", order.id)})
    assert answer.status_code == 401
    stranger = replace(shop.settings, secret=Secret("another" * 8))
    url, headers = await shop.url(order), {"webhook-id": "x", "webhook-timestamp": "0", "webhook-signature": "v1,"}
    assert url != await replace(shop, settings=stranger).url(order)
    assert (await shop.client.post("/checkout/charges", content=b"\xff", headers=headers)).status_code == 401
    assert await payments(shop) == []


async def test_d8_nothing_but_our_own_address_opens_the_page(shop: Shop, order: OrderRow) -> None:
    before = await content(shop.runtime.database)
    url = await shop.url(order)
    for wrong in (
        "/checkout",
        "/checkout/result",
        url.replace("amount=60000", "amount=1"),
        url.replace("currency=USD", "currency=EUR"),
        url + "0",
        url.replace("/checkout?", "/checkout/result?").replace("USD", "EUR"),
    ):
        assert (await shop.client.get(wrong)).status_code == 400
    query = dict(part.split("=") for part in urlsplit(url).query.split("&"))
    for form in (
        {},
        {"choice": "pay"},
        {**query, "choice": "pay", "amount": "1"},
        {**query, "choice": "steal"},
        query,
        {**query, "choice": "pay", "padding": "x" * 20_000},
    ):
        assert (await shop.client.post("/checkout", data=form)).status_code == 400
    assert (await shop.client.post("/checkout", content=b"\xff" * 100)).status_code == 400
    assert await content(shop.runtime.database) == before


async def test_d8_an_expired_order_can_no_more_be_paid(shop: Shop, order: OrderRow) -> None:
    shown = await shop.client.get(await shop.url(order))
    fields = dict(FIELD.findall(shown.text))
    shop.clock.advance(A_DAY)
    assert "Too late" in (await shop.client.get(await shop.url(order))).text
    answer = await shop.client.post("/checkout", data={**fields, "choice": "pay"})  # from a page that stood open
    assert "Too late" in answer.text
    assert await payments(shop) == ["LATE"]


async def test_what_people_write_is_text_on_every_page(shop: Shop) -> None:
    person = await shop.person('<b>Ada</b> & "Co" \'')
    order = await make_order(shop.runtime, person)
    sql = "UPDATE orders SET intent = jsonb_set(intent, '{name}', $2) WHERE id = $1"
    await shop.runtime.database.pool.execute(sql, order.id, '"<script>alert(1)</script>"')
    shown = await shop.client.get(await shop.url(order))
    result = await shop.pay(order)
    receipt = await shop.client.get(f"/orders/{public_id('ord', order.id)}/receipt", headers=await shop.login(person))
    assert receipt.status_code == 200
    assert "&lt;b&gt;Ada&lt;/b&gt;" in receipt.text
    for page in (shown, result, receipt):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert "<script" not in page.text
        assert "<b>" not in page.text


@pytest.mark.parametrize("environment", [Environment.SANDBOX, Environment.PRODUCTION])
async def test_d8_there_is_no_such_page_elsewhere(dsn: str, tmp_path: Path, environment: Environment) -> None:
    async with opened(dsn, tmp_path, environment=environment) as shop:
        for path in ("/checkout", "/checkout/result", "/checkout/charges", "/webhooks/payments"):
            assert (await shop.client.get(path)).status_code == 404
            assert (await shop.client.post(path)).status_code == 404


# ---------------------------------------------------------------------------------------------------------- the receipt


async def test_d8_a_receipt_is_a_page_that_can_be_printed(dsn: str, tmp_path: Path) -> None:
    seller = Seller("Example <Ltd>", ("1 Example Street", "10115 Berlin"), "DE123")
    payment_settings = replace(Settings().payments, seller=seller)
    async with opened(dsn, tmp_path, payments=payment_settings) as shop:
        person = await shop.person()
        order = await make_order(shop.runtime, person)
        path, headers = f"/orders/{public_id('ord', order.id)}/receipt", await shop.login(person)
        assert (await shop.client.get(path, headers=headers)).status_code == 404  # not paid yet
        await shop.pay(order)
        answer = await shop.client.get(path, headers=headers)
    assert answer.status_code == 200
    assert "<h1>Receipt 1</h1>" in answer.text
    for shown in (
        "Example &lt;Ltd&gt;<br>1 Example Street<br>10115 Berlin<br>Tax number DE123",
        order.reference,
        "<dt>Sold to</dt><dd>Ada</dd>",
        "<dt>Organization</dt><dd>Example Labs</dd>",
        "USD 600.00",
        "2026-01-15 12:00 UTC",
        "@media print",
    ):
        assert shown in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_d8_b11_receipts_are_for_buyer_and_administrators_and_look_like_none_to_others(
    shop: Shop, order: OrderRow
) -> None:
    await shop.pay(order)
    path = f"/orders/{public_id('ord', order.id)}/receipt"
    row = await any_order(shop.runtime, order.id)
    assert row
    admin, member, stranger = [await shop.person("Bo") for _ in range(3)]
    sql = "INSERT INTO members (id, workspace_id, person_id, role, joined_at) VALUES ($2, $1, $2, $3, $4)"
    for person, role in ((admin, "ADMIN"), (member, "MEMBER")):
        await shop.runtime.database.pool.execute(sql, row.workspace_id, person, role, shop.clock())
    for sees in (order.buyer_id, admin):
        assert (await shop.client.get(path, headers=await shop.login(sees))).status_code == 200
    headers = await shop.login(stranger)
    unknown = await shop.client.get(f"/orders/{public_id('ord', stranger)}/receipt", headers=headers)
    answers = [await shop.client.get(path, headers=await shop.login(person)) for person in (stranger, member)]
    answers += [
        await shop.client.get(each, headers=headers)
        for each in ("/orders/ord_/receipt", path.upper().replace("/ORDERS", "/orders").replace("/RECEIPT", "/receipt"))
    ]
    assert {answer.status_code for answer in answers} == {404} == {unknown.status_code}
    assert {answer.content for answer in answers} == {unknown.content}
    anonymous = await shop.client.get(path)
    assert (anonymous.status_code, "/sign-in?return_to=%2Forders%2F" in anonymous.text) == (401, True)
    wrong = await shop.client.get(path, headers={"Authorization": "Bearer als_x_y"})
    assert wrong.status_code == 401


async def test_a4_who_is_suspended_sees_no_receipt(shop: Shop, order: OrderRow) -> None:
    await shop.pay(order)
    headers = await shop.login(order.buyer_id)
    await shop.runtime.database.pool.execute("UPDATE persons SET status = 'SUSPENDED', status_reason = 'x'")
    answer = await shop.client.get(f"/orders/{public_id('ord', order.id)}/receipt", headers=headers)
    assert (answer.status_code, "PERSON_SUSPENDED" in answer.text) == (403, True)


async def test_d8_a_browser_shows_the_receipt_with_its_cookie(shop: Shop, order: OrderRow) -> None:
    await shop.pay(order)
    token = (await shop.login(order.buyer_id))["Authorization"].removeprefix("Bearer ")
    headers = {"cookie": urlencode({"allot_session": token})}
    answer = await shop.client.get(f"/orders/{public_id('ord', order.id)}/receipt", headers=headers)
    assert answer.status_code == 200
