"""Killed before or after any push of the ledger: the next `--yes` gets through."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cli.repositories import clones
from cli.service import service
from cli.shell import TASKOPS, edit, taskops

if TYPE_CHECKING:
    from pathlib import Path


def deadly_git(folder: Path, nth: int, *, after: bool) -> dict[str, str]:
    """A PATH whose `git` kills who called it at its nth push, before or after it."""
    real, place = shutil.which("git"), folder / "bin"
    place.mkdir()
    run = f'{real} "$@"; ' if after else ""
    script = place / "git"
    script.write_text(
        "#!/bin/sh\n"
        'case " $* " in *" push "*)\n'
        f"  echo >> {place}/pushes\n"
        f"  if [ $(wc -l < {place}/pushes) -eq {nth} ]; then\n"
        f"    {run}kill -9 $PPID; exit 1\n"
        "  fi;;\n"
        "esac\n"
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    return {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", [1, 2])
def test_killed_at_a_push_the_next_one_gets_through(
    tmp_path: Path, nth: int, after: bool
) -> None:
    one, two = clones(tmp_path, 3)
    with service() as at:
        assert taskops(two, "apply", "--yes", **at.variables).code == 0
        for root in (one, two):
            edit(root, "max_duration: 5", "max_duration: 6")
            (root / "tasks" / "late.yaml").write_text("name: late\ncode: hello.ts\n")
        died = subprocess.run(
            [*TASKOPS, "apply", "--yes"],
            cwd=one,
            env={
                **os.environ,
                **at.variables,
                **deadly_git(tmp_path, nth, after=after),
            },
            capture_output=True,
            check=False,
        )
        assert died.returncode == -9, died.stderr

        said = taskops(two, "apply", "--yes", **at.variables)

        left_open = (nth, after) in ((1, True), (2, False))
        assert said.code == (7 if left_open else 0), said.err
        if left_open:
            words = said.err.partition("--take-over ")[2].split("`")[0]
            over = ("--take-over", words.strip())
            said = taskops(two, "apply", "--yes", *over, **at.variables)
        assert said.code == 0, said.out + said.err
        assert {name: len(set(ids)) for name, ids in at.sent().items()} == {
            "hello": 1,
            "t0": 1,
            "t1": 1,
            "late": 1,
        }
        assert [len(at.sent()[name]) for name in ("hello", "late")] == [2, 1]
        assert "4 unchanged" in taskops(one, "plan", **at.variables).out
        assert "open:" not in taskops(one, "status").out


def test_what_a_killed_apply_wrote_is_not_said_to_be_edited_on_the_service(
    tmp_path: Path,
) -> None:
    one, two = clones(tmp_path)
    with service() as at:
        assert taskops(two, "apply", "--yes", **at.variables).code == 0
        edit(one, "max_duration: 5", "max_duration: 6")
        # Its second push closes the ledger.
        dying = deadly_git(tmp_path, 2, after=False)
        taskops(one, "apply", "--yes", **at.variables, **dying)
        edit(two, "max_duration: 5", "max_duration: 7")

        told = taskops(two, "plan", **at.variables).out

        assert "6 → 7" in told
        assert "on the service" not in told
