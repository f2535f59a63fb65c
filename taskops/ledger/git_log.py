"""Commit messages of a ledger: written for `git log`, and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.ledger.log import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.ledger.plumbing import Git
    from taskops.model.record import Opening

UNFINISHED = ("open: ", "flush: ")


def message_of(subject: str, trailers: Mapping[str, str], opening: Opening) -> str:
    """A commit message: one line, and trailers that say who and which run."""
    told = {
        "Taskops-Apply": opening.apply,
        "Taskops-Plan": opening.plan,
        "Taskops-Run": opening.run,
        "Taskops-Actor": opening.actor,
        "Taskops-Host": opening.host,
    } | dict(trailers)
    lines = [f"{_line(key)}: {_line(told[key])}" for key in told if told[key]]
    return "\n".join([_line(subject) or "apply", "", *lines]) + "\n"


def _line(text: str) -> str:
    """On one line, so that no value can pose as a trailer."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())


def entries_of(git: Git, commit: str) -> tuple[Entry, ...]:
    """Every apply in the past of a commit, the last one first."""
    form = "--format=%x1e%at%x1f%an%x1f%B"
    words = ("rev-list", "--first-parent", "--encoding=UTF-8", form, commit)
    text = git.run(*words).out.decode("utf-8", "replace")
    entries: dict[str, Entry] = {}
    for part in text.split("\x1e")[1:]:
        entry = _entry(part)
        # The last commit of an apply says how it ended.
        entries.setdefault(entry.apply or part, entry)
    return tuple(entries.values())


def _entry(part: str) -> Entry:
    when, author, body = part.split("\x1f", 2)
    subject, *rest = body.splitlines() or [""]
    told = {}
    for line in rest:
        key, colon, value = line.partition(": ")
        if colon and key.startswith("Taskops-"):
            told[key] = value.strip()
    return Entry(
        apply=told.get("Taskops-Apply", ""),
        when=float(when),
        actor=told.get("Taskops-Actor", author),
        host=told.get("Taskops-Host", ""),
        run=told.get("Taskops-Run", ""),
        plan=told.get("Taskops-Plan", ""),
        commit=told.get("Taskops-Commit", ""),
        message=subject,
        closed=not subject.startswith(UNFINISHED),
    )
