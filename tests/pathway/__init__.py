"""Pathway: what holds for every history, and what the spec tables do not show."""
