"""Base of the ledger's tables: the ORM reads them, and only the poster writes them (`models.ledger_write`)."""

from typing import NoReturn

from tortoise.models import Model


class WrittenByPoster(Model):
    """A row of the ledger. The ORM sees the last column only of a composite primary key: filter by wallet."""

    class Meta:
        abstract = True

    async def save(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse: the ledger has one way in (DESIGN.md §3)."""
        raise TypeError("the ledger is written by services.posting alone")

    async def delete(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse: nothing of the ledger is ever deleted (F1)."""
        raise TypeError("the ledger is append-only")
