"""Input and payload of `consume`: usage in one step."""

import strawberry

from schema.balances import Balance
from schema.entries import Entry
from schema.refusals import Refusal
from schema.scalars import Amount
from schema.usage import Surface


@strawberry.input(description="Usage of one product by the owner of one wallet.")
class ConsumeInput:
    """Input of `Mutation.consume`."""

    wallet_id: strawberry.ID | None = strawberry.field(
        default=None, description="The wallet that pays: `wal_…`. Either this or `apiKey` must be given, and not both."
    )
    api_key: str | None = strawberry.field(
        default=None,
        description=(
            "The API key that a program showed: `ak_…`. The wallet of its owner's personal workspace pays, and the "
            "receipt names the key. For services with the scope `usage:write`."
        ),
    )
    client_proof: str | None = strawberry.field(
        default=None,
        description=(
            "The program's own proof that it is the `client` that it names, for those of which the list of approved "
            "clients demands one; null: it gave none. It counts only together with `apiKey`."
        ),
    )
    client_address: str | None = strawberry.field(
        default=None,
        description=(
            "The IP address that the program called from; null: not known. With `apiKey`, a keyed hash of it is kept "
            "with the key; else nothing of it."
        ),
    )
    product: str = strawberry.field(description="Id of the product, such as `chat-message`; see `Query.products`.")
    quantity: Amount = strawberry.field(
        description=(
            "How much was used, in the product's own unit: above 0, a multiple of its step, at most its maximum."
        )
    )
    surface: Surface = strawberry.field(description="Where the person was.")
    client: str | None = strawberry.field(
        default=None,
        description="Name of the program that was used, 1 to 100 printable characters; null: not known.",
    )
    idempotency_key: str = strawberry.field(
        description=(
            "Names this request, 1 to 255 printable characters, such as a new UUID. Asked again with the same key and "
            "the same input, within days, nothing happens again, and the original result is the answer."
        )
    )


@strawberry.type(description="What came of `consume`: an entry, or refusals.")
class ConsumePayload:
    """Payload of `Mutation.consume`."""

    entry: Entry | None = strawberry.field(description="The charge in the wallet's ledger; null: refused.")
    balance: Balance | None = strawberry.field(description="The wallet's figures after that entry; null: refused.")
    replayed: bool = strawberry.field(
        description="Whether this is the result of an earlier request with the same key, and nothing happened now."
    )
    errors: list[Refusal] = strawberry.field(description="Why it was refused; empty: it was done.")
