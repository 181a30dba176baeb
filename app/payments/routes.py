"""The routes of paying: the webhook, receipts, and in development the page that stands in for the provider's."""

from collections.abc import Awaitable, Callable

from starlette.routing import BaseRoute

from app.payments.development import DevelopmentCheckout
from app.payments.offered import checkout_settings, has_own_checkout, offered_payments
from app.payments.receipts import receipt_route
from app.payments.webhook import webhook_route
from app.settings import Settings
from domain.principals import Principal
from execution import Credentials
from services.payment_providers import Offered
from services.runtime import Runtime


class Payments:
    """Payments of one installation. `offered` is asked first: it reads the secret, where it may be made."""

    def __init__(
        self,
        settings: Settings,
        runtime: Callable[[], Runtime],
        authenticate: Callable[[Credentials], Awaitable[Principal]],
    ) -> None:
        self._settings = settings
        self._secrets_read: tuple[str, ...] = ()
        self.routes: list[BaseRoute] = [receipt_route(runtime, authenticate)]
        has_own = has_own_checkout(settings)
        if has_own or settings.payments.checkout:
            self.routes.append(webhook_route(runtime, self._secrets))
        if has_own:
            self.routes.extend(DevelopmentCheckout(settings.public_origin, self._secrets, runtime).routes)

    def offered(self) -> Offered:
        """Make what is offered, and begin to work."""
        checkout = checkout_settings(self._settings)
        self._secrets_read = checkout.secrets if checkout else ()
        return offered_payments(self._settings)

    def _secrets(self) -> tuple[str, ...]:
        if not self._secrets_read:
            raise RuntimeError("the application has not started")
        return self._secrets_read
