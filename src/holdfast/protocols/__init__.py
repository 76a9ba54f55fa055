"""Courses of treatment as data: one folder each, with a version, a status and a source for every number."""
