"""Views of benefits."""

from domain import benefits as domain
from schema.benefits import Benefits


def benefits_view(benefits: domain.Benefits) -> Benefits:
    """Show the benefits of a wallet."""
    return Benefits(until=benefits.until, suspended=benefits.suspended)
