"""A job on GitHub as it is seen from inside: its event, its outputs, its summary."""

from __future__ import annotations

import json
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.errors import Guarded, UsageError
from taskops.render.clean import lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUMMARY = 1024 * 1024
"""Bytes that the summary of one step may have; GitHub drops a larger one whole."""

_CUT = "\n_The rest is in the log of this step._\n"


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


def write_outputs(environ: Mapping[str, str], values: Mapping[str, str]) -> None:
    """
    Give later steps these outputs, whatever the values hold.

    What cannot be written must not fail what was done.
    """
    path = environ.get("GITHUB_OUTPUT")
    if not in_actions(environ) or not path:
        return
    text = "".join(_output(name, value) for name, value in values.items())
    _append(path, text)


def _output(name: str, value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"`{name}` is no name of an output")
    # Nobody can write the end of a value who cannot guess it.
    end = f"end_{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{lines(value)}\n{end}\n"


def write_summary(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the page of the run, within what GitHub keeps."""
    path = environ.get("GITHUB_STEP_SUMMARY")
    if not in_actions(environ) or not path:
        return
    there = 0
    with suppress(OSError):
        there = Path(path).stat().st_size
    _append(path, within(f"{text.rstrip()}\n\n", SUMMARY - there))


def within(text: str, room: int) -> str:
    """The beginning of the Markdown that fits, cut outside fences and folds."""
    if len(text.encode()) <= room:
        return text
    room -= len(_CUT.encode())
    kept: list[str] = []
    whole, fence, folds = 0, "", 0
    for line in text.splitlines(keepends=True):
        room -= len(line.encode())
        if room < 0:
            break
        kept.append(line)
        if not (fence := _fence_after(fence, line)):
            folds += line.count("<details>") - line.count("</details>")
            whole = whole if folds > 0 else len(kept)
    return "".join(kept[:whole]) + _CUT if whole else ""


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after the line; empty when none is."""
    mark = re.match(r" {0,3}(`{3,})", line)
    if not mark:
        return fence
    if not fence:
        return mark[1]
    closes = len(mark[1]) >= len(fence) and line.strip() == mark[1]
    return "" if closes else fence


def _append(path: str, text: str) -> None:
    with suppress(OSError), Path(path).open("a", encoding="utf-8", newline="") as file:
        file.write(text)


def block(text: str) -> str:
    """Text of a terminal as Markdown; whatever is in it cannot end the block."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"\n{fence}text\n{lines(text).strip()}\n{fence}\n"


def applied(report: str, *, goes_on: bool = False) -> str:
    """What came of an apply, as Markdown above its plan."""
    again = "Here that is: Re-run failed jobs.\n\n" if goes_on else ""
    return f"### What came of it\n{block(report)}\n{again}### The plan\n\n"


def both_ways_out(told: str) -> str:
    """The two commands that end a drift, as Markdown; empty where there is none."""
    if not told:
        return ""
    return (
        f"\n### Changed on the service: two ways out\n{block(told)}\n"
        "To undo it without a terminal: Actions → apply → Run workflow; pick this "
        "environment and paste the digest.\n"
    )


def never_applied(names: Sequence[str]) -> str:
    """What was merged and still waits, as Markdown; empty where nothing does."""
    if not names:
        return ""
    told = block("\n".join(names))
    return (
        f"\n### Merged, but not applied\n{told}\n"
        "To apply it: Actions → apply → Run workflow; pick this environment and leave "
        "the digest empty.\n"
    )


def superseded_by(home: Path, environ: Mapping[str, str]) -> str:
    """
    The newer commit of the default branch, when this job came too late for it.

    Empty at the tip, and outside of a job. Raises Guarded where the checkout is
    not of the default branch: nobody has merged that.
    """
    if not in_actions(environ):
        return ""
    from taskops.ledger.plumbing import Git

    git = Git(home, environ)
    try:
        git.check()
        remote = git.remote()
    except UsageError as error:
        raise Guarded(
            "it cannot be told whether this is the tip of the default branch",
            error.detail,
            "check the repository out, as the apply workflow does",
        ) from None
    words = ("ls-remote", "--symref", remote, "HEAD")
    answer = git.must("ls-remote", git.ask_remote(git.url(remote), *words))
    event = event_of(environ)
    branch, tip = _head(answer.text)
    branch = branch or event.default_branch
    here = git.run("rev-parse", "--verify", "HEAD").text
    if here == tip:
        return ""
    if branch and event.branch == branch:
        return tip
    raise Guarded(
        "this is not the default branch",
        f"checked out is {here[:12]}, and the tip of `{branch}` is {tip[:12]}",
        "merge it first, or say which commit to apply with --at COMMIT",
    )


def _head(listing: str) -> tuple[str, str]:
    """The default branch and its commit, as `git ls-remote --symref` lists them."""
    branch = tip = ""
    for line in listing.splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: refs/heads/"):
            branch = value.removeprefix("ref: refs/heads/")
        elif name == "HEAD":
            tip = value
    return branch, tip
