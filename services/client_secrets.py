"""Secrets of approved clients: derived from the installation's, so that none is stored anywhere (C4)."""

from domain.clients import Client
from services.runtime import Runtime

_PURPOSE = "client-secret"
SECRET_PREFIX = "acs_"  # noqa: S105  (every secret begins with it)
"""So that scanners find leaked ones."""


def secret_of(runtime: Runtime, client: Client) -> str:
    """Give the secret of a client: 64 hexadecimal digits behind a prefix. Another `key` is another secret."""
    return SECRET_PREFIX + runtime.client_secrets.of(_PURPOSE, f"{client.id}\0{client.key}")
