"""Outcomes: the definitions beyond what the spec tables show."""
