"""What the context answers about the past: usage, and what was refused."""

from datetime import datetime

from domain.persons import Locale
from domain.usage_history import UsageGrouping
from resolvers import recorded_refusals, usage_history
from resolvers.errors import telling
from resolvers.operation import Operation
from schema.organisations import Organization
from schema.pages import PageAsked
from schema.recorded_refusals import RefusalConnection, RefusalExplanation
from schema.usage_history import UsageReport, UsageRow
from schema.wallets import Wallet


class LookingBack(Operation):
    """Answers of the context about usage and refusals."""

    @telling
    async def usage_of(self, wallet: Wallet, start: datetime, end: datetime, by: list[UsageGrouping]) -> list[UsageRow]:
        """Sum up the usage of a wallet."""
        return await usage_history.usage_of(self, wallet, start, end, by)

    @telling
    async def usage_in(
        self, organization: Organization, start: datetime, end: datetime, by: list[UsageGrouping]
    ) -> UsageReport:
        """Sum up the usage of an organization's members."""
        return await usage_history.usage_in(self, organization, start, end, by)

    @telling
    async def refusals_of(self, wallet: Wallet, page: PageAsked) -> RefusalConnection:
        """Find a page of a wallet's refusals."""
        return await recorded_refusals.refusals_in(self, wallet, page)

    @telling
    async def explain_refusal(self, id_: str, locale: Locale | None) -> RefusalExplanation | None:
        """Tell a refusal in words."""
        return await recorded_refusals.explain(self, id_, locale)
