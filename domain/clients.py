"""Approved clients: which programs may use the coding benefit, and how they prove what they are (C4).

The law:
- A request names its client by id or name. Case and blanks do not matter, and a version may follow: `Kimi CLI/1.2.3`.
  Anything else is not approved; whoever is a letter off is told what they may have meant, and refused all the same.
- Anybody can claim a name. A client whose `proof` is SIGNATURE must show that it is the program it says it is. Its
  proof reads `<seconds>.<signature>`: unix seconds, and in 64 hexadecimal digits the HMAC-SHA256, under the client's
  secret, of `<client id>.<SHA-256 of the API key, in 64 hexadecimal digits>.<seconds>`. It holds for 5 minutes before
  and after that instant. Within them it can be shown again: it says which program holds the key, not which request it
  makes.
- A proof that is not demanded is not looked at.
"""

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from hashlib import sha256

from domain.refusals import Refusal, RefusalCode
from domain.toml_tables import Table

PROOF_HOLDS = timedelta(minutes=5)
CLIENTS_MAX = 100
CLIENT_CHARACTERS_MAX = 100
NAMES_SAID_MAX = 10
"""In a refusal's words; its facts have all of them, by id."""

_ID = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_VERSION = re.compile(r"/v?[0-9][0-9a-z.+_-]*\Z")
_PROOF = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


class ClientProof(StrEnum):
    """What a request of a client must show beside its name."""

    NONE = "NONE"
    SIGNATURE = "SIGNATURE"


class ClientVerdict(StrEnum):
    """What a request's client is."""

    APPROVED = "APPROVED"
    UNKNOWN = "UNKNOWN"
    """No client of this name is approved."""
    MISSING = "MISSING"
    """The request names none."""
    PROOF_MISSING = "PROOF_MISSING"
    """It must be proven, and is not."""
    PROOF_WRONG = "PROOF_WRONG"
    """What it shows proves nothing: malformed, too old, or signed with something else."""


@dataclass(frozen=True, slots=True)
class Client:
    """An approved program. `key` is the list version with which its secret was made; a new one is a new secret."""

    id: str
    name: str
    proof: ClientProof
    key: int = 0


@dataclass(frozen=True, slots=True)
class ClientList:
    """A version of the list. Version 0 is the catalog's, in force while operators have published none."""

    version: int
    clients: tuple[Client, ...]
    published_at: datetime | None = None

    def find(self, named: str) -> Client | None:
        """Find an approved client by what a request says."""
        name = normal_name(named)
        return next((client for client in self.clients if name in _names(client)), None)

    def nearest(self, named: str) -> Client | None:
        """Find what somebody may have meant."""
        known = {name: client for client in self.clients for name in _names(client)}
        near = get_close_matches(normal_name(named[:CLIENT_CHARACTERS_MAX]), known, n=1)
        return known[near[0]] if near else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows: the name, the proof, the SHA-256 of its API key (hexadecimal), and when it came."""

    client: str | None
    proof: str | None
    key_hash: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict, the approved client that it is about, and the one that was meant perhaps."""

    verdict: ClientVerdict
    client: Client | None = None
    near: Client | None = None


def judge(list_: ClientList, shown: Shown, secret: Callable[[Client], str]) -> Judged:
    """Judge a request by its client. `secret` gives the secret of a client that must prove itself."""
    if shown.client is None or not shown.client.strip():
        return Judged(ClientVerdict.MISSING)
    client = list_.find(shown.client)
    if client is None:
        return Judged(ClientVerdict.UNKNOWN, near=list_.nearest(shown.client))
    if client.proof is ClientProof.NONE:
        return Judged(ClientVerdict.APPROVED, client)
    if not shown.proof:
        return Judged(ClientVerdict.PROOF_MISSING, client)
    proven = _proves(shown.proof, client, shown.key_hash, secret(client), shown.now)
    return Judged(ClientVerdict.APPROVED if proven else ClientVerdict.PROOF_WRONG, client)


def sign(client_id: str, key_hash: str, secret: str, at: datetime) -> str:
    """Make the proof that a program shows: see the module."""
    return _proof(client_id, key_hash, secret, str(int(at.timestamp())))


