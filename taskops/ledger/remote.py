"""A project's ledgers on a git remote: list, fetch, commit, compare and swap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from taskops.ledger.document import NAME
from taskops.ledger.plumbing import GitFailed
from taskops.ledger.shapes import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from taskops.ledger.plumbing import Answer, Git

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries."""

FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-prune",
    "--no-filter",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    # Otherwise the remote's own refspec could move refs of the user.
    "--refmap=",
)

PUSH = (
    "push",
    "--porcelain",
    "--no-verify",
    "--no-signed",
    "--no-follow-tags",
    "--recurse-submodules=no",
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who commits, and when in seconds since the epoch."""

    name: str
    email: str
    when: float

    def environ(self) -> dict[str, str]:
        """As git wants to be told."""
        told = {}
        for role in ("AUTHOR", "COMMITTER"):
            told[f"GIT_{role}_NAME"] = self.name
            told[f"GIT_{role}_EMAIL"] = self.email
            told[f"GIT_{role}_DATE"] = f"@{int(self.when)} +0000"
        return told


class Remote:
    """The refs below `refs/taskops/<project>/` of the repository's own remote."""

    def __init__(
        self, git: Git, project: str, pauses: Sequence[float] = PAUSES
    ) -> None:
        self.git = git
        self._project = project
        self._pauses = pauses

    def ref(self, environment: str) -> str:
        """Where an environment's ledger is on the remote."""
        return f"refs/taskops/{self._project}/{environment}"

    def _seen(self, environment: str) -> str:
        """Where it is remembered here, apart from what `git push` may send."""
        return f"refs/taskops-seen/{self._project}/{environment}"

    @cached_property
    def name(self) -> str:
        """The remote's name; raises UsageError where there is none."""
        self.git.check()
        return self.git.remote()

    @cached_property
    def _url(self) -> str:
        return self.git.url(self.name)

    def _ask(self, *words: str) -> Answer:
        # The name is asked for first: without a repository nothing else helps.
        _ = self.name
        return self.git.ask_remote(self._url, *words)

    def listing(self) -> dict[str, str]:
        """Every environment with a ledger, and its commit; a failure raises."""
        pattern = self.ref("*")
        answer = self._ask("ls-remote", "--exit-code", self.name, pattern)
        # 2 is git's word for: it answered, and there is no such ref.
        if answer.code == 2:
            return {}
        self.git.must("ls-remote", answer)
        found = {}
        for line in answer.text.splitlines():
            commit, _, ref = line.partition("\t")
            environment = ref.removeprefix(self.ref(""))
            if NAME.fullmatch(environment):
                found[environment] = commit
        return found

    def fetched(self) -> dict[str, str]:
        """`listing`, with every commit of it here."""
        failed: GitFailed | None = None
        for pause in (*self._pauses, None):
            tips = self.listing()
            missing = [e for e, commit in tips.items() if not self.git.has(commit)]
            if not missing:
                return tips
            try:
                self.fetch(missing)
            except GitFailed as error:
                # Another process in this clone, or a ref that has just moved.
                failed = error
                if pause is not None:
                    self.git.rest(pause)
            else:
                if all(self.git.has(tips[environment]) for environment in missing):
                    return tips
                self._require_commits(tips, missing)
        raise failed or GitFailed(
            "the ledger moves faster than it can be read", "", "run it again"
        )

    def _require_commits(
        self, tips: Mapping[str, str], environments: Iterable[str]
    ) -> None:
        """Somebody may have pushed anything there; raises DamagedLedger."""
        for environment in environments:
            kind = self.git.ask("cat-file", "-t", tips[environment]).text
            if kind in ("blob", "tree"):
                ref = self.ref(environment)
                out = f"`git push --force <remote> COMMIT:{ref}`"
                told = Part(None, ref, f"push a good commit back with {out}")
                raise told.damaged(f"is a {kind}, and no commit")

    def fetch(self, environments: Iterable[str], depth: int = 1) -> None:
        """Bring ledgers here; a clone is cut off only where it already is."""
        cut = (f"--depth={depth}",) if self.git.is_shallow() else ()
        specs = [f"+{self.ref(e)}:{self._seen(e)}" for e in environments]
        self.git.must("fetch", self._ask(*FETCH, *cut, self.name, *specs))

    def commit(
        self, files: Mapping[str, str], parent: str, message: str, by: Signature
    ) -> str:
        """Store a commit of these files; its id."""
        tree = self.git.write_tree(files)
        parents = ("-p", parent) if parent else ()
        words = ("commit-tree", *parents, "-F", "-", tree)
        return self.git.run(*words, data=message.encode(), more=by.environ()).text

    def swap(self, environment: str, before: str, after: str, tries: int) -> bool:
        """
        Move the ref from one commit to another; False when it was elsewhere.

        A push whose answer got lost is looked up, and one that surely did not
        arrive is tried again; raises GitFailed when that does not help.
        """
        ref = self.ref(environment)
        lease = f"--force-with-lease={ref}:{before}"
        # A mirror would push everything, and takes no refspec.
        plain = ("-c", f"remote.{self.name}.mirror=false")
        for left in reversed(range(tries)):
            answer = self._ask(*plain, *PUSH, lease, self.name, f"{after}:{ref}")
            if answer.code == 0:
                return True
            now = self.listing().get(environment, "")
            if now == after:
                return True
            if now != before:
                return False
            if left:
                pause = self._pauses[min(tries - 1 - left, len(self._pauses) - 1)]
                self.git.rest(pause)
        self.git.must("push", answer)
        return False

    def identity(self) -> tuple[str, str]:
        """The name and address that git would commit under; ours where none is set."""
        name = self.git.environ.get("GIT_AUTHOR_NAME") or self.git.setting("user.name")
        email = self.git.environ.get("GIT_AUTHOR_EMAIL") or self.git.setting(
            "user.email"
        )
        return (name, email) if name and email else ("taskops", "taskops@localhost")
