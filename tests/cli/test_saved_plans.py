from __future__ import annotations

import json
import re
import shlex
import stat
from typing import TYPE_CHECKING, Any

import pytest
from cli.repositories import clones, commit
from cli.service import Service, service
from cli.shell import Said, edit, project, taskops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def at() -> Iterator[Service]:
    with service() as running:
        yield running


def planned(root: Path, at: Service, *words: str, **variables: str) -> dict[str, Any]:
    said = taskops(
        root, "plan", *words, "--format", "json", **at.variables, **variables
    )
    assert said.code == 0, said.err
    data = json.loads(said.out)
    assert isinstance(data, dict)
    return data


def applied(root: Path, at: Service, count: int = 1) -> Path:
    """A project whose tasks are on the service."""
    project(root, count)
    said = taskops(root, "apply", "--yes", **at.variables)
    assert said.code == 0, said.err
    return root


def ends(said: Said, code: int, *told: str) -> None:
    assert said.code == code, (said.code, said.err)
    assert "Traceback" not in said.err
    for text in told:
        assert text in said.err, said.err


def test_a_saved_plan_is_applied_and_applied_again_to_nothing(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path, tasks=3)
    taskops(root, "plan", "--out", "p.json", **at.variables)
    assert stat.S_IMODE((root / "p.json").stat().st_mode) == 0o600
    assert taskops(root, "apply", "p.json", **at.variables).code == 0
    writes = at.written()
    assert {c["name"] for c in writes} == {"hello", "t0", "t1"}
    again = taskops(root, "apply", "p.json", **at.variables)
    assert again.code == 0, again.err
    assert at.written() == writes


def test_a_hand_edit_after_the_plan_stops_it_with_both_values(
    tmp_path: Path, at: Service
) -> None:
    root = applied(tmp_path, at, 2)
    edit(root, "max_duration: 5", "max_duration: 6")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    by_hand = {"timeout": {"max_duration": 17}, "initial_url": "https://example.com"}
    at.account.edit(name="hello", latest={"browserConfiguration": by_hand})
    before = at.written()
    said = taskops(root, "apply", "p.json", **at.variables)
    ends(said, 6, "`anchor/hello`", "max_duration", "was 5", "is 17")
    assert at.written() == before


def test_a_hand_edit_of_what_is_not_in_the_plan_stops_nothing(
    tmp_path: Path, at: Service
) -> None:
    root = applied(tmp_path, at, 2)
    edit(root, "max_duration: 5", "max_duration: 6")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    at.account.edit(name="t0", latest={"description": "by hand"})
    assert taskops(root, "apply", "p.json", **at.variables).code == 0
    assert {c["name"] for c in at.written()[-2:]} == {"hello"}


def test_an_object_that_vanished_or_appeared_stops_it(
    tmp_path: Path, at: Service
) -> None:
    root = applied(tmp_path, at, 2)
    edit(root, "max_duration: 5", "max_duration: 6")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    at.account.edit(name="hello", delete=True)
    before = at.written()
    ends(taskops(root, "apply", "p.json", **at.variables), 6, "`anchor/hello`")
    assert at.written() == before

    edit(root, "name: t0", "name: t9", "tasks/more.yaml")
    taskops(root, "plan", "--select", "t9", "--out", "q.json", **at.variables)
    at.account.edit(name="t9", latest={"code": "somebody else's"})
    ends(taskops(root, "apply", "q.json", **at.variables), 6, "`anchor/t9`")
    assert at.written() == before


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (
            {"latest": {"description": "by hand"}},
            r'`description` was "[^"]+" in the plan, is "by hand" now',
        ),
        (
            {"latest": {"browserConfiguration": {"tags": ["x"]}}},
            r'`browserConfiguration.tags` was \(none\) in the plan, is \["x"\] now',
        ),
        (
            {"draft": {"code": "by hand"}},
            r"`draft` was text \w{12} in the plan, is text",
        ),
        (
            {"rename": "by-hand"},
            r'`name` was "hello" in the plan, is "by-hand" now',
        ),
        ({"delete": True}, r"`id` was [0-9a-f-]+ in the plan, is not there now"),
    ],
)
def test_what_moved_is_told_by_its_field_with_both_values(
    tmp_path: Path, at: Service, moved: dict[str, Any], told: str
) -> None:
    root = applied(tmp_path, at)
    edit(root, "max_duration: 5", "max_duration: 6")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    (row,) = json.loads((root / "p.json").read_text())["changes"]
    assert row["there"]["name"] == "hello"
    assert row["there"]["version"]
    assert row["there"]["draft"] == row["there"]["live"] != row["to"]
    at.account.edit(name="hello", **moved)
    before = at.written()
    said = taskops(root, "apply", "p.json", **at.variables)
    ends(said, 6, "nothing was written", "`anchor/hello`: ")
    assert re.search(told, said.err), said.err
    assert at.written() == before


