from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING

from cli.service import service
from cli.shell import edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@t.example")


def git(root: Path, *words: str) -> str:
    ran = subprocess.run(
        ["git", *IDENTITY, *words], cwd=root, check=True, capture_output=True, text=True
    )
    return ran.stdout.strip()


def commit(root: Path, message: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


def two_commits(root: Path, tasks: int = 1) -> str:
    """A project applied at two commits; the first one."""
    project(root, tasks)
    git(root, "init", "-q", "-b", "main")
    first = commit(root, "first")
    assert taskops(root, "apply", "--emulator", "--yes").code == 0
    edit(root, "max_duration: 5", "max_duration: 6")
    edit(root, "const url", "const address", "tasks/hello.ts")
    commit(root, "second")
    assert taskops(root, "apply", "--emulator", "--yes").code == 0
    return first


def printed(out: str) -> list[str]:
    """The git command at the end."""
    last = out.rstrip("\n").splitlines()[-1].strip()
    assert last.startswith("git ")
    return last.split()[1:]


def test_the_service_and_then_git_go_back(tmp_path: Path) -> None:
    first = two_commits(tmp_path)
    said = taskops(tmp_path, "rollback", first, "--emulator", "--yes")
    assert said.code == 0, said.err
    assert "browserConfiguration.timeout.max_duration" in said.out
    ahead = taskops(tmp_path, "plan", "--emulator", "--detailed-exitcode")
    assert ahead.code == 2
    words = printed(said.out)
    assert words[0] == "revert"
    git(tmp_path, *words)
    after = taskops(tmp_path, "plan", "--emulator", "--detailed-exitcode")
    assert after.code == 0, after.out


def test_a_hand_edit_stops_it_with_ways_out_that_work(tmp_path: Path) -> None:
    project(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    first = commit(tmp_path, "first")
    with service() as at:
        assert taskops(tmp_path, "apply", "--yes", **at.variables).code == 0
        at.account.edit(name="hello", latest={"description": "by hand"})
        said = taskops(tmp_path, "rollback", first, "--yes", **at.variables)
        assert said.code == 6, said.err
        (undo,) = re.findall(r"`(taskops apply [^`]+)`", said.err)
        assert f"--at {first}" in undo
        (keep,) = re.findall(r"`(taskops pull [^`]+)`", said.err)
        kept = taskops(tmp_path, *shlex.split(keep)[1:], **at.variables)
        assert kept.code == 0, kept.err
        assert "by hand" in (tmp_path / "tasks" / "hello.yaml").read_text("utf-8")


def test_one_task_of_several_goes_back(tmp_path: Path) -> None:
    first = two_commits(tmp_path, tasks=2)
    said = taskops(tmp_path, "rollback", first, "hello", "--emulator", "--yes")
    assert said.code == 0, said.err
    words = printed(said.out)
    assert words == [
        "checkout",
        first[:12],
        "--",
        "tasks/hello.ts",
        "tasks/hello.yaml",
    ]
    git(tmp_path, *words)
    commit(tmp_path, "back")
    after = taskops(
        tmp_path, "plan", "--emulator", "--select", "hello", "--detailed-exitcode"
    )
    assert after.code == 0, after.out


def test_the_printed_command_works_from_where_it_was_asked(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "shop"
    root.mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main")
    project(root)
    first = commit(tmp_path, "first")
    taskops(root, "apply", "--emulator", "--yes")
    edit(root, "max_duration: 5", "max_duration: 6")
    commit(tmp_path, "second")
    taskops(root, "apply", "--emulator", "--yes")
    below = root / "tasks"
    said = taskops(below, "rollback", first, "hello", "--emulator", "--yes")
    assert said.code == 0, said.err
    git(below, *printed(said.out))
    assert taskops(root, "plan", "--emulator", "--detailed-exitcode").code == 0


def test_many_commits_are_restored_not_reverted(tmp_path: Path) -> None:
    first = two_commits(tmp_path)
    for number in range(6):
        (tmp_path / "tasks" / f"n{number}.yaml").write_text(
            f"name: n{number}\ncode: hello.ts\n"
        )
        commit(tmp_path, f"more {number}")
    said = taskops(tmp_path, "rollback", first, "--emulator", "--yes")
    assert said.code == 0, said.err
    words = printed(said.out)
    assert words[:3] == ["restore", "--source", first[:12]]
    git(tmp_path, *words)
    assert git(tmp_path, "diff", "--stat", first) == ""


def test_it_needs_an_approval_like_apply(tmp_path: Path) -> None:
    first = two_commits(tmp_path)
    said = taskops(tmp_path, "rollback", first, "--emulator")
    assert said.code == 6
    assert f"--at {first}" in said.err
    assert "git " not in said.out


def test_prune_deletes_what_the_commit_did_not_declare(tmp_path: Path) -> None:
    first = two_commits(tmp_path)
    (tmp_path / "tasks" / "new.yaml").write_text("name: new\ncode: hello.ts\n")
    commit(tmp_path, "third")
    assert taskops(tmp_path, "apply", "--emulator", "--yes").code == 0
    kept = taskops(tmp_path, "rollback", first, "--emulator", "--yes")
    assert kept.code == 0
    assert "anchor/new" in taskops(tmp_path, "status", "--emulator").out
    gone = taskops(tmp_path, "rollback", first, "--emulator", "--yes", "--prune")
    assert gone.code == 0, gone.out + gone.err
    assert "anchor/new" not in taskops(tmp_path, "status", "--emulator").out


def test_where_git_agrees_nothing_is_told(tmp_path: Path) -> None:
    two_commits(tmp_path)
    said = taskops(tmp_path, "rollback", "HEAD", "--emulator", "--yes")
    assert said.code == 0
    assert "git " not in said.out


def test_a_commit_or_a_name_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    first = two_commits(tmp_path)
    for words in (["0000000"], ["--", "-x"], [first, "helo"]):
        said = taskops(tmp_path, "rollback", "--emulator", "--yes", *words)
        assert said.code == 64, said.err


def test_code_of_the_work_tree_never_gets_into_it(tmp_path: Path) -> None:
    first = two_commits(tmp_path)
    (tmp_path / "tasks" / "hello.ts").write_text("not committed\n")
    said = taskops(tmp_path, "rollback", first, "--emulator", "--yes", "-v")
    assert said.code == 0
    assert "not committed" not in said.out
    assert (tmp_path / "tasks" / "hello.ts").read_text() == "not committed\n"


def test_a_link_that_leads_out_of_the_project_is_in_nobodys_way(tmp_path: Path) -> None:
    project(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "hosts").symlink_to("/etc/hosts")
    (tmp_path / "shared").symlink_to("../shared")
    first = commit(tmp_path, "first")
    said = taskops(tmp_path, "rollback", first, "--emulator", "--yes")
    assert said.code == 0, said.err


def test_attributes_of_the_commit_leave_nothing_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "automations"
    root.mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    git(tmp_path, "init", "-q", "-b", "main")
    project(root, 2)
    (root / "tasks" / "hello.ts").write_text("// $Format:%H$\nexport default run;\n")
    ignored = "more.yaml export-ignore\nhello.ts export-subst\n"
    (root / "tasks" / ".gitattributes").write_text(ignored)
    first = commit(tmp_path, "first")
    assert taskops(root, "apply", "--emulator", "--yes").code == 0
    for words in (("rollback", first, "--prune", "--yes"), ("plan", "--at", first)):
        said = taskops(root, *words, "--emulator")
        assert "nothing to change, 2 unchanged" in said.out, said.err
    # What was written for it is gone again.
    assert not list(tmp_path.glob("taskops-*"))
