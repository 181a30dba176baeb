"""Persons."""

from uuid import UUID, uuid4

from models.persons import Person, PersonStatus
from tests.factories.clock import NOW


async def make_person(name: str = "Ada", status: PersonStatus = PersonStatus.ACTIVE) -> UUID:
    """A person without a workspace."""
    person = await Person.create(id=uuid4(), display_name=name, status=status, created_at=NOW)
    return person.id


async def set_status(person_id: UUID, status: PersonStatus) -> None:
    await Person.filter(id=person_id).update(status=status)
