"""Secrets that must turn up nowhere, and everything where they might."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.shell import Said

KEY = "canary-key-5e1f/+= end"
WORD = "canary-w\u00f6rd-77a0/+&= end"
SERVER = "http://canary-host.example:3128"
USER = "canary-user"

PROXY = (
    "browserConfiguration:\n  proxy: {active: true, type: custom, "
    "server: '${env.SERVER}', username: '${env.USER_NAME}', "
    "password: '${env.WORD}'}\n"
)


def forms(secret: str) -> Iterator[bytes]:
    """Every shape in which a secret might leave."""
    raw = secret.encode()
    yield raw
    yield quote(secret, safe="").encode()
    yield secret.encode("ascii", "backslashreplace")
    yield base64.b64encode(raw).rstrip(b"=")
    yield base64.urlsafe_b64encode(raw).rstrip(b"=")
    yield raw.hex().encode()


FORBIDDEN = sorted({form for secret in (KEY, WORD) for form in forms(secret)})


def leaks(told: bytes) -> list[bytes]:
    return [form for form in FORBIDDEN if form in told]


def written_by(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, git objects as their content."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()
    for git in folder.rglob("*.git"):
        batch = ["cat-file", "--batch", "--batch-all-objects"]
        ran = subprocess.run(
            ["git", "-C", str(git), *batch], capture_output=True, check=True
        )
        yield str(git), ran.stdout


def clean(said: Said, folder: Path) -> Said:
    """Nothing that was printed or written anywhere holds a secret."""
    assert not leaks(said.out.encode()), said.out
    assert not leaks(said.err.encode()), said.err
    for name, data in written_by(folder):
        assert not leaks(data), name
    return said
