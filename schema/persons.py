"""Persons: people who own wallets."""

import strawberry

from schema.nodes import Node


@strawberry.type(description="A person: the owner of one wallet in each workspace that they work in.")
class Person(Node):
    """A person."""

    display_name: str = strawberry.field(description="What they are called on pages.")
