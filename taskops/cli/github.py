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


def event_of(environ: Mapping[str, str]) -> Event:
    """What the runner says of the event; empty where it says nothing usable."""
    payload = _payload(environ.get("GITHUB_EVENT_PATH", ""))
    default = _part(payload, "repository").get("default_branch")
    ref = environ.get("GITHUB_REF", "")
    return Event(
        name=environ.get("GITHUB_EVENT_NAME", ""),
        branch=ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else "",
        default_branch=default if isinstance(default, str) else "",
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
