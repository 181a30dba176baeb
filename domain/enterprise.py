"""What an enterprise workspace asks of usage: where it happens, and that it is kept from training (B13, B14)."""

from dataclasses import replace

from domain.commands import Command, Consume, StartTask
from domain.refusals import Refusal, RefusalCode


def in_enterprise(command: Command) -> Command | Refusal:
    """Give a command as it is in an enterprise wallet, or say that it does not work from there."""
    if not isinstance(command, Consume | StartTask):
        return command
    if command.usage.surface not in command.enterprise_surfaces:
        works = ", ".join(command.enterprise_surfaces)
        return Refusal(
            RefusalCode.PLATFORM_NOT_SUPPORTED,
            f"An enterprise workspace does not work on {command.usage.surface}, only on {works}: "
            "go on there, or in your personal workspace here.",
            ("surface",),
            facts={"surfaces": works},
        )
    return replace(command, usage=replace(command.usage, private=True))
