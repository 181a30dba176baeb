"""Guests, and what providers assert of who signs in."""

from domain.persons import Locale
from domain.principals import ANONYMOUS, Principal
from models.identities import Provider
from services.authentication import authenticate
from services.guests import GuestStarted, start_guest
from services.keyed_hashes import KeyedHashes
from services.runtime import Runtime
from services.signing_in import Assertion, SignedIn, sign_in

HASHES = KeyedHashes(b"the tests' own key, 32 bytes and more")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def assertion(
    subject: str = "1",
    email: str | None = "ada@example.org",
    *,
    provider: Provider = Provider.GOOGLE,
    name: str = "Ada",
    locale: Locale = Locale.ENGLISH,
    time_zone: str | None = "Europe/Paris",
) -> Assertion:
    """Ada, as Google knows her."""
    return Assertion(provider, subject, email, name, locale, time_zone)


async def signed_in(
    runtime: Runtime,
    asserted: Assertion,
    *,
    guest: Principal | None = None,
    address: str | None = None,
    device_id: str | None = None,
    referral_code: str | None = None,
) -> SignedIn:
    """Somebody who is let in."""
    outcome = await sign_in(
        runtime,
        HASHES,
        asserted,
        guest=guest,
        device=FIREFOX,
        address=address,
        device_id=device_id,
        referral_code=referral_code,
    )
    assert isinstance(outcome, SignedIn), outcome
    return outcome


async def make_guest(runtime: Runtime, key: str = "guest", locale: Locale = Locale.ENGLISH) -> GuestStarted:
    started = await start_guest(runtime, ANONYMOUS, key, locale)
    assert isinstance(started, GuestStarted), started
    return started


async def principal_of(runtime: Runtime, guest: GuestStarted) -> Principal:
    """The guest, come in with their token."""
    return await authenticate(runtime, guest.token)
