"""Demo data: two people with personal workspaces, an organisation, an operator, credits, credentials. Idempotent.

Ids are the same in every installation, so that documents can name them. Secrets are derived from the
installation's own, so that running it again shows the same tokens, and no other installation has them.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from domain.authorization import READ, WRITE
from domain.commands import OpenGrant
from domain.grants import GrantKind
from domain.persons import PersonStatus
from domain.workspaces import MemberRole, WorkspaceKind
from feed.topics import wallet_topic
from models.credentials import CredentialKind, ServiceAccount
from models.identities import Identity, Provider
from models.operators import Operator
from models.persons import Person
from models.workspaces import Member, Workspace
from services import demo_organisation
from services.credentials import put_credential
from services.demo_organisation import demo_id as _id
from services.memberships import start_plan
from services.posting import Posting, post
from services.runtime import Runtime
from services.wallets import open_wallet

_BONUS_CREDITS_THOUSANDTHS = 500_000


ADA, BO = _id("ada"), _id("bo")
CHAT_SERVICE = _id("chat-service")
OPERATOR = _id("operator")
ADA_PERSONAL, BO_PERSONAL = _id("ada-personal"), _id("bo-personal")
LABS, LABS_ORGANISATION = demo_organisation.LABS, demo_organisation.LABS_ORGANISATION
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
    homes = {ADA: ADA_PERSONAL, BO: BO_PERSONAL}
    names = {ADA: "Ada", BO: "Bo"}
    people = []
    await demo_organisation.load_labs(runtime, ADA, BO)
    for person, home in homes.items():
        own, labs = await _wallet(runtime, home, person), await demo_organisation.labs_wallet(runtime, person)
        wallets = {home: own, LABS: labs}
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
    for workspace, name, owner in ((ADA_PERSONAL, "Ada's workspace", ADA), (BO_PERSONAL, "Bo's workspace", BO)):
        defaults = {"kind": WorkspaceKind.PERSONAL, "name": name, "owner_id": owner, "created_at": now}
        await Workspace.get_or_create(id=workspace, defaults=defaults)
        defaults = {"id": _id(f"member:{workspace}:{owner}"), "role": MemberRole.OWNER, "joined_at": now}
        await Member.get_or_create(workspace_id=workspace, person_id=owner, defaults=defaults)


async def _wallet(runtime: Runtime, workspace: UUID, person: UUID) -> UUID:
    """Open a personal wallet; put a new one on its plan and give it credits (A2, D2)."""
    catalog = runtime.catalog
    async with runtime.database.transaction() as connection:
        wallet = await open_wallet(connection, workspace, person, runtime.clock)
        # the row is locked by now: of two at once, one finds the other's entries
        if await connection.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet):
            return wallet
        await start_plan(connection, wallet, catalog.plans["plus"], runtime.clock)
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
