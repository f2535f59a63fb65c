"""What people read on GitHub, whole, in files that a person has read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from taskops.emulator.app import Emulator
from taskops.manifests.starter import starter_files

if TYPE_CHECKING:
    from github.hub import Hub
    from github.job import Job

CASES = Path(__file__).parents[1] / "cases" / "github"

FORGED = (
    "@everyone ``` <img src=x> | #1 ::set-output name=changes::false ##[stop-commands]x"
)


def expected(name: str, text: str) -> None:
    """The text is what the file has, but for what differs each time."""
    text = re.sub(r"[0-9a-f]{32,64}", "DIGEST", text)
    assert text == (CASES / name).read_text("utf-8")


def describe(root: Path, text: str) -> None:
    """Say what the second task is for."""
    forged = f'name: forged\ncode: hello.ts\ndescription: "{text}"\n'
    (root / "tasks/forged.yaml").write_text(forged, "utf-8")


@pytest.fixture
def shop(job: Job) -> Path:
    """Two tasks that are applied already."""
    root = job.folder / "shop"
    (root / "tasks").mkdir(parents=True)
    for name, text in starter_files("shop").items():
        (root / name).write_text(text, "utf-8")
    describe(root, "harmless")
    step(job, "run.sh", TASKOPS_COMMAND="apply")
    (job.folder / "summary").unlink()
    return root


def step(job: Job, script: str, **variables: str) -> None:
    given = {"TASKOPS_DIRECTORY": "shop", "TASKOPS_EMULATOR": "1"}
    ran = job.step(script, **(given | variables))
    assert ran.code == 0, ran.log


def test_the_comment_and_the_summary_of_a_plan(job: Job, hub: Hub, shop: Path) -> None:
    describe(shop, FORGED)
    task = (shop / "tasks/hello.yaml").read_text("utf-8")
    (shop / "tasks/hello.yaml").write_text(task.replace("n: 5", "n: 8"), "utf-8")

    step(job, "run.sh", TASKOPS_COMMAND="plan")
    step(job, "comment.sh", TASKOPS_PULL="7", TASKOPS_COMMIT="0123456789abcdef")

    expected("comment.md", hub.comments[0]["body"])
    expected("summary.md", (job.folder / "summary").read_text("utf-8"))


def test_the_issue_of_a_drift(job: Job, hub: Hub, shop: Path) -> None:
    account = Emulator(str(shop / ".taskops/emulator.db"))
    account.edit(name="hello", latest={"code": f"// {FORGED}\nexport default 1\n"})
    account.close()

    step(job, "run.sh", TASKOPS_COMMAND="drift")
    step(job, "issue.sh", TASKOPS_RESULT="changes")

    expected("issue.md", hub.issues[0]["body"])


def test_the_issue_of_a_merge_that_never_arrived(
    job: Job, hub: Hub, shop: Path
) -> None:
    task = (shop / "tasks/hello.yaml").read_text("utf-8")
    (shop / "tasks/hello.yaml").write_text(task.replace("n: 5", "n: 8"), "utf-8")

    step(job, "run.sh", TASKOPS_COMMAND="drift")
    step(job, "issue.sh", TASKOPS_RESULT="changes")

    expected("issue-pending.md", hub.issues[0]["body"])
