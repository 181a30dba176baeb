"""Answers of the graph: principal → service → view. No SQL and no rules; one file for each noun of `schema/`.

`context.Context` is what an operation's fields ask; `graph.build_schema` makes the schema, once per process.
"""
