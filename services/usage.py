"""Reporting usage in one step (F4)."""

from dataclasses import replace

from domain.authorization import permit
from domain.commands import Consume
from domain.errors import Forbidden, InvalidInput
from domain.principals import Caller, Principal
from domain.refusals import Refusal
from domain.traits import normal_address
from domain.usage import Usage, check_quantity
from services.key_use import Payer, note_use, payer_of
from services.posting import Outcome, Posting
from services.requests import priced, reporter, requested
from services.runtime import Runtime
from services.usage_reports import UsageReport

__all__ = ["UsageReport"]

CLIENT_CHARACTERS_MAX = 100


async def consume(runtime: Runtime, principal: Principal, report: UsageReport, key: str) -> Outcome:
    """Charge usage: a service reports it for any wallet that it may see, a guest sends the free messages of their own.

    By API key it is at most one statement more, and once a minute another one, which notes the key's use.

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
    usage = usage_of(report, principal)
    payer = await payer_of(runtime, principal, report)
    if isinstance(payer, Refusal):
        return payer
    command = Consume(by_key(usage, payer), rule, runtime.catalog.policies.enterprise_surfaces)
    asked = requested(key, "consume", facts_of(report, payer))
    outcome = await runtime.poster.submit(Posting(command, payer.wallet_id, reporter(principal), asked))
    await note_use(runtime, payer, report)
    return outcome


def usage_of(report: UsageReport, principal: Principal) -> Usage:
    """Turn a report into recorded usage.

    Raises:
        InvalidInput: the client's name is empty, too long, or holds control characters; its address is none.
    """
    client = report.client
    if client is not None and not (1 <= len(client) <= CLIENT_CHARACTERS_MAX and client.isprintable()):
        raise InvalidInput(("input", "client"), f"must be 1 to {CLIENT_CHARACTERS_MAX} printable characters")
    if report.address is not None and normal_address(report.address) is None:
        raise InvalidInput(("input", "clientAddress"), "must be an IP address, such as 192.0.2.1 or 2001:db8::1")
    return Usage(report.product, report.quantity, report.surface, client, principal.credential)


def by_key(usage: Usage, payer: Payer) -> Usage:
    """Let the receipt name the API key, where one was used, rather than the service that passed it on."""
    return replace(usage, credential=payer.key.id) if payer.key else usage


def facts_of(report: UsageReport, payer: Payer) -> dict[str, object]:
    """List what makes two reports the same request: all that the caller said; of an API key its id alone."""
    facts: dict[str, object] = {
        "wallet": payer.wallet_id,
        "product": report.product,
        "quantity": report.quantity,
        "surface": report.surface,
        "client": report.client,
    }
    return facts | {"apiKey": payer.key.id} if payer.key else facts
