"""GraphQL transport and execution: HTTP, SSE and WebSockets; limits; compiled operations; masked errors.

Knows GraphQL and nothing of our domain.
"""

from execution.endpoint import Admit, Authenticate, GraphQLEndpoint, NewContext
from execution.errors import ClientError, Refused
from execution.limits import Limits
from execution.protocol import Credentials, address_of
from execution.sharing import Shareable

__all__ = [
    "Admit",
    "Authenticate",
    "ClientError",
    "Credentials",
    "GraphQLEndpoint",
    "Limits",
    "NewContext",
    "Refused",
    "Shareable",
    "address_of",
]
