"""Tables `referral_codes` and `referrals`: who brought whom, and what they got for it (D4)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class ReferralCode(Model):
    """A person's code, made when it is first asked for."""

    person_id: UUID = fields.UUIDField(primary_key=True)
    code: fields.Field[str] = fields.CharField(max_length=16, unique=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "referral_codes"


class Referral(Model):
    """Somebody signed up with somebody's code: once per referred person. Rewards are instants; None: not given."""

    id: UUID = fields.UUIDField(primary_key=True)
    referrer_id: UUID = fields.UUIDField()
    referred_id: UUID = fields.UUIDField(unique=True)
    code: fields.Field[str] = fields.CharField(max_length=16)
    attributed_at: datetime = fields.DatetimeField()
    rejected_because: fields.Field[str | None] = fields.CharField(max_length=32, null=True)
    sign_up_rewarded_at: datetime | None = fields.DatetimeField(null=True)
    payment_rewarded_at: datetime | None = fields.DatetimeField(null=True)
    reversed_at: datetime | None = fields.DatetimeField(null=True)
    reversed_because: str | None = fields.TextField(null=True)

    class Meta:
        table = "referrals"
