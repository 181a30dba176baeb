"""Approved clients: the list in force, its publication, proofs, dry runs (C4, F5, G3)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.clients import Client, ClientProof, ClientVerdict, sign
from domain.errors import Forbidden, InvalidInput
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.usage import Surface
from models.credentials import Credential
from services.api_keys import KeyFound
from services.approved_clients import KEPT_FOR
from services.client_dry_runs import ClientUse, dry_run_client_list
from services.clients import NewClient, Publication, check_client, client_list, publish_client_list
from services.posting import Posted
from services.runtime import Runtime
from services.usage import consume
from tests.factories.api_keys import Coder, make_api_key, make_coder
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service
from tests.factories.runtime import open_runtime
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import coding

pytestmark = pytest.mark.anyio

KIMI = NewClient("kimi-cli", "Kimi CLI", ClientProof.NONE)
CLINE = NewClient("cline", "Cline", ClientProof.NONE)
SIGNED = NewClient("kimi-cli", "Kimi CLI", ClientProof.SIGNATURE)
RENEWED = NewClient("kimi-cli", "Kimi CLI", ClientProof.SIGNATURE, renew_secret=True)


@pytest.fixture
async def operator(runtime: Runtime) -> Principal:
    return await make_operator(runtime)


@pytest.fixture
async def coder(runtime: Runtime) -> Coder:
    return await make_coder(runtime)


@pytest.fixture
async def key(runtime: Runtime, coder: Coder) -> KeyFound:
    made = await make_api_key(runtime, coder)
    return KeyFound(made.id, coder.wallet.person_id, coder.wallet.workspace_id, coder.wallet.id)


async def publish(runtime: Runtime, operator: Principal, *clients: NewClient, key: str = "k") -> Publication:
    return await publish_client_list(runtime, operator, clients, "makers asked", key)


async def check(
    runtime: Runtime, key: KeyFound, client: str | None, proof: str | None = None, product: str = "coding-request"
) -> Refusal | None:
    return await check_client(
        runtime, key, client=client, proof=proof, product=product, surface=Surface.CLI, caller=None
    )


async def proof_of(runtime: Runtime, key: KeyFound, client: str, secret: str) -> str:
    row = await Credential.get(id=key.id)
    return sign(client, bytes(row.secret_hash).hex(), secret, runtime.clock())


async def use(runtime: Runtime, service: Principal, coder: Coder, client: str | None, number: int) -> None:
    report = replace(coding(coder.wallet.id), client=client)
    assert isinstance(await consume(runtime, service, report, f"u{number}"), Posted)


async def test_c4_until_one_is_published_the_catalogs_list_is_in_force(runtime: Runtime, operator: Principal) -> None:
    assert await client_list(runtime) == runtime.catalog.clients
    assert [client.id for client in runtime.catalog.clients.clients] == ["kimi-cli", "claude-code", "roo-code"]
    done = await publish(runtime, operator, CLINE)
    assert (done.published.result.version, done.published.replayed, done.secrets) == (1, False, {})
    in_force = await client_list(runtime)
    assert (in_force.version, in_force.published_at) == (1, NOW)
    assert in_force.clients == (Client("cline", "Cline", ClientProof.NONE),)


async def test_c4_a_list_is_known_without_a_statement_and_published_in_every_process(
    runtime: Runtime, operator: Principal, clock: TestClock
) -> None:
    async with open_runtime(runtime.database, runtime.catalog, clock) as other:  # whose broker hears nothing of it
        for process in (runtime, other):
            await client_list(process)
        async with recorded(runtime.database.pool) as statements:
            await client_list(runtime)
        assert statements == []
        await publish(runtime, operator, CLINE)
        assert [(await client_list(process)).version for process in (runtime, other)] == [1, 0]
        clock.advance(KEPT_FOR)
        assert (await client_list(other)).version == 1


async def test_f5_g3_a_publication_happens_once_and_is_on_the_record(runtime: Runtime, operator: Principal) -> None:
    first = await publish(runtime, operator, SIGNED)
    assert set(first.secrets) == {"kimi-cli"}
    before = await content(runtime.database)
    again = await publish(runtime, operator, SIGNED)
    assert (again.published.replayed, again.list, again.secrets) == (True, first.list, {})
    reused = await publish(runtime, operator, CLINE)
    assert reused.published.result.refused
    assert reused.published.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await content(runtime.database) == before
    (row,) = await runtime.database.pool.fetch("SELECT actor, verb, before, after, reason FROM audit_entries")
    assert (row["actor"], row["verb"], row["reason"]) == (operator.subject, "publishClientList", "makers asked")
    assert [len(json.loads(row[side])["clients"]) for side in ("before", "after")] == [3, 1]
    assert not any(first.secrets["kimi-cli"][4:] in text for rows in before.values() for text in rows)


async def test_c4_only_operators_publish_and_bad_lists_change_nothing(
    runtime: Runtime, operator: Principal, coder: Coder
) -> None:
    before = await content(runtime.database)
    with pytest.raises(Forbidden):
        await publish(runtime, coder.principal, KIMI)
    for clients, key in (((), "k"), ((KIMI, KIMI), "k"), ((NewClient("a", "a/1", ClientProof.NONE),), "k")):
        with pytest.raises(InvalidInput):
            await publish(runtime, operator, *clients, key=key)
    with pytest.raises(InvalidInput):
        await publish(runtime, operator, NewClient("a", "A", ClientProof.NONE, renew_secret=True))
    with pytest.raises(InvalidInput):
        await publish_client_list(runtime, operator, [KIMI], " ", "k")
    assert await content(runtime.database) == before


async def test_c4_a_client_keeps_its_secret_until_it_is_renewed(
    runtime: Runtime, operator: Principal, key: KeyFound
) -> None:
    secret = (await publish(runtime, operator, SIGNED, key="1")).secrets["kimi-cli"]
    assert (await publish(runtime, operator, SIGNED, CLINE, key="2")).secrets == {}
    old = await proof_of(runtime, key, "kimi-cli", secret)
    async with recorded(runtime.database.pool) as statements:
        assert await check(runtime, key, "Kimi CLI/1.0", old) is None
    assert len(statements) == 2  # the list, which was published just now, and the key
    renewed = (await publish(runtime, operator, RENEWED, key="3")).secrets["kimi-cli"]
    assert renewed != secret
    refused = await check(runtime, key, "kimi-cli", old)
    assert refused
    assert refused.facts["why"] == ClientVerdict.PROOF_WRONG
    assert await check(runtime, key, "kimi-cli", await proof_of(runtime, key, "kimi-cli", renewed)) is None
    await publish(runtime, operator, KIMI, key="4")
    assert set((await publish(runtime, operator, SIGNED, key="5")).secrets.values()) != {renewed}


async def test_c4_an_approved_request_costs_no_statement_and_other_products_take_any_client(
    runtime: Runtime, key: KeyFound
) -> None:
    await client_list(runtime)
    before = await content(runtime.database)
    async with recorded(runtime.database.pool) as statements:
        assert await check(runtime, key, "ROO  code/3.2.1") is None
        assert await check(runtime, key, "curl", product="chat-message") is None
        assert await check(runtime, key, None, product="no-such-product") is None
    assert statements == []
    assert await content(runtime.database) == before


async def test_c4_a_dry_run_tells_what_a_list_would_have_refused_and_let_in(
    runtime: Runtime, operator: Principal, coder: Coder, key: KeyFound, clock: TestClock
) -> None:
    service, other = await make_service(runtime), await make_coder(runtime)
    names = ["Kimi CLI/1.2", "kimi  cli", "roo-code", None]
    for number, (who, name) in enumerate([(coder, names[0]), (other, names[1]), (coder, names[2]), (coder, names[3])]):
        await use(runtime, service, who, name, number)
    clock.advance(timedelta(hours=1))
    for name in ("Cline/2", "cline", "curl"):
        assert await check(runtime, key, name)
    clock.advance(timedelta(seconds=1))
    before = await content(runtime.database)
    async with recorded(runtime.database.pool) as statements:
        tried = await dry_run_client_list(runtime, operator, [CLINE, SIGNED], 1)
    assert len(statements) == 6  # BEGIN, COMMIT, the timeout, and three that count
    assert (tried.until, tried.since) == (clock.now, clock.now - timedelta(days=1))
    assert (tried.requests, tried.persons) == (4, 2)
    assert set(tried.refused) == {
        ClientUse("kimi cli", ClientVerdict.PROOF_MISSING, 2, 2),
        ClientUse("roo-code", ClientVerdict.UNKNOWN, 1, 1),
        ClientUse("", ClientVerdict.MISSING, 1, 1),
    }
    assert tried.allowed == (ClientUse("cline", ClientVerdict.APPROVED, 2, 1),)
    assert await content(runtime.database) == before
    same = [NewClient(each.id, each.name, each.proof) for each in (await client_list(runtime)).clients]
    assert [use.why for use in (await dry_run_client_list(runtime, operator, same, 1)).refused] == [
        ClientVerdict.MISSING
    ]
    clock.advance(timedelta(days=2))
    assert (await dry_run_client_list(runtime, operator, [CLINE], 1)).requests == 0


@pytest.mark.parametrize("days", [0, -1, 91])
async def test_c4_a_dry_run_looks_back_1_to_90_days(runtime: Runtime, operator: Principal, days: int) -> None:
    with pytest.raises(InvalidInput):
        await dry_run_client_list(runtime, operator, [KIMI], days)


async def test_g1_dry_runs_are_for_operators(runtime: Runtime, coder: Coder) -> None:
    with pytest.raises(Forbidden):
        await dry_run_client_list(runtime, coder.principal, [KIMI], 1)
