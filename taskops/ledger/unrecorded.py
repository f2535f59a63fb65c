"""Where the records go when the ledger cannot be given back."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.ledger.disk import replace_file
from taskops.ledger.document import FORMAT
from taskops.ledger.records import record_to_json
from taskops.ledger.shapes import write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.record import Closing


def keep_unrecorded(
    folder: Path, project: str, environment: str, apply: str, closing: Closing
) -> str:
    """
    Write beside the ledger what it should have held; returns where.

    On a full disk the next best place is taken, and standard error at last:
    after a write to a service, what is known of it must not vanish.
    """
    data = write_json(
        {
            "format": FORMAT,
            "project": project,
            "environment": environment,
            "apply": apply,
            "message": closing.message,
            "records": [
                record_to_json(record)
                for record in closing.records.values()
                if record is not None
            ],
            "dropped": [str(a) for a, r in closing.records.items() if r is None],
            "target": {
                provider: {"origin": target.origin, "team": target.team}
                for provider, target in closing.targets.items()
            },
        }
    )
    safe = "".join(c for c in apply if c.isalnum() or c in "-_") or "apply"
    return _write(data, (folder, *_temporary()), f"unrecorded-{safe}.json")


def _temporary() -> Sequence[Path]:
    try:
        return (Path(tempfile.mkdtemp(prefix="taskops-")),)
    except OSError:
        return ()


def _write(data: bytes, folders: Sequence[Path], name: str) -> str:
    for folder in folders:
        try:
            replace_file(folder / name, data)
        except OSError:
            continue
        return str(folder / name)
    # A CI runner would take this for a command anywhere in a line.
    sys.stderr.write(data.decode("utf-8", "replace").replace("##[", "##\\u005b"))
    return "standard error"
