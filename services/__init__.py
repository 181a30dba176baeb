"""Verbs: one verb is one transaction. The only room that commits (DESIGN.md §1)."""
