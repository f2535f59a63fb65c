"""What `taskops validate` does, whoever has read its words."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.cli.services import canonical, offline_problems
from taskops.cli.streams import Out, look_of
from taskops.errors import Exit, InvalidManifests, NotTypeChecked, UsageError
from taskops.manifests.project import (
    FILE,
    environment_names,
    find_project,
    load_project,
)
from taskops.manifests.resolve import load_resources
from taskops.render.problems import problems_github, problems_json, problems_text
from taskops.render.words import counted, none_found

if TYPE_CHECKING:
    from taskops.cli.streams import Color
    from taskops.manifests.resolve import Loaded
    from taskops.model.problem import Problem
    from taskops.model.project import Project


def validated(
    paths: tuple[str, ...] = (),
    *,
    directory: str = ".",
    environment: str | None = None,
    form: str = "text",
    types: bool = False,
    color: Color = "auto",
) -> int:
    """Check manifests and code, and show what is wrong; the exit code."""
    root = find_project(Path(directory))
    for path in paths:
        if not path:
            why = "a variable may be empty"
            raise UsageError(f"`{path}` is not there", why, "check the path")
    files = tuple(Path(path).resolve() for path in paths)
    loaded: list[Loaded] = []
    try:
        projects = _projects(root, environment)
        loaded = [_load(project, files) for project in projects]
        problems = _together(
            [(*found.problems, *offline_problems(found.resources)) for found in loaded]
        )
        manifests = counted(loaded[0].documents, "manifest")
        told = f"{manifests} in {counted(loaded[0].files, 'file')}"
        if not loaded[0].files and not files:
            told = none_found(projects[0].manifests)
        elif files and all(file == root / FILE for file in files):
            told = FILE
    except InvalidManifests as error:
        problems, told = list(error.problems), FILE
    unchecked: NotTypeChecked | None = None
    if types:
        try:
            problems += _of_types(loaded)
        except NotTypeChecked as error:
            unchecked = error
    out = Out(sys.stdout, tolerant=False)
    match form:
        case "json":
            out.write(problems_json(problems), json=True)
        case "github":
            out.write(problems_github(problems), commands=True)
        case _:
            look = look_of(sys.stdout, os.environ, color)
            out.write(problems_text(problems, look))
    errors = sum(problem.severity == "error" for problem in problems)
    verdict = _verdict(told, errors, len(problems) - errors)
    if form == "text":
        out.write(verdict)
    code = Exit.INVALID if errors else Exit.OK
    if unchecked is not None:
        unchecked.exit = Exit.INVALID if errors else unchecked.exit
        raise unchecked
    _tell_the_job(code, problems, verdict)
    return code


def _projects(root: Path, environment: str | None) -> list[Project]:
    """The project seen from one environment, or from each of them."""
    if environment is not None:
        return [load_project(root, environment)]
    names = environment_names(root)
    return [load_project(root, name) for name in names] or [load_project(root, None)]


def _load(project: Project, paths: tuple[Path, ...]) -> Loaded:
    return load_resources(
        project,
        environ=os.environ,
        canonical=canonical,
        paths=paths,
        need_secrets=False,
    )


def _of_types(loaded: list[Loaded]) -> list[Problem]:
    """What the compiler says of every code file, each looked at once."""
    from taskops.compiler.check import type_problems

    err = Out(sys.stderr)
    codes = [r.code for found in loaded for r in found.resources if r.code]
    files = {code.file: code.load for code in codes}
    contents = {file: load() for file, load in files.items()}
    return type_problems(contents, os.environ, lambda words: err.write(words + "\n"))


def _together(each: list[tuple[Problem, ...]]) -> list[Problem]:
    """Each problem once, though several environments have it."""
    found = {problem: None for problems in each for problem in problems}
    return list(found)


def _verdict(told: str, errors: int, warnings: int) -> str:
    words = [counted(errors, "problem")] * bool(errors)
    words += [counted(warnings, "warning")] * bool(warnings)
    return f"{told}: {' and '.join(words) or 'valid'}\n"


def _tell_the_job(code: Exit, problems: list[Problem], verdict: str) -> None:
    """What later steps of a GitHub job read, and its page shows."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from taskops.cli.github_outputs import check_on_page

    check_on_page(code, f"{problems_text(problems)}{verdict}")
