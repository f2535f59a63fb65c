"""Problems as text, as JSON, and as annotations of GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.problem import Problem
from taskops.model.values import canonical
from taskops.render import clean, words
from taskops.render.paint import BARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taskops.errors import TaskopsError
    from taskops.render.paint import Look

MOST = 9
"""Annotations of one kind that GitHub shows of a step, and one for the rest."""

LONGEST = 4000
"""Characters of an annotation that GitHub keeps."""


def problem_lines(problem: Problem, look: Look = BARE) -> Iterator[str]:
    """One problem inside a plan."""
    mark = look.paint("!", "crimson" if problem.severity == "error" else "gold")
    # Both have the same mark, and only one of them stops an apply.
    word = "" if problem.severity == "error" else "warning: "
    yield f"  {mark} {word}{words.named(problem)}"
    if problem.detail:
        yield f"      {clean.line(problem.detail)}"
    if problem.where is not None:
        yield f"      {clean.line(str(problem.where))}"
    if problem.hint:
        yield f"      hint: {clean.line(problem.hint)}"


def problems_text(problems: Sequence[Problem], look: Look = BARE) -> str:
    """All of them, each with its place first, as compilers do."""
    return "".join(_block(problem, look) for problem in problems)


def _block(problem: Problem, look: Look) -> str:
    colour = "crimson" if problem.severity == "error" else "gold"
    where = f"{clean.line(str(problem.where))}: " if problem.where is not None else ""
    path = problem.where.path if problem.where is not None else ""
    word = look.paint(problem.severity, colour)
    told = [f"{look.paint(where, 'bold')}{word}: {clean.line(problem.summary)}"]
    if problem.detail:
        told.append(f"  {clean.line(problem.detail)}")
    if path and path != "$":
        told.append(look.paint(f"  at {clean.line(path)}", "dim"))
    if problem.hint:
        told.append(f"  hint: {clean.line(problem.hint)}")
    return "".join(f"{look.fit(part)}\n" for part in told)


def problem_data(problem: Problem) -> dict[str, object]:
    """One problem as plain JSON."""
    where = problem.where
    return {
        "severity": problem.severity,
        "summary": problem.summary,
        "detail": problem.detail,
        "hint": problem.hint,
        "address": problem.address,
        "file": None if where is None else where.file,
        "line": None if where is None else where.line,
        "column": None if where is None else where.column,
        "path": None if where is None else where.path,
    }


def problem_of(error: TaskopsError) -> Problem:
    """An error in the form of a problem, for whoever reads both."""
    return Problem(error.summary, error.detail, None, error.hint)


def problems_json(problems: Sequence[Problem]) -> str:
    """All of them as one JSON document."""
    data = {
        "format_version": 1,
        "valid": not any(p.severity == "error" for p in problems),
        "problems": [problem_data(problem) for problem in problems],
    }
    return canonical(data).decode("utf-8", "replace") + "\n"


def problems_github(problems: Sequence[Problem]) -> str:
    """The worst nine of each kind as annotations, and one that counts the rest."""
    told: list[str] = []
    for severity in ("error", "warning"):
        found = [p for p in problems if p.severity == severity]
        shown = found if len(found) <= MOST + 1 else found[:MOST]
        told += [_annotation(problem) for problem in shown]
        if rest := len(found) - len(shown):
            told.append(f"::{severity}::and {rest} more; see the log of this step")
    return "".join(f"{line}\n" for line in told)


def _annotation(problem: Problem) -> str:
    properties = {}
    if (where := problem.where) is not None:
        properties["file"] = where.file
        if where.line:
            properties["line"] = str(where.line)
            if where.column:
                properties["col"] = str(where.column)
    given = ",".join(f"{key}={_property(text)}" for key, text in properties.items())
    parts = [problem.summary, problem.detail]
    parts += [f"hint: {problem.hint}"] if problem.hint else []
    message = clean.lines("\n".join(part for part in parts if part))[:LONGEST]
    return f"::{problem.severity}{' ' + given if given else ''}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean.line(text)).replace(":", "%3A").replace(",", "%2C")
