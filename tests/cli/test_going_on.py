"""The command that goes on where an apply ended does something about what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.service import service
from cli.shell import edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path

GENERATED = """\
name: report
description: The report of the month.
generate:
  user_task: Download the report.
"""


def test_a_failed_generation_goes_on_with_retry(tmp_path: Path) -> None:
    root = project(tmp_path, tasks=0)
    (root / "tasks").mkdir(exist_ok=True)
    (root / "tasks" / "report.yaml").write_text(GENERATED, "utf-8")
    with service() as there:
        there.account.set_behaviours({"generate_result": "failed"})
        failed = taskops(root, "apply", "--yes", **there.variables)
        twice = taskops(root, "apply", "--yes", "--retry", "report", **there.variables)
        there.account.set_behaviours({"generate_result": "ready"})
        said = failed.out.splitlines()[-1].removeprefix("Go on with: taskops ")

        again = taskops(root, *said.split(), "--yes", **there.variables)

    assert said == "apply --retry report"
    assert twice.out.splitlines()[-1] == f"Go on with: taskops {said}"
    assert (again.code, "1 applied" in again.out) == (0, True)


def test_a_plan_file_that_is_out_of_date_goes_on_with_a_new_plan(
    tmp_path: Path,
) -> None:
    root = project(tmp_path)
    look = {"method": "GET", "path": "^/v1/task/[^/]+$", "nth": 1, "do": "edit"}
    by_hand = {"name": "hello", "draft": {"code": "export default async () => 9\n"}}
    with service() as there:
        taskops(root, "apply", "--yes", **there.variables)
        edit(root, "max_duration: 5", "max_duration: 6")
        taskops(root, "plan", "--out", "p.json", **there.variables)
        there.account.set_faults([{**look, "edit": by_hand}])

        said = taskops(root, "apply", "p.json", **there.variables)

    assert said.code == 6, said.err
    assert said.out.splitlines()[-1] == "Go on with: taskops plan"
