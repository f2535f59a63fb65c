"""
`python -m fuzz TARGET [-max_total_time=600]`: atheris looks for bytes that break it.

It is a tool to install first: `pip install atheris`; not every Python has it.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def main() -> None:
    """Feed one target until something breaks, or the time is up."""
    atheris: Any = importlib.import_module("atheris")
    # What is to be explored must be imported while atheris watches.
    with atheris.instrument_imports(include=["taskops"]):
        from fuzz.targets import TARGETS
        from taskops.providers.http import door

    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"the target is one of {', '.join(TARGETS)}")
    door.ATTEMPTS = 1
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
