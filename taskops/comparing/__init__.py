"""Comparing values: what differs, what is the same, what moved."""
