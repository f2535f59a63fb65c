"""Task code: read safely, known by its digest, loaded again only when needed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from taskops.errors import Stale
from taskops.manifests.inside import Inside, NotInsideError
from taskops.model.values import Code

if TYPE_CHECKING:
    from collections.abc import Callable


def read_code(files: Inside, manifest: str, path: str) -> tuple[Code, str, bytes]:
    """The code that a manifest names, its path, its bytes; raises NotInsideError."""
    file = files.beside(manifest, path)
    content = files.read(file)
    check_text(content)
    digest = digest_of(content)
    return Code(digest, len(content), _again(files, file, digest), file), file, content


def digest_of(content: bytes) -> str:
    """The sha256 of code with CRLF read as LF, so that git's line ends do not count."""
    if b"\r" in content:  # replacing nothing takes longer than the digest
        content = content.replace(b"\r\n", b"\n")
    return hashlib.sha256(content).hexdigest()


def check_text(content: bytes) -> None:
    """Raise NotInsideError for what cannot be the code of a task."""
    if not content or content.isspace():
        raise NotInsideError("is empty", "write the task's code into it")
    if content.isascii():
        text = b"\0" not in content
    else:
        try:
            text = "\0" not in content.decode()
        except UnicodeDecodeError:
            text = False
    if not text:
        raise NotInsideError("is not UTF-8 text", "save it as UTF-8")


def _again(files: Inside, file: str, digest: str) -> Callable[[], bytes]:
    def load() -> bytes:
        try:
            content = files.read(file)
        except NotInsideError as error:
            content, why = b"", error.why
        else:
            why = "has changed"
        if digest_of(content) != digest:
            summary = "a code file is not what it was when it was read"
            raise Stale(summary, f"`{file}` {why}", "run the command again")
        return content

    return load
