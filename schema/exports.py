"""Exports: taking along everything that is held about oneself."""

from datetime import datetime

import strawberry

from domain.exports import ExportState
from schema.enums import show
from schema.nodes import Node
from schema.refusals import Refusal
from schema.scalars import Amount

show(
    ExportState,
    "ExportState",
    "How far an export is.",
    {
        ExportState.QUEUED: "It was asked for, and waits.",
        ExportState.RUNNING: "It is being made.",
        ExportState.READY: "It can be downloaded until `expiresAt`, or until the next one is ready.",
        ExportState.FAILED: "It could not be made. Ask for another.",
        ExportState.EXPIRED: "It was ready, and is deleted.",
    },
)


@strawberry.type(
    description=(
        "An archive of everything that is held about a person: a ZIP file of JSON Lines, one for each kind of data, "
        "and `manifest.json` with the number of rows and the SHA-256 of each file."
    )
)
class Export(Node):
    """An export."""

    state: ExportState = strawberry.field(description="How far it is.")
    progress: int = strawberry.field(
        description=(
            "How much of it is made, in percent: 0, 25, 50, 75 or 100. The feed of the personal workspace tells each "
            "in a notice of kind `EXPORT_PROGRESS`."
        )
    )
    size: Amount | None = strawberry.field(
        description="Size of the archive; the unit is the byte. Null: it never was ready."
    )
    sha256: str | None = strawberry.field(
        description="SHA-256 of the archive, 64 hexadecimal digits; null: it never was ready."
    )
    path: str | None = strawberry.field(
        description=(
            "Where to download it from this server, with the same credential: `/exports/exp_…`; null: it cannot be "
            "downloaded."
        )
    )
    requested_at: datetime = strawberry.field(description="When it was asked for.")
    finished_at: datetime | None = strawberry.field(description="When it was ready or failed; null: it is not.")
    expires_at: datetime | None = strawberry.field(description="When it is deleted; null: it never was ready.")


@strawberry.input(description="Asks for an archive of everything that is held about the viewer.")
class RequestExportInput:
    """Input of `Mutation.requestExport`."""

    idempotency_key: str = strawberry.field(
        description=(
            "Names this request, 1 to 255 printable characters, such as a new UUID. Asked again with the same key "
            "within days, nothing happens again, and the original result is the answer."
        )
    )


@strawberry.type(description="What came of `requestExport`: an export, or refusals.")
class RequestExportPayload:
    """Payload of `Mutation.requestExport`."""

    export: Export | None = strawberry.field(
        description="The export that is being made; the one that was at work already, if there was one; null: refused."
    )
    replayed: bool = strawberry.field(
        description="Whether this is the result of an earlier request with the same key, and nothing happened now."
    )
    errors: list[Refusal] = strawberry.field(description="Why it was refused; empty: it was done.")
