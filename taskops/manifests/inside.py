"""Reading files that a repository names: regular, small, and inside the project."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from taskops.manifests.naming import near

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BYTES: Final = 1024 * 1024
# Without O_NONBLOCK opening a FIFO waits for ever; Windows has neither flag.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_MUST_LOOK: Final = not hasattr(os, "O_NOFOLLOW")


class NotInsideError(Exception):
    """Why a file is not read, in words that follow the field's name; and the fix."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


class Inside:
    """The files of one project, and nothing else on the machine."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._folders: dict[str, str] = {}

    def read(self, path: str) -> bytes:
        """The bytes of a file, by its path from the root; raises NotInsideError."""
        if path.startswith(".") or "/." in path:
            _check_hidden(path.split("/"))
        folder, _, name = path.rpartition("/")
        try:
            place = f"{self._folder(folder)}/{name}"
            if _MUST_LOOK and Path(place).is_symlink():
                return self._through_link(place)
            return _read(place)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                return self._through_link(place)
            if error.errno == errno.ENOENT and (hint := self._near(folder, name)):
                raise NotInsideError("is not there", hint) from None
            raise _unreadable(error) from None
        except ValueError as error:
            raise _unreadable(error) from None

    def beside(self, manifest: str, path: str) -> str:
        """A path that a manifest names, as a path from the root."""
        _check_form(path)
        parts = manifest.split("/")[:-1]
        for part in path.split("/"):
            if part == "..":
                if not parts:
                    raise NotInsideError("leads out of the project", _MOVE)
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)

    # Most files share a few folders, and resolving one costs a call per level.
    def _folder(self, folder: str) -> str:
        if folder not in self._folders:
            found = (self.root / folder).resolve(strict=True)
            self._folders[folder] = str(self._within(found))
        return self._folders[folder]

    def _near(self, folder: str, name: str) -> str:
        """The file of the same folder that may be meant."""
        try:
            names = [p.name for p in Path(self._folder(folder)).iterdir()]
        except OSError:
            return ""
        # A manifest lies beside its code, has its name, and is never what is meant.
        return near(name, (n for n in names if not n.startswith(".") and _is_code(n)))

    def _through_link(self, link: str) -> bytes:
        try:
            return _read(str(self._within(Path(link).resolve(strict=True))))
        except (OSError, RuntimeError) as error:
            raise _unreadable(error) from None

    def _within(self, place: Path) -> Path:
        if not place.is_relative_to(self.root):
            why = "leads out of the project through a symbolic link"
            raise NotInsideError(why, "put the file itself into the project")
        _check_hidden(place.relative_to(self.root).parts)
        return place


def _is_code(name: str) -> bool:
    return not name.endswith((".yaml", ".yml"))


_MOVE = "move the file into the project, and name it relative to the manifest"


def _check_form(path: str) -> None:
    if not path or "\0" in path or len(path) > 1024:
        raise NotInsideError("is not a path", "name a file relative to the manifest")
    if path.startswith("/") or path[1:2] == ":":
        raise NotInsideError("is an absolute path", _MOVE)
    if "\\" in path:
        raise NotInsideError("has a backslash in it", "write `/` between folders")
    if path.endswith("/"):
        raise NotInsideError("is a folder", "name a file")


def _check_hidden(parts: Sequence[str]) -> None:
    if any(part.startswith(".") for part in parts):
        why = "is hidden: a file or folder on its way begins with a dot"
        raise NotInsideError(why, "such places hold keys and settings; move the file")


def _read(place: str) -> bytes:
    """The bytes of a file that is no link; raises OSError and NotInsideError."""
    descriptor = os.open(place, _FLAGS)
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise NotInsideError("is not a regular file", "name a file")
        # One more than there should be; a buffer of the limit's size costs more.
        content = os.read(descriptor, min(about.st_size, MAX_BYTES) + 1)
        # One call gives a regular file whole, but nobody promises it.
        while len(content) != about.st_size and len(content) <= MAX_BYTES:
            more = os.read(descriptor, MAX_BYTES + 1)
            if not more:
                break
            content += more
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise NotInsideError("is larger than 1 MiB", "make it smaller")
    return content


def _unreadable(error: Exception) -> NotInsideError:
    if isinstance(error, RuntimeError):  # pathlib's word for a loop, before 3.13
        error = OSError(errno.ELOOP, "")
    match getattr(error, "errno", None):
        case errno.ENOENT | errno.ENOTDIR:
            return NotInsideError("is not there", "check the path and the file's name")
        case errno.EACCES | errno.EPERM:
            return NotInsideError("may not be read", "check the file's permissions")
        case errno.ELOOP:
            return NotInsideError(
                "is a symbolic link that leads back to itself", "name a file"
            )
        case errno.EISDIR | errno.ENXIO | errno.EOPNOTSUPP:
            return NotInsideError("is not a regular file", "name a file")
        case errno.ENAMETOOLONG:
            return NotInsideError("is not a path", "use a shorter name")
        case _:
            return NotInsideError("cannot be read", "check the file")
