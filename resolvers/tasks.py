"""Views of tasks."""

from uuid import UUID

from domain import tasks as domain
from domain.catalog import Catalog
from resolvers import ids
from resolvers.meters import meter_view
from resolvers.operation import Operation
from schema.scalars import Amount
from schema.tasks import Task


def task_view(catalog: Catalog, task: domain.Task) -> Task:
    """Show a task."""
    meter, usage = meter_view(catalog, task.rule.meter), task.usage
    return Task(
        id=ids.write(ids.TASK, task.id),
        status=task.status,
        product=usage.product,
        surface=usage.surface,
        client=usage.client,
        estimate=Amount(usage.quantity),
        held=Amount(task.held),
        meter=meter,
        unit=meter.unit,
        started_at=task.started_at,
        expires_at=task.expires_at,
        resolved_at=task.resolved_at,
    )


async def running_tasks(operation: Operation, wallet_id: UUID) -> list[Task]:
    """List the running tasks of a wallet, the oldest first."""
    found = await operation.loaders.running_tasks.load(wallet_id)
    return [task_view(operation.catalog, task) for task in found or ()]


async def find_task(operation: Operation, id_: str) -> Task | None:
    """Find a task by its id."""
    uuid = ids.read(ids.TASK, id_)
    found = await operation.loaders.tasks.load(uuid) if uuid else None
    return task_view(operation.catalog, found[1]) if found else None
