"""Demo data: two people, an operator, a personal and an enterprise workspace, plans, credits, credentials. Idempotent.

Ids are the same in every installation, so that documents can name them. Secrets are derived from the
installation's own, so that running it again shows the same tokens, and no other installation has them.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.authorization import READ, WRITE
from domain.commands import OpenGrant
from domain.grants import GrantKind
from domain.persons import PersonStatus
from feed.topics import wallet_topic
from models.credentials import CredentialKind, ServiceAccount
from models.identities import Identity, Provider
from models.operators import Operator
from models.persons import Person
from models.workspaces import Member, MemberRole, Workspace, WorkspaceKind
from services.credentials import put_credential
from services.memberships import start_plan
from services.posting import Posting, post
from services.runtime import Runtime
from services.wallets import open_wallet

_BONUS_CREDITS_THOUSANDTHS = 500_000


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"allotment:demo:{name}")


ADA, BO = _id("ada"), _id("bo")
CHAT_SERVICE = _id("chat-service")
OPERATOR = _id("operator")
ADA_PERSONAL, BO_PERSONAL, LABS = _id("ada-personal"), _id("bo-personal"), _id("labs")
PEOPLE = {"ada": ADA, "bo": BO}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A demo person, their session's token, and their wallets by workspace."""

    id: UUID
    name: str
    token: str
    wallets: dict[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Demo:
    """All that scripts and GraphiQL's tabs need."""

    people: tuple[DemoPerson, ...]
    service: UUID
    service_token: str
    operator: UUID
    operator_token: str


async def load_demo(runtime: Runtime, secret: str) -> Demo:
    """Load the demo data, or find it. `secret` is the installation's."""
    await _people(runtime)
    homes = {ADA: (ADA_PERSONAL, LABS), BO: (BO_PERSONAL, LABS)}
    names = {ADA: "Ada", BO: "Bo"}
    people = []
    for person, workspaces in homes.items():
        wallets = {workspace: await _wallet(runtime, workspace, person) for workspace in workspaces}
        token = await put_credential(
            runtime,
            _id(f"session:{person}"),
            CredentialKind.SESSION,
            f"Demo session of {names[person]}",
            _secret(secret, f"session:{person}"),
            person_id=person,
        )
        people.append(DemoPerson(person, names[person], token, wallets))
    await ServiceAccount.get_or_create(
        id=CHAT_SERVICE, defaults={"name": "Demo chat back end", "created_at": runtime.clock()}
    )
    service_token = await put_credential(
        runtime,
        _id("key:chat-service"),
        CredentialKind.SERVICE_KEY,
        "Demo key of the chat back end",
        _secret(secret, "key:chat-service"),
        service_account_id=CHAT_SERVICE,
        scopes=[READ, WRITE],
    )
    await Operator.get_or_create(id=OPERATOR, defaults={"name": "Demo operator", "created_at": runtime.clock()})
    operator_token = await put_credential(
        runtime,
        _id("key:operator"),
        CredentialKind.OPERATOR_KEY,
        "Demo key of the operator",
        _secret(secret, "key:operator"),
        operator_id=OPERATOR,
    )
    return Demo(tuple(people), CHAT_SERVICE, service_token, OPERATOR, operator_token)


async def _people(runtime: Runtime) -> None:
    now = runtime.clock()
    for id_, name in ((ADA, "Ada"), (BO, "Bo")):
        defaults = {"display_name": name, "status": PersonStatus.ACTIVE, "created_at": now}
        await Person.get_or_create(id=id_, defaults=defaults)
        identity = {"id": _id(f"identity:{id_}"), "person_id": id_, "created_at": now}
        await Identity.get_or_create(provider=Provider.DEVELOPMENT, subject=name.lower(), defaults=identity)
    for id_, kind, name, owner in (
        (ADA_PERSONAL, WorkspaceKind.PERSONAL, "Ada's workspace", ADA),
        (BO_PERSONAL, WorkspaceKind.PERSONAL, "Bo's workspace", BO),
        (LABS, WorkspaceKind.ENTERPRISE, "Example Labs", None),
    ):
        defaults = {"kind": kind, "name": name, "owner_id": owner, "created_at": now}
        await Workspace.get_or_create(id=id_, defaults=defaults)
    for workspace, person, role in (
        (ADA_PERSONAL, ADA, MemberRole.OWNER),
        (BO_PERSONAL, BO, MemberRole.OWNER),
        (LABS, ADA, MemberRole.ADMIN),
        (LABS, BO, MemberRole.MEMBER),
    ):
        defaults = {"id": _id(f"member:{workspace}:{person}"), "role": role, "joined_at": now}
        await Member.get_or_create(workspace_id=workspace, person_id=person, defaults=defaults)


async def _wallet(runtime: Runtime, workspace: UUID, person: UUID) -> UUID:
    """Open a wallet; put a new one on its plan and, in a personal workspace, give it credits (A2, D2)."""
    catalog = runtime.catalog
    plan = catalog.plans["business" if workspace == LABS else "plus"]
    async with runtime.database.transaction() as connection:
        wallet = await open_wallet(connection, workspace, person, runtime.clock)
        # the row is locked by now: of two at once, one finds the other's entries
        if await connection.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet):
            return wallet
        await start_plan(connection, wallet, plan, runtime.clock)
        if workspace != LABS:
            meter, sign_up = catalog.policies.credit_meter, catalog.policies.sign_up_credits
            credits_ = (
                OpenGrant(meter, GrantKind.SIGN_UP, sign_up, None, "sign-up"),
                OpenGrant(meter, GrantKind.PURCHASED, _BONUS_CREDITS_THOUSANDTHS, None, "demo pack"),
            )
            await post(connection, [Posting(command, wallet) for command in credits_], runtime.clock)
    await runtime.broker.wake([wallet_topic(wallet)])
    return wallet


def _secret(installation: str, purpose: str) -> str:
    digest = hmac.digest(installation.encode(), f"demo:{purpose}".encode(), sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
