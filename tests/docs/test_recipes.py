"""The recipes for other engines, taken out of the page and carried out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cli.repositories import commit, git
from cli.service import KEY, Service, service
from cli.shell import edit, project
from github.events import push
from github.expressions import Names
from github.job import Job
from github.steps import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / ".github/docs/ci.md").read_text("utf-8")

# What needs a network and an image of its own; a line that is new here is looked at.
INSTALLING = [
    "apt-get update -q && apt-get install -qy git",
    "pip install --require-hashes -r ci/requirements.txt",
]
CONDITION = re.compile(r'\$(\w+) (==|!=) (?:\$(\w+)|"([^"]*)")')


def block(title: str, language: str) -> str:
    """The first block of code below a title."""
    below = PAGE.split(f"## {title}\n", 1)[1]
    return below.split(f"```{language}\n", 1)[1].split("```", 1)[0]


GITLAB: dict[str, Any] = yaml.safe_load(block("GitLab", "yaml"))
GENERIC = [
    line.partition("  #")[0].strip() for line in block("Any other", "sh").splitlines()
]


@dataclass(frozen=True, slots=True)
class Team:
    """A project with one environment, on a remote that every job fetches from."""

    folder: Path
    desk: Path
    at: Service

    def change(self, old: str, new: str) -> str:
        """Commit a change of the task to the default branch; the commit."""
        edit(self.desk, old, new)
        commit(self.desk, "a change")
        return git(self.desk, "rev-parse", "HEAD")

    def edit_by_hand(self) -> None:
        """Somebody changes the task in the dashboard."""
        self.at.account.edit(name="hello", latest={"code": "export default 1\n"})

    def job(self, commit: str, script: str, **given: str) -> tuple[int, str]:
        """A checkout of one commit and a shell in it; its code and its log."""
        where = self.folder / f"job{len(list(self.folder.glob('job*')))}"
        git(self.folder, "clone", "-q", "remote.git", str(where))
        git(where, "checkout", "-q", "--detach", commit)
        programs = self.folder / "programs"
        ran = subprocess.run(
            ["bash", "-c", f"set -eo pipefail\n{script}\n"],
            cwd=where,
            env={
                **os.environ,
                "PYTHONUTF8": "1",
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "ANCHORBROWSER_BASE_URL": self.at.variables["ANCHORBROWSER_BASE_URL"],
                **given,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        return ran.returncode, ran.stdout.decode()

    def generic(self, commit: str, line: str, key: str = "") -> tuple[int, str]:
        """One line of the recipe for any other engine."""
        given = {"ANCHORBROWSER_API_KEY": key} if key else {}
        return self.job(commit, line, **given)

    def gitlab(self, commit: str, name: str, **given: str) -> tuple[int, str]:
        """One job of the recipe, with what GitLab gives to it."""
        job = GITLAB[name]
        # Only a job that names the environment has its key.
        key = {"ANCHORBROWSER_API_KEY": KEY} if "environment" in job else {}
        variables = {
            "CI_COMMIT_SHA": commit,
            "CI_DEFAULT_BRANCH": "main",
            "CI_PROJECT_URL": f"file://{self.folder}/remote",
            "TASKOPS_GIT_TOKEN": "a-token",
            **key,
            **given,
        }
        return self.job(commit, "\n".join(job["script"]), **variables)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(tmp_path, "clone", "-q", "remote.git", "desk")
    desk = project(tmp_path / "desk")
    with (desk / "taskops.yaml").open("a") as settings:
        settings.write("ledger: git\nenvironments: {production: {}}\n")
    commit(desk, "tasks", "-q", "-B", "main")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "taskops").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m taskops "$@"\n'
    )
    (programs / "taskops").chmod(0o755)
    with service(key=KEY) as at:
        yield Team(tmp_path, desk, at)


def starts(job: dict[str, Any], variables: dict[str, str]) -> bool:
    """Whether a pipeline with these variables has the job."""
    [rule] = job["rules"]
    assert list(rule) == ["if"]
    parts = rule["if"].split(" && ")
    return all(_holds(part, variables) for part in parts)


def _holds(part: str, variables: dict[str, str]) -> bool:
    found = CONDITION.fullmatch(part)
    assert found, part
    left = variables.get(found[1])
    right = variables.get(found[3]) if found[3] else found[4]
    return (left == right) is (found[2] == "==")


@pytest.mark.parametrize(
    ("source", "branch", "jobs"),
    [
        ("merge_request_event", None, ["plan"]),
        ("push", "main", ["apply"]),
        ("push", "edit", []),
        ("web", "main", ["apply"]),
        ("schedule", "main", ["drift"]),
    ],
)
def test_which_jobs_gitlab_starts(
    source: str, branch: str | None, jobs: list[str]
) -> None:
    variables = {"CI_PIPELINE_SOURCE": source, "CI_DEFAULT_BRANCH": "main"}
    if branch is not None:
        variables["CI_COMMIT_BRANCH"] = branch

    all_jobs = {name: job for name, job in GITLAB.items() if name != "default"}
    found = [name for name, job in all_jobs.items() if starts(job, variables)]

    assert found == jobs
    assert GITLAB["default"]["before_script"] == INSTALLING


def test_gitlab_gives_the_key_to_no_plan_and_applies_one_at_a_time() -> None:
    assert "environment" not in GITLAB["plan"]
    assert GITLAB["apply"]["environment"] == "production"
    assert GITLAB["drift"]["environment"]["name"] == "production"
    assert GITLAB["apply"]["resource_group"] == "production"
    assert GITLAB["apply"]["script"][-1].startswith("exec taskops apply")


def test_gitlab_from_the_merge_request_to_the_drift(team: Team) -> None:
    first = git(team.desk, "rev-parse", "HEAD")
    code, log = team.gitlab(first, "plan", TASKOPS_GIT_TOKEN="")
    assert (code, "1 to create" in log) == (0, True), log

    code, log = team.gitlab(first, "apply")
    assert (code, "1 applied" in log) == (0, True), log
    code, log = team.gitlab(first, "drift")
    assert (code, "Drift: none" in log) == (0, True), log

    second = team.change("max_duration: 5", "max_duration: 6")
    written = len(team.at.written())
    code, log = team.gitlab(first, "apply")
    assert (code, "superseded" in log) == (0, True), log
    assert len(team.at.written()) == written

    team.edit_by_hand()
    code, log = team.gitlab(second, "drift")
    assert (code, "taskops pull hello" in log) == (2, True), log
    assert "1 changed on the service" in log
    code, log = team.gitlab(second, "apply")
    assert (code, "--expect-digest" in log) == (6, True), log
    assert len(team.at.written()) == written


def test_what_has_a_mistake_fails_in_gitlab(team: Team) -> None:
    wrong = team.change("code: hello.ts", "code: gone.ts")

    assert team.gitlab(wrong, "plan")[0] == 3
    assert team.gitlab(wrong, "apply")[0] == 3


def test_the_recipe_for_any_other_engine(team: Team) -> None:
    validate, plan, apply, drift = GENERIC
    first = git(team.desk, "rev-parse", "HEAD")
    assert team.generic(first, validate)[0] == 0
    code, log = team.generic(first, plan)
    assert (code, "1 to create" in log) == (0, True), log

    code, log = team.generic(first, apply, KEY)
    assert (code, "1 applied" in log) == (0, True), log
    code, log = team.generic(first, apply, KEY)
    assert (code, "nothing to change" in log) == (0, True), log
    assert team.generic(first, drift, KEY)[0] == 0

    team.edit_by_hand()
    code, log = team.generic(first, drift, KEY)
    [digest] = re.findall(r"--expect-digest (\w+)", log)
    assert code == 2
    assert team.generic(first, apply, KEY)[0] == 6
    reviewed = apply.replace("--yes", f"--expect-digest {digest}")
    assert team.generic(first, reviewed, KEY)[0] == 0

    wrong = team.change("code: hello.ts", "code: gone.ts")
    assert team.generic(wrong, validate)[0] == 3


def test_a_plan_file_is_handed_over(team: Team) -> None:
    first = git(team.desk, "rev-parse", "HEAD")
    assert "`plan --out plan.json` over to `apply plan.json`" in PAGE
    script = "taskops plan --env production --out plan.json\ntaskops apply plan.json"

    code, log = team.generic(first, script, KEY)

    assert (code, "1 applied" in log) == (0, True), log


def test_the_action_alone(tmp_path: Path) -> None:
    job = Job(tmp_path)
    root = project(job.folder / "workspace" / "automations")
    with (root / "taskops.yaml").open("a") as settings:
        settings.write("environments: {production: {}}\n")
    text = block("The action alone", "yaml").replace("OWNER", "acme")
    steps = yaml.safe_load(text)
    runner = Runner(job, push(), job.folder / "workspace")

    ended = runner.run(steps, Names(github=runner.github), {"TASKOPS_EMULATOR": "1"})

    # Something is to be created, so the last step of the example fails.
    assert ended.ran[-1] == "step 1"
    assert (ended.code, ended.result) == (1, "failure"), ended.log
    assert ended.steps["plan"]["outputs"]["changes"] == "true"


def test_the_hook_that_runs_before_a_commit(team: Team) -> None:
    named = yaml.safe_load(block("Before the commit", "yaml"))["repos"][0]["hooks"]
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    first = git(team.desk, "rev-parse", "HEAD")
    wrong = team.change("code: hello.ts", "code: gone.ts")

    assert [one["id"] for one in named] == [hook["id"]]
    assert team.generic(first, hook["entry"])[0] == 0
    assert team.generic(wrong, hook["entry"])[0] == 3
    for name in ("taskops.yaml", "a/tasks/hello.yml", "tasks/hello.ts"):
        assert re.search(hook["files"], name)


def test_the_readme_says_the_same_in_short() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    [told] = re.findall(
        r"^Any other engine needs the same four commands: .*$", text, re.MULTILINE
    )
    commands = [words for words in re.findall(r"`([^`]*)`", told) if "taskops" in words]

    assert commands == [line.replace(" --env production", "") for line in GENERIC]
