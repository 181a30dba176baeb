"""Composition root: settings, the ASGI app, the embedded database, the worker and the command line."""
