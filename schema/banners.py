"""Banners: what everybody is shown (A6, A7)."""

from datetime import datetime
from enum import StrEnum

import strawberry

from schema.enums import show
from schema.nodes import Node
from schema.texts import LocalizedText


class BannerKind(StrEnum):
    """What a banner announces."""

    TERMS = "TERMS"
    PRICE = "PRICE"
    DISCONTINUATION = "DISCONTINUATION"
    INFORMATION = "INFORMATION"


show(
    BannerKind,
    "BannerKind",
    "What a banner announces.",
    {
        BannerKind.TERMS: "New terms.",
        BannerKind.PRICE: "A price changes.",
        BannerKind.DISCONTINUATION: "A plan or a feature ends.",
        BannerKind.INFORMATION: "Something else that everybody should know.",
    },
)


@strawberry.type(description="A text that everybody is shown, for some time.")
class Banner(Node):
    """A banner."""

    kind: BannerKind = strawberry.field(description="What it announces.")
    text: LocalizedText = strawberry.field(description="What it says.")
    effective_at: datetime | None = strawberry.field(
        description="When what it announces takes effect; null: it has no date."
    )
    starts_at: datetime = strawberry.field(description="From when on it is shown.")
    ends_at: datetime | None = strawberry.field(description="Until when it is shown, exclusive; null: no end is set.")
