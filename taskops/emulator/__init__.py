"""The services' task API as their documents state it, on this machine."""
