"""`POST /webhooks/payments` (D8): genuine reports are taken up, whatever else comes is turned away and not logged."""

import asyncio
import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import msgspec
import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette

from app.payments import webhook as module
from app.payments.webhook import BODY_BYTES_MAX, PATH, webhook_route
from domain.ids import public_id
from domain.orders import OrderStatus, PaymentMethod
from services.orders import OrderRow, any_order
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.payments import make_order
from tests.factories.runtime import catalog, clock, runtime
from tests.factories.tables import content
from tests.factories.wallets import make_wallet

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

NEWEST, OLDER, STRANGERS = (f"whsec_{b64encode(bytes([n]) * 32).decode()}" for n in (1, 2, 3))

Json = Any  # what a report says, changed at will


@pytest.fixture
async def client(runtime: Runtime) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=[webhook_route(lambda: runtime, lambda: (NEWEST, OLDER))])
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.fixture
async def order(runtime: Runtime, clock: TestClock) -> OrderRow:
    placed = await make_order(runtime, (await make_wallet(runtime)).person_id)
    clock.advance(timedelta(minutes=5))
    return placed


def event(
    about: OrderRow, type_: str = "payment.succeeded", /, *, at: str = "2026-01-15T12:01:00Z", **changed: Json
) -> Json:
    """A report; what is changed to None is left out."""
    data = {
        "method": "checkout",
        "order": public_id("ord", about.id),
        "amountMinor": about.total_minor,
        "currency": about.currency,
        **changed,
    }
    kept = {name: value for name, value in data.items() if value is not None}
    return {"type": type_, "timestamp": at, "data": kept}


def signed(body: bytes, secret: str = NEWEST, key: str = "evt_1", *, age: timedelta = timedelta()) -> dict[str, str]:
    at = datetime.now(UTC) - age
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, at, body.decode()),
    }


async def send(client: httpx2.AsyncClient, content_: Json, **how: Any) -> httpx2.Response:
    body = content_ if isinstance(content_, bytes) else msgspec.json.encode(content_)
    return await client.post(PATH, content=body, headers=signed(body, **how))


async def status_of(runtime: Runtime, order: OrderRow) -> OrderStatus:
    row = await any_order(runtime, order.id)
    assert row
    return row.status


async def test_d8_a_genuine_report_pays_its_order(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow
) -> None:
    answer = await send(client, event(order))
    assert (answer.status_code, answer.content) == (204, b"")
    assert await status_of(runtime, order) is OrderStatus.PAID
    row = await runtime.database.pool.fetchrow("SELECT provider, event_key, outcome, occurred_at FROM payments")
    assert row
    assert tuple(row) == ("checkout", "evt_1", "APPLIED", NOW + timedelta(minutes=1))


@pytest.mark.parametrize("secret", [NEWEST, OLDER])
async def test_d8_while_secrets_are_replaced_either_may_have_signed(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow, secret: str
) -> None:
    assert (await send(client, event(order), secret=secret)).status_code == 204
    assert await status_of(runtime, order) is OrderStatus.PAID


async def test_d8_a_provider_may_sign_with_several_secrets_at_once(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow
) -> None:
    body = msgspec.json.encode(event(order))
    headers = signed(body, STRANGERS)
    ours = signed(body)["webhook-signature"]
    headers["webhook-signature"] = f"v1a,AAAA {headers['webhook-signature']} {ours}"
    assert (await client.post(PATH, content=body, headers=headers)).status_code == 204
    assert await status_of(runtime, order) is OrderStatus.PAID


async def test_d8_what_is_recorded_is_answered_alike(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow
) -> None:
    for key, said in (
        ("f", event(order, "payment.failed", amountMinor=None, currency=None)),
        ("m", event(order, amountMinor=1)),
        ("e", event(order, currency="EUR")),
        ("p", event(order)),
        ("p", event(order)),
        ("again", event(order)),
        ("l", event(order, at="2026-01-15T12:04:59.999999+00:00")),
    ):
        answer = await send(client, said, key=key)
        assert (answer.status_code, answer.content) == (204, b"")
    rows = await runtime.database.pool.fetch("SELECT event_key, outcome FROM payments ORDER BY event_key")
    assert {row["event_key"]: row["outcome"] for row in rows} == {
        "f": "FAILED",
        "m": "MISMATCHED",
        "e": "MISMATCHED",
        "p": "APPLIED",
        "again": "ALREADY_PAID",
        "l": "ALREADY_PAID",
    }


