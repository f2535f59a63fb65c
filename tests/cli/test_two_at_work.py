"""What one apply sees of another one that is under way, has ended, or has died."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from cli.repositories import REF, clones, git
from cli.service import KEY, Service, service
from cli.shell import TASKOPS, edit, project, taskops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taskops.emulator.faults import Rule
    from taskops.emulator.wire import Answer, Request


@pytest.fixture
def at() -> Iterator[Service]:
    with service() as running:
        yield running


class Gate:
    """Holds requests of one sort until the test lets them through."""

    def __init__(self, method: str, path: str) -> None:
        self.sort = (method, path)
        self.waiting = 0
        self.opened = threading.Event()

    def __call__(self, request: Request) -> None:
        if request.method == self.sort[0] and request.path.endswith(self.sort[1]):
            self.waiting += 1
            self.opened.wait(100)

    def hold(self, number: int) -> None:
        """Wait until so many wait."""
        ends = time.monotonic() + 100
        while self.waiting < number:
            assert time.monotonic() < ends
            time.sleep(0.01)


def gated(monkeypatch: pytest.MonkeyPatch, at: Service, *gates: Gate) -> None:
    real = at.account.handle

    def handle(request: Request) -> tuple[Answer, Rule | None]:
        for gate in gates:
            gate(request)
        return real(request)

    monkeypatch.setattr(at.account, "handle", handle)


def start(root: Path, at: Service, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TASKOPS, *words],
        cwd=root,
        env={**os.environ, **at.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=100)
    return process.returncode, said


def reports(root: Path) -> list[dict[str, Any]]:
    folder = root / ".taskops" / "reports"
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


@pytest.mark.parametrize(
    ("words", "code"), [(("apply", "--yes"), 7), (("plan",), 0), (("drift",), 0)]
)
def test_what_another_apply_is_making_is_no_stranger(
    tmp_path: Path,
    at: Service,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
) -> None:
    root = project(tmp_path / "here", 3)
    listing, deploy = Gate("GET", "/v1/task"), Gate("POST", "/deploy")
    gated(monkeypatch, at, listing, deploy)
    looking = start(root, at, *words)
    listing.hold(1)
    # It has seen no ledger. Now the other one takes it, and lists the same account.
    listing.sort = ("GET", "nothing")
    other = start(root, at, "apply", "--yes", "--select", "t*")
    deploy.hold(2)
    listing.opened.set()
    told, said = finished(looking)
    deploy.opened.set()
    assert finished(other)[0] == 0
    assert "is not ours" not in said
    assert told == code, said
    assert {name: len(ids) for name, ids in at.sent().items()} == {"t0": 1, "t1": 1}


def test_what_another_apply_changes_meanwhile_is_no_drift(
    tmp_path: Path, at: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = clones(tmp_path)
    taskops(one, "apply", "--yes", **at.variables)
    edit(one, "max_duration: 5", "max_duration: 6")
    listing = Gate("GET", "/v1/task")
    gated(monkeypatch, at, listing)
    looking = start(two, at, "drift")
    listing.hold(1)
    listing.sort = ("GET", "nothing")
    assert taskops(one, "apply", "--yes", **at.variables).code == 0
    listing.opened.set()
    told, said = finished(looking)
    assert told == 0, said


def held(root: Path) -> bool:
    return "open: apply " in taskops(root, "status").out


def die(root: Path, at: Service, *words: str) -> None:
    """An apply whose machine dies while its first write is on its way."""
    at.account.set_faults(
        [{"method": "POST", "do": "delay", "seconds": 99, "when": "after", "nth": 1}]
    )
    before = len(at.written())
    process = start(root, at, "apply", "--yes", "--parallelism", "1", *words)
    while len(at.written()) == before:
        assert process.poll() is None
    process.kill()
    finished(process)
    at.account.set_faults([])
    assert held(root)


def test_a_dead_ledger_is_given_back_though_nothing_is_left_to_do(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path / "here", 2)
    die(root, at, "--select", "hello")
    assert "an apply holds the ledger: " in taskops(root, "plan", **at.variables).out
    (root / "tasks" / "hello.yaml").unlink()
    (root / "tasks" / "more.yaml").unlink()
    said = taskops(root, "apply", "--yes", **at.variables)
    assert said.code == 0, said.err
    assert not held(root)


def test_what_was_left_out_stays_ours_after_a_take_over(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path / "here", 2)
    die(root, at, "--select", "hello")
    # Another part of the project is applied first, and hello changes before its turn.
    assert taskops(root, "apply", "--yes", "--select", "t0", **at.variables).code == 0
    edit(root, "max_duration: 5", "max_duration: 6")
    said = taskops(root, "apply", "--yes", **at.variables)
    assert said.code == 0, said.out + said.err
    assert len(set(at.sent()["hello"])) == 1
    # Nothing unknown is left behind.
    assert "unknown" not in taskops(root, "status").out
    assert "2 unchanged" in taskops(root, "plan", **at.variables).out


def test_a_half_written_update_stays_ours_though_others_are_applied_first(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path / "here", 2)
    taskops(root, "apply", "--yes", **at.variables)
    edit(root, "max_duration: 5", "max_duration: 6")
    die(root, at)
    edit(root, "code: hello.ts", "code: hello.ts\ndescription: new", "tasks/more.yaml")
    said = taskops(root, "apply", "--yes", "--select", "t0", **at.variables)
    assert said.code == 0, said.out + said.err
    edit(root, "max_duration: 6", "max_duration: 7")
    said = taskops(root, "apply", "--yes", **at.variables)
    assert said.code == 0, said.out + said.err


def between_plan_and_opening(one: Path, words: str) -> dict[str, str]:
    """A git that does something before the first push of whoever uses it."""
    folder = one.parent / "bin"
    folder.mkdir()
    real = subprocess.run(
        ["which", "git"], capture_output=True, text=True, check=True
    ).stdout.strip()
    script = folder / "git"
    script.write_text(
        "#!/bin/sh\n"
        f'for word in "$@"; do if [ "$word" = push ] && mkdir {folder}/once '
        f"2>/dev/null; then export PATH={os.environ['PATH']}; {words}; fi; done\n"
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def other_apply(root: Path, select: str = "*") -> str:
    python, *rest = TASKOPS
    words = [python, *rest, "apply", "--yes", "--select", f"'{select}'"]
    # Git, which starts it here, is given no key.
    key = f"ANCHORBROWSER_API_KEY={KEY}"
    return f"(cd {root} && {key} {' '.join(words)}) >{root}.said 2>&1"


def test_a_ledger_that_merely_moved_is_planned_again(
    tmp_path: Path, at: Service
) -> None:
    one, two = clones(tmp_path, 3)
    slow = between_plan_and_opening(one, other_apply(two, "t0"))
    said = taskops(one, "apply", "--yes", **at.variables, **slow)
    assert said.code == 0, said.err
    assert "another apply ended in the meantime: planning again" in said.err
    assert "Apply: 2 applied" in said.out
    assert {name: len(ids) for name, ids in at.sent().items()} == {
        "hello": 1,
        "t0": 1,
        "t1": 1,
    }
    assert [len(report["outcomes"]) for report in reports(one)] == [2]


def test_all_done_in_between_is_nothing_to_do(tmp_path: Path, at: Service) -> None:
    one, two = clones(tmp_path)
    slow = between_plan_and_opening(one, other_apply(two))
    said = taskops(one, "apply", "--yes", **at.variables, **slow)
    assert said.code == 0, said.err
    assert "nothing to change" in said.out
    assert {name: len(ids) for name, ids in at.sent().items()} == {"hello": 1, "t0": 1}


def test_a_digest_is_held_against_the_new_plan(tmp_path: Path, at: Service) -> None:
    one, two = clones(tmp_path)
    digest = json.loads(taskops(one, "plan", "--format", "json", **at.variables).out)
    slow = between_plan_and_opening(one, other_apply(two, "t0"))
    words = ("apply", "--expect-digest", digest["digest"])
    said = taskops(one, *words, **at.variables, **slow)
    assert said.code == 6, said.err
    assert "the plan is not the one that was approved; nothing was written" in said.err
    assert "hello" not in at.sent()


def test_two_digests_that_begin_alike_are_told_as_far_as_they_differ(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path)
    digest = json.loads(taskops(root, "plan", "--format", "json", **at.variables).out)
    old = digest["digest"]
    near = f"{old[:30]}{'0' if old[30] != '0' else '1'}{old[31:]}"
    said = taskops(root, "apply", "--expect-digest", near, **at.variables)
    assert f"approved {near[:31]}…, now {old[:31]}…" in said.err


def test_a_plan_file_is_carried_out_as_far_as_it_is_not_done(
    tmp_path: Path, at: Service
) -> None:
    one, two = clones(tmp_path)
    taskops(one, "plan", "--out", "plan.json", **at.variables)
    slow = between_plan_and_opening(one, other_apply(two, "t0"))
    said = taskops(one, "apply", "plan.json", **at.variables, **slow)
    assert said.code == 0, said.err
    assert {name: len(ids) for name, ids in at.sent().items()} == {"hello": 1, "t0": 1}


def test_an_expired_holder_is_taken_over_without_a_word(
    tmp_path: Path, at: Service
) -> None:
    one, two = clones(tmp_path)
    die(one, at, "--select", "hello")
    said = taskops(two, "apply", "--yes", **at.variables)
    assert said.code == 7, said.err
    expire(one)
    said = taskops(two, "apply", "--yes", **at.variables)
    assert said.code == 0, said.err
    assert {name: len(set(ids)) for name, ids in at.sent().items()} == {
        "hello": 1,
        "t0": 1,
    }
    assert not held(one)
    log = git(tmp_path / "remote.git", "log", "--format=%s", REF).splitlines()
    assert log[0].startswith("apply: ")
    assert [line for line in log if line.startswith("open: ")] == [
        "open: 2 changes",
        "open: 1 change",
    ]


def expire(root: Path) -> None:
    """As if half an hour had passed: the holder's end is put into the past."""
    git(root, "fetch", "--quiet", "origin", f"+{REF}:refs/taskops-test")
    told = json.loads(git(root, "cat-file", "blob", "refs/taskops-test:open.json"))
    text = json.dumps(told | {"started": 1000.0, "expires": 3100.0})
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=root,
        input=text,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()
    rows = git(root, "ls-tree", "refs/taskops-test").splitlines()
    rows = [
        r if "open.json" not in r else f"100644 blob {blob}\topen.json" for r in rows
    ]
    tree = subprocess.run(
        ["git", "mktree"],
        cwd=root,
        input="\n".join(rows) + "\n",
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()
    commit = git(root, "commit-tree", "-p", "refs/taskops-test", "-m", "older", tree)
    git(root, "push", "--quiet", "origin", f"{commit}:{REF}")
