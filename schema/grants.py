"""Grants: what a wallet was given, and what was drawn from it."""

from datetime import datetime

import strawberry

from domain.grants import GrantKind
from domain.meters import Pool
from schema.enums import show
from schema.meters import Meter
from schema.scalars import Amount

__all__ = ["Draw", "Grant", "GrantChange", "GrantKind"]

show(
    GrantKind,
    "GrantKind",
    "Where a grant comes from. Bonus is drawn before plan, plan before purchased; among equals, what ends first.",
    {
        GrantKind.SIGN_UP: "Bonus: given once for signing up.",
        GrantKind.REFERRAL: "Bonus: given for bringing somebody.",
        GrantKind.PROMOTIONAL: "Bonus: given by a promotion.",
        GrantKind.ADJUSTMENT: "Bonus: given by an operator to put something right.",
        GrantKind.GUEST: "Bonus: the free messages of a guest.",
        GrantKind.PLAN: "Plan: one period of a quota.",
        GrantKind.PURCHASED: "Purchased: bought; does not end while the account is active.",
    },
)


@strawberry.type(description="An amount that a wallet was given at once.")
class Grant:
    """A grant, as it was given."""

    number: int = strawberry.field(description="Its number in its wallet: 1, 2, 3 … Receipts name grants by it.")
    kind: GrantKind = strawberry.field(description="Where it comes from.")
    meter: Meter = strawberry.field(description="What was given.")
    pool: Pool = strawberry.field(description="Which limit of the meter it feeds.")
    granted: Amount = strawberry.field(description="The amount given, in `unit`.")
    unit: str = strawberry.field(description="Unit of the amount: the meter's.")
    source: str = strawberry.field(
        description="What gave it, such as a plan with its version, `plan:plus@1`; empty where the kind says all."
    )
    starts_at: datetime = strawberry.field(description="From when on it can be drawn, inclusive.")
    ends_at: datetime | None = strawberry.field(
        description="Until when it can be drawn, exclusive; the rest lapses then. Null: for ever."
    )


@strawberry.type(description="What an entry changed in one grant. Each figure is a difference, in the meter's unit.")
class GrantChange:
    """A change of one grant. The figures add up to 0."""

    grant_number: int = strawberry.field(description="Number of the grant in its wallet.")
    used: Amount = strawberry.field(description="Added to what is used, in the meter's unit.")
    held: Amount = strawberry.field(
        description="Added to what is set aside for running tasks, in the meter's unit; negative: set free."
    )
    remaining: Amount = strawberry.field(
        description="Added to what is left, in the meter's unit; negative: drawn from it."
    )
    lapsed: Amount = strawberry.field(description="Added to what expired or was revoked, in the meter's unit.")
    ends: bool = strawberry.field(description="Whether the grant ends with this entry, for good.")


@strawberry.type(description="An amount taken from one grant.")
class Draw:
    """A draw."""

    grant_number: int = strawberry.field(description="Number of the grant in its wallet.")
    amount: Amount = strawberry.field(description="The amount taken, in the meter's unit.")
