"""Which ways to pay an installation offers. In development all of them work at once, without anybody's account."""

from base64 import b64encode

from app.keys import key_for
from app.payments.bank_transfer import BankTransfer
from app.payments.checkout import HostedCheckout
from app.payments.settings import EXAMPLE_ACCOUNT, CheckoutSettings
from app.settings import Environment, Settings
from domain.orders import PaymentMethod
from services.payment_providers import Offered, PaymentProvider

CHECKOUT_PATH = "/checkout"
CHARGES_PATH = "/checkout/charges"


def has_own_checkout(settings: Settings) -> bool:
    """Tell whether our own page stands in for the provider's: in development, unless one is set up."""
    return settings.environment is Environment.DEVELOPMENT and settings.payments.checkout is None


def checkout_settings(settings: Settings) -> CheckoutSettings | None:
    """Give the provider with a checkout page: the one that is set up, or our own stand-in; None: there is none.

    The stand-in's secret is derived from the installation's, which may be made now.
    """
    if not has_own_checkout(settings):
        return settings.payments.checkout
    secret = f"whsec_{b64encode(key_for(settings, 'payments')).decode()}"
    origin = settings.public_origin
    return CheckoutSettings(url=f"{origin}{CHECKOUT_PATH}", secrets=(secret,), charge_url=f"{origin}{CHARGES_PATH}")


def offered_payments(settings: Settings) -> Offered:
    """Make the providers that are set up."""
    chosen, providers = settings.payments, dict[PaymentMethod, PaymentProvider]()
    if checkout := checkout_settings(settings):
        providers[PaymentMethod.CHECKOUT] = HostedCheckout(checkout, timeout_s=chosen.timeout_s)
    account = chosen.bank_account
    if not account and settings.environment is Environment.DEVELOPMENT:
        account = EXAMPLE_ACCOUNT
    if account:
        providers[PaymentMethod.BANK_TRANSFER] = BankTransfer(account)
    return Offered(providers, chosen.seller)
