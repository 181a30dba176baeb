"""Tables `invitations` and `invitation_uses`: links by which people join an organisation (B4, B5)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class Invitation(Model):
    """A link. Of its token only the SHA-256 is kept. `uses_max` None: as many as there are seats."""

    id: UUID = fields.UUIDField(primary_key=True)
    organisation_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    token_hash: bytes = fields.BinaryField()
    created_by: UUID = fields.UUIDField()
    created_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    uses_max: int | None = fields.IntField(null=True)
    uses: int = fields.IntField()
    email: str | None = fields.TextField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)
    revoked_by: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "invitations"
        unique_together = (("id", "workspace_id"),)


class InvitationUse(Model):
    """Somebody joined by a link, once or again."""

    id: UUID = fields.UUIDField(primary_key=True)
    invitation_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    person_id: UUID = fields.UUIDField()
    used_at: datetime = fields.DatetimeField()

    class Meta:
        table = "invitation_uses"
