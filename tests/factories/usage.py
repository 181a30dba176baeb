"""Usage: reports as services send them, commands and postings as services make them of them."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.commands import Command, Consume, StartTask
from domain.pricing import PriceRule
from domain.usage import Surface, Usage
from services.posting import Posting, Reporter, Requested
from services.usage import UsageReport

CHAT = PriceRule("chat-message-standard", 1, "chat-message", "chat_credit", per_unit=1_000)
A_DAY = timedelta(days=1)
ON_THE_WEB = (Surface.WEB,)


def chat(wallet_id: UUID, messages: int = 1, client: str | None = "kimi-web") -> UsageReport:
    """So many chat messages, which cost a credit each."""
    return UsageReport(wallet_id, "chat-message", messages * THOUSANDTHS_PER_UNIT, Surface.WEB, client)


def coding(wallet_id: UUID, requests: int = 1) -> UsageReport:
    """So many coding requests."""
    return UsageReport(wallet_id, "coding-request", requests * THOUSANDTHS_PER_UNIT, Surface.CLI, "kimi-cli")


def spend(messages: int = 1) -> Consume:
    """The command that `chat` becomes."""
    return Consume(Usage("chat-message", messages * THOUSANDTHS_PER_UNIT, Surface.WEB, "kimi-web"), CHAT, ON_THE_WEB)


def hold(messages: int = 1, task_id: UUID | None = None, *, hold_for: timedelta = A_DAY) -> StartTask:
    """A task that holds the price of so many chat messages."""
    usage = Usage("chat-message", messages * THOUSANDTHS_PER_UNIT, Surface.WEB, "kimi-web")
    return StartTask(task_id or uuid4(), usage, CHAT, hold_for, 100, ON_THE_WEB)


def asked(
    command: Command, wallet_id: UUID | None, reporter: Reporter, key: str, *, facts: str | None = None
) -> Posting:
    """A command under an idempotency key; `facts` are what the caller said, the command itself if not given."""
    said = repr((command, wallet_id)) if facts is None else facts
    return Posting(command, wallet_id, reporter, Requested(key, sha256(said.encode()).digest()))
