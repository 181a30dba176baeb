"""Referral codes are short and unambiguous; what stands against a reward, and how a referral stands (D4)."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import Command, OpenGrant, RevokeGrants
from domain.grants import Grant, GrantKind
from domain.ledger import Accepted, decide
from domain.persons import PersonStatus
from domain.referrals import (
    CODE_CHARACTERS,
    ENTROPY_BYTES,
    ReferralReward,
    ReferralState,
    RejectionReason,
    make_code,
    read_code,
    rejection,
    source_of,
    state_of,
)
from domain.wallets import WalletState

entropies = st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(entropies)
def test_d4_a_code_is_read_as_it_was_written(entropy: bytes) -> None:
    code = make_code(entropy)
    assert len(code) == CODE_CHARACTERS
    assert not set(code) & set("ILOU")
    assert read_code(code) == code


@given(entropies, entropies)
def test_d4_each_entropy_is_a_code_of_its_own(one: bytes, other: bytes) -> None:
    assert (make_code(one) == make_code(other)) == (one == other)


@given(entropies, st.data())
def test_d4_people_may_write_it_in_their_way(entropy: bytes, data: st.DataObject) -> None:
    code = make_code(entropy)
    written = code.replace("1", data.draw(st.sampled_from("1IiLl"))).replace("0", data.draw(st.sampled_from("0Oo")))
    written = data.draw(st.sampled_from((written, f" {written} ", f"{written[:4]}-{written[4:]}")))
    assert read_code(data.draw(st.sampled_from((written, written.lower(), written.upper())))) == code


@pytest.mark.parametrize(
    "text",
    ["", "ABCD123", "ABCD12345", "ABCDU234", "ABCD123!", "ÄBCD1234", "ABCD1234" + " " * 30, "١٢٣٤٥٦٧٨", "ﬁBCD123"],
)
def test_d4_anything_else_is_no_code(text: str) -> None:
    assert read_code(text) is None


@given(st.text(max_size=40))
def test_d4_whatever_is_read_is_a_code(text: str) -> None:
    code = read_code(text)
    assert code is None or read_code(code) == code


@pytest.mark.parametrize(
    ("referrer", "linked", "welcomed_before"), list(product(PersonStatus, (False, True), (False, True)))
)
def test_d4_the_first_reason_that_holds_is_given(referrer: PersonStatus, linked: bool, welcomed_before: bool) -> None:
    expected = None
    if welcomed_before:
        expected = RejectionReason.NOT_NEW
    if linked:
        expected = RejectionReason.SAME_PERSON
    if referrer in (PersonStatus.DELETED, PersonStatus.TERMINATED):
        expected = RejectionReason.REFERRER_GONE
    assert rejection(referrer=referrer, linked=linked, welcomed_before=welcomed_before) is expected


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((None, None, None), ReferralState.SIGNED_UP),
        ((None, NOW, None), ReferralState.PAID),
        (("SAME_PERSON", None, None), ReferralState.REJECTED),
        ((None, None, NOW), ReferralState.REVERSED),
        ((None, NOW, NOW), ReferralState.REVERSED),
    ],
)
def test_d4_a_referral_stands_in_one_of_four_ways(
    facts: tuple[str | None, datetime | None, datetime | None], state: ReferralState
) -> None:
    assert state_of(*facts) is state


@given(st.uuids(), st.uuids())
def test_d4_each_reward_has_a_source_of_its_own(one: UUID, other: UUID) -> None:
    sources = {source_of(reward, id_) for reward in ReferralReward for id_ in (one, other)}
    assert len(sources) == 2 * len({one, other})
    assert source_of(ReferralReward.SIGN_UP, one).startswith("referral:sign-up:rfl_")


@given(st.permutations(range(4)), st.sampled_from(("one", "other", "nobody")))
def test_d4_exactly_what_a_source_gave_is_revoked(order: list[int], source: str) -> None:
    given_ = (
        OpenGrant("chat_credit", GrantKind.REFERRAL, 50_000, None, "one"),
        OpenGrant("chat_credit", GrantKind.REFERRAL, 50_000, None, "other"),
        OpenGrant("chat_credit", GrantKind.REFERRAL, 500_000, None, "one"),
        OpenGrant("chat_credit", GrantKind.PROMOTIONAL, 50_000, None, "one"),
    )
    state, opened = WalletState(), dict[int, Grant]()
    for place in order:
        state, grants = _after(state, given_[place])
        opened |= grants
    _, changed = _after(state, RevokeGrants(GrantKind.REFERRAL, source))
    for number, grant in (opened | changed).items():
        meant = grant.kind is GrantKind.REFERRAL and grant.source == source
        assert (number in changed) == grant.ended == meant
        assert (grant.remaining, grant.lapsed) == ((0, grant.granted) if meant else (grant.granted, 0))


def _after(state: WalletState, command: Command) -> tuple[WalletState, dict[int, Grant]]:
    decision = decide(state, command, NOW)
    assert isinstance(decision, Accepted), decision
    return decision.page.state, dict(decision.page.grants)
