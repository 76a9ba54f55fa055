"""Protocols: the library, its loader, and how far a course has come."""
