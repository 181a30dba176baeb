"""Keyed hashes of what identifies a person elsewhere (A2, A3): HMAC-SHA256 under the installation's secret.

Without the key nobody can try out e-mails, telephone numbers or addresses against them.
"""

import hmac
import os
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class KeyedHashes:
    """Hashes for one installation. `purpose` keeps hashes of different things apart."""

    _key: bytes = field(repr=False)

    def of(self, purpose: str, text: str) -> str:
        """Hash a text, normalised by the caller, to 64 hexadecimal characters."""
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), sha256).hexdigest()


def hashes_of_this_process() -> KeyedHashes:
    """Make hashes under a key that nobody else has, and that ends with the process."""
    return KeyedHashes(os.urandom(32))
