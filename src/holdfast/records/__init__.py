"""The record: append-only facts in a database that itself refuses to change them."""
