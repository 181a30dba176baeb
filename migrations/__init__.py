"""Migrations (aerich): generated, then finished by hand in SQL for what the generator does not know (DESIGN.md §5)."""
