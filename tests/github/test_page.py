"""However a step ends, the page of the run says what happened and the way out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from cli.repositories import clones, commit, git
from cli.service import KEY, service
from cli.shell import edit
from github.job import run

from taskops.emulator.app import Emulator
from taskops.ledger.disk import FileLock

if TYPE_CHECKING:
    from pathlib import Path

    from github.job import Job


def page(job: Job) -> str:
    """The summary of the run, which the runner shows as Markdown."""
    return (job.folder / "summary").read_text("utf-8")


def result(job: Job) -> str:
    """The output `result`."""
    lines = (job.folder / "output").read_text("utf-8").splitlines()
    at = max(n for n, line in enumerate(lines) if line.startswith("result<<"))
    return lines[at + 1]


def test_valid_manifests(job: Job, shop: Path) -> None:
    ran = run(job, "validate")

    assert (ran.code, result(job)) == (0, "ok")
    assert page(job).startswith("**Valid**\n")
    assert "1 manifest in 1 file: valid" in page(job)


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "drift"])
def test_mistakes(job: Job, shop: Path, command: str) -> None:
    (shop / "tasks/hello.yaml").write_text("name: hello\ncode: gone.ts\n", "utf-8")

    ran = run(job, command)

    assert (ran.code, result(job)) == (3, "invalid")
    assert page(job).startswith("**Mistakes in the manifests** (exit 3)\n")
    assert "tasks/hello.yaml:2:7: error: " in page(job)
    assert "hint: " in page(job)
    assert page(job).count("exit 3") == 1


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_no_key(job: Job, shop: Path, command: str) -> None:
    ran = run(job, command, TASKOPS_EMULATOR="")

    assert (ran.code, result(job)) == (4, "authentication")
    assert page(job).startswith("**The service does not take the key** (exit 4)\n")
    assert "Settings, Environments" in page(job)


def test_an_apply_without_a_key(job: Job) -> None:
    clones(job.folder)

    ran = run(job, "apply", TASKOPS_EMULATOR="", TASKOPS_DIRECTORY="one")

    assert (ran.code, result(job)) == (4, "authentication"), ran.log
    assert page(job).startswith("**The service does not take the key** (exit 4)\n")
    assert "Settings, Environments" in page(job)


def test_an_apply_with_a_key_that_is_refused(job: Job) -> None:
    clones(job.folder)
    given = {"TASKOPS_EMULATOR": "", "TASKOPS_DIRECTORY": "one"}

    with service(key=KEY) as at:
        variables = at.variables | {"ANCHORBROWSER_API_KEY": "another-key"}
        ran = run(job, "apply", **given, **variables)

    assert (ran.code, result(job)) == (4, "authentication"), ran.log
    assert page(job).startswith("**The service does not take the key** (exit 4)\n")
    assert "another-key" not in page(job) + ran.log.replace(
        "::add-mask::another-key", ""
    )


def test_an_apply_that_comes_too_late(job: Job) -> None:
    one, two = clones(job.folder)
    edit(two, "version: 1", "version: 1\nlimits: {deletes: 9}", "taskops.yaml")
    commit(two, "a newer one")
    given = {"TASKOPS_EMULATOR": "", "TASKOPS_DIRECTORY": "one"}
    given["GITHUB_REF"] = "refs/heads/main"

    ran = run(job, "apply", **given, ANCHORBROWSER_API_KEY="a-key")

    assert (ran.code, result(job)) == (0, "ok"), ran.log
    newer = git(two, "rev-parse", "HEAD")[:12]
    assert page(job).startswith(f"**Nothing was applied**: superseded by {newer}")
    assert one.exists()


def test_a_guard(job: Job, shop: Path) -> None:
    task = (shop / "tasks/hello.yaml").read_text("utf-8")
    for number in range(7):
        text = task.replace("name: hello", f"name: hello{number}")
        (shop / f"tasks/hello{number}.yaml").write_text(text, "utf-8")
    assert run(job, "apply").code == 0
    for path in shop.glob("tasks/hello?.yaml"):
        path.unlink()
    (job.folder / "summary").unlink()

    ran = run(job, "apply", TASKOPS_ARGS="--prune")

    assert (ran.code, result(job)) == (8, "guarded"), ran.log
    assert page(job).startswith("**This plan cannot be applied**")
    assert "limits.deletes" in page(job)


def test_a_branch_that_is_no_tip(job: Job, shop: Path) -> None:
    ran = run(job, "apply", TASKOPS_EMULATOR="", ANCHORBROWSER_API_KEY="a-key")

    assert (ran.code, result(job)) == (8, "guarded"), ran.log
    assert page(job).startswith("**Refused** (exit 8)\n")
    assert "hint: check the repository out" in page(job)


def test_a_ledger_that_another_apply_holds(job: Job, shop: Path) -> None:
    assert run(job, "apply").code == 0
    task = (shop / "tasks/hello.yaml").read_text("utf-8")
    (shop / "tasks/hello.yaml").write_text(task.replace("n: 5", "n: 8"), "utf-8")
    (job.folder / "summary").unlink()
    lock = FileLock(shop / ".taskops/emulator-ledger/default.lock")
    assert lock.take()

    ran = run(job, "apply")
    lock.release()

    assert (ran.code, result(job)) == (7, "locked"), ran.log
    assert page(job).startswith("**Another apply holds the ledger")
    assert "hint: " in page(job)
    assert "Re-run failed jobs" in page(job)


def test_a_hand_edit_with_the_plan_below_the_refusal(job: Job, shop: Path) -> None:
    assert run(job, "apply").code == 0
    (job.folder / "summary").unlink()
    account = Emulator(str(shop / ".taskops/emulator.db"))
    account.edit(name="hello", latest={"code": "export default 1\n"})
    account.close()

    assert run(job, "apply").code == 6

    head, told, plan = page(job).partition("### The plan\n")
    assert head.startswith("**Refused, nothing was written** (exit 6)\n")
    assert told
    assert "--expect-digest" in head
    assert "taskops pull hello" in head
    assert "Actions → apply → Run workflow; pick this environment" in head
    assert plan.lstrip().startswith("**Changes**: 1 to update")


def test_a_bug(job: Job, shop: Path) -> None:
    (job.folder / "sitecustomize.py").write_text(
        "import taskops.workflow\ndel taskops.workflow.make_plan\n", "utf-8"
    )

    ran = run(job, "plan", PYTHONPATH=str(job.folder))

    assert (ran.code, result(job)) == (70, "bug"), ran.log
    assert page(job).startswith("**taskops has a bug** (exit 70)\n")
    assert "Put `--debug` into `args`" in page(job)


@pytest.mark.parametrize(
    "given",
    [{"TASKOPS_ARGS": "--no-such-thing"}, {"TASKOPS_DIGEST": "](x) @all <b>"}],
)
def test_options_that_cannot_be(job: Job, shop: Path, given: dict[str, str]) -> None:
    ran = run(job, "apply", **given)

    assert ran.code == 64
    assert page(job).startswith("**The options cannot be understood**")
    assert "@all" not in page(job)


def test_a_command_that_is_none(job: Job, shop: Path) -> None:
    assert run(job, "<img src=x>").code == 64

    assert "must be validate, plan, apply or drift" in page(job)
    assert "<img" not in page(job)


def test_taskops_that_cannot_be_installed(job: Job) -> None:
    (job.temp / "taskops/bin/taskops").unlink()

    ran = job.step("install.sh", TASKOPS_PYTHON="false")

    assert ran.code != 0
    assert page(job).startswith("**taskops could not be installed**")


def test_installing_runs_nothing_of_the_repository(job: Job) -> None:
    # Python looks for modules where it is started, before its own.
    (job.folder / "venv.py").write_text("open('ran', 'w')")
    (job.temp / "taskops/bin/taskops").unlink()

    job.step("install.sh", TASKOPS_PYTHON=sys.executable, PIP_NO_INDEX="1")

    assert (job.temp / "taskops/bin/python").exists()
    assert not (job.folder / "ran").exists()
