"""Explaining entries and refusals in words, in the reader's language (F7, C5)."""

from uuid import UUID

import msgspec

from domain import explanations, explanations_zh
from domain.authorization import permit
from domain.grants import Grant
from domain.persons import Locale
from domain.principals import Principal
from domain.wording import Words
from services.history import EntryRow, entry
from services.refusal_reads import RefusalRow, refusal
from services.runtime import Runtime

_GRANTS = "SELECT row_to_json(g) FROM grants g WHERE g.wallet_id = $1 AND g.number = ANY ($2::int[])"
_GRANT = msgspec.json.Decoder(Grant)
_LOCALE = "SELECT locale FROM persons WHERE id = $1"
_IN_WORDS = {Locale.ENGLISH: explanations.explain, Locale.SIMPLIFIED_CHINESE: explanations_zh.explain}
_REFUSAL_IN_WORDS = {
    Locale.ENGLISH: explanations.explain_refusal,
    Locale.SIMPLIFIED_CHINESE: explanations_zh.explain_refusal,
}


async def explain_entry(
    runtime: Runtime, principal: Principal, wallet_id: UUID, number: int, locale: Locale | None = None
) -> tuple[EntryRow, str] | None:
    """Tell in words what an entry did and why; None: there is no such entry for this caller.

    Args:
        runtime: what to work with.
        principal: the caller.
        wallet_id: the entry's wallet.
        number: the entry's number.
        locale: the language; None: the caller's own, for a service English.
    """
    permit(principal, "Query.explainEntry")
    row = await entry(runtime, principal, wallet_id, number)
    if row is None:
        return None
    told = row.entry
    numbers = {change.grant for change in told.changes}
    numbers |= {draw.grant for draw in told.task.draws} if told.task else set()
    rows = await runtime.database.pool.fetch(_GRANTS, wallet_id, list(numbers)) if numbers else []
    grants = {grant.number: grant for grant in (_GRANT.decode(record[0]) for record in rows)}
    explain = _IN_WORDS[locale or await _locale_of(runtime, principal)]
    return row, explain(told, _words(runtime), grants)


async def explain_refusal(
    runtime: Runtime, principal: Principal, id_: UUID, locale: Locale | None = None
) -> tuple[RefusalRow, str] | None:
    """Tell in words why something was refused; None: there is no such refusal for this caller, or none any more.

    Args:
        runtime: what to work with.
        principal: the caller.
        id_: the refusal's id.
        locale: as that of `explain_entry`.
    """
    permit(principal, "Query.explainRefusal")
    row = await refusal(runtime, principal, id_)
    if row is None:
        return None
    explain = _REFUSAL_IN_WORDS[locale or await _locale_of(runtime, principal)]
    return row, explain(row.refusal, _words(runtime))


async def _locale_of(runtime: Runtime, principal: Principal) -> Locale:
    if principal.person_id is None:
        return Locale.ENGLISH
    return Locale(await runtime.database.pool.fetchval(_LOCALE, principal.person_id) or Locale.ENGLISH)


def _words(runtime: Runtime) -> Words:
    return Words(runtime.catalog.meters, runtime.catalog.products)
