"""Keys for one purpose each, derived from the installation's secret: one that leaks says nothing about the others."""

import hmac
from hashlib import sha256

from app.settings import Settings
from services.keyed_hashes import KeyedHashes


def key_for(settings: Settings, purpose: str) -> bytes:
    """Derive the key of a purpose.

    Raises:
        SettingsError: there is no secret, and none may be made.
    """
    return hmac.digest(settings.signing_secret().reveal().encode(), f"key:{purpose}".encode(), sha256)


def client_secrets(settings: Settings) -> KeyedHashes:
    """Give what approved clients' secrets are derived from, so that none is stored (C4). The same in every process."""
    return KeyedHashes(key_for(settings, "clients"))


def keyed_hashes(settings: Settings) -> KeyedHashes:
    """Give the hashes of what identifies people elsewhere (A2, A3). The same in every process, or nobody is found."""
    return KeyedHashes(key_for(settings, "people"))
