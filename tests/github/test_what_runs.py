"""Which jobs each event starts, in our workflows and in those that users get."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from github.events import (
    dispatch,
    merge_group,
    pull_request,
    push,
    schedule,
    tag,
)
from github.expressions import UnknownError
from github.job import ROOT
from github.workflows import Started, play, queue, starts

from taskops.cli.workflows import Project, workflow_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github.events import Event
    from github.workflows import Run

ACTION = f"acme/taskops@{'0' * 40} # v1.0.0"
LIVE = {"TASKOPS_EXAMPLES": "live"}
"""What makes our own workflows do what those of users always do."""


def users(*environments: str) -> dict[str, str]:
    """What `taskops init --github` writes, by name."""
    files = workflow_files(Project(environments or ("staging", "production"), ACTION))
    return {Path(path).stem: text for path, text in files.items()}


def ours() -> dict[str, str]:
    """The workflows of this repository, by name."""
    paths = (ROOT / ".github/workflows").glob("*.yml")
    return {path.stem: path.read_text("utf-8") for path in paths}


EVENTS = {
    "push": push(),
    "push to another branch": push(branch="edit"),
    "pull request": pull_request(),
    "fork": pull_request(fork=True),
    "merge queue": merge_group(),
    "night": schedule(),
    "tag": tag("v1.0.0"),
    "Run workflow": dispatch(),
}

EXPECTED = {
    "push": {
        "apply": [
            "plan (staging)",
            "apply (staging)",
            "plan (production)",
            "apply (production)",
        ]
    },
    "push to another branch": {},
    "pull request": {"plan": ["validate", "plan (staging)", "plan (production)"]},
    "fork": {"plan": ["validate", "plan (staging)", "plan (production)"]},
    "merge queue": {"plan": ["validate", "plan (staging)", "plan (production)"]},
    "night": {"drift": ["drift (staging)", "drift (production)"]},
    "tag": {},
    "Run workflow": {
        "apply": [
            "plan (staging)",
            "apply (staging)",
            "plan (production)",
            "apply (production)",
        ],
        "drift": ["drift (staging)", "drift (production)"],
    },
}


def started(
    texts: Mapping[str, str], event: Event, variables: Mapping[str, str] | None = None
) -> dict[str, Run]:
    """The runs that the event starts, by the name of the workflow."""
    return {
        name: play(text, event, variables=variables)
        for name, text in texts.items()
        if starts(text, event)
    }


@pytest.mark.parametrize("event", EVENTS)
def test_what_users_get_starts(event: str) -> None:
    runs = started(users(), EVENTS[event])

    assert {name: run.titles for name, run in runs.items()} == EXPECTED[event]


@pytest.mark.parametrize("event", EVENTS)
def test_what_is_here_starts(event: str) -> None:
    runs = started(ours(), EVENTS[event], LIVE)

    about_tests = {"test", "release"}
    found = {n: run.titles for n, run in runs.items() if n not in about_tests}
    assert found == EXPECTED[event]
    tested = event in ("push", "pull request", "fork", "merge queue")
    assert ("test" in runs, "release" in runs) == (tested, event == "tag")


@pytest.mark.parametrize("event", EVENTS)
def test_without_an_account_nothing_here_has_a_key(event: str) -> None:
    for name, run in started(ours(), EVENTS[event]).items():
        for job in run.started:
            assert "ANCHORBROWSER_API_KEY" not in str(job.steps), (name, job.title)


@pytest.mark.parametrize("texts", [users(), ours()], ids=["users", "ours"])
@pytest.mark.parametrize("fork", [False, True])
def test_a_pull_request_reaches_no_key_and_applies_nothing(
    texts: dict[str, str], *, fork: bool
) -> None:
    runs = started(texts, pull_request(fork=fork), LIVE)

    for job in (job for run in runs.values() for job in run.started):
        assert not job.environment
        assert "secrets." not in str(job.steps)
        assert job.rights.get("contents", "read") == "read"
        commands = [step.get("with", {}).get("command") for step in job.steps]
        # The one that applies does so to the emulator of the machine that it is on.
        assert "apply" not in commands or job.environ == {"TASKOPS_EMULATOR": "1"}
        if fork:
            assert "write" not in job.rights.values()


@pytest.mark.parametrize("event", EVENTS)
def test_a_key_is_only_for_the_default_branch(event: str) -> None:
    for run in started(users(), EVENTS[event]).values():
        for job in run.started:
            assert not job.environment or EVENTS[event].ref == "refs/heads/main"


def test_run_workflow_on_another_branch_gets_no_further_than_the_environment() -> None:
    for name in ("apply", "drift"):
        run = play(users()[name], dispatch(branch="edit"))

        assert run.started == []


@pytest.mark.parametrize("environments", [("default",), ("a", "b", "c")])
def test_any_number_of_environments_is_gone_through(
    environments: tuple[str, ...],
) -> None:
    run = play(users(*environments)["apply"], push())

    assert [job.environment for job in run.started] == [
        where for name in environments for where in (f"{name}-read", name)
    ]


@pytest.mark.parametrize(
    ("picked", "jobs"),
    [
        ("a", ["plan-a", "apply-a"]),
        ("b", ["plan-b", "apply-b"]),
        ("c", ["plan-c", "apply-c"]),
        ("all", ["plan-a", "apply-a", "plan-b", "apply-b", "plan-c", "apply-c"]),
    ],
)
def test_run_workflow_for_one_environment_leaves_the_others_out(
    picked: str, jobs: list[str]
) -> None:
    run = play(users("a", "b", "c")["apply"], dispatch(environment=picked))

    assert [job.job for job in run.started] == jobs
    assert set(run.results.values()) <= {"success", "skipped"}


def test_an_environment_that_is_none_cannot_be_picked() -> None:
    with pytest.raises(UnknownError, match="cannot be picked"):
        play(users()["apply"], dispatch(environment="live"))


@pytest.mark.parametrize("how", ["failure", "cancelled"])
@pytest.mark.parametrize(
    ("bad", "skipped"),
    [
        ("plan-staging", ["apply-staging", "plan-production", "apply-production"]),
        ("apply-staging", ["plan-production", "apply-production"]),
        ("plan-production", ["apply-production"]),
    ],
)
def test_what_ends_badly_stops_every_later_environment(
    how: str, bad: str, skipped: list[str]
) -> None:
    def end(job: Started) -> str:
        return how if job.job == bad else "success"

    run = play(users()["apply"], push(), end)

    assert [name for name, end in run.results.items() if end == "skipped"] == skipped


def test_one_environment_that_cannot_be_planned_keeps_no_other_from_it() -> None:
    for name, event in (("plan", pull_request()), ("drift", schedule())):
        run = play(users()[name], event, lambda job: _failing(job, "staging"))

        assert run.titles[-1] == f"{name} (production)"
        assert run.results[name] == "failure"


def test_nothing_is_planned_where_manifests_are_not_valid() -> None:
    run = play(users()["plan"], pull_request(), lambda job: _failing(job, "validate"))

    assert run.titles == ["validate"]


@pytest.mark.parametrize("broken", ["build", "test", "lowest", "lint", "action"])
def test_the_check_that_a_merge_asks_for_always_runs(broken: str) -> None:
    run = play(ours()["test"], pull_request(), lambda job: _failing(job, broken))

    assert run.titles[-1] == "passed"


def test_a_release_that_is_not_built_is_not_published() -> None:
    run = play(ours()["release"], tag("v1.0.0"), lambda job: _failing(job, "build"))

    assert run.titles == ["build"]


def test_a_reviewed_digest_reaches_the_apply_and_nothing_else() -> None:
    digest = "0123456789abcdef" * 4
    run = play(users()["apply"], dispatch(environment="production", digest=digest))

    plan, apply = run.started
    assert "digest" not in plan.given("Plan")
    assert apply.given("Apply") == {
        "command": "apply",
        "env": "production",
        "directory": ".",
        "digest": digest,
    }


def test_a_merge_brings_no_digest() -> None:
    for job in play(users()["apply"], push()).started:
        if job.job.startswith("apply-"):
            assert not job.given("Apply")["digest"]


def groups(event: Event, name: str) -> dict[str, tuple[str, bool]]:
    """The group of each job, and whether the next of it ends it."""
    run = play(users()[name], event)
    return {job.job: (job.group, job.cancels) for job in run.started}


def test_of_three_merges_the_last_takes_the_place_of_the_one_that_waits() -> None:
    merges = [groups(push(letter * 40), "apply") for letter in "abc"]

    for job in ("apply-staging", "apply-production"):
        assert queue([one[job][0] for one in merges]) == ["runs", "replaced", "waits"]
        # And the one that writes is never ended by another.
        assert [one[job][1] for one in merges] == [False] * 3
    for job in ("plan-staging", "plan-production"):
        assert [one[job] for one in merges] == [("", False)] * 3
    assert merges[0]["apply-staging"][0] != merges[0]["apply-production"][0]


def test_an_apply_at_a_gate_holds_up_no_whole_run() -> None:
    for texts in (users(), ours()):
        assert play(texts["apply"], push(), variables=LIVE).group == ""


def test_run_workflow_and_a_merge_share_their_place() -> None:
    assert groups(push(), "apply") == groups(dispatch(), "apply")


def test_a_newer_push_ends_the_plan_of_the_same_pull_request_alone() -> None:
    def group(event: Event) -> tuple[str, bool]:
        run = play(users()["plan"], event)
        return run.group, run.cancels

    first, second = group(pull_request("a" * 40)), group(pull_request("b" * 40))
    assert first == second == ("taskops-plan-7", True)
    assert group(pull_request(number=8)) != first
    assert group(merge_group("a" * 40)) != group(merge_group("b" * 40))
    assert group(merge_group("a" * 40))[0] == f"taskops-plan-{'a' * 40}"


def test_two_projects_of_one_repository_do_not_wait_for_each_other() -> None:
    project = Project(("production",), ACTION, directory="b", suffix="-b")
    other = {Path(p).stem: text for p, text in workflow_files(project).items()}

    for name, event in (("plan", pull_request()), ("drift", schedule())):
        mine, theirs = play(users()[name], event), play(other[f"{name}-b"], event)
        assert mine.group != theirs.group
    [*_, mine_job] = play(users("production")["apply"], push()).started
    [*_, their_job] = play(other["apply-b"], push()).started
    assert mine_job.group != their_job.group


def _failing(job: Started, name: str) -> str:
    """This job, or the one for this environment, fails; every other ends well."""
    environment = job.names.get("matrix", {}).get("environment")
    return "failure" if name in (job.job, environment) else "success"