def normal_name(text: str) -> str:
    """Reduce a name to what names are compared by: no case, single blanks, no version."""
    return _VERSION.sub("", " ".join(text.split()).casefold())


def client_text(text: str) -> str:
    """Make a client's claim fit for being kept and shown: at most 100 characters, all of them printable."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:CLIENT_CHARACTERS_MAX])


def refuse_client(list_: ClientList, shown: Shown, judged: Judged, *, restricted: str | None) -> Refusal:
    """Refuse what is not approved, and say what is. `restricted`: why the key is restricted now, if it is."""
    named = client_text(shown.client or "")
    names = [client.name for client in list_.clients]
    approved = ", ".join(names[:NAMES_SAID_MAX]) + (", …" if len(names) > NAMES_SAID_MAX else "")
    match judged.verdict:
        case ClientVerdict.MISSING:
            said = "The request names no client."
        case ClientVerdict.UNKNOWN:
            meant = f"; did you mean {judged.near.name}?" if judged.near else "."
            said = f"“{named}” is no approved client{meant}"
        case ClientVerdict.PROOF_MISSING:
            said = f"“{named}” must prove that it is that program, and shows no proof."
        case _:
            said = f"“{named}” must prove that it is that program; what it shows is malformed, too old or wrong."
    message = f"{said} The coding benefit can be used with {approved}. Nothing was charged."
    facts = {
        "client": named,
        "why": str(judged.verdict),
        "approved": ",".join(client.id for client in list_.clients),
        "list_version": str(list_.version),
    }
    if judged.near:
        facts["near"] = judged.near.id
    if restricted:
        message += f" This API key is restricted now: {restricted}."
        facts["restricted"] = restricted
    return Refusal(RefusalCode.CLIENT_NOT_APPROVED, message, ("client",), facts=facts)


def problem_of(clients: Iterable[Client]) -> str | None:
    """Say what is wrong with a list that an operator gives; None: nothing."""
    given = list(clients)
    if not 1 <= len(given) <= CLIENTS_MAX:
        return f"must be 1 to {CLIENTS_MAX} clients"
    taken: set[str] = set()
    for client in given:
        if not _ID.fullmatch(client.id) or len(client.id) > CLIENT_CHARACTERS_MAX:
            return f"must have ids of lower-case words and digits, joined by _ or -; {client_text(client.id)!r} is none"
        if wrong := _problem_of_name(client.name):
            return f"must have names that {wrong}; {client_text(client.name)!r} is none"
        if taken & _names(client):
            return f"must not have two clients that answer to the same name; {client.id!r} does as another one does"
        taken |= _names(client)
    return None


def read_clients(document: Table) -> ClientList:
    """Read the catalog's list, version 0."""
    clients: dict[str, Client] = {}
    taken: set[str] = set()
    for table in document.tables("clients"):
        client = Client(table.new_id(clients), table.text("name"), table.choice("proof", ClientProof))
        wrong = _problem_of_name(client.name) if table.sound else None
        if wrong:
            table.wrong("name", f"must be a name that {wrong}", client.name)
        if table.sound and taken & _names(client):
            table.wrong("name", "must not be what another client answers to", client.name)
        if table.sound:
            clients[client.id] = client
            taken |= _names(client)
    return ClientList(0, tuple(clients.values()))


def _problem_of_name(name: str) -> str | None:
    if not name.strip() or not name.isprintable() or len(name) > CLIENT_CHARACTERS_MAX:
        return f"are 1 to {CLIENT_CHARACTERS_MAX} printable characters"
    return "have no slash, which a version begins with" if "/" in name else None


def _names(client: Client) -> frozenset[str]:
    return frozenset((normal_name(client.id), normal_name(client.name)))


def _proves(text: str, client: Client, key_hash: str, secret: str, now: datetime) -> bool:
    match = _PROOF.fullmatch(text)
    if match is None or abs(now.timestamp() - int(match[1])) > PROOF_HOLDS.total_seconds():
        return False
    return hmac.compare_digest(text, _proof(client.id, key_hash, secret, match[1]))


def _proof(client_id: str, key_hash: str, secret: str, seconds: str) -> str:
    signed = f"{client_id}.{key_hash}.{seconds}".encode()
    return f"{seconds}.{hmac.new(secret.encode(), signed, sha256).hexdigest()}"
