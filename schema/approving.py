"""Approved clients: which programs may use the coding benefit, and the API keys that others were used with (C4)."""

from datetime import datetime
from typing import Annotated, Protocol

import strawberry

from domain.clients import ClientProof, ClientVerdict
from schema.enums import show
from schema.fields import field, mutation
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD
from schema.usage import Surface

show(
    ClientProof,
    "ClientProof",
    "What a request of a client must show beside the name.",
    {
        ClientProof.NONE: "Nothing.",
        ClientProof.SIGNATURE: (
            "`<unix seconds>.<signature>`: in 64 hexadecimal digits the HMAC-SHA256, under the client's secret, of "
            "`<client id>.<SHA-256 of the API key, in 64 hexadecimal digits>.<unix seconds>`. It holds for 5 minutes "
            "before and after that instant."
        ),
    },
)
show(
    ClientVerdict,
    "ClientVerdict",
    "What a list of approved clients says of a request.",
    {
        ClientVerdict.APPROVED: "It comes from an approved client.",
        ClientVerdict.UNKNOWN: "No client of this name is approved.",
        ClientVerdict.MISSING: "It names no client.",
        ClientVerdict.PROOF_MISSING: "Its client must prove itself, and it shows no proof.",
        ClientVerdict.PROOF_WRONG: "Its client must prove itself, and what it shows is malformed, too old or wrong.",
    },
)

_REASON_TOLD = "Why, in 1 to 500 printable characters: {}"


@strawberry.type(description="A program that may use the coding benefit.")
class ApprovedClient:
    """An approved client."""

    client_id: str = strawberry.field(description="What requests name it by, such as `kimi-cli`.")
    name: str = strawberry.field(description="Its name for people; requests may name it by this, too.")
    proof: ClientProof = strawberry.field(description="What its requests must show beside the name.")


@strawberry.type(
    description=(
        "A version of the list of approved clients. A request names its client by id or name; case and blanks do not "
        "matter, and a version such as `/1.2.3` may follow."
    )
)
class ApprovedClientList:
    """A version of the list."""

    version: int = strawberry.field(description="Its number: 1, 2, 3 …; 0: operators have published none yet.")
    published_at: datetime | None = strawberry.field(description="Since when it is in force; null: it is version 0.")
    clients: list[ApprovedClient] = strawberry.field(description="The programs: at most 100.")


@strawberry.type(description="A request that was refused because of its client.")
class ClientViolation:
    """A violation."""

    at: datetime = strawberry.field(description="When it came.")
    client: str | None = strawberry.field(description="What it said it was: at most 100 characters; null: nothing.")
    why: ClientVerdict = strawberry.field(description="What was wrong.")
    product: str = strawberry.field(description="The id of the product that it was for.")
    surface: Surface = strawberry.field(description="Where it came from.")
    key_id: strawberry.ID = strawberry.field(description="The API key that it came with: `key_…`.")
    key_hint: str = strawberry.field(description="What one recognises that key by.")
    lifted_at: datetime | None = strawberry.field(
        description="When an operator lifted it, so that it counts no more; null: it was not lifted."
    )


@strawberry.type(description="The requests of one program.")
class ClientUse:
    """Requests of a program."""

    client: str | None = strawberry.field(description="Its name, in lower case and without a version; null: none.")
    verdict: ClientVerdict = strawberry.field(
        description="What the list that is tried says; `PROOF_MISSING`: they would have to be proven."
    )
    requests: int = strawberry.field(description="How many requests.")
    persons: int = strawberry.field(description="Of how many people.")


@strawberry.type(description="What another list of approved clients would have meant for the requests of some days.")
class ClientListDryRun:
    """A dry run."""

    since: datetime = strawberry.field(description="The first instant that is looked at.")
    until: datetime = strawberry.field(description="The first instant that is not any more: now.")
    requests: int = strawberry.field(description="How many coding requests were charged in that time.")
    persons: int = strawberry.field(description="How many people have some among `refused`, each counted once.")
    refused: list[ClientUse] = strawberry.field(
        description="Charged requests that it would refuse, the most first, among the 500 programs used most."
    )
    allowed: list[ClientUse] = strawberry.field(
        description="Refused requests that it would let in, the most first. Violations are kept for 30 days only."
    )


@strawberry.input(description="A program on a list of approved clients.")
class ApprovedClientInput:
    """A client of `PublishClientListInput` and of `Query.dryRunClientList`."""

    client_id: str = strawberry.field(description="Lower-case words and digits, joined by `_` or `-`.")
    name: str = strawberry.field(description="1 to 100 printable characters without a slash.")
    proof: ClientProof = strawberry.field(
        default=ClientProof.NONE, description="What its requests must show beside the name."
    )
    renew_secret: bool = strawberry.field(
        default=False, description="Whether it gets another secret; the one that it has is not good any more."
    )


