"""People who can be told something, and what is published for them to be told."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.changes import Change, ChangeKind
from domain.persons import Locale
from domain.principals import Principal
from domain.terms import TermsDraft
from domain.texts import Text
from models.persons import Person
from services.announcements import tell_everybody
from services.changes import announce_change
from services.notices import notify, wake
from services.once import Once
from services.publishing import Published
from services.runtime import Runtime
from services.terms import publish_terms
from tests.factories.clock import NOW
from tests.factories.wallets import WalletRef, make_wallet

NEXT_MONTH = NOW + timedelta(days=31)
NEWS = Text("Chat is faster now.", "聊天更快了。")


async def make_reader(
    runtime: Runtime, address: str | None = "ada@example.com", locale: Locale = Locale.ENGLISH
) -> WalletRef:
    """A person with an address and a language."""
    wallet = await make_wallet(runtime)
    await Person.filter(id=wallet.person_id).update(email=address, locale=locale)
    return wallet


def terms(
    title: str = "Terms of use", *, material: bool = True, effective_at: datetime | None = NEXT_MONTH
) -> TermsDraft:
    """A version of the terms."""
    return TermsDraft(Text(title, "使用条款"), Text("1. Be kind.\n", "1. 请友善。\n"), material, effective_at)


async def publish(
    runtime: Runtime, operator: Principal, draft: TermsDraft | None = None, key: str = "terms"
) -> Once[Published]:
    """Publish a version of the terms."""
    return await publish_terms(runtime, operator, draft or terms(), "the law changed", key)


async def announce(
    runtime: Runtime,
    operator: Principal,
    kind: ChangeKind = ChangeKind.INFORMATION,
    effective_at: datetime | None = None,
    key: str = "news",
) -> Once[Published]:
    """Announce a change."""
    return await announce_change(runtime, operator, Change(kind, NEWS, effective_at), "people should know", key)


async def tell_all(runtime: Runtime) -> int:
    """Let the worker tell everybody everything; return how many notices were written."""
    total = 0
    while told := await tell_everybody(runtime):
        total += told
    return total


async def tell(runtime: Runtime, person_id: UUID, text: str = "Hello.", *, email: bool = False) -> None:
    """Tell a person something."""
    async with runtime.database.transaction() as connection:
        woken = await notify(connection, person_id, "INFORMATION", {"text": text}, email=email, clock=runtime.clock)
    await wake(runtime, woken)
