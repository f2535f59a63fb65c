"""The one issue per environment, opened and closed by state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from github.hub import Hub
    from github.job import Job, Ran

DRIFT = "**Changes**: 1 to update\n"


def issue(job: Job, result: str, **variables: str) -> Ran:
    """Run the step as `action.yml` does."""
    given = {"TASKOPS_ENV": "production", "TASKOPS_DIRECTORY": "tasks"}
    return job.step("issue.sh", **(given | variables), TASKOPS_RESULT=result)


def test_drift_opens_an_issue(job: Job, hub: Hub) -> None:
    job.say(DRIFT)

    ran = issue(job, "changes")

    assert (ran.code, ran.log) == (0, "")
    [opened] = hub.issues
    assert opened["title"] == "taskops: production (tasks) is not what git says"
    assert opened["labels"] == ["taskops-drift"]
    assert DRIFT in opened["body"]


def test_more_drift_updates_it(job: Job, hub: Hub) -> None:
    job.say(DRIFT)
    issue(job, "changes")
    job.say("**Changes**: 2 to update\n")

    issue(job, "changes")

    assert len(hub.issues) == 1
    assert "2 to update" in hub.issues[0]["body"]
    assert hub.comments == []


def test_it_is_closed_when_nothing_drifts_any_more(job: Job, hub: Hub) -> None:
    job.say(DRIFT)
    issue(job, "changes")

    issue(job, "ok")

    assert hub.issues[0]["state"] == "closed"
    assert "actions/runs/42" in hub.comments[0]["body"]


def test_it_is_opened_again(job: Job, hub: Hub) -> None:
    job.say(DRIFT)
    issue(job, "changes")
    issue(job, "ok")

    issue(job, "changes")

    assert [one["state"] for one in hub.issues] == ["open"]


def test_without_drift_nothing_is_written(job: Job, hub: Hub) -> None:
    job.say("**No changes**\n")

    issue(job, "ok")

    assert hub.writes == []


def test_a_closed_issue_is_closed_once(job: Job, hub: Hub) -> None:
    job.say(DRIFT)
    issue(job, "changes")
    issue(job, "ok")
    before = list(hub.writes)

    issue(job, "ok")

    assert hub.writes == before


@pytest.mark.parametrize("result", ["", "failed", "authentication", "guarded", "bug"])
def test_an_error_is_no_drift(job: Job, hub: Hub, result: str) -> None:
    job.say(DRIFT)
    issue(job, "changes")
    before = list(hub.writes)

    ran = issue(job, result)

    assert ran.code == 0
    assert hub.writes == before
    assert hub.issues[0]["state"] == "open"


def test_each_environment_has_its_own(job: Job, hub: Hub) -> None:
    job.say(DRIFT)

    issue(job, "changes")
    issue(job, "changes", TASKOPS_ENV="staging")
    issue(job, "ok", TASKOPS_ENV="staging")

    assert [one["state"] for one in hub.issues] == ["open", "closed"]


def test_an_issue_that_somebody_planted_is_not_ours(job: Job, hub: Hub) -> None:
    job.say(DRIFT)
    issue(job, "changes")
    body = hub.issues.pop()["body"]
    planted = hub.issue(login="mallory", title="x", body=body)

    issue(job, "ok")
    issue(job, "changes")

    assert planted["state"] == "open"
    assert (planted["title"], planted["body"]) == ("x", body)
    assert len(hub.issues) == 2


def test_a_pull_request_is_no_issue(job: Job, hub: Hub) -> None:
    job.say(DRIFT)
    issue(job, "changes")
    body = hub.issues.pop()["body"]
    hub.issue(title="x", body=body, pull_request={"url": "x"})

    issue(job, "changes")

    assert len(hub.issues) == 2
    assert hub.issues[0]["title"] == "x"


def test_an_issue_without_text_is_passed_over(job: Job, hub: Hub) -> None:
    hub.issue(title="x", body=None)
    job.say(DRIFT)

    ran = issue(job, "changes")

    assert (ran.code, len(hub.issues)) == (0, 2)


@pytest.mark.parametrize("trouble", ["read_only", "down"])
def test_drift_that_cannot_be_told_fails(job: Job, hub: Hub, trouble: str) -> None:
    setattr(hub, trouble, True)
    job.say(DRIFT)

    ran = issue(job, "changes")

    assert ran.code != 0
    assert hub.issues == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("--> x", "--x"),
        ("$(touch hacked)", "touchhacked"),
        ("`touch hacked`", "touchhacked"),
        ("@f", "f"),
        ("\u202e", "the service"),
    ],
)
def test_a_name_is_only_a_name(job: Job, hub: Hub, name: str, shown: str) -> None:
    job.say(DRIFT)

    issue(job, "changes", TASKOPS_ENV=name)
    issue(job, "changes", TASKOPS_ENV=name)

    assert [one["title"] for one in hub.issues] == [
        f"taskops: {shown} (tasks) is not what git says"
    ]
    assert hub.issues[0]["body"].count("-->") == 1
    assert not (job.folder / "hacked").exists()


def test_the_folder_is_told_where_there_is_one(job: Job, hub: Hub) -> None:
    job.say(DRIFT)

    issue(job, "changes", TASKOPS_DIRECTORY=".")
    issue(job, "changes", TASKOPS_DIRECTORY="a/my_shop")

    assert [one["title"] for one in hub.issues] == [
        "taskops: production is not what git says",
        "taskops: production (a/my_shop) is not what git says",
    ]
    assert ["`a/my_shop` ·" in one["body"] for one in hub.issues] == [False, True]
