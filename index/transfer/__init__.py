"""Carrying everything from one engine to the other, provably the same."""
