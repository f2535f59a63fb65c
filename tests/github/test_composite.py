"""The action from its inputs to its outputs: every step as `action.yml` wires it."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
from github.events import Event, dispatch, merge_group, pull_request, push, schedule
from github.expressions import UnknownError
from github.job import ROOT
from github.steps import Ended, Runner
from github.workflows import play

from taskops.emulator.app import Emulator
from taskops.manifests.starter import starter_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from github.hub import Hub
    from github.job import Job

ACCOUNT = {"TASKOPS_EMULATOR": "1"}
"""What the workflow gives to the step that uses the action."""

RUN = ["actions/setup-python", "Install taskops", "Run taskops"]
COMMENT = "Comment on the pull request"
ISSUE = "Keep the issue"


@pytest.fixture
def shop(job: Job) -> Path:
    """A new project in the job's checkout, and a taskops that writes down its words."""
    root = job.folder / "workspace" / "shop"
    for name, text in starter_files("shop").items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    program = job.temp / "taskops/bin/taskops"
    words = job.folder / "words"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{words}"\n'
        f'exec "{sys.executable}" -m taskops "$@"\n'
    )
    return root


def use(
    job: Job, event: Event, command: str, cancel_at: str = "", **given: str
) -> Ended:
    """A step that uses the action in a job of this event."""
    runner = Runner(job, event, job.folder / "workspace", cancel_at=cancel_at)
    return runner.action({"command": command, "directory": "shop", **given}, ACCOUNT)


def words(job: Job) -> list[str]:
    """What taskops was called with, each time."""
    return (job.folder / "words").read_text("utf-8").splitlines()


def edit_by_hand(shop: Path) -> None:
    """Somebody changes the task in the dashboard."""
    account = Emulator(str(shop / ".taskops/emulator.db"))
    account.edit(name="hello", latest={"code": "export default 1\n"})
    account.close()


EVENTS = {
    "pull request": pull_request(),
    "fork": pull_request(fork=True),
    "merge queue": merge_group(),
    "push": push(),
    "night": schedule(),
    "Run workflow": dispatch(),
}


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "drift"])
@pytest.mark.parametrize("event", EVENTS)
def test_which_steps_run(job: Job, shop: Path, command: str, event: str) -> None:
    (job.temp / "taskops/bin/taskops").write_text("#!/bin/sh\n")

    ended = use(job, EVENTS[event], command)

    told = []
    if command == "plan" and event in ("pull request", "fork"):
        told.append(COMMENT)
    if command == "drift":
        told.append(ISSUE)
    assert (ended.ran, ended.code) == (RUN + told, 0), ended.log


def test_a_plan_tells_its_outputs_its_page_and_the_pull_request(
    job: Job, hub: Hub, shop: Path
) -> None:
    ended = use(job, pull_request("b" * 40), "plan", args="--verbose --against\tledger")

    outputs = ended.steps[""]["outputs"]
    assert (outputs["changes"], outputs["result"]) == ("true", "ok")
    assert len(outputs["digest"]) == 64
    assert json.loads(outputs["counts"])["create"] == 1
    assert "**Changes**: 1 to create" in (job.folder / "summary").read_text("utf-8")
    [comment] = hub.comments
    assert (comment["on"], "commit bbbbbbbbbbbb" in comment["body"]) == (7, True)
    assert words(job)[0].endswith("--directory=shop --verbose --against ledger")


@pytest.mark.parametrize("comment", ["changes", "always", "never"])
def test_the_comment_is_as_it_was_asked_for(
    job: Job, hub: Hub, shop: Path, comment: str
) -> None:
    use(job, push(), "apply")

    ended = use(job, pull_request(), "plan", comment=comment)

    assert ended.steps[""]["outputs"]["changes"] == "false"
    assert (COMMENT in ended.ran) is (comment != "never")
    assert len(hub.comments) == (comment == "always")


def test_a_fork_gets_its_plan_on_the_page_alone(job: Job, hub: Hub, shop: Path) -> None:
    hub.read_only = True

    ended = use(job, pull_request(fork=True), "plan")

    assert (ended.result, hub.comments) == ("success", [])
    assert "::warning title=taskops::" in ended.log
    assert "1 to create" in (job.folder / "summary").read_text("utf-8")


