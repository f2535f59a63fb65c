"""Many at once, and rubbish of every kind: nothing is lost, nothing breaks."""

from __future__ import annotations

import json
import sqlite3
import string
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from emulator.client import KEYS, Client, account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from taskops.emulator.app import Emulator
from taskops.emulator.routes import ROUTES
from taskops.emulator.stamp import OtherFormError
from taskops.emulator.wire import Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = [
    *("name", "language", "code", "description", "browserConfiguration", "proxy"),
    *("typescript", "active", "type", "custom", "timeout", "initial_url", "taskId"),
    *("version", "draft", "inputs", "input_params", "user_task", "taskName", "task"),
    *("taskPrompt", "endUserId", "metadata", "schema", "maxSteps", "async", "action"),
    *("agentSettings", "structuredOutput", "llm", "sessionId", "1", "http://["),
    *("rules", "do", "status", "latest", "rename", "delete", "seconds", "\ud800"),
]
PATHS = [
    path.replace(r"([^/]+)", "ID").replace("(draft|latest|[0-9]+)", "1")
    for _, path, _ in ROUTES
] + [f"/_emulator/{name}" for name in ("behaviours", "faults", "edit", "x")]
word = some.sampled_from(WORDS) | some.text(max_size=5)
value = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | word,
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(word, inner, max_size=5)
    ),
    max_leaves=12,
)
# Rubbish that begins well gets further in.
WELL: list[dict[str, object]] = [
    {"name": "t", "language": "typescript"},
    {"name": "t", "language": "typescript", "browserConfiguration": {"proxy": {}}},
    {"code": "YQ=="},
    {"name": "g", "description": "d", "user_task": "u"},
    {"inputs": {}, "input_params": {}, "taskId": "t"},
    {"task": "x", "endUserId": "u"},
]
nearly = some.builds(
    lambda well, more: {**well, **more},
    some.sampled_from(WELL),
    some.dictionaries(word, value, max_size=2),
)
query = some.dictionaries(
    some.sampled_from(["page", "limit", "status", "version", "pageSize", "pageNumber"]),
    some.text(string.digits + "-x", max_size=30),
    max_size=2,
)


TASK = {"name": "t", "language": "typescript", "code": "YQ=="}
LOWER_KEYS = {key.lower(): text for key, text in KEYS.items()}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    account = Emulator()
    yield account
    account.close()


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=some.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    path=some.sampled_from(PATHS),
    query=query,
    body=nearly | value,
)
def test_no_request_finds_a_defect(
    emulator: Emulator, method: str, path: str, query: dict[str, str], body: object
) -> None:
    emulator.reset()
    task = json.loads(ask(emulator, "POST", "/v1/task", TASK))["data"]["id"]
    ask(emulator, "POST", f"/v1/task/{task}/deploy", {})

    data = json.dumps(body).encode()
    asked = Request(method, path.replace("ID", task), query, LOWER_KEYS, data)
    answer, _ = emulator.handle(asked)
    emulator.set_behaviours({})

    assert answer.status < 500, answer.body


def ask(emulator: Emulator, method: str, path: str, body: object) -> bytes:
    data = json.dumps(body).encode()
    return emulator.handle(Request(method, path, {}, LOWER_KEYS, data))[0].body


def test_sixteen_at_once_lose_nothing_and_double_nothing() -> None:
    with account() as client, ThreadPoolExecutor(16) as lanes:
        list(lanes.map(lambda n: client.make(f"t{n % 40}"), range(160)))

        assert client.ask("GET", "/v1/task").data["total"] == 40
        assert len(client.emulator.commits()) == 160
        assert len(client.emulator.requests()) == 161


def test_deploys_at_once_get_a_number_each() -> None:
    with account() as client, ThreadPoolExecutor(16) as lanes:
        number = client.make()
        made = list(lanes.map(lambda _: client.deploy(number), range(32)))

    assert sorted(map(int, made)) == list(range(1, 33))


