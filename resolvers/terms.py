"""Views of the terms, and of who accepted them."""

from domain.terms import version_in_force
from resolvers.operation import Operation
from resolvers.texts import text_view
from schema.terms import Terms, TermsAcceptance, TermsVersion
from schema.texts import LocalizedText
from services.terms import TermsRow, accepted_terms, terms_versions


def terms_view(row: TermsRow) -> TermsVersion:
    """Show a version."""
    return TermsVersion(
        version=row.version,
        title=text_view(row.title),
        material=row.material,
        published_at=row.published_at,
        effective_at=row.effective_at,
    )


async def terms(operation: Operation) -> Terms:
    """Show the terms as they are at this instant."""
    rows = await terms_versions(operation.runtime, operation.principal)
    now = operation.runtime.clock()
    current = version_in_force(((row.version, row.effective_at) for row in rows), now)
    ahead = [row for row in rows if row.effective_at > now and row.version > (current or 0)]
    in_force = next((row for row in rows if row.version == current), None)
    return Terms(
        current=terms_view(in_force) if in_force else None,
        upcoming=[terms_view(row) for row in sorted(ahead, key=lambda row: (row.effective_at, row.version))],
        history=[terms_view(row) for row in rows],
    )


async def terms_body(operation: Operation, of: TermsVersion) -> LocalizedText:
    """Find what a version says."""
    body = await operation.loaders.terms_bodies.load(of.version)
    if body is None:
        raise LookupError(f"version {of.version} of the terms is gone")
    return text_view(body)


async def viewer_accepted_terms(operation: Operation) -> list[TermsAcceptance]:
    """List what the caller accepted."""
    rows = await accepted_terms(operation.runtime, operation.principal)
    return [TermsAcceptance(terms=terms_view(row), accepted_at=accepted_at) for row, accepted_at in rows]
