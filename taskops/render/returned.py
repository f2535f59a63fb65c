"""What a run returned, in the few lines that people read first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from taskops.model.values import thaw
from taskops.render import clean
from taskops.render.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.model.values import Tree

LONGEST = 400
"""Characters of an output that are shown; all of it is in the file and the JSON."""


def result_lines(result: Tree) -> Iterator[str]:
    """The output, then what it took; nothing for what has neither."""
    if "structured" in result:
        text = json.dumps(thaw(result["structured"]), ensure_ascii=False)
    else:
        text = str(result.get("output") or "")
    if text:
        yield f"output: {clean.shortened(clean.line(text), LONGEST)}"
    took = []
    if (cost := result.get("cost")) is not None:
        took.append(f"cost {cost}")
    if isinstance(steps := result.get("steps"), int):
        took.append(counted(steps, "step"))
    if isinstance(verdict := result.get("judgeVerdict"), bool):
        took.append(f"judged {'good' if verdict else 'not good'}")
    if session := result.get("link") or result.get("session"):
        took.append(f"session {session}")
    if took:
        yield clean.line(", ".join(took))