async def test_d8_a_bank_names_the_reference_as_the_payer_wrote_it(
    runtime: Runtime, clock: TestClock, client: httpx2.AsyncClient
) -> None:
    person = (await make_wallet(runtime)).person_id
    order = await make_order(runtime, person, method=PaymentMethod.BANK_TRANSFER)
    written = order.reference.lower().replace("-", " ")
    said = event(order, at="2026-01-15T12:00:00Z", method="bank_transfer", order=None, reference=written)
    for amount in (order.total_minor - 1, order.total_minor + 1):
        less = {**said, "data": {**said["data"], "amountMinor": amount}}
        assert (await send(client, less, key=str(amount))).status_code == 204
        clock.advance(timedelta(seconds=1))
        assert await status_of(runtime, order) is OrderStatus.PENDING
    assert (await send(client, said)).status_code == 204
    assert await status_of(runtime, order) is OrderStatus.PAID
    clock.advance(timedelta(seconds=1))
    assert (await send(client, said, key="twice")).status_code == 204
    rows = await runtime.database.pool.fetch("SELECT provider, outcome FROM payments ORDER BY received_at")
    assert [tuple(row) for row in rows] == [
        ("bank_transfer", outcome) for outcome in ("MISMATCHED", "MISMATCHED", "APPLIED", "ALREADY_PAID")
    ]


async def test_d8_what_is_of_no_concern_is_taken_and_recorded_nowhere(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow
) -> None:
    before = await content(runtime.database)
    unknown = public_id("ord", order.buyer_id)
    for said in (
        event(order, "customer.created"),
        event(order, order=unknown),
        event(order, method="bank_transfer", order=None, reference="ALT-0000-0000"),
        event(order, method="bank_transfer", order=None, reference="rent for January"),
    ):
        assert (await send(client, said)).status_code == 204
    assert await content(runtime.database) == before


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=400)])
async def test_d8_what_was_signed_long_ago_or_later_is_turned_away(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow, age: timedelta
) -> None:
    answer = await send(client, event(order), age=age)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert await status_of(runtime, order) is OrderStatus.PENDING


async def test_d8_what_is_forged_is_turned_away_in_one_way(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow
) -> None:
    body = msgspec.json.encode(event(order))
    other = msgspec.json.encode(event(order, amountMinor=1))
    good = signed(body)
    forged: list[tuple[bytes, dict[str, str]]] = [
        (body, signed(body, STRANGERS)),
        (other, good),
        (body, {**good, "webhook-id": "evt_2"}),
        (body, {**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)}),
        (body, {**good, "webhook-timestamp": "NaN"}),
        (body, {**good, "webhook-timestamp": "1e400"}),
        (body, {**good, "webhook-timestamp": ""}),
        (body, {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}),
        (body, {**good, "webhook-signature": "v1,A"}),
        (body, {**good, "webhook-signature": "v1"}),
        (body, {**good, "webhook-signature": ",,,"}),
        (body, {**good, "webhook-signature": "v1,"}),
        (body, {}),
        (b"\xff\xfe", good),
        (b"", good),
    ]
    before = await content(runtime.database)
    answers = [await client.post(PATH, content=each, headers=headers) for each, headers in forged]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert await content(runtime.database) == before


MALFORMED: list[Json] = [
    {"type": "payment.succeeded"},
    {"timestamp": "2026-01-15T12:01:00"},
    {"timestamp": "yesterday"},
    {"timestamp": 1_768_478_460},
    {"timestamp": "0001-01-01T00:00:00+14:00"},
    {"timestamp": "2026-01-15T12:10:00.000001Z"},
    {"data": []},
    {"data": {}},
]
MALFORMED_DATA: list[Json] = [
    {"method": "cash"},
    {"method": None},
    {"order": None},
    {"order": "per_00000000000000000000000001"},
    {"order": ""},
    {"order": 7},
    {"reference": "ALT-0000-0000"},
    {"amountMinor": None},
    {"amountMinor": "60000"},
    {"amountMinor": 60_000.0},
    {"amountMinor": 60_000.5},
    {"amountMinor": True},
    {"amountMinor": -1},
    {"amountMinor": 2**53},
    {"currency": None},
    {"currency": "usd"},
    {"currency": "USD\n"},
    {"currency": "US"},
    {"mandate": ""},
    {"mandate": "x" * 256},
    {"mandate": "a\u0000b"},
]


