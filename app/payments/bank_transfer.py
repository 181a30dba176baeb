"""Bank transfer: the account and the reference are all there is to it; operators or the bank's reports confirm (D8)."""

from domain.orders import PaymentMethod
from services.payment_providers import Payable, PaymentInstructions


class BankTransfer:
    """The provider. It can charge nobody: people transfer."""

    method = PaymentMethod.BANK_TRANSFER
    name = "bank_transfer"

    def __init__(self, account: tuple[tuple[str, str], ...]) -> None:
        self._account = account

    def instruct(self, order: Payable) -> PaymentInstructions:
        """Give the account, and the reference that the transfer has to name."""
        return PaymentInstructions(account=self._account, reference=order.reference)

    async def charge(self, order: Payable, mandate: str) -> bool:  # noqa: ARG002  (the protocol's)
        """Say that somebody has to pay by hand."""
        return False
