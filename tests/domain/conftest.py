"""Hypothesis for the domain: many examples, no clock of its own, nothing left on the disk."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

EXAMPLES_DEFAULT = 1_000
EXAMPLES = int(os.environ.get("ALLOT_EXAMPLES", EXAMPLES_DEFAULT))

# deadline: workers share cores, so a slow example says nothing. derandomize: a red build must be red again.
settings.register_profile(
    "allot",
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    database=None,
    print_blob=True,
)
settings.load_profile("allot")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lift the time limit where somebody asked for more examples than fit into it."""
    if EXAMPLES <= EXAMPLES_DEFAULT:
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(0))
