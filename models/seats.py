"""Tables `seats`, `seat_changes`, `seat_periods`: who holds what an organisation has bought (B6, B8)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.seats import SeatChangeKind


class Seat(Model):
    """A seat, in existence in `[starts_at, ends_at)`. Its status is never stored: `domain.seats.seat_status`.

    From `release_at` on `person_id` holds it no more, whether or not the settlement has been written.
    """

    id: UUID = fields.UUIDField(primary_key=True)
    organisation_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    number: int = fields.IntField()
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime | None = fields.DatetimeField(null=True)
    person_id: UUID | None = fields.UUIDField(null=True)
    assigned_at: datetime | None = fields.DatetimeField(null=True)
    release_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "seats"
        unique_together = (("organisation_id", "number"), ("id", "workspace_id"))


class SeatChange(Model):
    """One thing that happened to a seat; append-only. `actor`: who did it; None: it fell due."""

    id: UUID = fields.UUIDField(primary_key=True)
    seat_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    at: datetime = fields.DatetimeField()
    kind: fields.Field[SeatChangeKind] = fields.CharEnumField(SeatChangeKind, max_length=16)
    person_id: UUID | None = fields.UUIDField(null=True)
    actor: UUID | None = fields.UUIDField(null=True)
    order_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "seat_changes"


class SeatPeriod(Model):
    """A seat gave this person the benefits of the monthly period that starts then: nobody else gets them (B8)."""

    id: UUID = fields.UUIDField(primary_key=True)
    seat_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    person_id: UUID = fields.UUIDField()
    period_start: datetime = fields.DatetimeField()

    class Meta:
        table = "seat_periods"
        unique_together = (("seat_id", "period_start"), ("workspace_id", "person_id", "period_start"))
