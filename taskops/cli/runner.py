"""What later steps of a GitHub job may read, without parsing what is printed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.errors import Exit

if TYPE_CHECKING:
    from taskops.render.sheet import Sheet


def step_outputs(sheet: Sheet, code: int) -> None:
    """
    Write `changes`, `result` and `digest` where the runner collects outputs.

    Every value is a word or hex digits of ours, so that none can forge another.
    """
    path = os.environ.get("GITHUB_OUTPUT")
    if os.environ.get("GITHUB_ACTIONS") != "true" or not path:
        return
    values = {
        "changes": "true" if sheet.rows else "false",
        "result": Exit(code).name.lower(),
        "digest": sheet.digest,
    }
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    # An output that cannot be written must not fail what was done.
    with suppress(OSError), Path(path).open("a", encoding="utf-8") as file:
        file.write(text)
