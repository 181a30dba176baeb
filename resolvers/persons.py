"""Views of persons."""

from uuid import UUID

from resolvers import ids
from resolvers.operation import Operation
from schema.persons import Person


async def person(operation: Operation, id_: UUID) -> Person | None:
    """Load a person."""
    name = await operation.loaders.persons.load(id_)
    return None if name is None else Person(id=ids.write(ids.PERSON, id_), display_name=name)


async def find_person(operation: Operation, id_: str) -> Person | None:
    """Find a person by their id."""
    uuid = ids.read(ids.PERSON, id_)
    return await person(operation, uuid) if uuid else None
