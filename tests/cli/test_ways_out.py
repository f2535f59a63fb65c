"""What a hand did on the service: the way that is shown to keep it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.service import service
from cli.shell import edit, project, taskops

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_name_is_kept_by_the_way_that_is_shown(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as there:
        taskops(root, "apply", "--yes", **there.variables)
        there.account.edit(name="hello", rename="greeting")
        refused = taskops(root, "apply", "--yes", **there.variables)
        drift = taskops(root, "drift", **there.variables)
        pulled = taskops(root, "pull", "hello", "--force", **there.variables)
        edit(root, "name: hello\n", "name: greeting\nmoved_from: hello\n")
        applied = taskops(root, "apply", "--yes", **there.variables)
        again = taskops(root, "plan", "--detailed-exitcode", **there.variables)

    assert refused.code == 6
    assert "taskops pull" not in refused.err
    assert "keep the name `greeting` by giving it to the manifest of `hello`" in (
        refused.err
    )
    assert "To keep the name greeting: give it to the manifest of hello" in drift.out
    assert pulled.code == 64
    assert "`hello` is called `greeting` on the service by now" in pulled.err
    assert applied.code == 0, applied.err
    assert again.code == 0, again.out


def test_what_was_deleted_stays_so_by_the_way_that_is_shown(tmp_path: Path) -> None:
    root = project(tmp_path)
    with service() as there:
        taskops(root, "apply", "--yes", **there.variables)
        there.account.edit(name="hello", delete=True)
        refused = taskops(root, "apply", "--yes", **there.variables)
        drift = taskops(root, "drift", **there.variables)
        (root / "tasks/hello.yaml").unlink()
        applied = taskops(root, "apply", "--yes", **there.variables)

    assert refused.code == 6
    assert "leave `hello` deleted by removing the manifest" in refused.err
    assert "To leave hello deleted: remove the manifest" in drift.out
    assert applied.code == 0, applied.err
