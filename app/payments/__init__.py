"""Paying: the providers, their settings and webhook, receipts, and a stand-in for the provider in development (D8)."""
