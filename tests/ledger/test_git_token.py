"""The token of a CI run reaches the remote, and nothing else."""

from __future__ import annotations

import base64
import gzip
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ledger.cases import (
    TOKEN,
    closing_of,
    git,
    git_ledger,
    make_remote,
    opening,
    plain_environ,
    record,
)

from taskops.errors import TaskopsError
from taskops.ledger.credential import Credential

if TYPE_CHECKING:
    from collections.abc import Iterator

BASIC = "basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


class Server(ThreadingHTTPServer):
    """Git over HTTP, for whoever shows the token."""

    folder: Path
    seen: list[list[str]]
    running: set[str]
    """The command line of every process, as anybody on the machine may read it."""


def command_lines() -> set[str]:
    lines = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return lines


class Handler(BaseHTTPRequestHandler):
    """One request, handed to git's own backend."""

    server: Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        """Keep quiet."""

    def do_GET(self) -> None:  # the base class names it
        self.answer()

    def do_POST(self) -> None:  # the base class names it
        self.answer()

    def answer(self) -> None:
        # Git and its helpers are all alive now: they wait for this very answer.
        self.server.running |= command_lines()
        shown = self.headers.get_all("Authorization") or []
        self.server.seen.append(shown)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if shown != [BASIC]:
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        path, _, query = self.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=True,
            env=plain_environ()
            | {
                "GIT_PROJECT_ROOT": str(self.server.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "REMOTE_USER": "taskops",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        ).stdout
        head, _, rest = done.partition(b"\r\n\r\n")
        self.send_response(200)
        for line in head.decode().splitlines():
            name, _, value = line.partition(": ")
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.folder, server.seen, server.running = folder, [], set()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    make_remote(tmp_path)
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def here(tmp_path: Path, server: Server) -> Path:
    """A checkout whose own credential is of no use any more."""
    work = tmp_path / "first"
    url = f"http://user:pass-in-url@127.0.0.1:{server.server_port}/remote.git"
    git(work, "remote", "set-url", "origin", url)
    stale = f"http.http://127.0.0.1:{server.server_port}/.extraheader"
    git(work, "config", stale, "AUTHORIZATION: basic c3RhbGU=")
    return work


def watched(folder: Path) -> dict[str, str]:
    """A PATH whose `git` notes its arguments and the variables it was given."""
    real = shutil.which("git")
    (folder / "bin").mkdir()
    fake = folder / "bin" / "git"
    fake.write_text(
        f"#!/bin/sh\n"
        f'printf "%s\\n" "$*" >> {folder}/words\n'
        f'printf "%s %s\\n" "$*" "$(env | tr "\\n" " ")" >> {folder}/environ\n'
        f'exec {real} "$@"\n'
    )
    fake.chmod(0o755)
    return {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "TASKOPS_GIT_TOKEN": TOKEN,
    }


def test_the_token_opens_and_closes_a_ledger(
    here: Path, tmp_path: Path, server: Server
) -> None:
    ledger, one = git_ledger(here, environ=watched(tmp_path)), opening()

    ledger.open(one, ledger.read().revision)
    assert ledger.close(closing_of(one, record())) == ""

    assert len(ledger.read().records) == 1
    assert server.seen
    assert all(shown == [BASIC] for shown in server.seen)


def test_the_token_is_on_no_command_line_nor_in_local_commands(
    here: Path, tmp_path: Path, server: Server
) -> None:
    ledger, one = git_ledger(here, environ=watched(tmp_path)), opening()
    ledger.open(one, ledger.read().revision)
    ledger.close(closing_of(one, record()))

    pair = BASIC.removeprefix("basic ")
    words = (tmp_path / "words").read_text()
    assert "push" in words
    assert TOKEN not in words
    assert pair not in words
    for line in (tmp_path / "environ").read_text().splitlines():
        assert TOKEN not in line
        if pair in line:
            told = line.split(" GIT_", 1)[0]
            assert any(word in told for word in ("ls-remote", "fetch", "push")), told


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_no_command_line_of_the_machine_shows_the_token(
    here: Path, server: Server
) -> None:
    ledger, one = git_ledger(here, environ={"TASKOPS_GIT_TOKEN": TOKEN}), opening()
    ledger.open(one, ledger.read().revision)
    ledger.close(closing_of(one, record()))

    for helper in ("git push", "git ls-remote", "git-remote-http"):
        words = helper.split()
        assert any(all(word in line for word in words) for line in server.running)
    secret = (TOKEN, BASIC.removeprefix("basic "))
    assert not [line for line in server.running if any(s in line for s in secret)]


def test_the_token_is_written_nowhere(here: Path, tmp_path: Path) -> None:
    ledger = git_ledger(here, environ={"TASKOPS_GIT_TOKEN": TOKEN})
    ledger.open(one := opening(), ledger.read().revision)
    ledger.close(closing_of(one, record()))

    pair = BASIC.removeprefix("basic ")
    for path in here.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert TOKEN.encode() not in data
            assert pair.encode() not in data


def test_no_error_shows_a_credential(here: Path, server: Server) -> None:
    ledger = git_ledger(here, environ={"TASKOPS_GIT_TOKEN": "wrong-token-1234"})

    with pytest.raises(TaskopsError, match="ls-remote failed") as refused:
        ledger.read()

    told = f"{refused.value.detail} {refused.value.hint}"
    assert "403" in told
    assert "wrong-token-1234" not in told
    assert "pass-in-url" not in told


def test_what_git_says_is_cleaned_of_credentials() -> None:
    pair = BASIC.removeprefix("basic ")
    said = f"hint: no\nfatal: https://me:pw@git.example/x: {TOKEN} {pair}\n"

    told = Credential(TOKEN).quiet(said.encode())

    assert told == "fatal: https://git.example/x: … …"


@pytest.mark.parametrize(
    "url",
    [
        "https://me:pa/ss@git.example/x",
        "https://me:p@a/ss@git.example/x",
        "https://me:pass@git.example/x?token=pass",
        "https://git.example/x#pass",
    ],
)
def test_an_address_is_told_without_what_opens_it(url: str) -> None:
    told = Credential("").quiet(f"fatal: unable to access '{url}': no\n".encode())

    assert told == "fatal: unable to access 'https://git.example/x': no"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://git.example/x.git", "http.https://git.example/.extraheader"),
        (
            "https://me:pw@git.example:8443/x",
            "http.https://git.example:8443/.extraheader",
        ),
        ("http://git.example/x.git", None),
        ("ssh://git@git.example/x.git", None),
        ("git@git.example:x.git", None),
        ("/srv/x.git", None),
    ],
)
def test_the_token_is_for_the_host_of_the_remote_and_never_in_the_clear(
    url: str, key: str | None
) -> None:
    settings = Credential(TOKEN).settings(url, 3)

    assert settings.get("GIT_CONFIG_KEY_4") == key
    assert bool(settings) == (key is not None)
