"""Settings of payments: a way to pay is offered when it is set up, in development at once; silent about secrets."""

from base64 import b64encode
from pathlib import Path

import pytest
from starlette.routing import Route

from app.payments.bank_transfer import BankTransfer
from app.payments.checkout import HostedCheckout
from app.payments.offered import checkout_settings, offered_payments
from app.payments.routes import Payments
from app.payments.settings import CheckoutSettings, PaymentSettings, secret_bytes
from app.settings import Environment, Secret, Settings, SettingsError
from domain.orders import PaymentMethod
from domain.principals import ANONYMOUS, Principal
from execution import Credentials
from services.payment_providers import Seller
from services.runtime import Runtime

PRODUCTION = {"ALLOT_ENVIRONMENT": "production", "ALLOT_SECRET": "s3cret" * 8}
SECRETS = tuple(f"whsec_{b64encode(bytes([n]) * 24).decode()}" for n in range(3))
CHECKOUT = {
    "ALLOT_PAYMENTS_CHECKOUT_URL": "https://pay.example.com/checkout",
    "ALLOT_PAYMENTS_WEBHOOK_SECRET": f"{SECRETS[0]}, {SECRETS[1]}",
}
SELLER = {"ALLOT_PAYMENTS_SELLER_NAME": "Example Ltd"}


def test_without_variables_nothing_is_set_up() -> None:
    assert Settings.from_environment({}).payments == PaymentSettings()
    assert offered_payments(Settings.from_environment(PRODUCTION)).providers == {}


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            **PRODUCTION,
            **CHECKOUT,
            **SELLER,
            "ALLOT_PAYMENTS_CHARGE_URL": "https://pay.example.com:443/charges",
            "ALLOT_PAYMENTS_BANK_ACCOUNT": "IBAN: DE02 1203; Account holder: Example: Ltd;",
            "ALLOT_PAYMENTS_SELLER_ADDRESS": "1 Example Street; 10115 Berlin",
            "ALLOT_PAYMENTS_SELLER_TAX_ID": "DE123456789",
            "ALLOT_PAYMENTS_TIMEOUT_S": "2.5",
        }
    )
    assert settings.payments == PaymentSettings(
        checkout=CheckoutSettings(
            url="https://pay.example.com/checkout",
            secrets=SECRETS[:2],
            charge_url="https://pay.example.com/charges",
        ),
        bank_account=(("IBAN", "DE02 1203"), ("Account holder", "Example: Ltd")),
        seller=Seller("Example Ltd", ("1 Example Street", "10115 Berlin"), "DE123456789"),
        timeout_s=2.5,
    )
    assert not any(secret in repr(settings) for secret in SECRETS)
    offered = offered_payments(settings)
    assert {method: type(provider) for method, provider in offered.providers.items()} == {
        PaymentMethod.CHECKOUT: HostedCheckout,
        PaymentMethod.BANK_TRANSFER: BankTransfer,
    }
    assert offered.seller == settings.payments.seller


