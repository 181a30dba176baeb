"""What the pages about orders have in common: lines, totals, and how they look, printed too."""

from datetime import UTC, datetime
from html import escape

from domain.money import money_words
from domain.orders import LineKind, OrderLine
from services.orders import OrderRow

STYLE = """
body { max-width: 40rem }
table { width: 100%; border-collapse: collapse; margin: 1rem 0 } caption { text-align: left }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8884 }
th:last-child, td:last-child { text-align: right; padding-right: 0; white-space: nowrap }
tfoot td, tfoot th { font-weight: 600; border-bottom: 0 }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1rem 0 } dd { margin: 0 }
label.choice { display: flex; gap: .5rem; align-items: baseline } label.choice input { width: auto }
@media print { body { margin: 0; max-width: none } .screen { display: none } }
"""

_WHAT = {
    LineKind.SEATS_FOR_TERM: "Seats for the term",
    LineKind.SEATS_FOR_REST_OF_TERM: "Seats for the rest of the term",
    LineKind.CREDIT_PACK: "Pack of credits",
}


def lines_table(order: OrderRow) -> str:
    """Write what is charged for, as HTML."""
    rows = "".join(
        f"<tr><td>{escape(_WHAT[line.kind])}{_time(line)}</td><td>{line.quantity:,}</td>"
        f"<td>{money(line.unit_minor, order)}</td><td>{money(line.amount_minor, order)}</td></tr>"
        for line in order.lines
    )
    return (
        "<table><thead><tr><th>What</th><th>Quantity</th><th>Price of one</th><th>Amount</th></tr></thead>"
        f"<tbody>{rows}</tbody><tfoot><tr><th colspan=3>Total</th><td>{money(order.total_minor, order)}</td></tr>"
        "</tfoot></table>\n"
    )


def _time(line: OrderLine) -> str:
    """Write what time a line is for; nothing, if it is for none."""
    if line.starts_at is None or line.ends_at is None:
        return ""
    days = f"{line.days} of {line.days_in_term} days"
    return f"<br><small>{day(line.starts_at)} to {day(line.ends_at)}, {days}</small>"


def facts_list(*facts: tuple[str, str]) -> str:
    """Write names and values, as HTML. They are text."""
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts) + "</dl>\n"


def money(minor: int, order: OrderRow) -> str:
    """Write an amount in the order's currency, as HTML."""
    return escape(money_words(minor, order.currency))


def day(instant: datetime) -> str:
    """Write the day of an instant, UTC: `2026-01-15`."""
    return instant.astimezone(UTC).date().isoformat()


def minute(instant: datetime) -> str:
    """Write an instant to the minute: `2026-01-15 12:00 UTC`."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
