"""Benchmarks: each file states the work, what it is compared with, and prints what it measured in this run."""
