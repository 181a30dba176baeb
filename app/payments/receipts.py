"""`GET /orders/{id}/receipt`: the receipt of a paid order as a page that can be printed (D8)."""

from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.payments.pages import STYLE, facts_list, lines_table, minute
from app.sign_in.pages import page
from domain.ids import parse_public_id
from domain.orders import FoundOrganisation, OrderStatus
from domain.principals import Caller, Principal
from execution import ClientError, Credentials, address_of
from services.orders import OrderRow, order
from services.payment_providers import Seller
from services.runtime import Runtime

_ORDER = "ord"
_STATUS = {"UNAUTHENTICATED": 401, "RATE_LIMITED": 429}


def receipt_route(runtime: Callable[[], Runtime], authenticate: Callable[[Credentials], Awaitable[Principal]]) -> Route:
    """Make the route: for the buyer and the organisation's administrators. To others there is no such receipt: 404."""

    async def receipt(request: Request) -> Response:
        try:
            principal = await authenticate(
                Credentials(request.headers, None, request.method, address_of(request.scope))
            )
        except ClientError as error:
            return _told(_STATUS.get(error.code, 403), "You cannot see this", str(error), error.code)
        if principal.caller is Caller.ANONYMOUS:
            way = f"/sign-in?return_to={quote(request.url.path, safe='')}"
            return page("Sign in first", f'<p><a class="way" href="{escape(way)}">Sign in</a></p>', status=401)
        found = await _find(runtime(), principal, request.path_params["id"])
        if found is None or found.status is not OrderStatus.PAID:
            return _told(404, "There is no such receipt", "It does not exist, or it is not yours.", "NOT_FOUND")
        return receipt_page(found, runtime().seller)

    return Route("/orders/{id}/receipt", receipt, methods=["GET"])


def receipt_page(paid: OrderRow, seller: Seller) -> Response:
    """Write the receipt of a paid order."""
    name = paid.intent.name if isinstance(paid.intent, FoundOrganisation) else ""
    organisation = paid.organisation_name or name
    facts = [
        ("Receipt", str(paid.receipt_number)),
        ("Order", paid.reference),
        ("Issued", minute(paid.closed_at or paid.created_at)),
        ("Paid", minute(paid.paid_at or paid.created_at)),
        ("Sold to", paid.buyer_name),
        *([("Organization", organisation)] if organisation else []),
    ]
    lines = "<br>".join(escape(line) for line in (seller.name, *seller.address))
    tax = f"<br>Tax number {escape(seller.tax_id)}" if seller.tax_id else ""
    body = (
        f"<p>{lines}{tax}</p>\n{facts_list(*facts)}{lines_table(paid)}"
        '<p class="quiet screen">Print this page, or save it as a PDF.</p>'
    )
    return page(f"Receipt {paid.receipt_number}", body, more_style=STYLE)


async def _find(runtime: Runtime, principal: Principal, id_: str) -> OrderRow | None:
    try:
        uuid = parse_public_id(_ORDER, id_)
    except ValueError:
        return None
    return await order(runtime, principal, uuid) if principal.caller is Caller.USER else None


def _told(status: int, title: str, message: str, code: str) -> Response:
    return page(title, f"<p>{escape(message)}</p>\n<p><small><code>{escape(code)}</code></small></p>", status=status)
