"""Signing in: who asks, proved by a token that is fetched afresh for every request."""
