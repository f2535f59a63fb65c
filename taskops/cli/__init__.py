"""The command line: options in, exit code out; the only room that knows them all."""

from __future__ import annotations


def main() -> None:
    """The console script."""
    from taskops.cli.boundary import leave, run

    leave(run())