def test_a_plan_that_fails_outdates_its_comment_and_fails(
    job: Job, hub: Hub, shop: Path
) -> None:
    use(job, pull_request(), "plan")
    (shop / "tasks/hello.yaml").write_text("nonsense: yes\n", "utf-8")

    ended = use(job, pull_request(), "plan")

    assert (ended.result, ended.code, ended.ran) == ("failure", 3, [*RUN, COMMENT])
    assert "**Outdated**" in hub.comments[0]["body"]
    assert ended.steps[""]["outputs"]["result"] == "invalid"


def test_a_taskops_that_is_not_installed_outdates_the_comment_too(
    job: Job, hub: Hub, shop: Path
) -> None:
    use(job, pull_request(), "plan")
    # The next machine has neither what was said there, nor a Python that works.
    job.said.unlink()
    (job.temp / "taskops/bin/taskops").unlink()

    ended = use(job, pull_request(), "plan")

    assert (ended.result, ended.ran) == ("failure", [*RUN[:2], COMMENT])
    assert "**taskops could not be installed**" in (job.folder / "summary").read_text(
        "utf-8"
    )
    assert "**Outdated**" in hub.comments[0]["body"]


def test_an_issue_stays_as_it_is_where_nothing_could_be_looked_at(
    job: Job, hub: Hub, shop: Path
) -> None:
    use(job, push(), "apply")
    edit_by_hand(shop)
    use(job, schedule(), "drift")
    (shop / "tasks/hello.yaml").write_text("nonsense: yes\n", "utf-8")

    ended = use(job, schedule(), "drift")

    assert (ended.result, ended.ran) == ("failure", [*RUN, ISSUE])
    assert [issue["state"] for issue in hub.issues] == ["open"]


def test_an_issue_opens_and_closes(job: Job, hub: Hub, shop: Path) -> None:
    use(job, push(), "apply")
    edit_by_hand(shop)
    drifted = use(job, schedule(), "drift", env="default")
    digest = drifted.steps[""]["outputs"]["digest"]
    states = [issue["state"] for issue in hub.issues]

    undone = use(job, dispatch(), "apply", digest=digest)
    use(job, schedule(), "drift", env="default")

    assert undone.code == 0, undone.log
    assert (states, hub.issues[0]["state"]) == (["open"], "closed")
    assert hub.issues[0]["title"] == "taskops: default (shop) is not what git says"


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_a_run_that_is_cancelled_tells_nobody(
    job: Job, hub: Hub, shop: Path, command: str
) -> None:
    ended = use(job, pull_request(), command, cancel_at="Run taskops")

    assert (ended.ran, ended.result) == (RUN, "cancelled")
    assert hub.writes == []


def test_a_digest_is_handed_over_instead_of_yes(job: Job, shop: Path) -> None:
    refused = use(job, dispatch(), "apply", digest="0" * 64)
    use(job, push(), "apply", digest="")

    assert refused.code == 6
    assert words(job) == [
        f"apply --expect-digest {'0' * 64} --directory=shop",
        "apply --yes --directory=shop",
    ]


def test_an_environment_is_handed_over(job: Job, shop: Path) -> None:
    with (shop / "taskops.yaml").open("a") as settings:
        settings.write("environments: {staging: {}, production: {}}\n")

    ended = use(job, push(), "apply", env="staging")

    assert ended.code == 0, ended.log
    assert words(job) == ["apply --yes --directory=shop --env=staging"]


@pytest.mark.parametrize("given", [{"digset": "x"}, {"commment": "never"}])
def test_an_input_that_is_none_is_found_here(
    job: Job, shop: Path, given: dict[str, str]
) -> None:
    with pytest.raises(UnknownError, match="no input"):
        use(job, push(), "apply", **given)


def test_the_job_that_tries_the_action_on_every_pull_request(job: Job) -> None:
    text = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
    [tried] = [one for one in play(text, pull_request()).started if one.job == "action"]
    runner = Runner(job, pull_request(), job.folder / "workspace")

    def checkout(given: Mapping[str, Any]) -> None:
        assert given["persist-credentials"] is False
        shutil.copytree(ROOT / "examples", runner.workspace / "examples")

    runner.checkout = checkout

    ended = runner.run(tried.steps, tried.names, tried.environ)

    assert (ended.result, ended.ran[-1]) == ("success", "Nothing is left to do"), (
        ended.log
    )
