from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from cli.canary import KEY, PROXY, SERVER, USER, WORD, clean, written_by
from cli.service import Service, service
from cli.shell import Said, edit, project, taskops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def at() -> Iterator[Service]:
    with service(key=KEY) as running:
        running.variables.update(
            TASKOPS_VAR_SERVER=SERVER,
            TASKOPS_VAR_USER_NAME=USER,
            TASKOPS_VAR_WORD=WORD,
        )
        yield running


def guarded(folder: Path, tasks: int = 2) -> Path:
    root = project(folder, tasks)
    edit(root, "browserConfiguration:\n", PROXY)
    return root


COMMANDS: list[list[str]] = [
    ["validate"],
    ["plan", "--out", "p.json", "--json-into", "events-1", "--debug"],
    ["plan", "--format", "json"],
    ["plan", "--format", "markdown", "--verbose"],
    ["plan", "--format", "html"],
    ["show", "p.json", "--verbose"],
    ["apply", "p.json", "--json-into", "events-2", "--debug"],
    ["plan", "--detailed-exitcode"],
    ["drift"],
    ["status", "--log"],
    ["status", "--format", "json"],
]


def password(at: Service) -> str:
    """What the live version of the task holds."""
    store = at.account.account.store
    versions = store.versions(store.named("hello")[0]["id"])
    live = max((number for number in versions if number != "draft"), key=int)
    return str(versions[live]["browserConfiguration"]["proxy"]["password"])


def test_no_command_writes_a_secret_anywhere(tmp_path: Path, at: Service) -> None:
    root = guarded(tmp_path)
    for words in COMMANDS:
        said = clean(taskops(root, *words, **at.variables), tmp_path)
        assert said.code == 0, (words, said.err)
    # It arrived all the same: otherwise nothing was proven.
    assert password(at) == WORD


def test_a_new_secret_is_an_update_that_shows_neither_value(
    tmp_path: Path, at: Service
) -> None:
    root = guarded(tmp_path)
    clean(taskops(root, "apply", "--yes", **at.variables), tmp_path)
    changed = {**at.variables, "TASKOPS_VAR_WORD": "canary-second-word"}
    for words in (["plan", "--verbose"], ["apply", "--yes"]):
        said = clean(taskops(root, *words, **changed), tmp_path)
        assert "canary-second" not in said.out + said.err
        assert "proxy.password   (sensitive)" in said.out, said.out
        assert said.code == 0, said.err
    assert password(at) == "canary-second-word"
    assert "did not take" not in said.out
    last = taskops(root, "plan", "--detailed-exitcode", **changed)
    assert (last.code, "2 unchanged" in last.out) == (0, True)


def test_a_hand_edit_of_a_secret_shows_no_value(tmp_path: Path, at: Service) -> None:
    root = guarded(tmp_path)
    clean(taskops(root, "apply", "--yes", **at.variables), tmp_path)
    proxy = {"active": True, "type": "custom", "server": SERVER, "username": USER}
    by_hand = {"proxy": {**proxy, "password": "canary-by-hand"}}
    at.account.edit(name="hello", latest={"browserConfiguration": by_hand})
    for words in (
        ["plan", "--verbose", "--out", "p.json"],
        ["drift"],
        ["apply", "--yes"],
    ):
        said = clean(taskops(root, *words, **at.variables), tmp_path)
        assert "canary-by-hand" not in said.out + said.err
        for name, data in written_by(tmp_path):
            assert b"canary-by-hand" not in data, name


