"""Views of usage history."""

from datetime import datetime

import strawberry

from domain.authorization import permit_role
from domain.catalog import Catalog
from domain.ids import public_id
from domain.usage_history import UsageGrouping
from resolvers import ids
from resolvers.meters import meter_view
from resolvers.operation import Operation
from schema import usage_history as shown
from schema.organisations import Organization
from schema.scalars import Amount
from schema.wallets import Wallet
from services.usage_history import UsageAsked, UsageRow, wallet_usage, workspace_usage

CREDENTIAL = "crd"


async def usage_of(
    operation: Operation, wallet: Wallet, start: datetime, end: datetime, by: list[UsageGrouping]
) -> list[shown.UsageRow]:
    """Sum up a wallet's usage.

    Raises:
        InvalidInput: names the argument.
    """
    asked = UsageAsked(start, end, frozenset(by))
    rows = await wallet_usage(operation.runtime, operation.principal, wallet.uuid, asked)
    return [_view(operation.catalog, row) for row in rows]


async def usage_in(
    operation: Operation, organization: Organization, start: datetime, end: datetime, by: list[UsageGrouping]
) -> shown.UsageReport:
    """Sum up the usage of all members of an organization.

    Raises:
        Forbidden: the viewer does not administer it.
        InvalidInput: names the argument.
    """
    permit_role(organization.viewer_role, "Organization.usage")
    asked = UsageAsked(start, end, frozenset(by))
    rows = await workspace_usage(operation.runtime, operation.principal, organization.workspace_uuid, asked)
    return shown.UsageReport(rows=[_view(operation.catalog, row) for row in rows])


def _view(catalog: Catalog, row: UsageRow) -> shown.UsageRow:
    meter, credential = meter_view(catalog, row.meter), row.credential
    return shown.UsageRow(
        start=row.start,
        meter=meter,
        product=row.product,
        surface=row.surface,
        client=row.client,
        credential_id=strawberry.ID(public_id(CREDENTIAL, credential)) if credential else None,
        api_key_id=ids.write(ids.API_KEY, credential) if credential and row.of_api_key else None,
        task_id=ids.write(ids.TASK, row.task_id) if row.task_id else None,
        person_id=ids.write(ids.PERSON, row.person_id) if row.person_id else None,
        quantity=None if row.quantity is None else Amount(row.quantity),
        charged=Amount(row.charged),
        unit=meter.unit,
        charges=row.charges,
    )
