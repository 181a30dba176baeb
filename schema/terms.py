"""Terms: their versions, and who accepted which (A6)."""

from datetime import datetime
from typing import Protocol

import strawberry

from schema.fields import field
from schema.texts import LocalizedText


class Asked(Protocol):
    """What these types ask the context for."""

    async def terms_body(self, terms: "TermsVersion") -> LocalizedText:
        """Find what a version says."""


Info = strawberry.Info[Asked, None]


@strawberry.type(description="A version of the terms. Once published it never changes.")
class TermsVersion:
    """A version of the terms."""

    version: int = strawberry.field(description="Its number: 1, 2, 3 …")
    title: LocalizedText = strawberry.field(description="What it is called.")
    material: bool = strawberry.field(
        description="Whether it changes something that matters to people, so that all were told of it."
    )
    published_at: datetime = strawberry.field(description="When it was published.")
    effective_at: datetime = strawberry.field(
        description="When it takes effect. Whoever acts from then on accepts it, which is recorded."
    )

    @field
    async def body(self, info: Info) -> LocalizedText:
        """What it says, as plain text."""
        return await info.context.terms_body(self)


@strawberry.type(description="The terms: what is in force, what will be, what was.")
class Terms:
    """The terms at this instant."""

    current: TermsVersion | None = strawberry.field(description="The version in force; null: there are no terms yet.")
    upcoming: list[TermsVersion] = strawberry.field(description="Versions that will take effect, the next one first.")
    history: list[TermsVersion] = strawberry.field(
        description="All versions, the newest first: those to come, the one in force, and those before it."
    )


@strawberry.type(description="That a person accepted a version of the terms, by their first act under it.")
class TermsAcceptance:
    """An acceptance."""

    terms: TermsVersion = strawberry.field(description="What was accepted.")
    accepted_at: datetime = strawberry.field(description="When that act was.")
