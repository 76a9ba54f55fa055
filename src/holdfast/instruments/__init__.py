"""Questionnaires and rating scales: what they ask, how they are scored, and what their scores mean."""
