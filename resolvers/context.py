"""The context of an operation: answers whatever the types of `schema/` ask for."""

from collections.abc import AsyncGenerator, Hashable
from datetime import datetime
from typing import TypeVar

from resolvers import (
    allowances,
    banners,
    deletions,
    entries,
    exports,
    feed,
    nodes,
    notices,
    persons,
    plans,
    pricing,
    sessions,
    settings,
    tasks,
    terms,
    viewer,
    wallets,
    workspaces,
)
from resolvers.administering import Administering
from resolvers.approving import ApprovingQueries
from resolvers.buying import BuyingQueries
from resolvers.crediting import CreditingQueries
from resolvers.errors import telling
from resolvers.joining import JoiningQueries
from resolvers.keeping import KeepingQueries
from resolvers.looking_back import LookingBack
from resolvers.mutations import Mutations
from resolvers.paying import PayingQueries
from resolvers.plans import PlansQueries
from resolvers.referring import ReferringViewer
from schema.allowances import Allowance
from schema.balances import Balance, Quota
from schema.banners import Banner
from schema.context import Asked
from schema.deletions import (
    Deletion,
)
from schema.entries import Entry, EntryConnection, EntryExplanation
from schema.exports import Export
from schema.feed import UsageFeedEvent
from schema.nodes import Node
from schema.notices import NoticeConnection
from schema.pages import PageAsked as Page
from schema.persons import Locale, Person
from schema.plans import Plan
from schema.pricing import Product
from schema.sessions import Session
from schema.settings import WorkspaceSetting
from schema.tasks import Task
from schema.terms import Terms, TermsAcceptance, TermsVersion
from schema.texts import LocalizedText
from schema.viewer import RateLimit, ServiceAccount, Viewer
from schema.wallets import PageAsked, Wallet
from schema.workspaces import Workspace
from services.platforms import enterprise_works

_Found = TypeVar("_Found")


class Context(
    Mutations,
    Administering,
    ApprovingQueries,
    PayingQueries,
    JoiningQueries,
    BuyingQueries,
    CreditingQueries,
    PlansQueries,
    ReferringViewer,
    KeepingQueries,
    LookingBack,
    Asked,
):
    """`Context(runtime, principal)`: one for each operation, so that what it loaded is as old as the operation."""

    @property
    def share_key(self) -> Hashable:
        """What the look of an event depends on: two contexts with equal keys see the same bytes.

        An event is the same for all who may see its wallet. The key is the caller's rights nevertheless, so that a
        field which shows more to some cannot leak to others; a person's devices have the same rights.
        """
        principal, everywhere = self.principal, enterprise_works(self.runtime, self.principal)
        return principal.caller, principal.subject, principal.scopes, principal.workspace_id, everywhere

    @telling
    async def viewer(self) -> Viewer:
        """Tell who calls."""
        return viewer.viewer(self)

    @telling
    async def viewer_person(self) -> Person | None:
        """Find the calling person."""
        return await viewer.viewer_person(self)

    @telling
    async def viewer_service(self) -> ServiceAccount | None:
        """Find the calling service's account."""
        return await viewer.viewer_service(self)

    @telling
    async def viewer_rate_limit(self) -> RateLimit | None:
        """Tell how many requests the caller may still make."""
        return viewer.viewer_rate_limit(self)

    @telling
    async def viewer_workspaces(self) -> list[Workspace]:
        """Find the workspaces that the caller works in."""
        return await viewer.viewer_workspaces(self)

    @telling
    async def viewer_sessions(self) -> list[Session]:
        """Find the caller's sessions."""
        return await sessions.viewer_sessions(self)

    @telling
    async def viewer_exports(self) -> list[Export]:
        """Find the caller's exports."""
        return await exports.viewer_exports(self)

    @telling
    async def viewer_deletion(self) -> Deletion | None:
        """Find the deletion that the caller has asked for."""
        return await deletions.viewer_deletion(self)

    @telling
    async def node(self, id_: str) -> Node | None:
        """Find anything by its id."""
        return await nodes.node(self, id_)

    @telling
    async def products(self) -> list[Product]:
        """List everything that can be used."""
        return pricing.products(self)

    @telling
    async def terms(self) -> Terms:
        """Tell the terms."""
        return await terms.terms(self)

    @telling
    async def terms_body(self, terms_: TermsVersion) -> LocalizedText:
        """Find what a version of the terms says."""
        return await terms.terms_body(self, terms_)

    @telling
    async def banners(self) -> list[Banner]:
        """List what everybody is shown now."""
        return await banners.banners(self)

    @telling
    async def viewer_notices(self, page: Page, *, unread_only: bool) -> NoticeConnection:
        """Find a page of the caller's notices."""
        return await notices.viewer_notices(self, page, unread_only=unread_only)

    @telling
    async def viewer_unread_notices(self) -> int:
        """Count what the caller has not read."""
        return await notices.viewer_unread_notices(self)

    @telling
    async def viewer_accepted_terms(self) -> list[TermsAcceptance]:
        """Find which terms the caller has accepted."""
        return await terms.viewer_accepted_terms(self)

    @telling
    async def explain_entry(self, id_: str, locale: Locale | None) -> EntryExplanation | None:
        """Tell an entry in words."""
        return await entries.explain(self, id_, locale)

    @telling
    async def wallet_in(self, workspace: Workspace) -> Wallet | None:
        """Find the viewer's own wallet in a workspace."""
        return await wallets.wallet(self, workspace.wallet_id) if workspace.wallet_id else None

    @telling
    async def settings_in(self, workspace: Workspace) -> list[WorkspaceSetting]:
        """Find the viewer's settings in a workspace."""
        return await settings.settings_in(self, workspace)

    @telling
    async def workspace_of(self, wallet: Wallet) -> Workspace:
        """Find the workspace of a wallet."""
        return _there(await workspaces.workspace(self, wallet.workspace_id))

    @telling
    async def person_of(self, wallet: Wallet) -> Person:
        """Find the owner of a wallet."""
        return _there(await persons.person(self, wallet.person_id))

    @telling
    async def plan_of(self, wallet: Wallet) -> Plan | None:
        """Find the plan that gives a wallet its quotas."""
        return await plans.plan_of(self, wallet)

    @telling
    async def running_tasks(self, wallet: Wallet) -> list[Task]:
        """Find the tasks that hold something of a wallet."""
        return await tasks.running_tasks(self, wallet.uuid)

    @telling
    async def entries(self, wallet: Wallet, page: PageAsked) -> EntryConnection:
        """Find a page of a wallet's entries."""
        return await entries.entries_page(self, wallet.uuid, page)

    @telling
    async def balance(self, wallet: Wallet, at: datetime | None, entry: int | None) -> Balance:
        """Find the figures of a wallet at an instant, after an entry, or now."""
        return await wallets.balance(self, wallet, at, entry)

    @telling
    async def allowance_of(self, quota: Quota) -> Allowance | None:
        """Find the allowance behind a quota."""
        return await allowances.allowance_of(self, quota)

    @telling
    async def recorded_at(self, entry: Entry) -> datetime:
        """Find out when an entry was written."""
        return await entries.recorded_at(self, entry)

    @telling
    async def usage_feed(self, workspace_id: str, after: str | None) -> AsyncGenerator[UsageFeedEvent]:
        """Open the feed of the viewer's wallet in a workspace."""
        return await feed.usage_feed(self, workspace_id, after)


def _there(found: _Found | None) -> _Found:
    """Who sees a wallet sees its workspace and its owner."""
    if found is None:
        raise LookupError("a wallet's workspace or owner is gone")
    return found