def test_on_a_runner_what_moved_is_told_without_its_value(
    tmp_path: Path, at: Service
) -> None:
    root, _ = clones(tmp_path)
    assert taskops(root, "apply", "--yes", **at.variables).code == 0
    edit(root, "max_duration: 5", "max_duration: 6")
    commit(root, "longer")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    at.account.edit(name="hello", latest={"description": "the key is 12345"})
    job = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "page")}
    said = taskops(root, "apply", "p.json", **at.variables, **job)
    ends(said, 6, "`description` was changed since the plan")
    page = (tmp_path / "page").read_text("utf-8")
    assert "12345" not in said.out + said.err + page


def test_a_long_value_is_told_where_it_moved(tmp_path: Path, at: Service) -> None:
    root = applied(tmp_path, at)
    at.account.edit(name="hello", latest={"description": "x" * 100 + " one"})
    taskops(root, "plan", "--out", "p.json", **at.variables)
    at.account.edit(name="hello", latest={"description": "x" * 100 + " two"})
    said = taskops(root, "apply", "p.json", **at.variables)
    told = r'`description` was …x+ one" in the plan, is …x+ two" now'
    ends(said, 6, "nothing was written")
    assert re.search(told, said.err), said.err


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ((), ("name: t0", "name: t9"), "no manifest declares it any more"),
        (("name: t0", "name: t9"), ("name: t9", "name: t0"), "declares it again"),
        ((), ("publish: true", "publish: false"), "whether it is published"),
    ],
)
def test_a_manifest_that_went_or_came_back_is_told_as_that(
    tmp_path: Path, at: Service, then: Any, now: Any, told: str
) -> None:
    root, manifest = applied(tmp_path, at, 2), "tasks/more.yaml"
    edit(root, "name: t0", "publish: true\nname: t0", manifest)
    at.account.edit(name="t0", latest={"description": "by hand"})
    if then:
        edit(root, then[0], then[1], manifest)
    words = ("--select", "t0", "--prune")
    taskops(root, "plan", *words, "--out", "p.json", **at.variables)
    edit(root, now[0], now[1], manifest)
    before = at.written()
    said = taskops(root, "apply", "p.json", **at.variables)
    ends(said, 6, "nothing was written", "`anchor/t0`: ", told)
    assert at.written() == before


