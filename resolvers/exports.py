"""Views of exports, and asking for one."""

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.authorization import permit
from domain.exports import ExportState
from resolvers import ids
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.exports import Export, RequestExportInput, RequestExportPayload
from schema.scalars import Amount
from services import exports
from services.exports import ExportRow


async def request_export(operation: Operation, asked: RequestExportInput) -> RequestExportPayload:
    """Ask for an archive."""
    permit(operation.principal, "Mutation.requestExport")
    done = await exports.request_export(operation.runtime, operation.principal, asked.idempotency_key)
    result = done.result
    return RequestExportPayload(
        export=_view(result.export) if result.export else None,
        replayed=done.replayed,
        errors=[refusal_view(operation.catalog, result.refused)] if result.refused else [],
    )


async def viewer_exports(operation: Operation) -> list[Export]:
    """List the caller's exports."""
    return [_view(row) for row in await exports.exports_of_viewer(operation.runtime, operation.principal)]


async def find_export(operation: Operation, id_: str) -> Export | None:
    """Find one of the caller's exports by its id."""
    uuid = ids.read(ids.EXPORT, id_)
    row = await exports.export(operation.runtime, operation.principal, uuid) if uuid else None
    return _view(row) if row else None


def _view(row: ExportRow) -> Export:
    id_ = ids.write(ids.EXPORT, row.id)
    return Export(
        id=id_,
        state=row.state,
        progress=row.progress,
        size=None if row.size is None else Amount(row.size * THOUSANDTHS_PER_UNIT),
        sha256=row.sha256,
        path=f"/exports/{id_}" if row.state is ExportState.READY else None,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        expires_at=row.expires_at,
    )
