"""A large project asks ledger and service while its manifests are read, unnoticed."""

from __future__ import annotations

import math
import shutil
from typing import TYPE_CHECKING

import pytest
from cli.service import Service, service
from cli.shell import Said, edit, project, taskops

from taskops.cli.ahead import MANY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COUNT = MANY + 30
LISTING = [("GET", "/v1/task")] * math.ceil(COUNT / 100)
LEDGER = ".taskops/ledger/default.json"


@pytest.fixture(scope="module")
def at() -> Iterator[Service]:
    with service(key="the-right-key") as running:
        yield running


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory, at: Service) -> Path:
    root = project(tmp_path_factory.mktemp("large"), COUNT)
    with (root / "taskops.yaml").open("a") as settings:
        settings.write("\nlimits:\n  changes: 1000\n")
    said = taskops(root, "apply", "--yes", **at.variables)
    assert said.code == 0, said.err
    return root


@pytest.fixture
def large(applied: Path, tmp_path: Path) -> Path:
    return shutil.copytree(applied, tmp_path / "large")


@pytest.fixture
def small(large: Path, tmp_path: Path) -> Path:
    """The same with so few tasks that nothing is asked ahead."""
    root = shutil.copytree(large, tmp_path / "small")
    (root / "tasks" / "more.yaml").unlink()
    return root


def mistaken(root: Path) -> Path:
    """What is read last is wrong."""
    (root / "tasks" / "wrong.yaml").write_text("name: wrong\ncode: nowhere.ts\n")
    return root


def both(large: Path, small: Path, **variables: str) -> Said:
    """What both say, which must be the same."""
    said = taskops(large, "plan", **variables)
    few = taskops(small, "plan", **variables)
    assert (said.code, said.err) == (few.code, few.err.replace("/small/", "/large/"))
    return said


def test_a_plan_without_change_asks_for_the_listing_alone(
    at: Service, large: Path
) -> None:
    seen = len(at.account.requests())

    said = taskops(large, "plan", **at.variables)

    assert f"{COUNT} unchanged" in said.out, said.err
    assert at.asked(seen) == LISTING


def test_a_plan_looks_once_at_each_task_that_changed(at: Service, large: Path) -> None:
    edit(large, "name: t3\n", "name: t3\ndescription: new\n", "tasks/more.yaml")
    edit(large, "name: t99\n", "name: t99\ndescription: new\n", "tasks/more.yaml")
    seen = len(at.account.requests())

    said = taskops(large, "plan", **at.variables)

    assert "Plan: 2 to update" in said.out, said.out + said.err
    assert len(at.asked(seen)) == len(LISTING) + 2 * 2


def test_a_first_plan_reads_each_version_once(at: Service, large: Path) -> None:
    (large / LEDGER).unlink()
    seen = len(at.account.requests())

    said = taskops(large, "plan", **at.variables)

    assert said.code == 0, said.err
    asked = at.asked(seen)
    assert len(asked) == len(LISTING) + 2 * COUNT
    assert len(set(asked)) == 1 + 2 * COUNT


def test_mistakes_in_manifests_are_told_before_anything_of_the_service(
    at: Service, large: Path
) -> None:
    mistaken(large)
    said = taskops(large, "plan", **at.variables)
    assert said.code == 3
    wrong = at.variables | {"ANCHORBROWSER_API_KEY": "another"}
    nobody = at.variables | {"ANCHORBROWSER_BASE_URL": "http://127.0.0.1:9"}

    for variables in (wrong, nobody, {}):
        assert taskops(large, "plan", **variables) == said


def test_mistakes_in_manifests_are_told_before_a_damaged_ledger(
    at: Service, large: Path
) -> None:
    (mistaken(large) / LEDGER).write_text("{")

    assert taskops(large, "plan", **at.variables).code == 3


def test_what_is_wrong_with_the_ledger_is_told_as_ever(
    at: Service, large: Path, small: Path
) -> None:
    for root in (large, small):
        (root / LEDGER).write_text("{")

    said = both(large, small, **at.variables)

    assert said.code == 8
    assert "ledger" in said.err


def test_what_is_wrong_with_the_key_is_told_as_ever(
    at: Service, large: Path, small: Path
) -> None:
    wrong = at.variables | {"ANCHORBROWSER_API_KEY": "another"}

    assert both(large, small, **wrong).code == 4
    assert both(large, small).code == 4


def test_a_refusal_shows_no_secret_of_a_manifest_that_was_not_read_yet(
    at: Service, large: Path
) -> None:
    word = "canary-word-of-nobody"
    # So many that the answer comes before the last one is read.
    many = (f"name: m{n}\ncode: hello.ts\n" for n in range(3000))
    (large / "tasks" / "zy.yaml").write_text("---\n".join(many))
    (large / "tasks" / "zz.yaml").write_text(
        "name: zz\ncode: hello.ts\nbrowserConfiguration:\n  proxy:\n    active: true\n"
        "    type: custom\n    server: ${env.SERVER}\n    username: ${env.USER}\n"
        "    password: ${env.WORD}\n"
    )
    variables = at.variables | {
        "TASKOPS_VAR_SERVER": "http://canary-host:8080",
        "TASKOPS_VAR_USER": "canary-user",
        "TASKOPS_VAR_WORD": word,
    }
    no = {"do": "status", "status": 422, "body": f'{{"message": "not {word}"}}'}
    at.account.set_faults([{"method": "GET", "times": 50} | no])
    try:
        said = taskops(large, "plan", **variables)
    finally:
        at.account.set_faults([])

    assert said.code == 1
    assert "not (redacted)" in said.err
    assert word not in said.err + said.out
