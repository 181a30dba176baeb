"""What services report: who used what, and who pays."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.usage import Surface


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Usage of one product: `quantity` in thousandths of the product's unit; `client` is the program.

    Either `wallet_id` says who pays, or `api_key`, as a program showed it to a gateway. `proof` is the client's that it
    is the one it names (C4); `address` is where the program called from: only a keyed hash of it is kept, with the key.
    """

    wallet_id: UUID | None
    product: str
    quantity: int
    surface: Surface
    client: str | None = None
    api_key: str | None = field(default=None, repr=False)
    proof: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
