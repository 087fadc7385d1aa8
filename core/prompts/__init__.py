"""Phrases: the trained vocabulary, and reading what the user typed."""
