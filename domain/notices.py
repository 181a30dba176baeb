"""Notices: what a person is told in a feed beside the figures (A5, A6, B12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind` is a stable code, `facts` are what its words are made from; `id` names the in-app notice, if it is one."""

    kind: str
    facts: Mapping[str, str]
    id: UUID | None = None
