"""Operators publish terms and announce changes."""

from domain.authorization import permit
from domain.changes import Change
from domain.terms import TermsDraft
from resolvers import ids
from resolvers.banners import find_banner
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from resolvers.terms import terms_view
from resolvers.texts import text_of
from schema.banners import Banner
from schema.publications import AnnounceChangeInput, AnnounceChangePayload, PublishTermsInput, PublishTermsPayload
from services.changes import announce_change as announce
from services.publishing import Published
from services.terms import publish_terms as publish
from services.terms import terms_versions


async def publish_terms(operation: Operation, asked: PublishTermsInput) -> PublishTermsPayload:
    """Publish the next version of the terms."""
    permit(operation.principal, "Mutation.publishTerms")
    draft = TermsDraft(text_of(asked.title), text_of(asked.body), asked.material, asked.effective_at)
    done = await publish(operation.runtime, operation.principal, draft, asked.reason, asked.idempotency_key)
    if refused := done.result.refused:
        errors = [refusal_view(operation.catalog, refused)]
        return PublishTermsPayload(terms=None, banner=None, replayed=done.replayed, errors=errors)
    rows = await terms_versions(operation.runtime, operation.principal)
    terms = next(terms_view(row) for row in rows if row.version == done.result.version)
    banner = await _banner(operation, done.result)
    return PublishTermsPayload(terms=terms, banner=banner, replayed=done.replayed, errors=[])


async def announce_change(operation: Operation, asked: AnnounceChangeInput) -> AnnounceChangePayload:
    """Announce a change."""
    permit(operation.principal, "Mutation.announceChange")
    change = Change(asked.kind, text_of(asked.text), asked.effective_at)
    done = await announce(operation.runtime, operation.principal, change, asked.reason, asked.idempotency_key)
    if refused := done.result.refused:
        errors = [refusal_view(operation.catalog, refused)]
        return AnnounceChangePayload(banner=None, replayed=done.replayed, errors=errors)
    banner = await _banner(operation, done.result)
    return AnnounceChangePayload(banner=banner, replayed=done.replayed, errors=[])


async def _banner(operation: Operation, published: Published) -> Banner | None:
    return await find_banner(operation, ids.write(ids.BANNER, published.banner_id)) if published.banner_id else None
