"""Files of a project that are whole or as they were before."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from taskops.errors import TaskopsError

if TYPE_CHECKING:
    from pathlib import Path


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that it is the old one or the new one, whatever happens."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Others read manifests too: the process's own mask decides, as for an editor.
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise TaskopsError(
            f"`{path.name}` could not be written",
            error.strerror or str(error),
            "make room or change the permissions, then run it again",
        ) from error
