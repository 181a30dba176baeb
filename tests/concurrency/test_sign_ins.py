"""A2 under concurrency: of 50 at once one opens the account, and it is welcomed once."""

import random
from uuid import UUID

import pytest

from domain.principals import Caller, Principal
from models.identities import Provider
from services.guests import erase_old_guests
from services.posting import Posted
from services.runtime import Runtime
from services.signing_in import SignedIn
from services.usage import consume
from tests.concurrency.racing import RACERS, assert_reconciled, at_once, codes
from tests.factories.clock import TestClock
from tests.factories.sign_ins import assertion, make_guest, principal_of, signed_in
from tests.factories.usage import chat

pytestmark = pytest.mark.anyio

ROUNDS = 4
TOGETHER = pytest.mark.parametrize("together", [1, 3], ids=["one process", "three processes"])


async def assert_one_account_and_one_welcome_a_round(runtime: Runtime, rounds: int) -> None:
    row = await runtime.database.pool.fetchrow(
        """
        SELECT (SELECT count(*) FROM persons), (SELECT count(*) FROM wallets), (SELECT count(*) FROM workspaces),
            (SELECT count(*) FROM grants WHERE kind = 'SIGN_UP'),
            (SELECT count(DISTINCT wallet_id) FROM grants WHERE kind = 'SIGN_UP')
        """
    )
    assert row is not None
    assert tuple(row) == (rounds,) * 5
    await assert_reconciled(runtime)


@TOGETHER
async def test_a2_one_subject_50_times(processes: list[Runtime], together: int) -> None:
    rng = random.Random(1)
    for number in range(ROUNDS):
        asserted = assertion(str(number), f"ada{number}@example.org")
        came = await at_once(rng, (signed_in(processes[each % together], asserted) for each in range(RACERS)))
        assert len({each.person_id for each in came}) == 1
        assert [each.is_new for each in came].count(True) == 1
        assert len({each.credential.id for each in came}) == RACERS
    await assert_one_account_and_one_welcome_a_round(processes[0], ROUNDS)


@TOGETHER
async def test_a2_one_email_with_50_subjects(processes: list[Runtime], together: int) -> None:
    rng = random.Random(2)
    providers = (Provider.GOOGLE, Provider.GITHUB)
    for number in range(ROUNDS):
        asserted = [
            assertion(f"{number}-{each}", f"ada{number}@example.org", provider=providers[each % 2])
            for each in range(RACERS)
        ]
        came = await at_once(rng, (signed_in(processes[each % together], asserted[each]) for each in range(RACERS)))
        assert len({each.person_id for each in came}) == 1
        assert [each.is_new for each in came].count(True) == 1
    await assert_one_account_and_one_welcome_a_round(processes[0], ROUNDS)


@TOGETHER
async def test_a2_subjects_and_emails_crosswise_end(processes: list[Runtime], together: int) -> None:
    """Each shares its subject with one and its e-mail with another: nobody waits in a ring."""
    rng = random.Random(3)
    asserted = [assertion(str(each % 10), f"{(each * 7) % 11}@example.org") for each in range(110)]
    came = await at_once(rng, (signed_in(processes[each % together], one) for each, one in enumerate(asserted)))
    assert len({each.person_id for each in came}) <= 10
    welcomed = await processes[0].database.pool.fetchval("SELECT count(*) FROM grants WHERE kind = 'SIGN_UP'")
    assert welcomed <= len({each.person_id for each in came})
    await assert_reconciled(processes[0])


@TOGETHER
async def test_a1_one_guest_signs_up_with_50_subjects(processes: list[Runtime], together: int) -> None:
    rng = random.Random(4)
    guest = await make_guest(processes[0])
    principal = await principal_of(processes[0], guest)
    came = await at_once(
        rng,
        (
            signed_in(processes[each % together], assertion(str(each), f"{each}@example.org"), guest=principal)
            for each in range(RACERS)
        ),
    )
    assert len({each.person_id for each in came}) == RACERS
    assert [each.person_id for each in came].count(guest.account.person_id) == 1
    await assert_one_account_and_one_welcome_a_round(processes[0], RACERS)


@TOGETHER
async def test_a1_50_messages_on_10(processes: list[Runtime], together: int) -> None:
    rng = random.Random(5)
    for number in range(ROUNDS):
        guest = await make_guest(processes[0], f"guest {number}")
        principal = await principal_of(processes[0], guest)
        outcomes = await at_once(
            rng,
            (
                consume(processes[each % together], principal, chat(guest.account.wallet_id), f"m{each}")
                for each in range(RACERS)
            ),
        )
        assert sorted(map(str, codes(outcomes))) == ["GUEST_LIMIT_REACHED"] * 40 + ["None"] * 10
    await assert_reconciled(processes[0])


@TOGETHER
async def test_a1_messages_while_signing_up_are_paid_by_one_or_the_other(
    processes: list[Runtime], together: int
) -> None:
    rng = random.Random(6)
    for number in range(ROUNDS):
        guest = await make_guest(processes[0], f"guest {number}")
        principal = await principal_of(processes[0], guest)
        wallet = guest.account.wallet_id

        async def send(each: int, principal: Principal = principal, wallet: UUID = wallet) -> object:
            return await consume(processes[each % together], principal, chat(wallet), f"m{each}")

        async def sign_up(number: int = number, principal: Principal = principal) -> object:
            asserted = assertion(str(number), f"{number}@example.org")
            return await signed_in(processes[number % together], asserted, guest=principal)

        outcomes = await at_once(rng, [*(send(each) for each in range(20)), sign_up()])
        came = outcomes[-1]
        assert isinstance(came, SignedIn)
        assert came.person_id == guest.account.person_id
        spent = await processes[0].database.pool.fetchval(
            "SELECT sum(used) FROM grants WHERE wallet_id = $1 AND pool = 'MAIN'", wallet
        )
        assert spent == 1_000 * sum(isinstance(each, Posted) for each in outcomes)
    await assert_reconciled(processes[0])


@TOGETHER
async def test_a1_signing_up_while_guests_are_erased_loses_nobody(
    processes: list[Runtime], clock: TestClock, together: int
) -> None:
    """At the very end of the 30 days: either the guest is gone, and a new account is opened, or they are a user."""
    rng = random.Random(7)
    guests = [await make_guest(processes[0], f"guest {each}") for each in range(20)]
    principals = [Principal(Caller.GUEST, guest.account.person_id, guest.credential_id) for guest in guests]
    clock.now = guests[0].ends_at

    async def sign_up(each: int) -> object:
        asserted = assertion(str(each), f"{each}@example.org")
        return await signed_in(processes[each % together], asserted, guest=principals[each])

    erasing = (erase_old_guests(processes[each % together]) for each in range(5))
    outcomes = await at_once(rng, [*(sign_up(each) for each in range(20)), *erasing])
    erased = sum(each for each in outcomes if isinstance(each, int))
    rows = await processes[0].database.pool.fetch("SELECT kind, status, email FROM persons ORDER BY id")
    kept = [row for row in rows if row["status"] == "ACTIVE"]
    assert len(kept) == 20
    assert all(row["kind"] == "USER" and row["email"] for row in kept)
    assert len(rows) == 20 + erased
    assert {(row["kind"], row["email"]) for row in rows if row["status"] == "DELETED"} <= {("GUEST", None)}
    await assert_reconciled(processes[0])
