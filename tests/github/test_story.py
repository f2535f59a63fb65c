"""One change from pull request to production, through the workflows that users get."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli.shell import taskops
from github.events import dispatch, pull_request, push, schedule
from github.job import Job
from github.steps import Runner
from github.workflows import play

from taskops.cli.workflows import Project, workflow_files
from taskops.emulator.app import Emulator
from taskops.emulator.server import serve
from taskops.manifests.starter import starter_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from github.events import Event
    from github.hub import Hub
    from github.steps import Ended
    from github.workflows import Started


class Team:
    """A repository with its remote, an account, and runners that begin anew."""

    def __init__(self, folder: Path, hub: Hub, account: Emulator, url: str) -> None:
        self.folder = folder
        self.hub = hub
        self.account = account
        self.url = url
        self.jobs = 0
        files = workflow_files(Project(("default",), f"acme/taskops@{'0' * 40}"))
        self.workflows = {Path(path).stem: text for path, text in files.items()}
        self.git(folder, "init", "-q", "--bare", "-b", "main", "origin.git")
        self.git(folder, "clone", "-q", "origin.git", "desk")
        self.desk = folder / "desk"
        self.git(self.desk, "checkout", "-q", "-b", "main")

    def git(self, where: Path, *words: str) -> str:
        who = ("-c", "user.name=dev", "-c", "user.email=dev@acme.example")
        ran = subprocess.run(["git", *who, *words], cwd=where, check=True, stdout=-1)
        return ran.stdout.decode().strip()

    def begin(self) -> None:
        """A new project, as `taskops init --github` leaves it."""
        files = starter_files("shop")
        files["taskops.yaml"] += "ledger: git\n"
        for name, text in files.items():
            path = self.desk / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def edit(self, old: str, new: str) -> None:
        path = self.desk / "tasks/hello.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def push(self, branch: str) -> str:
        """Commit everything and push it; the commit."""
        self.git(self.desk, "add", "-A")
        self.git(self.desk, "commit", "-q", "-m", "a change")
        self.git(self.desk, "push", "-q", "origin", f"HEAD:{branch}")
        return self.git(self.desk, "rev-parse", "HEAD")

    def merge_by_squash(self, branch: str) -> str:
        """As the button on GitHub does: one new commit on the default branch."""
        self.git(self.desk, "checkout", "-q", "main")
        self.git(self.desk, "merge", "-q", "--squash", branch)
        return self.push("main")

    def merge_to_try(self, commit: str) -> str:
        """As GitHub does for the jobs of a pull request: a commit of both."""
        tree = f"{commit}^{{tree}}"
        parents = ("-p", "origin/main", "-p", commit)
        merge = self.git(self.desk, "commit-tree", tree, *parents, "-m", "a merge")
        self.git(self.desk, "push", "-q", "origin", f"+{merge}:refs/pull/7/merge")
        return merge

    def run(self, name: str, event: Event, *, limited: bool = True) -> Ended:
        """A workflow, each job on a new machine; how the last one ended."""
        last: list[Ended] = []

        def end(started: Started) -> str:
            self.jobs += 1
            job = Job(self.folder / f"job{self.jobs}", self.hub.url)
            job.environ["ANCHORBROWSER_BASE_URL"] = self.url
            runner = Runner(job, event, job.folder / "repository")
            runner.checkout = lambda given: self.checkout(runner, given)
            last.append(runner.run(started.steps, started.names, started.environ))
            return last[-1].result

        play(self.workflows[name], event, end, limited=limited)
        return last[-1]

    def checkout(self, runner: Runner, given: Mapping[str, Any]) -> None:
        """A shallow one, which keeps no credential."""
        assert given["persist-credentials"] is False
        depth = given.get("fetch-depth", 1)
        where, commit = runner.workspace, runner.event.sha
        origin = (self.folder / "origin.git").as_uri()
        self.git(self.folder, "init", "-q", str(where))
        self.git(where, "remote", "add", "origin", origin)
        self.git(where, "fetch", "-q", f"--depth={depth}", "origin", commit)
        self.git(where, "checkout", "-q", "--detach", commit)

    def plan(self, commit: str) -> tuple[Ended, str]:
        """The plan workflow, which has no key; and all comments."""
        merge = self.merge_to_try(commit)
        ran = self.run("plan", pull_request(commit, merge=merge))
        return ran, "\n".join(comment["body"] for comment in self.hub.comments)

    def apply(self, commit: str, digest: str = "") -> Ended:
        """The apply workflow: after a merge, or with a digest that somebody typed."""
        event = dispatch(commit, digest=digest) if digest else push(commit)
        return self.run("apply", event)

    def drift(self, commit: str) -> Ended:
        """The drift workflow, with its issue."""
        return self.run("drift", schedule(commit))


@pytest.fixture
def team(tmp_path: Path, hub: Hub) -> Iterator[Team]:
    account = Emulator(api_key="the-key")
    server = serve(account)
    yield Team(tmp_path, hub, account, server.url)
    server.close()
    account.close()


def test_from_the_pull_request_to_the_closed_issue(team: Team) -> None:
    team.begin()
    first = team.push("main")
    applied = team.apply(first)
    assert applied.code == 0, applied.log

    # A pull request, and a second push to it.
    team.git(team.desk, "checkout", "-q", "-b", "edit")
    team.edit("max_duration: 5", "max_duration: 6")
    ran, comments = team.plan(team.push("edit"))
    assert ran.code == 0, ran.log
    assert "- 5\n+ 6" in comments
    team.edit("max_duration: 6", "max_duration: 8")
    ran, comments = team.plan(team.push("edit"))
    assert "- 5\n+ 8" in comments
    assert len(team.hub.comments) == 1

    # The merge applies what was reviewed, and a late run of the old commit nothing.
    merged = team.merge_by_squash("edit")
    applied = team.apply(merged)
    assert applied.code == 0, applied.log
    written = len(team.account.commits())
    late = team.apply(first)
    assert (late.code, "superseded by" in late.log) == (0, True), late.log
    assert len(team.account.commits()) == written
    assert team.drift(merged).code == 0
    assert team.hub.issues == []

    # Somebody edits by hand: the next merge is refused with both ways out.
    by_hand = {"timeout": {"max_duration": 17}, "initial_url": "https://example.com"}
    team.account.edit(name="hello", latest={"browserConfiguration": by_hand})
    team.edit("Open a page", "Open the page")
    merged = team.push("main")
    refused = team.apply(merged)
    assert refused.code == 6, refused.log
    assert "taskops pull hello" in refused.log
    assert "--expect-digest" in refused.log

    # The issue says the same; its digest undoes the edit, and the issue closes.
    assert team.drift(merged).code == 0
    [issue] = team.hub.issues
    assert issue["state"] == "open"
    assert "taskops pull hello" in issue["body"]
    digest = issue["body"].split("--expect-digest ")[1][:32]
    undone = team.apply(merged, digest)
    assert undone.code == 0, undone.log
    assert team.drift(merged).code == 0
    assert issue["state"] == "closed"


def test_a_hand_edit_that_git_takes_over_closes_the_issue(team: Team) -> None:
    team.begin()
    first = team.push("main")
    assert team.apply(first).code == 0
    by_hand = {"timeout": {"max_duration": 17}, "initial_url": "https://example.com"}
    team.account.edit(name="hello", latest={"browserConfiguration": by_hand})
    team.drift(first)

    key = {"ANCHORBROWSER_API_KEY": "the-key", "ANCHORBROWSER_BASE_URL": team.url}
    pulled = taskops(team.desk, "pull", "hello", "--force", **key)
    assert pulled.code == 0, pulled.err
    kept = team.push("main")
    assert team.apply(kept).code == 0
    team.drift(kept)

    assert [one["state"] for one in team.hub.issues] == ["closed"]
    # What git took over is ours: the next change is no conflict.
    team.edit("max_duration: 17", "max_duration: 18")
    applied = team.apply(team.push("main"))
    assert applied.code == 0, applied.log


def test_a_merge_that_was_never_applied_shows_up_in_the_issue(team: Team) -> None:
    team.begin()
    merged = team.push("main")

    ran = team.drift(merged)

    assert ran.code == 0, ran.log
    assert [one["state"] for one in team.hub.issues] == ["open"]
    assert "create" in team.hub.issues[0]["body"]
    assert team.apply(merged).code == 0
    team.drift(merged)
    assert [one["state"] for one in team.hub.issues] == ["closed"]


def test_a_branch_that_nobody_merged_is_not_applied(team: Team) -> None:
    team.begin()
    team.push("main")
    team.git(team.desk, "checkout", "-q", "-b", "edit")
    team.edit("max_duration: 5", "max_duration: 6")
    event = dispatch(team.push("edit"), branch="edit")

    # Though nobody has clicked that the environments are for the default branch.
    ran = team.run("apply", event, limited=False)

    assert ran.code == 8
    assert "--at COMMIT" in ran.log
    assert team.account.commits() == []
