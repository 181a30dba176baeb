"""The broker's topics, by noun. The poster wakes them after each commit, once per batch; readers listen to them."""

from base64 import urlsafe_b64encode
from uuid import UUID


def wallet_topic(wallet_id: UUID) -> str:
    """Name the topic of a wallet: "it has new entries". 22 characters, so that 256 of them fit into one message."""
    return urlsafe_b64encode(wallet_id.bytes)[:22].decode()


def access_topic(subject_id: UUID) -> str:
    """Name the topic of a person or service account: "what it may do has changed; look again"."""
    return "access." + wallet_topic(subject_id)
