"""Reporting usage in one step (F4)."""

from dataclasses import dataclass
from uuid import UUID

from domain.authorization import permit
from domain.commands import Consume
from domain.errors import Forbidden, InvalidInput
from domain.principals import Caller, Principal
from domain.usage import Surface, Usage, check_quantity
from services.posting import Outcome, Posting
from services.requests import priced, reporter, requested
from services.runtime import Runtime

CLIENT_CHARACTERS_MAX = 100


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What a service reports for a wallet: `quantity` in thousandths of the product's unit; `client` is the program."""

    wallet_id: UUID
    product: str
    quantity: int
    surface: Surface
    client: str | None = None


async def consume(runtime: Runtime, principal: Principal, report: UsageReport, key: str) -> Outcome:
    """Charge usage: a service reports it for any wallet that it may see, a guest sends the free messages of their own.

    Raises:
        Unauthenticated, Forbidden: the caller may not report usage.
        InvalidInput: names the field.
        Overloaded: try again later.
    """
    permit(principal, "Mutation.consume")
    if principal.caller is Caller.GUEST and report.product != runtime.catalog.policies.guest_product:
        raise Forbidden(f"Guests use {runtime.catalog.policies.guest_product} only. Sign up to use everything else.")
    product, rule = priced(runtime.catalog, report.product)
    check_quantity(product, report.quantity, field=("input", "quantity"), least=1)
    command = Consume(usage_of(report, principal), rule, runtime.catalog.policies.enterprise_surfaces)
    return await runtime.poster.submit(
        Posting(command, report.wallet_id, reporter(principal), requested(key, "consume", facts_of(report)))
    )


def usage_of(report: UsageReport, principal: Principal) -> Usage:
    """Turn a report into recorded usage.

    Raises:
        InvalidInput: the client's name is empty, too long, or holds control characters.
    """
    client = report.client
    if client is not None and not (1 <= len(client) <= CLIENT_CHARACTERS_MAX and client.isprintable()):
        raise InvalidInput(("input", "client"), f"must be 1 to {CLIENT_CHARACTERS_MAX} printable characters")
    return Usage(report.product, report.quantity, report.surface, client, principal.credential)


def facts_of(report: UsageReport) -> dict[str, object]:
    """List what makes two reports the same request: all that the caller said."""
    return {
        "wallet": report.wallet_id,
        "product": report.product,
        "quantity": report.quantity,
        "surface": report.surface,
        "client": report.client,
    }
