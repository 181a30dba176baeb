"""Persons: people who own wallets."""

from datetime import datetime

import strawberry

from domain.persons import Locale, PersonStatus
from schema.enums import show
from schema.nodes import Node

__all__ = ["Locale"]

show(
    PersonStatus,
    "PersonStatus",
    "Whether a person may come in. Anything but ACTIVE is refused at the door, live feeds included.",
    {
        PersonStatus.ACTIVE: "They may come in.",
        PersonStatus.SUSPENDED: "An operator keeps them out, until an instant or until they are reinstated.",
        PersonStatus.TERMINATED: "An operator ended the account, for good.",
        PersonStatus.DELETED: "They had their account deleted.",
    },
)


show(
    Locale,
    "Locale",
    "A language of notices and e-mails, with its BCP 47 tag.",
    {Locale.ENGLISH: "English: `en`.", Locale.SIMPLIFIED_CHINESE: "Simplified Chinese: `zh-Hans`."},
)


@strawberry.type(description="A person: the owner of one wallet in each workspace that they work in.")
class Person(Node):
    """A person."""

    display_name: str = strawberry.field(description="What they are called on pages.")
    email: str | None = strawberry.field(
        description="Their verified e-mail address; null: there is none, or it is not for this viewer."
    )
    status: PersonStatus | None = strawberry.field(
        description="Whether they may come in; null: not for this viewer, who is neither they nor an operator."
    )
    status_reason: str | None = strawberry.field(
        description="What the operator said who changed it; null: nothing, or it is not for this viewer."
    )
    status_until: datetime | None = strawberry.field(
        description="When a suspension ends by itself; null: it does not, there is none, or it is not for this viewer."
    )
    locale: Locale | None = strawberry.field(
        description="The language of notices and e-mails to them; null: not for this viewer."
    )
    time_zone: str | None = strawberry.field(
        description="IANA name of the zone that instants are shown in to them; null: not for this viewer."
    )
    default_workspace_id: strawberry.ID | None = strawberry.field(
        description="The workspace in which their pages begin; null: the personal one, or it is not for this viewer."
    )
    created_at: datetime | None = strawberry.field(
        description="When they came, as a guest perhaps; null: not for this viewer."
    )
