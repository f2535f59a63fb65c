"""
`taskops validate [PATH]…` without click, whose import takes longer than the check.

An editor runs it at every save. Anything else goes to click: options, completion,
other commands, and every path that click would have something to say about.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def plain_paths(words: Sequence[str]) -> tuple[str, ...] | None:
    """The paths after a plain `validate`; None where click has to read the words."""
    if "_TASKOPS_COMPLETE" in os.environ:
        return None
    for word in words:
        if word.startswith("-") or not os.access(word, os.R_OK):
            return None
    return tuple(words)
