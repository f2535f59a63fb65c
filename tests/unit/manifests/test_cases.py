"""Every folder below tests/cases/manifests is a project; its name says what for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from taskops.errors import InvalidManifests
from taskops.manifests.project import load_project
from taskops.manifests.resolve import load_resources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskops.model.problem import Problem
    from taskops.model.resource import Kind
    from taskops.model.values import Tree

CASES = Path(__file__).parents[2] / "cases" / "manifests"
ENVIRON = dict.fromkeys(
    [f"TASKOPS_VAR_{n}" for n in ("SERVER", "USER", "PASSWORD", "SHOP")], "x-secret"
)


def _as_it_is(provider: str, kind: Kind, spec: Tree) -> Tree:
    return spec


def _problems(root: Path) -> tuple[Problem, ...]:
    try:
        project = load_project(root, None)
    except InvalidManifests as error:
        return error.problems
    return load_resources(project, environ=ENVIRON, canonical=_as_it_is).problems


def _unpacked(case: Path, folder: Path) -> Path:
    """The project, with those files that no repository should hold."""
    special = case / "special.txt"
    if not special.exists():
        return case
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no FIFOs here")
    root = shutil.copytree(case, folder / case.name)
    for beside in ("outside", f"{case.name}-of-another", f"{case.name}/.git"):
        (folder / beside).mkdir(parents=True)
    (folder / "outside" / "a.ts").write_text("hunter2")
    (folder / f"{case.name}-of-another" / "a.ts").write_text("hunter2")
    (folder / case.name / ".git" / "config").write_text("hunter2")
    for line in special.read_text("utf-8").splitlines():
        path, _, target = line.partition(" -> ")
        if target:
            (root / path).symlink_to(target)
        else:
            os.mkfifo(root / path.removesuffix(" is a FIFO"))
    return root


def _lines(problems: Iterable[Problem]) -> str:
    mark = {"error": "", "warning": "warning: "}
    return "".join(
        f"{p.where}: {mark[p.severity]}{p.summary} ({p.hint})\n" for p in problems
    )


@pytest.mark.parametrize("case", sorted(CASES.glob("valid/*")), ids=lambda c: c.name)
def test_valid_case(case: Path) -> None:
    assert _lines(_problems(case)) == ""


@pytest.mark.parametrize("case", sorted(CASES.glob("invalid/*")), ids=lambda c: c.name)
def test_invalid_case(case: Path, tmp_path: Path) -> None:
    problems = _problems(_unpacked(case, tmp_path))

    said = _lines(problems)
    assert said == (case / "expected.txt").read_text("utf-8")
    assert "hunter2" not in said
    assert all(p.where and p.where.line and p.hint for p in problems)
