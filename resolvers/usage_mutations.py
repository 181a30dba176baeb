"""Reporting usage in one step."""

from domain.authorization import permit
from domain.refusals import Refusal
from resolvers import ids
from resolvers.entries import entry_view
from resolvers.operation import Operation
from resolvers.refusals import NO_WALLET, refusal_view
from schema.usage_mutations import ConsumeInput, ConsumePayload
from services import usage
from services.key_use import check_payer
from services.posting import Outcome
from services.usage import UsageReport


async def consume(operation: Operation, asked: ConsumeInput) -> ConsumePayload:
    """Charge usage."""
    permit(operation.principal, "Mutation.consume")
    check_payer(operation.principal, asked.wallet_id, asked.api_key)
    wallet_id = ids.read(ids.WALLET, asked.wallet_id) if asked.wallet_id is not None else None
    outcome: Outcome = NO_WALLET
    if wallet_id or asked.api_key is not None:
        report = UsageReport(
            wallet_id,
            asked.product,
            asked.quantity,
            asked.surface,
            asked.client,
            asked.api_key,
            asked.client_proof,
            asked.client_address,
        )
        outcome = await usage.consume(operation.runtime, operation.principal, report, asked.idempotency_key)
    if isinstance(outcome, Refusal):
        refusal = refusal_view(operation.catalog, outcome)
        return ConsumePayload(entry=None, balance=None, replayed=False, errors=[refusal])
    entry = entry_view(operation.catalog, outcome.wallet_id, outcome.entry) if outcome.entry else None
    return ConsumePayload(entry=entry, balance=entry.balance if entry else None, replayed=outcome.replayed, errors=[])
