"""Persons."""

from uuid import UUID, uuid4

from domain.persons import PersonStatus
from models.persons import Person
from tests.factories.clock import NOW


async def make_person(name: str = "Ada", status: PersonStatus = PersonStatus.ACTIVE) -> UUID:
    """A person without a workspace."""
    person = await Person.create(id=uuid4(), display_name=name, status=status, created_at=NOW)
    return person.id


async def make_people(count: int) -> list[UUID]:
    """Many persons at once."""
    people = [Person(id=uuid4(), display_name="Ada", status=PersonStatus.ACTIVE, created_at=NOW) for _ in range(count)]
    await Person.bulk_create(people)
    return [person.id for person in people]


async def set_status(person_id: UUID, status: PersonStatus) -> None:
    await Person.filter(id=person_id).update(status=status)
