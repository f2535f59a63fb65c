"""Random lives of an account under faults, kills and edits; `python -m soak`."""
