"""The broker's topics, by noun. The poster wakes them after each commit, once per batch; readers listen to them."""

from base64 import urlsafe_b64encode
from uuid import UUID


def wallet_topic(wallet_id: UUID) -> str:
    """Name the topic of a wallet: "it has new entries". 22 characters, so that 256 of them fit into one message."""
    return urlsafe_b64encode(wallet_id.bytes)[:22].decode()


ACCESS_FAMILY = "access."
"""All topics of access together."""


def access_topic(subject_id: UUID) -> str:
    """Name the topic of a person or service account or operator: "what it may do has changed; look again"."""
    return ACCESS_FAMILY + wallet_topic(subject_id)


CLIENTS_TOPIC = "clients"
"""The topic of the approved clients: "a list was published"."""

TERMS_TOPIC = "terms"
"""The topic of the terms: "a version was published"."""


def workspace_topic(workspace_id: UUID) -> str:
    """Name the topic of an enterprise workspace: "something of its organisation has changed, a member's usage too"."""
    return "overview." + wallet_topic(workspace_id)
