from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from cli.repositories import REF, clones, git
from cli.service import KEY, Service, service
from cli.shell import Said, edit, project, taskops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def at() -> Iterator[Service]:
    with service() as running:
        yield running


def good(said: Said) -> Said:
    assert said.code == 0, said.err
    return said


def digest_of(said: Said) -> str:
    return str(json.loads(good(said).out)["digest"])


def test_what_one_clone_applied_is_unchanged_in_the_other(
    tmp_path: Path, at: Service
) -> None:
    one, two = clones(tmp_path)
    good(taskops(one, "apply", "--yes", **at.variables))
    seen = len(at.account.requests())
    said = taskops(two, "plan", "--detailed-exitcode", **at.variables)
    assert "Plan: nothing to change, 2 unchanged." in good(said).out
    # The ledger vouches for both: the listing is all that was asked for.
    assert at.asked(seen) == [("GET", "/v1/task")]
    assert taskops(two, "status").out.count("anchor/") == 2
    assert "apply: 2 created" in taskops(two, "status", "--log").out


def test_nothing_of_a_clone_is_touched(tmp_path: Path, at: Service) -> None:
    one, _ = clones(tmp_path)
    told = (["status", "--porcelain"], ["for-each-ref", "refs/heads", "refs/remotes"])
    before = [git(one, *words) for words in told]
    good(taskops(one, "apply", "--yes", **at.variables))
    assert [git(one, *words) for words in told] == before
    assert git(one, "stash", "list") == ""


def test_no_heading_shows_what_opens_the_remote(tmp_path: Path) -> None:
    one, _ = clones(tmp_path)
    git(one, "remote", "set-url", "origin", "https://git.example/a/b.git?token=canary")

    said = taskops(one, "plan", "--emulator", GITHUB_REPOSITORY="")

    assert "←  a/b @ " in good(said).out
    assert "canary" not in said.out


def test_a_folder_that_looks_like_a_repository_runs_nothing(tmp_path: Path) -> None:
    # Whoever opens a pull request can commit each of these files, but no `.git`.
    git(tmp_path, "init", "--quiet")
    root = tmp_path / "automations"
    git(tmp_path, "init", "--quiet", "--bare", str(root))
    git(root, "config", "core.sshCommand", f"touch {tmp_path}/ran;")
    git(root, "remote", "add", "origin", "ssh://elsewhere.example/acme/lure")
    project(root)
    edit(root, "version: 1", "version: 1\nledger: git", "taskops.yaml")

    said = taskops(root, "plan", "--against", "ledger")

    assert (said.code, (tmp_path / "ran").exists()) == (64, False)
    assert "this is no git repository" in said.err
    on_a_file = taskops(root, "plan", "--emulator", GITHUB_REPOSITORY="")
    assert on_a_file.code == 0, on_a_file.err
    assert "acme/lure" not in on_a_file.out


def test_git_is_given_neither_the_key_nor_the_token(
    tmp_path: Path, at: Service
) -> None:
    one, _ = clones(tmp_path)
    shim, noted = tmp_path / "bin" / "git", tmp_path / "noted"
    shim.parent.mkdir()
    real = shutil.which("git")
    shim.write_text(
        f'#!/bin/sh\necho "$*" >> {noted}\nenv >> {noted}\nexec {real} "$@"\n'
    )
    shim.chmod(0o755)
    given = {
        "PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}",
        "TASKOPS_GIT_TOKEN": "a-token-for-tests",
    }
    good(taskops(one, "apply", "--yes", **given, **at.variables))
    told = noted.read_text()
    for command in ("rev-parse", "remote.origin.url", "ls-remote", "push"):
        assert command in told
    assert "a-token-for-tests" not in told
    assert KEY not in told