def test_two_processes_may_share_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "account.db")
    accounts = [Emulator(path), Emulator(path)]

    def write(which: int) -> None:
        for number in range(30):
            name = f"t{number}-{which}"
            ask(accounts[which], "POST", "/v1/task", {**TASK, "name": name})

    threads = [threading.Thread(target=write, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(accounts[0].commits()) == len(accounts[1].commits()) == 60
    for one in accounts:
        one.close()


def test_an_account_outlives_its_process(tmp_path: Path) -> None:
    path = str(tmp_path / "account.db")
    first = Emulator(path)
    made = json.loads(ask(first, "POST", "/v1/task", TASK))["data"]
    first.close()

    again = Emulator(path)

    assert json.loads(ask(again, "POST", "/v1/task", TASK))["data"]["id"] == made["id"]
    assert again.account.store.team == made["teamId"]
    again.close()
    again.close()


RUNS = [
    ("browser-use-run", "/browser-use/api/v2/tasks", {"task": "look"}),
    ("stablebrowse-run", "/stablebrowse/v1/tasks", {"task": "look", "endUserId": "u"}),
]


@pytest.mark.parametrize(("kind", "path", "body"), RUNS)
def test_an_account_whose_runs_lack_fields_is_refused_when_it_is_opened(
    kind: str, path: str, body: dict[str, str], tmp_path: Path
) -> None:
    file = str(tmp_path / "account.db")
    first = Emulator(file)
    ask(first, "POST", path, body)
    first.close()
    assert _run(file, f"UPDATE things SET kind=kind WHERE kind='{kind}'") == 1
    _run(file, "PRAGMA user_version=0")
    Emulator(file).close()  # all of today's fields: stamped, and no more
    _run(file, "PRAGMA user_version=0")
    _run(file, "UPDATE things SET doc=json_remove(doc, '$.asked')")

    with pytest.raises(OtherFormError, match="an older version of taskops wrote it"):
        Emulator(file)


def test_an_account_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    file = str(tmp_path / "account.db")
    Emulator(file).close()
    _run(file, "PRAGMA user_version=99")

    with pytest.raises(OtherFormError, match="a newer version of taskops wrote it"):
        Emulator(file)


def _run(file: str, statement: str) -> int:
    with closing(sqlite3.connect(file)) as database, database:
        return database.execute(statement).rowcount


def test_one_connection_serves_many_requests() -> None:
    with account() as client:
        connection = HTTPConnection("127.0.0.1", client.port, timeout=5)
        for name in "abc":
            body = json.dumps({**TASK, "name": name})
            connection.request("POST", "/v1/task", body, KEYS)
            plug = connection.sock
            assert connection.getresponse().read()
            assert connection.sock is plug
        connection.close()


def test_a_body_may_come_in_chunks() -> None:
    with account() as client:
        data = json.dumps(TASK).encode()
        chunks = b"".join(
            f"{len(part):x}\r\n".encode() + part + b"\r\n"
            for part in (data[:9], data[9:], b"")
        )
        head = b"POST /v1/task HTTP/1.1\r\nHost: x\r\nanchor-api-key: k\r\n"
        more = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        assert client.raw(head + more + chunks).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_length_that_is_no_number_is_refused() -> None:
    with account() as client:
        head = b"POST /v1/task HTTP/1.1\r\nHost: x\r\nContent-Length: few\r\n\r\n"
        assert client.raw(head).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_every_answer_has_a_date() -> None:
    with account() as client:
        assert client.ask("GET", "/v1/task").headers["date"].endswith("GMT")


def slow(client: Client) -> object:
    return client.ask("POST", "/_emulator/latency", {"seconds": "long"}).status


def test_every_answer_may_take_a_while() -> None:
    with account() as client:
        said = client.ask("POST", "/_emulator/latency", {"seconds": 0.01})
        assert (said.status, client.emulator.latency) == (200, 0.01)
        assert slow(client) == 400
