"""Reads of the record: each takes a viewer or rows already judged visible; rows in, plain values out."""