def test_a_plan_without_a_key_has_the_digest_of_the_keyed_one(
    tmp_path: Path, at: Service
) -> None:
    one, two = clones(tmp_path)
    good(taskops(one, "apply", "--yes", **at.variables))
    edit(two, "max_duration: 5", "max_duration: 6")
    (two / "tasks" / "late.yaml").write_text("name: late\ncode: hello.ts\n")
    (two / "tasks" / "more.yaml").unlink()
    as_json = ["--prune", "--format", "json"]
    keyed = digest_of(taskops(two, "plan", *as_json, **at.variables))
    asked = len(at.account.requests())
    # No key, and an address where nothing listens.
    nowhere = {"ANCHORBROWSER_BASE_URL": "http://127.0.0.1:9"}
    offline = taskops(two, "plan", "--against", "ledger", *as_json, **nowhere)
    assert digest_of(offline) == keyed
    assert digest_of(taskops(two, "plan", "--against", "ledger", *as_json)) == keyed
    assert len(at.account.requests()) == asked


def test_a_plan_against_the_ledger_cannot_be_applied(
    tmp_path: Path, at: Service
) -> None:
    one, _ = clones(tmp_path)
    good(taskops(one, "plan", "--against", "ledger", "--out", "p.json"))
    said = taskops(one, "apply", "p.json", **at.variables)
    assert said.code == 64
    assert "compared with the ledger alone" in said.err
    assert at.written() == []


def test_one_of_two_applies_at_once_writes_and_the_other_writes_nothing(
    tmp_path: Path, at: Service
) -> None:
    one, two = clones(tmp_path, tasks=4)
    at.account.latency = 0.1
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(taskops, root, "apply", "--yes", **at.variables)
            for root in (one, two)
        ]
        ended = sorted((future.result() for future in running), key=lambda s: s.code)
    at.account.latency = 0.0
    assert ended[0].code == 0, ended
    # Who came late enough finds it done; who came between plan and open is stale.
    assert ended[1].code in (0, 6, 7), ended
    assert "Traceback" not in ended[1].err
    assert {name: len(ids) for name, ids in at.sent().items()} == dict.fromkeys(
        ("hello", "t0", "t1", "t2"), 1
    )
    last = good(taskops(two, "plan", "--detailed-exitcode", **at.variables))
    assert "4 unchanged" in last.out


def hold(one: Path, at: Service) -> str:
    """Leave the ledger open, as somebody does whose machine died."""
    good(taskops(one, "apply", "--yes", **at.variables))
    opened = f"{REF}:refs/taskops-test"
    git(one, "fetch", "--quiet", "origin", opened)
    # Where the ref was before it was closed.
    before = git(one, "rev-parse", "refs/taskops-test~1")
    git(one, "push", "--quiet", "--force", "origin", f"{before}:{REF}")
    return before


def test_an_open_ledger_is_seven_with_its_holder_and_writes_nothing(
    tmp_path: Path, at: Service
) -> None:
    one, two = clones(tmp_path)
    hold(one, at)
    edit(two, "max_duration: 5", "max_duration: 6")
    before = at.written()
    said = taskops(two, "apply", "--yes", **at.variables)
    assert said.code == 7, said.err
    assert "taskops apply --take-over " in said.err
    assert at.written() == before
    held = taskops(two, "status").out
    assert "open: apply " in held
    apply = said.err.partition("--take-over ")[2].split("`")[0].strip()
    assert apply in held
    good(taskops(two, "apply", "--yes", "--take-over", apply, **at.variables))
    good(taskops(one, "status"))
    assert "open:" not in taskops(one, "status").out
    # What was made before was found again, not sent again.
    assert {name: len(ids) for name, ids in at.sent().items()} == {
        "hello": 2,
        "t0": 1,
    }
    assert {len(set(ids)) for ids in at.sent().values()} == {1}


def test_no_remote_is_told_with_the_way_out(tmp_path: Path, at: Service) -> None:
    one, _ = clones(tmp_path)
    git(one, "remote", "remove", "origin")
    said = taskops(one, "apply", "--yes", **at.variables)
    assert said.code == 64, said.err
    assert "remote" in said.err
    assert at.written() == []


def test_a_remote_that_is_gone_stops_before_anything_is_written(
    tmp_path: Path, at: Service
) -> None:
    one, _ = clones(tmp_path)
    (tmp_path / "remote.git").rename(tmp_path / "moved.git")
    said = taskops(one, "apply", "--yes", **at.variables)
    assert said.code == 1, said.err
    assert "Traceback" not in said.err
    assert at.written() == []
