"""What `import taskops` offers to other programs."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli.service import service
from cli.shell import edit, project

import taskops
from taskops.model.resource import Target

if TYPE_CHECKING:
    from taskops.model.ports import Event

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", taskops.__all__)
def test_everything_that_is_named_is_there_and_explained(name: str) -> None:
    value = getattr(taskops, name)
    assert name in dir(taskops)
    assert name == "__version__" or value.__doc__


def test_nothing_else_is_offered() -> None:
    offered = {name for names in taskops._HOMES.values() for name in names}
    assert offered | {"__version__"} == set(taskops.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = taskops.nonsense  # type: ignore[attr-defined]  # no such name


def test_importing_it_imports_nothing() -> None:
    script = (
        "import sys; before = set(sys.modules); import taskops; "
        "taskops.Problem; "
        "print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    heavy = {"click", "httpx", "yaml", "taskops.workflow", "taskops.library"}
    assert not heavy & set(ran.stdout.split())


def test_its_types_are_published() -> None:
    assert (Path(taskops.__file__).parent / "py.typed").exists()


def test_a_project_is_checked_planned_and_applied(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=3)
    heard: list[Event] = []

    with taskops.open_project(root, emulator=True, listener=heard.append) as opened:
        assert opened.project.name == "shop"
        assert opened.check() == []
        plan = opened.plan()
        assert plan.counts() == {"create": 3}
        report = opened.apply(plan, taskops.Approval(digest=plan.digest))
        again = opened.plan(taskops.PlanOptions(refresh=True))

    assert (report.count("applied"), report.exit) == (3, 0)
    assert again.effective == ()
    assert [event.type for event in heard].count("end") == 3


def test_an_unapproved_plan_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path)
    with service() as at:
        for name, value in at.variables.items():
            monkeypatch.setenv(name, value)
        with (
            taskops.open_project(root) as opened,
            pytest.raises(taskops.NotApproved),
        ):
            opened.apply(opened.plan(), taskops.Approval())
        assert at.sent() == {}


def test_a_plan_that_saw_only_the_ledger_overwrites_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, alone = project(tmp_path), taskops.PlanOptions(against="ledger")
    with service() as at:
        at.account.edit(name="hello", latest={"code": "somebody else's"})
        for name, value in at.variables.items():
            monkeypatch.setenv(name, value)
        with taskops.open_project(root) as opened:
            blind = opened.plan(alone)
            with pytest.raises(taskops.Guarded, match="the ledger alone"):
                opened.apply(blind, taskops.Approval(yes=True))
            (problem,) = opened.plan().errors
        assert at.sent() == {}

    assert blind.counts() == {"create": 1}
    assert problem.summary == "`hello` exists on the service and is not ours"


def test_a_plan_may_be_applied_by_whoever_opens_the_project_later(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    with taskops.open_project(root, emulator=True) as opened:
        plan = opened.plan()

    with taskops.open_project(root, emulator=True) as again:
        report = again.apply(plan, taskops.Approval(yes=True))

    assert (report.count("applied"), report.exit) == (1, 0)


def test_a_plan_of_another_environment_or_account_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path)
    both = "environments: {staging: {name_prefix: s-}, production: {}}\n"
    edit(root, "version: 1\n", f"version: 1\n{both}", "taskops.yaml")
    with taskops.open_project(root, emulator=True, environment="staging") as opened:
        plan = opened.plan()
    elsewhere = replace(plan, targets={"anchor": Target("https://api.example")})

    for wrong, environment in ((plan, "production"), (elsewhere, "staging")):
        with (
            taskops.open_project(
                root, emulator=True, environment=environment
            ) as opened,
            pytest.raises(taskops.Stale, match=r"for another (environment|account)"),
        ):
            opened.apply(wrong, taskops.Approval(yes=True))


def test_problems_are_values_and_a_plan_raises_them(tmp_path: Path) -> None:
    root = project(tmp_path)
    edit(root, "code: hello.ts", "code: hallo.ts")
    with taskops.open_project(root, emulator=True) as opened:
        (problem,) = opened.check()
        assert str(problem.where) == "tasks/hello.yaml:4:7"
        with pytest.raises(taskops.InvalidManifests) as raised:
            opened.plan()
    assert raised.value.problems[0].summary == problem.summary
    assert str(raised.value) == "1 problem"


def test_nobody_can_work_with_nothing_at_once(tmp_path: Path) -> None:
    with (
        pytest.raises(taskops.UsageError, match="at least 1"),
        taskops.open_project(project(tmp_path), emulator=True, parallelism=0),
    ):
        pytest.fail("it was opened")


def test_a_settings_file_that_is_wrong_is_told_when_the_project_is_opened(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    edit(root, "version: 1", "version: 2", "taskops.yaml")
    with (
        pytest.raises(taskops.InvalidManifests, match="1 problem"),
        taskops.open_project(root),
    ):
        pytest.fail("it was opened")


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("text", "anchor"),
        ("json", "{"),
        ("markdown", "**"),
        ("html", "<!doctype html>"),
    ],
)
def test_a_plan_is_rendered_in_every_form(
    tmp_path: Path, form: str, begins: str
) -> None:
    with taskops.open_project(project(tmp_path), emulator=True) as opened:
        text = taskops.show(opened.plan(), form)  # type: ignore[arg-type]  # one of them
    assert text.startswith(begins)


def test_a_form_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with taskops.open_project(project(tmp_path), emulator=True) as opened:
        plan = opened.plan()
    with pytest.raises(taskops.UsageError, match="no form `yaml`"):
        taskops.show(plan, "yaml")  # type: ignore[arg-type]  # as an untyped caller


def test_the_example_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "story"
    shutil.copytree(EXAMPLES / "price-watch", root)
    script = runpy.run_path(str(EXAMPLES / "library.py"))
    assert script["bring_up_to_date"](str(root)) == 1
    assert "anchor/price-watch applied" in capsys.readouterr().out
    assert script["bring_up_to_date"](str(root)) == 0
