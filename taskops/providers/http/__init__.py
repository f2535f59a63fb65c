"""The one door to the network: deadlines, retries, limits, and three outcomes."""
