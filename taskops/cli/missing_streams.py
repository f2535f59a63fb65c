"""The three streams of a process that was started without them."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def open_missing() -> None:
    """
    Give the process the three streams that it may have been started without.

    Otherwise the next file that is opened would become one of them.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # for good
            setattr(sys, name, stream)
