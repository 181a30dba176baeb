"""The numbers of RULES.md as TOML: meters, products, prices, plans and policies. Read by `services.catalog`."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the shipped documents are, in a checkout and in an installed package alike."""
