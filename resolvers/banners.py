"""Views of banners."""

from resolvers import ids
from resolvers.operation import Operation
from resolvers.texts import text_view
from schema.banners import Banner, BannerKind
from services import banners as service
from services.banners import BannerRow


def banner_view(row: BannerRow) -> Banner:
    """Show a banner."""
    return Banner(
        id=ids.write(ids.BANNER, row.id),
        kind=BannerKind(row.kind),
        text=text_view(row.text),
        effective_at=row.effective_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


async def banners(operation: Operation) -> list[Banner]:
    """List what is shown now."""
    return [banner_view(row) for row in await service.banners_now(operation.runtime, operation.principal)]


async def find_banner(operation: Operation, id_: str) -> Banner | None:
    """Find a banner by its id."""
    uuid = ids.read(ids.BANNER, id_)
    row = await service.banner(operation.runtime, uuid) if uuid else None
    return banner_view(row) if row else None
