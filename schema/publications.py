"""What operators publish: terms, and announcements of changes (A6, A7)."""

from datetime import datetime

import strawberry

from domain.changes import ChangeKind
from schema.banners import Banner
from schema.enums import show
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD
from schema.terms import TermsVersion
from schema.texts import LocalizedTextInput

_REASON_TOLD = "Why, in 1 to 500 printable characters: it is recorded."

show(
    ChangeKind,
    "ChangeKind",
    "What changes.",
    {
        ChangeKind.PRICE: "A price. It takes effect after a time of notice that is policy, 30 days at first.",
        ChangeKind.DISCONTINUATION: "A plan or a feature ends, at a date that must be given.",
        ChangeKind.INFORMATION: "Something else that everybody should know; it needs no date.",
    },
)


@strawberry.input(description="The next version of the terms.")
class PublishTermsInput:
    """Input of `Mutation.publishTerms`."""

    title: LocalizedTextInput = strawberry.field(description="What it is called: 1 to 200 characters in one line.")
    body: LocalizedTextInput = strawberry.field(description="What it says: plain text of 1 to 200000 characters.")
    material: bool = strawberry.field(
        description="Whether it changes something that matters to people: then all are told, by banner and e-mail, too."
    )
    effective_at: datetime | None = strawberry.field(
        default=None, description="When it takes effect, not in the past; null: at once."
    )
    reason: str = strawberry.field(description=_REASON_TOLD)
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `publishTerms`: the version, or refusals.")
class PublishTermsPayload:
    """Payload of `Mutation.publishTerms`."""

    terms: TermsVersion | None = strawberry.field(description="The version; null: refused.")
    banner: Banner | None = strawberry.field(
        description="The banner that announces it; null: refused, or the change is not material."
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="A change that everybody is told of.")
class AnnounceChangeInput:
    """Input of `Mutation.announceChange`."""

    kind: ChangeKind = strawberry.field(description="What changes.")
    text: LocalizedTextInput = strawberry.field(
        description="What changes, in words: 1 to 500 characters in one line. The date is added to it."
    )
    effective_at: datetime | None = strawberry.field(
        default=None, description="When it takes effect; null: it has no date, which only `INFORMATION` may do without."
    )
    reason: str = strawberry.field(description=_REASON_TOLD)
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `announceChange`: the banner, or refusals.")
class AnnounceChangePayload:
    """Payload of `Mutation.announceChange`."""

    banner: Banner | None = strawberry.field(description="The banner that announces it; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)
