"""What went wrong, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.render import clean
from taskops.render.paint import BARE

if TYPE_CHECKING:
    from taskops.errors import TaskopsError
    from taskops.render.paint import Look


def error_text(error: TaskopsError, look: Look = BARE) -> str:
    """One sentence, what is special, and what to do."""
    told = [f"{look.paint('error', 'crimson')}: {clean.line(error.summary)}"]
    if error.detail:
        told += [f"  {clean.line(part)}" for part in error.detail.split("; ")]
    if error.hint:
        told.append(f"  hint: {clean.line(error.hint)}")
    return "".join(f"{look.fit(part)}\n" for part in told)
