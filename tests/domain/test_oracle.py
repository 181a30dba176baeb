"""The ledger against a second one that is too simple to be wrong in the same way (F2, F3, F4, D2, C5)."""

from hypothesis import given

from domain.ledger import Decision, Refused
from domain.wallets import balances, next_due
from tests.domain.oracle import Answer, Oracle
from tests.domain.strategies import History, Run, histories


@given(histories)
def test_f2_f3_f4_d2_c5_the_ledger_answers_as_its_oracle(history: History) -> None:
    run, oracle = Run(), Oracle()
    for delay, action in history:
        run.now += delay
        command, now = run.command(action), max(run.now, run.state.last_at)
        decision = run.answer(command)
        assert _seen(run, decision) == oracle.answer(command, now)
        due = next_due(run.state)
        if due is None or due > now:  # a grant that is given after its end lapses at the next look, not at this one
            assert balances(run.state) == oracle.balances()


def _seen(run: Run, decision: Decision) -> Answer:
    if isinstance(decision, Refused):
        return Answer(decision.refusal.code, [limit.pool for limit in decision.refusal.limits])
    receipt = decision.entry.receipt if decision.entry else None
    if receipt is None:
        return Answer()
    draws: list[tuple[object, ...]] = []
    for drawn in receipt.draws:
        grant = run.grants[drawn.grant]
        draws.append((grant.meter, grant.pool, grant.starts_at, grant.ends_at, grant.allowance, drawn.amount))
    return Answer(draws=draws, charged=receipt.charged, waived=receipt.waived)
