"""Git as a process: hung, interrupted, or not what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ledger.cases import plain_environ

from taskops.ledger.plumbing import Git, GitFailed

if TYPE_CHECKING:
    from pathlib import Path


def git_that(folder: Path, script: str) -> Git:
    fake = folder / "git"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    path = f"{folder}:{plain_environ()['PATH']}"
    return Git(folder, {**plain_environ(), "PATH": path})


def test_a_git_that_hangs_is_ended_with_its_helpers(tmp_path: Path) -> None:
    # The helper keeps the pipes open: ending git alone would wait for it.
    git = git_that(tmp_path, "sleep 60 & sleep 60")

    with pytest.raises(GitFailed, match=r"did not answer within 0\.05 seconds"):
        git.ask("fetch", timeout=0.05)


def test_git_is_out_of_reach_of_a_keyboard(tmp_path: Path) -> None:
    git = git_that(tmp_path, "ps -o sid= -p $$; ps -o sid= -p $PPID")

    own, ours = git.ask("push").text.split()

    assert own != ours


def test_a_git_that_cannot_be_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "git").write_bytes(b"\x00not a program")
    (tmp_path / "git").chmod(0o755)
    git = Git(tmp_path, {"PATH": str(tmp_path)})

    with pytest.raises(GitFailed, match="cannot be started"):
        git.ask("status")


def test_an_object_that_git_lost_is_no_record(tmp_path: Path) -> None:
    git = git_that(tmp_path, "echo abc missing")

    with pytest.raises(GitFailed, match="its own objects") as refused:
        git.blobs(["abc"])

    assert refused.value.detail == "abc missing"
