"""Which providers an installation offers."""

from httpx2 import ASGITransport

from app.settings import Settings
from app.sign_in.development import CLIENT_ID, DevelopmentProvider
from app.sign_in.flows import PATH
from app.sign_in.providers import GitHubProvider, OpenIdProvider, SignInProvider
from models.identities import Provider

DEVELOPMENT = "development"


def callback(settings: Settings, slug: str) -> str:
    """Write the address to which a provider sends browsers back: it is registered there."""
    return f"{settings.public_origin}{PATH}/{slug}/callback"


def offered_providers(settings: Settings, development: DevelopmentProvider | None) -> dict[str, SignInProvider]:
    """Make the providers that have a client, by their names in addresses; the development one where there is one."""
    chosen, offered = settings.sign_in, list[SignInProvider]()
    timeout_s = chosen.provider_timeout_s
    if google := chosen.google:
        client = (google.client_id, google.client_secret)
        kind, issuer = Provider.GOOGLE, google.issuer
        offered.append(OpenIdProvider("google", "Google", kind, issuer=issuer, client=client, timeout_s=timeout_s))
    if chosen.github:
        offered.append(GitHubProvider(chosen.github, timeout_s=timeout_s))
    if development:
        offered.append(
            OpenIdProvider(
                DEVELOPMENT,
                "Development",
                Provider.DEVELOPMENT,
                issuer=development.issuer,
                client=(CLIENT_ID, development.client_secret),
                timeout_s=timeout_s,
                transport=ASGITransport(app=development.app),
            )
        )
    return {each.slug: each for each in offered}
