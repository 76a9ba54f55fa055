"""Holdfast: care from the first ketamine infusion to lasting remission, on one record."""