def test_a_plan_for_another_environment_or_account_is_refused(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path)
    with (root / "taskops.yaml").open("a") as file:
        file.write("environments: {staging: {}, production: {}}\n")
    taskops(root, "plan", "--env", "staging", "--out", "p.json", **at.variables)
    words = ["apply", "p.json", "--env", "production"]
    ends(taskops(root, *words, **at.variables), 6, "another environment", "staging")
    with service() as other:
        ends(taskops(root, "apply", "p.json", **other.variables), 6, "account")
        assert other.written() == []
    assert at.written() == []
    # Without --env the file says which one.
    assert taskops(root, "apply", "p.json", **at.variables).code == 0


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '"\ud83d\ude00"',
        '{"format_version": 99}',
        '{"format_version": 1, "changes": 5}',
        "\x00\x01\x02",
        "[" * 100_000,
        "NaN",
        "half",
    ],
    ids=range(12),
)
def test_a_damaged_file_is_told_in_one_sentence(
    tmp_path: Path, at: Service, damage: str
) -> None:
    root = project(tmp_path)
    taskops(root, "plan", "--out", "p.json", **at.variables)
    whole = (root / "p.json").read_text()
    text = whole[: len(whole) // 2] if damage == "half" else damage
    (root / "p.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    for command in ("show", "apply"):
        said = taskops(root, command, "p.json", **at.variables)
        ends(said, 64, "error: `p.json` cannot be used as a plan")
        assert said.out == ""
    assert at.written() == []


def the_row(plan: dict[str, Any], name: str = "hello") -> Any:
    (row,) = [r for r in plan["changes"] if r["address"] == f"anchor/{name}"]
    return row


def the_field(plan: dict[str, Any], name: str) -> Any:
    (field,) = [f for f in the_row(plan)["fields"] if f["path"][-1] == name]
    return field


def test_a_ledger_lost_since_the_plan_is_told_by_what_it_means(
    tmp_path: Path, at: Service
) -> None:
    root = applied(tmp_path, at)
    edit(root, "max_duration: 5", "max_duration: 6")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    (root / ".taskops" / "ledger" / "default.json").unlink()
    before = at.written()
    said = taskops(root, "apply", "p.json", **at.variables)
    ends(said, 6, "`anchor/hello`: ", "is not ours")
    assert at.written() == before


def test_a_task_that_was_made_anew_is_told_with_both_ids(
    tmp_path: Path, at: Service
) -> None:
    root = applied(tmp_path, at)
    old = at.written()[0]["id"]
    at.account.edit(name="hello", delete=True)
    new = at.account.edit(name="hello", new=True, draft={"code": "export {}\n"})
    said = taskops(root, "plan", **at.variables)
    assert said.code == 8
    assert f"id {new}; ours was {old}" in " ".join(said.out.split()), said.out


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_commit_that_is_empty_is_not_the_files_here(
    tmp_path: Path, at: Service, command: str
) -> None:
    root = project(tmp_path)
    said = taskops(root, command, "--at", "", **at.variables)
    ends(said, 64, "`--at` is given, and names no commit")
    assert at.asked() == []


LIES: list[tuple[Any, str]] = [
    (lambda p: the_field(p, "max_duration").update(after=7), "max_duration`"),
    (lambda p: the_field(p, "max_duration").update(before=7), "max_duration`"),
    (lambda p: the_row(p)["fields"].pop(0), "max_duration`"),
    (lambda p: the_field(p, "max_duration").update(path=["description"]), "`"),
    (lambda p: the_field(p, "code")["code"]["hunks"].pop(1), "the lines of `code`"),
    (lambda p: the_field(p, "code").pop("code"), "the lines of `code`"),
    (lambda p: the_row(p).update(change="create"), "`change` is update"),
    (lambda p: the_row(p).update(to="0" * 64), "`to` is "),
]


def test_a_plan_that_shows_what_its_digest_is_not_is_refused(
    tmp_path: Path, at: Service
) -> None:
    root = applied(tmp_path, at)
    edit(root, "max_duration: 5", "max_duration: 6")
    edit(root, "export default", "// a comment\nexport default", "tasks/hello.ts")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    before = at.written()
    for lie, told in LIES:
        plan = json.loads((root / "p.json").read_text())
        lie(plan)
        (root / "q.json").write_text(json.dumps(plan))
        said = taskops(root, "apply", "q.json", **at.variables)
        ends(said, 64, "`q.json` cannot be used as a plan", "`anchor/hello`", told)
    assert at.written() == before
    assert taskops(root, "apply", "p.json", **at.variables).code == 0


LOSSES: list[Any] = [
    lambda p: p["changes"].pop(),
    lambda p: p["changes"].append(p["changes"][0]),
    lambda p: the_row(p).update(digest=""),
    lambda p: p.update(environment="production"),
    lambda p: p["target"]["anchor"].update(team="another"),
]


def test_a_plan_whose_changes_have_another_digest_is_not_even_shown(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path, 2)
    taskops(root, "plan", "--out", "p.json", **at.variables)
    for lose in LOSSES:
        plan = json.loads((root / "p.json").read_text())
        lose(plan)
        (root / "q.json").write_text(json.dumps(plan))
        for command in ("show", "apply"):
            said = taskops(root, command, "q.json", **at.variables)
            ends(said, 64, "its changes do not have the digest that it states")
            assert said.out == ""
    assert at.written() == []


def fields_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value in a JSON document."""
    known = list(value.items()) if isinstance(value, dict) else []
    for key, inner in known or (enumerate(value) if isinstance(value, list) else ()):
        yield (*path, key)
        yield from fields_of(inner, (*path, key))


def test_no_value_of_a_plan_file_can_make_a_bug_of_it(
    tmp_path: Path, at: Service
) -> None:
    from taskops.cli.plan_files import read_sheet, saved_plan
    from taskops.errors import TaskopsError

    root = applied(tmp_path, at)
    edit(root, "max_duration: 5", "max_duration: 6")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    text = (root / "p.json").read_text()
    path = root / "q.json"
    for place in fields_of(json.loads(text)):
        for wrong in (None, 7, "", "x/y/z", [], {}, [None], {"a": None}):
            data = json.loads(text)
            inner = data
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = wrong
            path.write_text(json.dumps(data))
            try:
                saved_plan(read_sheet(str(path)), str(path))
            except TaskopsError as error:
                assert error.exit == 64, place  # noqa: PT017  # most values are fine


def test_the_digest_says_what_changes_and_nothing_else(
    tmp_path: Path, at: Service
) -> None:
    # Names that sort otherwise than they are written, in two orders of writing.
    names = ["zeta", "alpha", "midway", "beta-2", "beta-10"]
    roots = []
    for number, order in enumerate((names, names[::-1])):
        root = project(tmp_path / f"clone-{number}", 1)
        for name in order:
            folder = root / "tasks" / name
            folder.mkdir()
            (folder / f"{name}.yaml").write_text(f"name: {name}\ncode: ../hello.ts\n")
        roots.append(root)
    digests = {
        planned(root, at, PYTHONHASHSEED=seed)["digest"]
        for root in roots
        for seed in ("0", "1", "4711")
    }
    assert len(digests) == 1


def test_an_unrelated_manifest_keeps_a_saved_plan_true(
    tmp_path: Path, at: Service
) -> None:
    root = applied(tmp_path, at, 2)
    edit(root, "max_duration: 5", "max_duration: 6")
    taskops(root, "plan", "--out", "p.json", **at.variables)
    saved = json.loads((root / "p.json").read_text())
    (root / "tasks" / "late.yaml").write_text("name: late\ncode: hello.ts\n")
    narrow = planned(root, at, "--exclude", "late")
    assert narrow["digest"] == saved["digest"]
    assert taskops(root, "apply", "p.json", **at.variables).code == 0
    assert "late" not in {c["name"] for c in at.written()}


def test_comments_and_the_order_of_keys_are_no_change(
    tmp_path: Path, at: Service
) -> None:
    root = project(tmp_path)
    before = planned(root, at)["digest"]
    path = root / "tasks" / "hello.yaml"
    lines = path.read_text().splitlines()
    text = "\n".join(["# a comment", *lines[4:], *lines[1:4], ""])
    path.write_text(text)
    assert planned(root, at)["digest"] == before


def drifted(root: Path, at: Service) -> Path:
    applied(root, at, 2)
    at.account.edit(name="hello", latest={"description": "by hand"})
    return root


def test_yes_is_no_approval_of_drift_and_names_both_ways_out(
    tmp_path: Path, at: Service
) -> None:
    root = drifted(tmp_path, at)
    edit(root, "name: t0", "description: new\nname: t0", "tasks/more.yaml")
    before = at.written()
    said = taskops(root, "apply", "--yes", **at.variables)
    ends(said, 6, "`anchor/hello`", "taskops pull hello")
    assert at.written() == before
    commands = re.findall(r"`(taskops apply[^`]*--expect-digest [0-9a-f]+)`", said.err)
    assert len(commands) == 1
    done = taskops(root, *shlex.split(commands[0])[1:], **at.variables)
    assert done.code == 0, done.err
    assert {c["name"] for c in at.written()[len(before) :]} == {"hello", "t0"}
    last = taskops(root, "plan", "--detailed-exitcode", **at.variables)
    assert last.code == 0, last.out


def test_the_other_way_out_keeps_the_hand_edit(tmp_path: Path, at: Service) -> None:
    root = project(tmp_path)
    edit(root, "version: 1", "version: 1\nenvironments: {a: {}, b: {}}", "taskops.yaml")
    where = ("--env", "b")
    assert taskops(root, "apply", "--yes", *where, **at.variables).code == 0
    at.account.edit(name="hello", latest={"description": "by hand"})
    said = taskops(root, "apply", "--yes", *where, **at.variables)
    ends(said, 6)
    (command,) = re.findall(r"`(taskops pull [^`]+)`", said.err)
    kept = taskops(root, *shlex.split(command)[1:], **at.variables)
    assert kept.code == 0, kept.err
    assert "by hand" in (root / "tasks" / "hello.yaml").read_text()
    last = taskops(root, "apply", "--yes", *where, **at.variables)
    assert last.code == 0, last.err


def test_drift_names_the_digest_that_undoes_it(tmp_path: Path, at: Service) -> None:
    root = drifted(tmp_path, at)
    said = taskops(root, "drift", **at.variables)
    assert said.code == 2
    told = said.out + said.err
    assert "taskops pull hello" in told
    found = re.search(r"taskops apply.*--expect-digest [0-9a-f]{32,}", told)
    assert found is not None, told
    done = taskops(root, *shlex.split(found[0])[1:], **at.variables)
    assert done.code == 0, done.err
    assert taskops(root, "drift", **at.variables).code == 0


def test_what_undoes_a_drift_applies_nothing_that_was_not_shown(
    tmp_path: Path, at: Service
) -> None:
    root = drifted(tmp_path, at)
    edit(root, "name: t0", "description: new\nname: t0", "tasks/more.yaml")
    shown = taskops(root, "drift", "--format", "json", **at.variables)
    (root / "d.json").write_text(shown.out)
    assert taskops(root, "show", "d.json").code == 0
    told = taskops(root, "drift", **at.variables).out
    assert "t0" not in told
    found = re.search(r"taskops apply.*--expect-digest [0-9a-f]{32,}", told)
    assert found is not None, told
    before = at.written()
    done = taskops(root, *shlex.split(found[0])[1:], **at.variables)
    assert done.code == 0, done.err
    assert {c["name"] for c in at.written()[len(before) :]} == {"hello"}
    assert taskops(root, "drift", **at.variables).code == 0


@pytest.mark.parametrize(
    ("digest", "told"),
    [
        ("", ""),
        ("0" * 64, "not the one that was approved"),
        ("0" * 32, "not the one that was approved"),
        ("first 31", "at least 32"),
        ("first 12", "at least 32"),
        ("with a tail", "not the one"),
    ],
)
def test_only_the_digest_itself_approves(
    tmp_path: Path, at: Service, digest: str, told: str
) -> None:
    root = project(tmp_path)
    real = planned(root, at)["digest"]
    if digest.startswith("first"):
        digest = real[: int(digest.split()[1])]
    if digest == "with a tail":
        digest = real + "0"
    said = taskops(root, "apply", "--expect-digest", digest, **at.variables)
    ends(said, 6, told)
    assert at.written() == []
    assert taskops(root, "apply", "--expect-digest", real, **at.variables).code == 0


def test_a_digest_may_be_typed_in_capitals(tmp_path: Path, at: Service) -> None:
    root = project(tmp_path)
    real = planned(root, at)["digest"].upper()
    assert taskops(root, "apply", "--expect-digest", real, **at.variables).code == 0
