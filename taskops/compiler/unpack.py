"""An archive from a registry, unpacked: files only, and never outside the folder."""

from __future__ import annotations

import io
import tarfile
import zlib
from typing import TYPE_CHECKING, Final

from taskops.errors import NotTypeChecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_BYTES: Final = 128 * 1024 * 1024
MAX_FILES: Final = 20_000
_TYPES: Final = (".d.ts", ".d.mts", ".d.cts", "/package.json")


def is_type(path: str) -> bool:
    """Whether a file of a package is needed to check types."""
    return f"/{path}".endswith(_TYPES)


def unpack(content: bytes, folder: Path, wanted: Callable[[str], bool]) -> None:
    """Write the wanted files of a package into a folder; raises NotTypeChecked."""
    try:
        for path, data, runs in _files(content, wanted):
            place = folder.joinpath(*path.split("/"))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            place.chmod(0o700 if runs else 0o600)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        summary = "a package from the npm registry cannot be unpacked"
        raise NotTypeChecked(summary, str(error), "run the command again") from None


def _files(
    content: bytes, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes, bool]]:
    size = count = 0
    with tarfile.open(fileobj=io.BytesIO(content), mode="r|gz") as archive:
        for entry in archive:
            size += entry.size
            count += 1
            if size > MAX_BYTES or count > MAX_FILES:
                raise tarfile.TarError("it is larger than a compiler is")
            # The top folder has a name of the package's own choice.
            path = entry.name.partition("/")[2]
            if not entry.isreg() or not wanted(path):
                continue
            _check(entry.name)
            source = archive.extractfile(entry)
            if source is not None:
                yield path, source.read(), bool(entry.mode & 0o100)


def _check(name: str) -> None:
    parts = name.split("/")
    if "" in parts or ".." in parts or "." in parts or set(name) & set("\\:\0"):
        raise tarfile.TarError("it has a file outside its own folder")
