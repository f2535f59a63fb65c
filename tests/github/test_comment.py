"""The one comment on a pull request, through the action's own script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from github.hub import BOT

if TYPE_CHECKING:
    from github.hub import Hub
    from github.job import Job, Ran

PLAN = "**Changes**: 1 to create\n"


def comment(job: Job, **variables: str) -> Ran:
    """Run the step as `action.yml` does."""
    given = {
        "TASKOPS_ENV": "production",
        "TASKOPS_DIRECTORY": "tasks",
        "TASKOPS_COMMENT": "changes",
        "TASKOPS_PULL": "7",
        "TASKOPS_COMMIT": "0123456789abcdef",
        "TASKOPS_CHANGES": "true",
    }
    return job.step("comment.sh", **(given | variables))


def test_the_first_plan_is_a_comment(job: Job, hub: Hub) -> None:
    job.say(PLAN)

    ran = comment(job)

    assert (ran.code, ran.log) == (0, "")
    assert [(c["on"], PLAN in c["body"]) for c in hub.comments] == [(7, True)]
    assert "<sub>`tasks` · commit 0123456789ab" in hub.comments[0]["body"]


def test_a_second_plan_updates_it_in_place(job: Job, hub: Hub) -> None:
    job.say(PLAN)
    comment(job)
    job.say("**Changes**: 2 to create\n")

    comment(job)

    assert len(hub.comments) == 1
    assert "2 to create" in hub.comments[0]["body"]
    assert PLAN not in hub.comments[0]["body"]


def test_each_environment_and_folder_has_its_own(job: Job, hub: Hub) -> None:
    job.say(PLAN)

    comment(job)
    comment(job, TASKOPS_ENV="staging")
    comment(job, TASKOPS_DIRECTORY="other")
    comment(job)

    assert len(hub.comments) == 3


def test_no_changes_are_no_reason_for_a_new_comment(job: Job, hub: Hub) -> None:
    job.say("**No changes**\n")

    ran = comment(job, TASKOPS_CHANGES="false")

    assert (ran.code, hub.comments) == (0, [])


@pytest.mark.parametrize(
    "head", ["### `taskops.yaml` is changed", "### Look at these first"]
)
def test_what_deserves_a_look_is_one_though_nothing_changes(
    job: Job, hub: Hub, head: str
) -> None:
    job.say(f"**No changes**\n\n{head}\n\n- `a`: x\n")

    comment(job, TASKOPS_CHANGES="false")

    assert [head in c["body"] for c in hub.comments] == [True]


def test_no_changes_replace_what_was_planned_before(job: Job, hub: Hub) -> None:
    job.say(PLAN)
    comment(job)
    job.say("**No changes**\n")

    comment(job, TASKOPS_CHANGES="false")

    assert "**No changes**" in hub.comments[0]["body"]


def test_whoever_wants_a_comment_always_gets_one(job: Job, hub: Hub) -> None:
    job.say("**No changes**\n")

    comment(job, TASKOPS_CHANGES="false", TASKOPS_COMMENT="always")

    assert len(hub.comments) == 1


def test_a_plan_that_could_not_be_made_outdates_the_comment(job: Job, hub: Hub) -> None:
    job.say(PLAN)
    comment(job)
    job.said.unlink()

    ran = comment(job, TASKOPS_CHANGES="")

    assert ran.code == 0
    assert "**Outdated**" in hub.comments[0]["body"]
    assert PLAN not in hub.comments[0]["body"]


def test_without_a_plan_no_comment_is_begun(job: Job, hub: Hub) -> None:
    ran = comment(job, TASKOPS_CHANGES="")

    assert (ran.code, hub.comments) == (0, [])


def test_a_mark_that_somebody_planted_is_not_ours(job: Job, hub: Hub) -> None:
    job.say(PLAN)
    comment(job)
    mark = hub.comments.pop()["body"].splitlines()[0]
    planted = hub.comment(f"{mark}\nlooks good", login="mallory")

    comment(job)

    assert planted["body"] == f"{mark}\nlooks good"
    assert [c["user"]["login"] for c in hub.comments] == ["mallory", BOT]


def test_a_mark_inside_of_a_comment_of_ours_is_none(job: Job, hub: Hub) -> None:
    job.say(PLAN)
    comment(job)
    mark = hub.comments.pop()["body"].splitlines()[0]
    other = hub.comment(f"somebody quoted:\n{mark}")

    comment(job)

    assert mark in other["body"]
    assert "Changes" not in other["body"]
    assert len(hub.comments) == 2


def test_of_two_only_the_newest_stays_a_plan(job: Job, hub: Hub) -> None:
    job.say(PLAN)
    comment(job)
    first = hub.comments[0]
    second = hub.comment(first["body"].replace(PLAN, "an older plan"))

    comment(job)

    assert "**Outdated**" in first["body"]
    assert PLAN in second["body"]
    assert hub.minimized == [first["node_id"]]


def test_it_is_found_after_a_hundred_others(job: Job, hub: Hub) -> None:
    for number in range(130):
        hub.comment(f"comment {number}", login="somebody")
    job.say(PLAN)

    comment(job)
    comment(job)

    assert len(hub.comments) == 131


@pytest.mark.parametrize("trouble", ["read_only", "down"])
def test_a_comment_that_fails_does_not_fail_the_plan(
    job: Job, hub: Hub, trouble: str
) -> None:
    setattr(hub, trouble, True)
    job.say(PLAN)

    ran = comment(job)

    assert ran.code == 0
    assert "::warning title=taskops::" in ran.log


def test_a_comment_that_is_too_long_does_not_fail_the_plan(job: Job, hub: Hub) -> None:
    job.say("x" * 70_000)

    ran = comment(job)

    assert (ran.code, hub.comments) == (0, [])
    assert "::warning title=taskops::" in ran.log


@pytest.mark.parametrize(
    "number", ["", "7/comments --method DELETE", "$(touch hacked)", "../../x"]
)
def test_what_is_no_number_is_no_pull_request(job: Job, hub: Hub, number: str) -> None:
    job.say(PLAN)

    ran = comment(job, TASKOPS_PULL=number)

    assert (ran.code, hub.writes) == (0, [])
    assert not (job.folder / "hacked").exists()


HOSTILE = ("--> <b>x</b>", "$(touch hacked)", "`touch hacked`", "'; touch hacked; '")


@pytest.mark.parametrize("name", [*HOSTILE, "a\nb", "-n", "%s%n"])
def test_a_name_is_only_a_name(job: Job, hub: Hub, name: str) -> None:
    job.say(PLAN)

    ran = comment(job, TASKOPS_ENV=name, TASKOPS_DIRECTORY=name)
    comment(job, TASKOPS_ENV=name, TASKOPS_DIRECTORY=name)

    assert ran.code == 0
    assert [c["body"].count("-->") for c in hub.comments] == [1]
    assert not (job.folder / "hacked").exists()


@pytest.mark.parametrize("text", ["$(touch hacked)", "@/etc/passwd", "%s %n", "EOF"])
def test_the_plan_is_only_text(job: Job, hub: Hub, text: str) -> None:
    job.say(f"{text}\n")

    comment(job)

    assert hub.comments[0]["body"].splitlines()[1] == text
    assert not (job.folder / "hacked").exists()
