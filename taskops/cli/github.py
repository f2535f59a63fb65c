"""A job on GitHub as it is seen from inside: that it is one, and why it runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def in_actions(environ: Mapping[str, str]) -> bool:
    """Whether this process is a step of a job."""
    return environ.get("GITHUB_ACTIONS") == "true"


@dataclass(frozen=True, slots=True)
class Event:
    """Why the job runs."""

    name: str = ""
    """push, pull_request, merge_group, schedule, workflow_dispatch or another."""
    branch: str = ""
    """The branch that it runs on; empty for a tag or a pull request."""
    default_branch: str = ""
    pull: int = 0
    """The number of the pull request; 0 without one."""
    fork: bool = False
    """Whether the pull request comes from another repository."""


def event_of(environ: Mapping[str, str]) -> Event:
    """What the runner says of the event; empty where it says nothing usable."""
    payload = _payload(environ.get("GITHUB_EVENT_PATH", ""))
    pull = _part(payload, "pull_request")
    head = _part(_part(pull, "head"), "repo").get("full_name")
    base = _part(_part(pull, "base"), "repo").get("full_name")
    number = pull.get("number")
    default = _part(payload, "repository").get("default_branch")
    ref = environ.get("GITHUB_REF", "")
    return Event(
        name=environ.get("GITHUB_EVENT_NAME", ""),
        branch=ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else "",
        default_branch=default if isinstance(default, str) else "",
        pull=number if isinstance(number, int) else 0,
        # A fork that was deleted has no repository any more.
        fork=bool(pull) and (head is None or head != base),
    )


def _payload(path: str) -> Mapping[str, object]:
    try:
        found: object = json.loads(Path(path).read_text("utf-8")) if path else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = data.get(name)
    return part if isinstance(part, dict) else {}