@pytest.mark.parametrize("changed", [*MALFORMED, *({"data": data} for data in MALFORMED_DATA)], ids=str)
async def test_d8_what_is_malformed_is_named_and_changes_nothing(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow, changed: Json
) -> None:
    said = event(order)
    if changed == {"type": "payment.succeeded"}:
        said = changed
    elif changed.get("data"):
        said["data"] = {name: value for name, value in {**said["data"], **changed["data"]}.items() if value is not None}
    else:
        said |= changed
    before = await content(runtime.database)
    answer = await send(client, said)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert answer.json()["message"]
    assert await content(runtime.database) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b'"x"', b"\x00", b"{" * 10_000])
async def test_d8_what_is_no_report_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    assert (await send(client, body)).status_code == 400


async def test_d8_ids_of_events_are_bounded(client: httpx2.AsyncClient, order: OrderRow) -> None:
    assert (await send(client, event(order), key="x" * 255)).status_code == 204
    assert (await send(client, event(order), key="x" * 256)).status_code == 400


async def test_d8_members_that_are_unknown_mean_nothing(
    runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow
) -> None:
    said = event(order, reason="card_declined", more={"a": [1]}) | {"livemode": True}
    assert (await send(client, said)).status_code == 204
    assert await status_of(runtime, order) is OrderStatus.PAID


async def test_d8_a_large_body_is_turned_away(runtime: Runtime, client: httpx2.AsyncClient, order: OrderRow) -> None:
    said = event(order)
    said["padding"] = ""
    said["padding"] = "x" * (BODY_BYTES_MAX - len(msgspec.json.encode(said)))
    body = msgspec.json.encode(said) + b" "
    answer = await client.post(PATH, content=body, headers=signed(body))
    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert await status_of(runtime, order) is OrderStatus.PENDING
    assert (await send(client, said)).status_code == 204  # the largest


async def test_d8_a_body_that_does_not_arrive_is_not_waited_for(
    client: httpx2.AsyncClient, order: OrderRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BODY_S_MAX", 0.01)
    body = msgspec.json.encode(event(order))

    async def halting() -> AsyncIterator[bytes]:
        yield body[:10]
        await asyncio.Event().wait()

    answer = await client.post(PATH, content=halting(), headers=signed(body))
    assert (answer.status_code, answer.json()["code"]) == (408, "REQUEST_TIMEOUT")


@pytest.mark.parametrize(
    "error",
    [ConnectionRefusedError(), TimeoutError(), asyncpg.InterfaceError("closed"), asyncpg.AdminShutdownError("bye")],
    ids=repr,
)
async def test_d8_while_the_database_is_away_the_provider_is_told_to_try_again(
    client: httpx2.AsyncClient, order: OrderRow, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(module, "report_payment", away)
        answer = await send(client, event(order))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await send(client, event(order))).status_code == 204  # tried again


async def test_d8_g5_a_fault_is_masked_and_logged_with_its_id_and_nothing_of_the_report(
    client: httpx2.AsyncClient, order: OrderRow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fault(*_: object) -> None:
        raise ArithmeticError("a fault")

    monkeypatch.setattr(module, "report_payment", fault)
    caplog.set_level(logging.DEBUG)
    answer = await send(client, event(order, mandate="mandate_unmistakable"))
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert answer.json()["message"].split()[-1].rstrip(".") in caplog.text
    assert "a fault" not in answer.text
    for secret in ("mandate_unmistakable", NEWEST, order.reference):
        assert secret not in caplog.text


async def test_d8_only_posts_are_taken(client: httpx2.AsyncClient) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert (await client.request(method, PATH)).status_code == 405
