"""The action's commands with the real taskops, on an account inside the process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from github.job import run

from taskops.emulator.app import Emulator

if TYPE_CHECKING:
    from pathlib import Path

    from github.job import Job


def edit_by_hand(shop: Path) -> None:
    """Somebody changes the task in the dashboard."""
    account = Emulator(str(shop / ".taskops/emulator.db"))
    by_hand = {"timeout": {"max_duration": 17}, "initial_url": "https://example.com"}
    account.edit(name="hello", latest={"browserConfiguration": by_hand})
    account.close()


def outputs(job: Job) -> dict[str, str]:
    """The last value of each output, as the runner reads them."""
    found: dict[str, str] = {}
    lines = iter((job.folder / "output").read_text("utf-8").splitlines())
    for line in lines:
        name, _, end = line.partition("<<")
        found[name] = "\n".join(iter(lines.__next__, end))
    return found


def test_a_plan_leaves_its_comment_its_outputs_and_its_summary(
    job: Job, shop: Path
) -> None:
    ran = run(job, "plan")

    assert ran.code == 0, ran.log
    said = job.said.read_text("utf-8")
    found = outputs(job)
    assert "**Changes**: 1 to create" in said
    assert (found["changes"], found["result"]) == ("true", "ok")
    assert len(found["digest"]) == 64
    assert json.loads(found["counts"])["create"] == 1
    assert "**Changes**" in (job.folder / "summary").read_text("utf-8")


def test_options_come_from_args_and_white_space_ends_them(job: Job, shop: Path) -> None:
    ran = run(job, "plan", TASKOPS_ARGS="  --against\n ledger ")

    assert ran.code == 0, ran.log
    assert "Compared with the ledger alone" in job.said.read_text("utf-8")


@pytest.mark.parametrize("args", ["$(touch hacked)", "; touch hacked", "`id`", "*"])
def test_args_are_never_a_command(job: Job, shop: Path, args: str) -> None:
    ran = run(job, "plan", TASKOPS_ARGS=args)

    assert ran.code == 64
    assert not (job.folder / "hacked").exists()


@pytest.mark.parametrize("name", ["--help", "-x", "$(touch hacked)", "a b"])
def test_an_environment_is_never_an_option(job: Job, shop: Path, name: str) -> None:
    ran = run(job, "plan", TASKOPS_ENV=name)

    assert ran.code not in (0, 70)
    assert not (job.folder / "hacked").exists()


def test_mistakes_are_marked_at_their_line(job: Job, shop: Path) -> None:
    (shop / "tasks/hello.yaml").write_text("name: hello\ncode: gone.ts\n", "utf-8")

    ran = run(job, "validate")

    assert ran.code == 3
    assert "::error file=" in ran.log


def test_invalid_manifests_leave_no_plan_behind(job: Job, shop: Path) -> None:
    run(job, "plan")
    (shop / "tasks/hello.yaml").write_text("nonsense: yes\n", "utf-8")

    ran = run(job, "plan")

    assert ran.code == 3
    assert not job.said.exists()


def test_apply_then_nothing_is_left_to_do(job: Job, shop: Path) -> None:
    applied = run(job, "apply")
    planned = run(job, "plan")

    assert (applied.code, planned.code) == (0, 0), applied.log
    assert outputs(job)["changes"] == "false"


def test_a_reviewed_digest_is_applied_and_another_is_not(job: Job, shop: Path) -> None:
    run(job, "plan")
    digest = outputs(job)["digest"]

    refused = run(job, "apply", TASKOPS_DIGEST="0" * 64)
    applied = run(job, "apply", TASKOPS_DIGEST=digest)

    assert (refused.code, applied.code) == (6, 0)


@pytest.mark.parametrize("digest", ["abc", "--yes", f"{'0' * 64} --prune", "$(id)"])
def test_what_is_no_digest_approves_nothing(job: Job, shop: Path, digest: str) -> None:
    ran = run(job, "apply", TASKOPS_DIGEST=digest)

    assert ran.code == 64
    assert not (shop / ".taskops").exists()


def test_the_page_of_the_run_says_how_an_apply_ended(job: Job, shop: Path) -> None:
    run(job, "apply")
    first = (job.folder / "summary").read_text("utf-8")
    edit_by_hand(shop)
    refused = run(job, "apply")

    both = (job.folder / "summary").read_text("utf-8")
    assert "1 applied" in first
    assert refused.code == 6
    assert outputs(job)["result"] == "not_approved"
    assert "--expect-digest" in both.removeprefix(first)


def test_drift_is_told_with_both_ways_out_and_is_no_failure(
    job: Job, shop: Path
) -> None:
    run(job, "apply")
    edit_by_hand(shop)

    ran = run(job, "drift")

    assert ran.code == 0, ran.log
    said = job.said.read_text("utf-8")
    assert outputs(job)["result"] == "changes"
    assert "taskops pull hello" in said
    assert f"--expect-digest {outputs(job)['digest'][:32]}" in said


def test_a_drift_of_many_tasks_still_fits_into_an_issue(job: Job, shop: Path) -> None:
    names = [f"{number:03d}-{'long' * 60}" for number in range(300)]
    tasks = "---\n".join(f"name: {name}\ncode: hello.ts\n" for name in names)
    (shop / "tasks/many.yaml").write_text(tasks, "utf-8")
    with (shop / "taskops.yaml").open("a", encoding="utf-8") as project:
        project.write("\nlimits: {changes: 1000}\n")

    assert run(job, "drift").code == 0
    never_applied = job.said.read_text("utf-8")
    assert run(job, "apply").code == 0
    account = Emulator(str(shop / ".taskops/emulator.db"))
    for name in names:
        account.edit(name=name, latest={"description": "by hand"})
    account.close()
    assert run(job, "drift").code == 0
    by_hand = job.said.read_text("utf-8")

    # GitHub takes 65,536 characters, and the action's own words come on top.
    assert max(len(never_applied), len(by_hand)) < 65_000
    assert "and 293 more" in never_applied
    assert "To keep it: run `taskops drift` on your machine" in by_hand
    assert f"--expect-digest {outputs(job)['digest'][:32]}" in by_hand


def test_drift_that_cannot_be_looked_for_is_an_error(job: Job, shop: Path) -> None:
    ran = run(job, "drift", TASKOPS_EMULATOR="")

    assert ran.code == 4
    assert outputs(job) == {"result": "authentication"}


@pytest.mark.parametrize("command", ["", "destroy", "apply; touch hacked"])
def test_there_are_no_other_commands(job: Job, shop: Path, command: str) -> None:
    ran = run(job, command)

    assert ran.code == 64
    assert not (job.folder / "hacked").exists()


def test_of_thirty_mistakes_nine_are_marked_and_the_rest_counted(
    job: Job, shop: Path
) -> None:
    for number in range(29):
        text = f"name: wrong{number}\ncode: gone.ts\n"
        (shop / f"tasks/wrong{number}.yaml").write_text(text, "utf-8")
    (shop / "tasks/hello.yaml").write_text("name: hello\ncode: gone.ts\n", "utf-8")

    ran = run(job, "validate")

    marks = [line for line in ran.log.splitlines() if line.startswith("::error")]
    assert ran.code == 3
    assert [mark.startswith("::error file=") for mark in marks] == [True] * 9 + [False]
    assert "and 21 more" in marks[-1]
    assert "30 problems" in (job.folder / "summary").read_text("utf-8")
