"""GraphQL transport and execution: HTTP, SSE and WebSockets; limits; compiled operations; masked errors.

Knows GraphQL and nothing of our domain.
"""

from execution.endpoint import Authenticate, GraphQLEndpoint, NewContext
from execution.errors import ClientError
from execution.limits import Limits
from execution.protocol import Credentials, address_of
from execution.sharing import Shareable

__all__ = [
    "Authenticate",
    "ClientError",
    "Credentials",
    "GraphQLEndpoint",
    "Limits",
    "NewContext",
    "Shareable",
    "address_of",
]
