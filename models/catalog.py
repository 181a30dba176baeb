"""Table `catalog_versions`: every version of every catalog document ever loaded, immutable (A7)."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model


class CatalogVersion(Model):
    """Primary key (document, version); `content` is the TOML text as it was loaded."""

    document: str = fields.TextField()
    version: int = fields.IntField(primary_key=True, generated=False)
    content: str = fields.TextField()
    sha256: bytes = fields.BinaryField()
    loaded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "catalog_versions"
