"""A ledger that cannot be given back: said, kept beside, and found by the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.repositories import clones
from cli.service import service
from cli.shell import taskops

if TYPE_CHECKING:
    from pathlib import Path


def only_pushes(folder: Path, allowed: int) -> Path:
    """The remote takes so many pushes, and then says no."""
    hook = folder / "remote.git" / "hooks" / "pre-receive"
    count = folder / "pushes"
    hook.write_text(
        f"#!/bin/sh\necho >> {count}\n[ $(wc -l < {count}) -le {allowed} ]\n"
    )
    hook.chmod(0o755)
    return hook


def test_a_ledger_that_cannot_be_closed_is_kept_beside(tmp_path: Path) -> None:
    one, two = clones(tmp_path)
    hook = only_pushes(tmp_path, 1)
    with service() as at:
        left = taskops(one, "apply", "--yes", **at.variables)
        hook.unlink()
        held = taskops(two, "apply", "--yes", **at.variables)
        over = held.err.partition("--take-over ")[2].split("`")[0].strip()
        again = taskops(two, "apply", "--yes", "--take-over", over, **at.variables)

        assert (left.code, held.code, again.code) == (5, 7, 0), again.err
        assert "The ledger could not be closed" in left.out
        assert [*one.glob(".taskops/unrecorded-*.json")]
        assert {name: len(set(ids)) for name, ids in at.sent().items()} == {
            "hello": 1,
            "t0": 1,
        }
        assert "2 unchanged" in taskops(two, "plan", **at.variables).out


def test_whoever_could_not_close_it_is_told_how_to_go_on(tmp_path: Path) -> None:
    one, _ = clones(tmp_path)
    hook = only_pushes(tmp_path, 1)
    with service() as at:
        left = taskops(one, "apply", "--yes", **at.variables)
        hook.unlink()
        command = left.out.partition("Go on with: taskops ")[2].splitlines()[0]
        again = taskops(one, *command.split(), "--yes", **at.variables)

        assert (left.code, again.code) == (5, 0), again.err
        assert "open:" not in taskops(one, "status").out
        assert len(at.written()) == len({(c["kind"], c["id"]) for c in at.written()})


def test_on_a_runner_trying_again_waits_for_the_ledger(tmp_path: Path) -> None:
    one, _ = clones(tmp_path)
    hook = only_pushes(tmp_path, 1)
    page = tmp_path / "page"
    job = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}
    with service() as at:
        left = taskops(one, "apply", "--yes", **at.variables, **job)
        hook.unlink()
        again = taskops(one, "apply", "--yes", **at.variables, **job)

    assert (left.code, again.code) == (5, 7)
    told = page.read_text("utf-8")
    assert "Re-run failed jobs, once the ledger has expired" in told
    assert ", expires 2" in told


def test_nothing_is_called_forgotten_that_the_ledger_still_has(tmp_path: Path) -> None:
    one, _ = clones(tmp_path)
    with service() as at:
        assert taskops(one, "apply", "--yes", **at.variables).code == 0
        only_pushes(tmp_path, 1)

        left = taskops(one, "forget", "hello", **at.variables)

    assert left.code == 5
    assert left.out == ""
    assert left.err.startswith("The ledger could not be closed")
    assert [*one.glob(".taskops/unrecorded-*.json")]