@strawberry.input(description="The next version of the list of approved clients.")
class PublishClientListInput:
    """Input of `Mutation.publishClientList`."""

    clients: list[ApprovedClientInput] = strawberry.field(
        description="All programs that are approved from now on: 1 to 100. Whoever is not named is not approved."
    )
    reason: str = strawberry.field(description=_REASON_TOLD.format("it is recorded."))
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="The secret with which a client proves itself.")
class ClientSecret:
    """A client's secret."""

    client_id: str = strawberry.field(description="Whose it is.")
    secret: str = strawberry.field(description="The secret, `acs_…`: the HMAC's key is this text as it is.")


@strawberry.type(description="What came of `publishClientList`: the list, or refusals.")
class PublishClientListPayload:
    """Payload of `Mutation.publishClientList`."""

    client_list: ApprovedClientList | None = strawberry.field(description="The version; null: refused.")
    secrets: list[ClientSecret] = strawberry.field(
        description="The secrets that were made with this version. Shown once: empty where `replayed`."
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.type(description="Whether an API key is restricted.")
class KeyRestriction:
    """A restriction."""

    api_key_id: strawberry.ID = strawberry.field(description="The key: `key_…`.")
    restricted_at: datetime | None = strawberry.field(description="Since when; null: it is not restricted.")
    because: str | None = strawberry.field(description="Why; null: it is not restricted.")


@strawberry.input(description="Which API key is freed, and why.")
class LiftRestrictionInput:
    """Input of `Mutation.liftRestriction`."""

    api_key_id: strawberry.ID = strawberry.field(description="The key: `key_…`.")
    reason: str = strawberry.field(description=_REASON_TOLD.format("it is recorded."))
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `liftRestriction`: how the key was left, or refusals.")
class LiftRestrictionPayload:
    """Payload of `Mutation.liftRestriction`."""

    restriction: KeyRestriction | None = strawberry.field(description="How the key was left; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which API key is restricted, and why.")
class RestrictApiKeyInput:
    """Input of `Mutation.restrictApiKey`."""

    api_key_id: strawberry.ID = strawberry.field(description="The key: `key_…`.")
    reason: str = strawberry.field(description=_REASON_TOLD.format("its owner sees it, and it is recorded."))
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `restrictApiKey`: how the key was left, or refusals.")
class RestrictApiKeyPayload:
    """Payload of `Mutation.restrictApiKey`."""

    restriction: KeyRestriction | None = strawberry.field(description="How the key was left; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class QueriesAsked(Protocol):
    """What these queries ask the context for."""

    async def approved_clients(self) -> ApprovedClientList:
        """Tell the list in force."""

    async def dry_run_client_list(self, clients: list[ApprovedClientInput], days: int) -> ClientListDryRun:
        """Try a list."""


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def publish_client_list(self, asked: PublishClientListInput) -> PublishClientListPayload:
        """Publish the next version of the list."""

    async def lift_restriction(self, asked: LiftRestrictionInput) -> LiftRestrictionPayload:
        """Free an API key."""

    async def restrict_api_key(self, asked: RestrictApiKeyInput) -> RestrictApiKeyPayload:
        """Restrict an API key."""


@strawberry.type
class ApprovingQueries:
    """Part of the root of queries."""

    @field
    async def approved_clients(self, info: strawberry.Info[QueriesAsked, None]) -> ApprovedClientList:
        """The programs that may use the coding benefit. For everybody, without a credential."""
        return await info.context.approved_clients()

    @field
    async def dry_run_client_list(
        self,
        info: strawberry.Info[QueriesAsked, None],
        clients: Annotated[
            list[ApprovedClientInput], strawberry.argument(description="The list that is tried: 1 to 100 programs.")
        ],
        days: Annotated[int, strawberry.argument(description="How many days back, of 24 hours: 1 to 90.")] = 30,
    ) -> ClientListDryRun:
        """What another list would have refused of the coding requests of the last days, and what it would let in.

        For operators. It reads all that was recorded, so it may take up to a minute; nothing is written.
        """
        return await info.context.dry_run_client_list(clients, days)


@strawberry.type
class ApprovingMutations:
    """Part of the root of mutations."""

    @mutation
    async def publish_client_list(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[
            PublishClientListInput, strawberry.argument(name="input", description="The whole list, and why.")
        ],
    ) -> PublishClientListPayload:
        """Publishes the next version of the list of approved clients. It is in force at once.

        For operators. A client that must prove itself gets a secret, which is shown this once; it keeps it from version
        to version until it is renewed.
        """
        return await info.context.publish_client_list(asked)

    @mutation
    async def lift_restriction(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[LiftRestrictionInput, strawberry.argument(name="input", description="Which key, and why.")],
    ) -> LiftRestrictionPayload:
        """Lifts the restriction of an API key; its violations so far count no more. Its owner is told.

        For operators.
        """
        return await info.context.lift_restriction(asked)

    @mutation
    async def restrict_api_key(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[RestrictApiKeyInput, strawberry.argument(name="input", description="Which key, and why.")],
    ) -> RestrictApiKeyPayload:
        """Restricts an API key until that is lifted: nothing can be used with it. Its owner is told.

        For operators. A key that is restricted already gets the new reason.
        """
        return await info.context.restrict_api_key(asked)
