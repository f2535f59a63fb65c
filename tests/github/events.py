"""What starts a workflow: each event as GitHub tells a run of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REPOSITORY = {"full_name": "acme/automations", "default_branch": "main"}


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `trusted` is whether its token may write and secrets are there."""

    name: str
    ref: str
    sha: str
    payload: dict[str, Any] = field(default_factory=dict)
    trusted: bool = True

    @property
    def branch(self) -> str:
        """The branch that was pushed or picked; empty for others."""
        return self.ref.removeprefix("refs/heads/") if "heads/" in self.ref else ""


def push(sha: str = "a" * 40, branch: str = "main") -> Event:
    """Somebody merges, or pushes to a branch."""
    return Event("push", f"refs/heads/{branch}", sha)


def tag(name: str, sha: str = "a" * 40) -> Event:
    """Somebody pushes a tag."""
    return Event("push", f"refs/tags/{name}", sha)


def pull_request(
    sha: str = "a" * 40, *, merge: str = "", number: int = 7, fork: bool = False
) -> Event:
    """Somebody opens a pull request or pushes to one; its jobs see the merge."""
    home = {"full_name": "else/automations" if fork else "acme/automations"}
    pull = {
        "number": number,
        "head": {"ref": "edit", "sha": sha, "repo": home},
        "base": {"ref": "main", "repo": {"full_name": "acme/automations"}},
    }
    payload = {"number": number, "pull_request": pull}
    ref = f"refs/pull/{number}/merge"
    return Event("pull_request", ref, merge or sha, payload, trusted=not fork)


def merge_group(sha: str = "a" * 40) -> Event:
    """A pull request comes up in the merge queue."""
    ref = "refs/heads/gh-readonly-queue/main/pr-7-0123"
    return Event("merge_group", ref, sha, {"merge_group": {"head_sha": sha}})


def schedule(sha: str = "a" * 40) -> Event:
    """Night."""
    return Event("schedule", "refs/heads/main", sha, {"schedule": "17 4 * * *"})


def dispatch(sha: str = "a" * 40, *, branch: str = "main", **inputs: str) -> Event:
    """Somebody clicks Run workflow."""
    ref = f"refs/heads/{branch}"
    return Event("workflow_dispatch", ref, sha, {"inputs": inputs})