def test_in_development_everything_works_at_once_with_a_secret_of_its_own(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    checkout = checkout_settings(settings)
    assert checkout
    assert (checkout.url, checkout.charge_url) == (
        "http://127.0.0.1:8000/checkout",
        "http://127.0.0.1:8000/checkout/charges",
    )
    assert secret_bytes(checkout.secrets[0])
    assert checkout_settings(settings) == checkout
    assert checkout_settings(Settings(secret=Secret("another" * 8))) != checkout
    assert set(offered_payments(settings).providers) == set(PaymentMethod)


@pytest.mark.parametrize("environment", [Environment.SANDBOX, Environment.PRODUCTION])
def test_elsewhere_nothing_stands_in_for_a_provider(environment: Environment) -> None:
    settings = Settings(environment=environment, secret=Secret("s3cret" * 8))
    assert checkout_settings(settings) is None
    assert offered_payments(settings).providers == {}


def test_a_provider_that_is_set_up_is_used_in_development_too() -> None:
    settings = Settings.from_environment(CHECKOUT)
    assert checkout_settings(settings) == settings.payments.checkout


async def _nobody(_credentials: Credentials) -> Principal:
    return ANONYMOUS


def _paths(settings: Settings) -> set[str]:
    def away() -> Runtime:
        raise RuntimeError

    return {route.path for route in Payments(settings, away, _nobody).routes if isinstance(route, Route)}


def test_routes_are_those_of_what_is_offered() -> None:
    receipt, webhook = "/orders/{id}/receipt", "/webhooks/payments"
    ours = {"/checkout", "/checkout/result", "/checkout/charges"}
    assert _paths(Settings.from_environment({})) == {receipt, webhook} | ours
    assert _paths(Settings.from_environment(CHECKOUT)) == {receipt, webhook}
    assert _paths(Settings.from_environment({**PRODUCTION, **CHECKOUT, **SELLER})) == {receipt, webhook}
    assert _paths(Settings.from_environment(PRODUCTION)) == {receipt}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({**CHECKOUT, **SELLER, "ALLOT_PAYMENTS_CHECKOUT_URL": ""}, "ALLOT_PAYMENTS_CHECKOUT_URL is missing"),
        ({**CHECKOUT, **SELLER, "ALLOT_PAYMENTS_WEBHOOK_SECRET": ""}, "ALLOT_PAYMENTS_WEBHOOK_SECRET is missing"),
        ({"ALLOT_PAYMENTS_CHARGE_URL": "https://pay.example.com"}, "ALLOT_PAYMENTS_CHECKOUT_URL is missing"),
        ({**CHECKOUT}, "ALLOT_PAYMENTS_SELLER_NAME is needed"),
        ({"ALLOT_PAYMENTS_BANK_ACCOUNT": "IBAN: 1"}, "ALLOT_PAYMENTS_SELLER_NAME is needed"),
        (
            {**CHECKOUT, **SELLER, "ALLOT_PAYMENTS_CHECKOUT_URL": "http://pay.example.com"},
            "ALLOT_PAYMENTS_CHECKOUT_URL is 'http://pay.example.com'",
        ),
        ({**CHECKOUT, **SELLER, "ALLOT_PAYMENTS_CHECKOUT_URL": "https://pay.example.com/?a=b"}, "without a query"),
        ({**CHECKOUT, **SELLER, "ALLOT_PAYMENTS_CHARGE_URL": "ftp://pay"}, "ALLOT_PAYMENTS_CHARGE_URL is"),
        ({**SELLER, "ALLOT_PAYMENTS_BANK_ACCOUNT": "DE02 1203"}, "ALLOT_PAYMENTS_BANK_ACCOUNT is 'DE02 1203'"),
        ({**SELLER, "ALLOT_PAYMENTS_SELLER_ADDRESS": "x;" * 21}, "ALLOT_PAYMENTS_SELLER_ADDRESS is"),
        ({**SELLER, "ALLOT_PAYMENTS_TIMEOUT_S": "0"}, "ALLOT_PAYMENTS_TIMEOUT_S is '0'"),
        ({**SELLER, "ALLOT_PAYMENTS_TIMEOUT_S": "61"}, "ALLOT_PAYMENTS_TIMEOUT_S is '61'"),
    ],
)
def test_what_cannot_be_used_is_named(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({**PRODUCTION, **given})
    assert named in "\n".join(error.value.problems)


@pytest.mark.parametrize(
    "secret",
    [
        "hidden-and-long-enough-to-be-a-secret",
        "whsec_",
        "whsec_aGlkZGVu",
        f"whsec_{b64encode(bytes(65)).decode()}",
        "whsec_hidden!hidden!hidden!hidden!hidden!",
        " ".join(SECRETS * 2),
    ],
)
def test_a_secret_that_is_none_is_refused_without_being_repeated(secret: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({**PRODUCTION, **CHECKOUT, **SELLER, "ALLOT_PAYMENTS_WEBHOOK_SECRET": secret})
    told = "\n".join(error.value.problems)
    assert "ALLOT_PAYMENTS_WEBHOOK_SECRET" in told
    assert secret.removeprefix("whsec_") == "" or secret not in told
    assert "hidden" not in told
