"""Any bytes where taskops reads: an answer or one of its own errors, and in time."""
