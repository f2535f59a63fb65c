"""Git without a work tree, an index, a HEAD or a hook: objects and refs only."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.errors import TaskopsError, UsageError
from taskops.ledger.credential import TOKEN, Credential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ALWAYS = (
    "--no-replace-objects",
    *("-c", "core.hooksPath=" + os.devnull),
    # A pull request can bring a folder that looks like a repository, settings and
    # all: git would run what they name.
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)

OF_ANOTHER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What a hook of another repository leaves in the environment."""

LOCAL = 60.0
NETWORK = 120.0
"""Seconds that one git process may take."""

BREATH = 0.1
"""Seconds between looks at whether there is time left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git process said."""

    code: int
    out: bytes
    error: str
    """One line, without anything secret."""

    @property
    def text(self) -> str:
        """What it wrote, as text."""
        return self.out.decode("utf-8", "replace").strip()


class GitFailed(TaskopsError):
    """Git did not do what was asked of it."""


class Git:
    """One repository, asked through `git` with plumbing commands."""

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str],
        ends: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._root = root
        self._ends = ends
        """When nothing may be waited for any more; a signal may bring it nearer."""
        self._credential = Credential(environ.get(TOKEN, ""))
        # Git starts helpers of its own; keys of ours are none of their business.
        self.environ = {
            key: value
            for key, value in environ.items()
            if not key.startswith("TASKOPS_") and key not in OF_ANOTHER
        } | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}

    def ask(
        self,
        *words: str,
        data: bytes = b"",
        more: Mapping[str, str] | None = None,
        timeout: float = LOCAL,
    ) -> Answer:
        """Run it and return what it said, whatever its exit code."""
        command = ["git", "-C", str(self._root), *ALWAYS, *words]
        environ = {**self.environ, **(more or {})}
        began = time.monotonic()
        try:
            # A session of its own: a Ctrl-C is ours to handle, and must not end
            # a push halfway.
            process = subprocess.Popen(  # noqa: S603  # no shell, and words of ours
                command,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise _missing(self._root) from None
        except OSError as reason:
            raise GitFailed("git cannot be started", str(reason)) from reason
        with process:
            try:
                out, error = self._waited_for(process, data, timeout)
            except BaseException as reason:
                _end(process)
                if not isinstance(reason, subprocess.TimeoutExpired):
                    raise
                waited = min(time.monotonic() - began, timeout)
                raise GitFailed(
                    f"git did not answer within {waited:.3g} seconds",
                    f"git {words[0]}",
                    "check the network, and that git asks for no password",
                ) from None
        return Answer(process.returncode, out, self._credential.quiet(error))

    def _waited_for(
        self, process: subprocess.Popen[bytes], data: bytes, timeout: float
    ) -> tuple[bytes, bytes]:
        """What it said; the end may come nearer while it is waited for."""
        latest, given = time.monotonic() + timeout, data or None
        while True:
            left = min(latest, self._ends()) - time.monotonic()
            try:
                return process.communicate(given, min(max(left, 0.0), BREATH))
            except subprocess.TimeoutExpired:
                if left <= BREATH:
                    raise
                given = None

    def rest(self, seconds: float) -> None:
        """Pause before another try, unless there is no time left for one."""
        latest = time.monotonic() + seconds
        while (left := min(latest, self._ends()) - time.monotonic()) > 0:
            time.sleep(min(left, BREATH))

    def run(
        self, *words: str, data: bytes = b"", more: Mapping[str, str] | None = None
    ) -> Answer:
        """`ask`, where only success will do; raises GitFailed."""
        return self.must(words[0], self.ask(*words, data=data, more=more))

    def must(self, word: str, answer: Answer) -> Answer:
        """The answer, if it is a success; raises GitFailed."""
        if answer.code != 0:
            raise GitFailed(
                f"git {word} failed",
                answer.error or f"exit {answer.code}",
                "check that the remote can be reached and may be written to "
                f"(`{TOKEN}` with `contents: write` in CI)",
            )
        return answer

    def ask_remote(self, url: str, *words: str) -> Answer:
        """`ask` a command that talks to the remote: it alone gets the token."""
        count = self.environ.get("GIT_CONFIG_COUNT", "0")
        more = self._credential.settings(url, int(count) if count.isdigit() else 0)
        return self.ask(*words, more=more, timeout=NETWORK)

    def check(self) -> None:
        """Raise UsageError unless the folder is in a git repository."""
        answer = self.ask("rev-parse", "--git-dir")
        if answer.code != 0:
            raise UsageError(
                "the ledger lives in git, and this is no git repository",
                answer.error,
                "run `git init` and add a remote, or write `ledger: file` into "
                "taskops.yaml",
            )

    def is_shallow(self) -> bool:
        """Whether the clone has been cut off."""
        answer = self.run("rev-parse", "--is-shallow-repository")
        return answer.text == "true"

    def remote(self) -> str:
        """The remote that the ledger lives on; raises UsageError without one."""
        remotes = self.run("remote").text.split()
        if "origin" in remotes:
            return "origin"
        branch = self.ask("symbolic-ref", "--quiet", "--short", "HEAD").text
        upstream = self.setting(f"branch.{branch}.remote") if branch else ""
        if upstream in remotes:
            return upstream
        if len(remotes) == 1:
            return remotes[0]
        raise UsageError(
            "the ledger lives on a git remote, and there is none named `origin`",
            f"remotes: {', '.join(remotes)}" if remotes else "",
            "add one with `git remote add origin URL`, or write `ledger: file` "
            "into taskops.yaml",
        )

    def url(self, remote: str) -> str:
        """Where the remote is."""
        return self.run("ls-remote", "--get-url", remote).text

    def setting(self, name: str) -> str:
        """A setting of git; empty where there is none."""
        return self.ask("config", "--get", name).text

    def has(self, commit: str) -> bool:
        """Whether the commit and its tree are here."""
        return self.ask("cat-file", "-e", commit + "^{commit}^{tree}").code == 0

    def tree(self, commit: str) -> dict[str, str]:
        """Every file of a commit: its path and its blob."""
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit).out
        files = {}
        for entry in listed.split(b"\0"):
            if entry:
                head, _, path = entry.partition(b"\t")
                files[os.fsdecode(path)] = head.split()[2].decode()
        return files

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of blobs, in one process."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        asked = "".join(f"{one}\n" for one in wanted).encode()
        out = self.run("cat-file", "--batch", data=asked).out
        found, start = {}, 0
        for one in wanted:
            end = out.index(b"\n", start)
            words = out[start:end].split()
            if len(words) != 3 or words[1] != b"blob":
                raise GitFailed(
                    "git cannot read its own objects", out[start:end].decode()
                )
            size = int(words[2])
            found[one] = out[end + 1 : end + 1 + size]
            start = end + 1 + size + 1
        return found

    def write_blobs(self, contents: Sequence[bytes]) -> list[str]:
        """Store blobs; their ids, in order."""
        if len(contents) < 3:
            return [
                self.run("hash-object", "-w", "--stdin", data=content).text
                for content in contents
            ]
        # One process for all of them, which takes its input from files.
        try:
            with tempfile.TemporaryDirectory(prefix="taskops-") as folder:
                paths = [Path(folder, str(number)) for number in range(len(contents))]
                for path, content in zip(paths, contents, strict=True):
                    path.write_bytes(content)
                asked = "".join(f"{path}\n" for path in paths).encode()
                words = ("hash-object", "-w", "--no-filters", "--stdin-paths")
                return self.run(*words, data=asked).text.split()
        except OSError as error:
            raise GitFailed("git cannot be given what to store", str(error)) from error

    def write_tree(self, files: Mapping[str, str]) -> str:
        """Store a tree of blobs, folders and all; its id."""
        here: list[tuple[str, str, str]] = []
        folders: dict[str, dict[str, str]] = {}
        for path, blob in files.items():
            folder, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(folder, {})[rest] = blob
            else:
                here.append(("100644 blob", blob, path))
        for folder, inner in folders.items():
            here.append(("040000 tree", self.write_tree(inner), folder))
        lines = "".join(f"{mode} {one}\t{name}\0" for mode, one, name in here)
        return self.run("mktree", "-z", data=os.fsencode(lines)).text


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and the helpers that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _missing(root: Path) -> TaskopsError:
    if not root.is_dir():
        return UsageError(f"there is no folder `{root}`", "", "check the path")
    return UsageError(
        "the ledger lives in git, and there is no `git` on this machine",
        "",
        "install git, or write `ledger: file` into taskops.yaml",
    )
