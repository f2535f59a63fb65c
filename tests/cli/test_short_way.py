"""A plain `validate` is answered without click, and nobody can tell the difference."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from taskops.cli.commands.validate import command
from taskops.cli.short_way import plain_paths
from taskops.cli.validating import validated

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "name: {name}\ndescription: Watch.\ncode: {code}\n"
CODE = "export default async function run() {\n  return 1;\n}\n"
LONG_WAY = ("--color", "auto")
"""Options that change nothing, and that only click knows."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "tasks" / "more").mkdir(parents=True)
    (root / "taskops.yaml").write_text("version: 1\nproject: shop\n")
    for name, folder in (("first", "tasks"), ("second", "tasks/more")):
        text = MANIFEST.format(name=name, code=f"{name}.ts")
        (root / folder / f"{name}.yaml").write_text(text)
        (root / folder / f"{name}.ts").write_text(CODE)
    return root


def run(
    root: Path, *words: str, environ: dict[str, str] | None = None
) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "taskops", *words],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environ or {})},
    )
    return done.returncode, done.stdout, done.stderr


def both(root: Path, *paths: str, **environ: str) -> tuple[int, str, str]:
    """What is said either way, which must be the same."""
    short = run(root, "validate", *paths, environ=environ)
    long = run(root, "validate", *LONG_WAY, *paths, environ=environ)
    assert short == long
    return short


@pytest.mark.parametrize(
    ("paths", "code"),
    [
        ((), 0),
        (("tasks/first.yaml",), 0),
        (("tasks/more", "tasks/first.yaml", "tasks/first.yaml"), 0),
        (("tasks/nowhere.yaml",), 64),
        (("",), 64),
        (("..",), 64),
        (("/",), 64),
        (("tasks/first.ts",), 64),
        (("taskops.yaml",), 0),
    ],
)
def test_paths_are_read_alike(project: Path, paths: tuple[str, ...], code: int) -> None:
    assert both(project, *paths)[0] == code


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="everything may be read here"
)
def test_a_path_that_may_not_be_read_is_refused_alike(project: Path) -> None:
    (project / "tasks" / "first.yaml").chmod(0)

    assert both(project, "tasks/first.yaml")[0] == 64


def test_problems_and_warnings_look_alike(project: Path) -> None:
    (project / "tasks" / "first.yaml").write_text("name: first\ncode: first.ts\nx: 1\n")
    (project / "tasks" / "more" / "second.ts").write_text("await 1;\n")

    code, said, _ = both(project)

    assert code == 3
    assert "1 problem and 2 warnings" in said


def test_a_broken_taskops_yaml_looks_alike(project: Path) -> None:
    (project / "taskops.yaml").write_text("version: 2\n")

    assert both(project)[0] == 3


def test_no_project_is_told_alike(tmp_path: Path) -> None:
    assert both(tmp_path)[0] == 64


def test_a_job_reads_and_shows_the_same(project: Path) -> None:
    pages = []
    for words in ((), LONG_WAY):
        page, outputs = project / "page", project / "outputs"
        page.write_text("")
        outputs.write_text("")
        environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(page),
            "GITHUB_OUTPUT": str(outputs),
        }
        said = run(project, "validate", *words, environ=environ)
        pages.append((said, page.read_text(), "result" in outputs.read_text()))
    assert pages[0] == pages[1]
    assert pages[0][2]


@pytest.mark.skipif(os.name == "nt", reason="there is no such device")
@pytest.mark.parametrize("place", ["/dev/full", "closed"])
def test_output_that_nobody_takes_is_the_same_failure(
    project: Path, place: str
) -> None:
    said = []
    for words in ((), LONG_WAY):
        target = ">&-" if place == "closed" else f">{place}"
        line = f'exec "$0" -m taskops validate "$@" {target}'
        done = subprocess.run(
            ["sh", "-c", line, sys.executable, *words],
            cwd=project,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        said.append((done.returncode, done.stderr))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--types",),
        ("-C", "."),
        ("--", "tests"),
        ("tests", "--debug"),
        ("nowhere",),
    ],
)
def test_everything_else_is_left_to_click(words: tuple[str, ...]) -> None:
    assert plain_paths(words) is None


def test_a_shell_that_asks_for_words_is_left_to_click(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_TASKOPS_COMPLETE", "bash_complete")

    assert plain_paths([]) is None


def test_what_is_not_asked_for_is_the_same_by_default() -> None:
    options = command.make_context("validate", []).params
    del options["debug"]
    ours = {
        name: parameter.default
        for name, parameter in inspect.signature(validated).parameters.items()
    }

    assert ours == options


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
def test_it_is_interrupted_alike(project: Path) -> None:
    # The signal comes at the same moment in both.
    said = []
    for words in ((), LONG_WAY):
        script = (
            "import signal, sys\n"
            "from taskops.cli import boundary\n"
            "import taskops.cli.validating as validating\n"
            "def stop(start):\n"
            "    signal.raise_signal(signal.SIGINT)\n"
            "validating.find_project = stop\n"
            "boundary.leave(boundary.run(sys.argv[1:]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, "validate", *words],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        said.append((done.returncode, done.stdout, done.stderr))
    assert said[0] == said[1]
    assert said[0][0] == 130