ECHO = f"invalid proxy: {SERVER} user {USER} password {WORD} key {KEY}"


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "status": 400, "body": '{"error": {"message": "%s"}}'},
        {"do": "status", "status": 400, "body": "plain words: %s"},
        {"do": "status", "status": 400, "body": '{"detail": [{"msg": "%s"}]}'},
        {"do": "status", "status": 403, "body": '{"error": "%s"}'},
        {"do": "status", "status": 401, "body": '{"message": "%s"}'},
        {"do": "status", "status": 501, "body": '{"message": "%s"}'},
        {"do": "status", "status": 200, "body": "%s"},
        {"do": "redirect", "headers": {"Location": "https://%s.example/"}},
    ],
    ids=lambda fault: f"{fault['status']}" if "status" in fault else fault["do"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_service_that_echoes_what_it_got_is_not_repeated(
    tmp_path: Path, at: Service, fault: dict[str, Any], method: str
) -> None:
    root = guarded(tmp_path)
    rule = {**fault, "method": method}
    for echoed in (ECHO, quote(ECHO, safe=""), base64.b64encode(KEY.encode()).decode()):
        if "body" in fault:
            rule["body"] = fault["body"] % echoed
        else:
            rule["headers"] = {"Location": f"https://{quote(KEY, safe='')}.example/"}
        at.account.set_faults([rule])
        words = ["apply", "--yes", "--debug", "--json-into", "events"]
        said = clean(taskops(root, *words, **at.variables), tmp_path)
        assert said.code != 0
        assert "Traceback" not in said.err
        assert USER not in said.out + said.err or "redacted" in said.out + said.err


def test_a_secret_that_is_a_part_of_a_field_is_not_repeated_alone(
    tmp_path: Path, at: Service
) -> None:
    root = guarded(tmp_path)
    edit(root, "server: '${env.SERVER}'", "server: 'http://me:${env.WORD}@host:1'")
    edit(root, "password: '${env.WORD}'", "password: '${env.OTHER}'")
    at.variables["TASKOPS_VAR_OTHER"] = "another-word"
    body = f'{{"message": "the proxy does not take {WORD} of me"}}'
    at.account.set_faults(
        [{"method": "POST", "do": "status", "status": 400, "body": body}]
    )
    on_runner = {**at.variables, "GITHUB_ACTIONS": "true"}
    said = taskops(root, "apply", "--yes", **at.variables)
    assert "the proxy does not take (redacted) of me" in clean(said, tmp_path).out
    masks = taskops(root, "plan", **on_runner).err.splitlines()
    assert {f"::add-mask::{WORD}", f"::add-mask::http://me:{WORD}@host:1"} <= {*masks}


def test_a_run_that_repeats_secrets_shows_none(tmp_path: Path, at: Service) -> None:
    root = guarded(tmp_path)
    clean(taskops(root, "apply", "--yes", **at.variables), tmp_path)
    typed = "canary-typed-90"
    error = f"{ECHO},\n{typed} at https://shop.example"
    ended = {"status": "failure", "errorMessage": error}
    rule = {"path": "/executions/", "do": "status", "status": 200}
    at.account.set_faults([{**rule, "body": json.dumps({"data": ended})}])
    words = ["run", "hello", "--json", "--junit", "runs.xml", "--input"]
    given = [f"ANCHOR_PASSWORD={typed}", "--input", "ANCHOR_URL=https://shop.example"]
    said = clean(taskops(root, *words, *given, **at.variables), tmp_path)
    assert said.code == 1
    told = json.loads(said.out)["runs"][0]["error"]
    assert told.endswith("key (redacted),\n(redacted) at https://shop.example")
    assert typed not in (root / "runs.xml").read_text("utf-8")


def test_a_message_cut_in_the_middle_of_a_secret_shows_no_half(
    tmp_path: Path, at: Service
) -> None:
    root = guarded(tmp_path)
    # A long message is shortened: never so that a part of a secret survives.
    for length in range(270, 305, 3):
        body = f'{{"message": "{"x" * length}{WORD}"}}'
        at.account.set_faults(
            [{"method": "POST", "do": "status", "status": 400, "body": body}]
        )
        said = taskops(root, "apply", "--yes", **at.variables)
        assert said.code == 1
        assert "canary" not in said.out + said.err


def test_a_secret_that_is_missing_is_named_and_never_guessed(
    tmp_path: Path, at: Service
) -> None:
    root = guarded(tmp_path)
    given = {k: v for k, v in at.variables.items() if k != "TASKOPS_VAR_WORD"}
    said = clean(taskops(root, "plan", **given), tmp_path)
    assert said.code == 3
    assert "TASKOPS_VAR_WORD" in said.err
    assert taskops(root, "validate", **given).code == 0
    assert at.account.requests() == []


def test_a_secret_that_no_json_can_hold_is_named_and_never_sent(
    tmp_path: Path, at: Service
) -> None:
    root = guarded(tmp_path)
    given = {**at.variables, "TASKOPS_VAR_WORD": "canary\udcff"}
    for words in (["plan"], ["apply", "--yes"]):
        said = clean(taskops(root, *words, **given), tmp_path)
        assert said.code == 3
        assert "the variable TASKOPS_VAR_WORD is not UTF-8" in said.err
        assert "canary" not in said.out + said.err
    said = taskops(root, "run", "hello", "--input", "ANCHOR_A=\udcff", **at.variables)
    assert (said.code, at.account.requests()) == (64, [])


def test_a_git_ledger_holds_no_secret(tmp_path: Path, at: Service) -> None:
    from cli.repositories import clones

    one, _ = clones(tmp_path)
    edit(one, "browserConfiguration:\n", PROXY)
    token = "canary-token-90"
    variables = {**at.variables, "TASKOPS_GIT_TOKEN": token}
    said = clean(taskops(one, "apply", "--yes", "--debug", **variables), tmp_path)
    assert said.code == 0, said.err
    assert all(token.encode() not in data for _, data in written_by(tmp_path))
    assert token not in said.out + said.err


def test_debug_shows_every_request_and_no_secret(tmp_path: Path, at: Service) -> None:
    root = guarded(tmp_path)
    said = clean(taskops(root, "apply", "--yes", "--debug", **at.variables), tmp_path)
    assert said.code == 0, said.err
    asked = [line for line in said.err.splitlines() if "> GET" in line or "> P" in line]
    assert len(asked) == len(at.account.requests())
    assert '"name": "hello"' in said.err
    assert USER not in said.err
    assert "canary-host" not in said.err


def test_debug_hides_what_only_the_service_knows(tmp_path: Path, at: Service) -> None:
    root = guarded(tmp_path)
    clean(taskops(root, "apply", "--yes", **at.variables), tmp_path)
    proxy = {"active": True, "type": "custom", "server": SERVER, "username": "somebody"}
    by_hand = {"proxy": {**proxy, "password": "canary-by-hand"}}
    at.account.edit(name="hello", latest={"browserConfiguration": by_hand})
    said = clean(taskops(root, "plan", "--debug", **at.variables), tmp_path)
    assert said.code == 0, said.err
    assert "canary-by-hand" not in said.err
    assert '"password": "(sensitive)"' in said.err


def test_a_runner_is_told_to_mask_each_secret_and_nobody_else_is(
    tmp_path: Path, at: Service
) -> None:
    root = guarded(tmp_path)
    on_runner = {**at.variables, "GITHUB_ACTIONS": "true"}
    said = taskops(root, "plan", **on_runner)
    masks = [line for line in said.err.splitlines() if line.startswith("::add-mask::")]
    assert {KEY, WORD, USER, SERVER} == {m.removeprefix("::add-mask::") for m in masks}
    # The runner takes these lines out; nothing else holds a secret.
    rest = said.err.replace("\n".join(masks), "")
    clean(Said(said.code, said.out, rest), tmp_path)
    assert "add-mask" not in taskops(root, "plan", **at.variables).err
