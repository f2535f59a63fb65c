"""Each fault happens on the wire as it is written, before or after the commit."""

from __future__ import annotations

import socket
import threading
import time
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

import pytest
from emulator.client import Client, account

from taskops.emulator.app import Emulator
from taskops.emulator.faults import KINDS, BadRuleError, rule_from
from taskops.emulator.wire import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

TASK = {"name": "t", "language": "typescript"}
UPSERT = (
    b"POST /v1/task HTTP/1.1\r\nHost: x\r\nanchor-api-key: k\r\n"
    b"Content-Length: 38\r\n\r\n"
    b'{"name":"t", "language": "typescript"}'
)
LIST = b"GET /v1/task HTTP/1.1\r\nHost: x\r\nanchor-api-key: k\r\n\r\n"
BOTH = [("before", 0), ("after", 1)]


@pytest.fixture
def client() -> Iterator[Client]:
    with account() as made:
        yield made


def fault(client: Client, **rule: Any) -> None:
    said = client.ask("POST", "/_emulator/faults", {"rules": [rule]})
    assert said.status == 200, said.body


def commits(client: Client) -> int:
    return len(client.ask("GET", "/_emulator/commits").json)


@pytest.mark.parametrize(("when", "written"), BOTH)
@pytest.mark.parametrize("status", [401, 402, 403, 404, 409, 429, 500, 502, 503, 504])
def test_a_status_comes_before_or_after_the_commit(
    client: Client, status: int, when: str, written: int
) -> None:
    fault(client, do="status", status=status, when=when)

    said = client.ask("POST", "/v1/task", TASK)

    assert said.status == status
    assert said.json["error"]["code"] == status
    assert commits(client) == written


@pytest.mark.parametrize(
    "text",
    ["3", "Wed, 21 Oct 2026 07:28:00 GMT", "999999999999", "-1", "soon", "", "1.5"],
)
def test_a_status_carries_any_headers(client: Client, text: str) -> None:
    headers = {"Retry-After": text, "Date": "Wed, 21 Oct 2026 07:27:00 GMT"}
    fault(client, do="status", status=429, headers=headers)

    said = client.ask("GET", "/v1/task")

    assert said.headers["retry-after"] == text
    assert said.headers["date"] == headers["Date"]


def test_a_status_carries_any_body(client: Client) -> None:
    fault(client, do="status", status=500, body={"error": "flat", "code": 500})
    assert client.ask("GET", "/v1/task").json == {"error": "flat", "code": 500}
    fault(client, do="status", status=500, body="no JSON")
    assert client.ask("GET", "/v1/task").body == b"no JSON"


@pytest.mark.parametrize(("when", "written"), BOTH)
def test_a_page_of_html_comes_with_200(client: Client, when: str, written: int) -> None:
    fault(client, do="html", when=when)

    said = client.ask("POST", "/v1/task", TASK)

    assert (said.status, said.headers["content-type"]) == (200, "text/html")
    assert said.body.startswith(b"<html>")
    assert commits(client) == written


def test_a_redirect_leads_where_it_says(client: Client) -> None:
    fault(client, do="redirect", status=307, headers={"Location": "http://b.example/"})

    said = client.ask("POST", "/v1/task", TASK)

    assert (said.status, said.headers["location"]) == (307, "http://b.example/")
    assert commits(client) == 0


@pytest.mark.parametrize(("when", "written"), BOTH)
def test_a_reset_comes_before_the_headers(
    client: Client, when: str, written: int
) -> None:
    fault(client, do="reset", when=when)

    with pytest.raises(ConnectionResetError):
        client.raw(UPSERT)

    assert commits(client) == written


@pytest.mark.parametrize(("when", "written"), BOTH)
def test_a_reset_comes_in_the_body(client: Client, when: str, written: int) -> None:
    fault(client, do="reset_in_body", when=when)

    with pytest.raises((ConnectionResetError, IncompleteRead)):
        client.ask("POST", "/v1/task", TASK)

    assert commits(client) == written


@pytest.mark.parametrize(("when", "written"), BOTH)
def test_a_body_is_shorter_than_it_said(
    client: Client, when: str, written: int
) -> None:
    fault(client, do="truncated", when=when)

    with pytest.raises(IncompleteRead):
        client.ask("POST", "/v1/task", TASK)

    assert commits(client) == written


def test_what_is_spoiled_of_a_read_is_its_real_answer(client: Client) -> None:
    client.make("a-name-to-find")
    fault(client, do="truncated", method="GET")

    with pytest.raises(IncompleteRead) as cut:
        client.ask("GET", "/v1/task")

    assert b'{"data":{"tasks":[{"id"' in cut.value.partial


def test_a_cut_body_is_valid_and_has_no_length(client: Client) -> None:
    client.make()
    fault(client, do="cut")

    said = client.ask("GET", "/v1/task")

    assert (said.status, said.json) == (200, {"data": {"tasks": []}})
    assert "content-length" not in said.headers
    fault(client, do="cut", body='{"data":{"tasks":[],"total":0}}')
    assert client.ask("GET", "/v1/task").json["data"]["total"] == 0


@pytest.mark.parametrize("do", ["drip_headers", "drip_body"])
def test_bytes_come_one_by_one(client: Client, do: str) -> None:
    fault(client, do=do, seconds=0.0005)
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as plug:
        plug.sendall(LIST)
        parts = [plug.recv(65536)]
        while not b"".join(parts).endswith(b"}}"):
            parts.append(plug.recv(65536))

    assert len(parts) > 10
    assert (len(parts[0]) < 15) == (do == "drip_headers")


@pytest.mark.parametrize(("when", "written"), BOTH)
def test_a_client_that_waits_in_vain_may_have_written(
    client: Client, when: str, written: int
) -> None:
    fault(client, do="hang", when=when, times=1)
    with socket.create_connection(("127.0.0.1", client.port), timeout=0.05) as plug:
        plug.sendall(UPSERT)
        with pytest.raises(TimeoutError):
            plug.recv(1)

    assert commits(client) == written


def test_an_answer_comes_later(client: Client) -> None:
    fault(client, do="delay", seconds=0.03, when="after")
    begun = time.monotonic()

    assert client.ask("POST", "/v1/task", TASK).status == 200
    assert time.monotonic() - begun >= 0.03


def test_somebody_edits_meanwhile(client: Client) -> None:
    client.make()
    edit = {"name": "t", "draft": {"code": "by hand"}}
    fault(client, do="edit", edit=edit, method="GET", path="/draft$")

    number = client.listed()[0]["id"]

    assert client.draft(number)["code"] == "YnkgaGFuZA=="
    assert client.ask("GET", "/_emulator/commits").json[-1]["by"] == "hand"


def test_an_edit_of_what_is_not_there_changes_nothing(client: Client) -> None:
    fault(client, do="edit", edit={"id": "nobody", "delete": True})
    assert client.ask("GET", "/v1/task").status == 200


def test_a_rule_meets_the_nth_request_of_its_kind(client: Client) -> None:
    fault(client, do="status", status=500, method="POST", path="^/v1/task$", nth=2)
    seen = []
    for _ in range(3):
        seen.append(client.ask("POST", "/v1/task", TASK).status)
        seen.append(client.ask("GET", "/v1/task").status)
    assert seen == [200, 200, 500, 200, 200, 200]


def test_a_rule_is_used_up(client: Client) -> None:
    fault(client, do="status", status=500, nth="every", times=2)
    assert [client.ask("GET", "/v1/task").status for _ in "abc"] == [500, 500, 200]


def test_a_rule_in_the_shadow_of_another_keeps_its_times(client: Client) -> None:
    rules = [{"do": "status", "status": s, "times": 1} for s in (500, 502)]
    client.emulator.set_faults(rules)
    assert [client.ask("GET", "/v1/task").status for _ in "abc"] == [500, 502, 200]


def test_the_logs_tell_what_happened_and_no_key(client: Client) -> None:
    fault(client, do="reset", when="after", times=1)
    with pytest.raises(ConnectionResetError):
        client.raw(UPSERT)
    client.ask("GET", "/v1/task?page=1", **{"anchor-api-key": "secret-canary"})

    log = client.ask("GET", "/_emulator/requests")

    assert [(r["method"], r["fault"]) for r in log.json] == [
        ("POST", "reset"),
        ("GET", ""),
    ]
    assert log.json[1]["query"] == {"page": "1"}
    assert b"canary" not in log.body
    assert client.ask("GET", "/_emulator/faults").json == ["reset"]


def test_a_commit_names_its_client(client: Client) -> None:
    client.ask("POST", "/v1/task", TASK, **{"X-Emulator-Client": "one"})
    client.make("other")
    log = client.emulator.commits()
    assert [c.get("client") for c in log] == ["one", None]


def test_a_reset_account_is_empty(client: Client) -> None:
    client.make()
    fault(client, do="status", status=500)
    client.ask("POST", "/_emulator/reset")
    assert client.listed() == []
    assert commits(client) == 0


WRONG: list[Any] = [
    3,
    {},
    {"do": "nothing"},
    {"do": []},
    {"do": "edit"},
    {"do": "edit", "edit": "t"},
    {"do": "status", "status": "429"},
    {"do": "status", "status": 42},
    {"do": "status", "status": True},
    {"do": "status", "headers": {"Retry-After": 3}},
    {"do": "status", "headers": {"A": "b\r\nC: d"}},
    {"do": "status", "headers": []},
    {"do": "status", "body": 3},
    {"do": "reset", "path": "("},
    {"do": "reset", "method": "post"},
    {"do": "reset", "nth": "second"},
    {"do": "reset", "nth": -1},
    {"do": "reset", "when": "later"},
    {"do": "reset", "times": 0},
    {"do": "delay", "seconds": "3"},
    {"do": "delay", "seconds": float("nan")},
    {"do": "delay", "second": 3},
]


@pytest.mark.parametrize("rule", WRONG, ids=str)
def test_a_rule_that_says_nothing_is_refused(rule: Any) -> None:
    with pytest.raises(BadRuleError):
        rule_from(rule)


def test_wrong_rules_leave_the_old_ones(client: Client) -> None:
    fault(client, do="status", status=500)
    wrong: list[object] = [
        {"rules": [{"do": "x"}]},
        {"rules": [], "rule": []},
        {"rules": {}},
        {},
    ]
    for body in wrong:
        said = client.ask("POST", "/_emulator/faults", body)
        assert said.status == 400, body
    assert client.ask("GET", "/v1/task").status == 500


def test_a_wrong_hand_edit_is_refused(client: Client) -> None:
    wrong: list[dict[str, object]] = [
        {},
        {"name": 3},
        {"nam": "t"},
        {"name": "t", "draft": "code"},
        {"name": "t", "latest": {"colour": "red"}},
        {"id": "nobody"},
    ]
    for body in wrong:
        assert client.ask("POST", "/_emulator/edit", body).status in (400, 404), body
    assert commits(client) == 0


@pytest.mark.parametrize("do", sorted(set(KINDS) - {"edit"}))
def test_every_fault_also_happens_without_a_socket(do: str) -> None:
    emulator = Emulator()
    emulator.set_faults([{"do": do, "seconds": 0.001}])
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/v1/task",
        "QUERY_STRING": "",
        "HTTP_ANCHOR_API_KEY": "k",
    }
    try:
        body = b"".join(emulator(environ, lambda status, headers: said.append(status)))
        assert said
        assert (body.endswith(b"}}")) == (
            do in ("cut", "delay", "hang", "drip_headers", "drip_body", "status")
        )
    except ConnectionResetError:
        assert do in ("reset", "reset_in_body")
    finally:
        emulator.close()


def test_closing_lets_go_of_who_hangs() -> None:
    emulator = Emulator()
    emulator.set_faults([{"do": "hang"}])
    asked = Request("GET", "/v1/task", {}, {"anchor-api-key": "k"}, b"")
    waiting = threading.Thread(target=emulator.handle, args=(asked,), daemon=True)
    waiting.start()
    while not emulator.faults.injected:
        time.sleep(0.001)

    emulator.close()

    waiting.join(timeout=5)
    assert not waiting.is_alive()


def test_a_hand_edit_that_changes_nothing_is_told_as_such(client: Client) -> None:
    edit = {"name": "by-hand", "new": True, "draft": {"code": "// one\n"}}
    client.ask("POST", "/_emulator/edit", edit)
    for fields in ({"code": "// one\n"}, {"description": ""}, {"code": "// two\n"}):
        again = {"name": "by-hand", "draft": fields}
        client.ask("POST", "/_emulator/edit", again)

    commits = client.ask("GET", "/_emulator/commits").json

    assert [c.get("vain", False) for c in commits] == [False, True, True, False]


def test_a_hand_that_makes_an_empty_task_has_changed_something(client: Client) -> None:
    client.ask("POST", "/_emulator/edit", {"name": "by-hand", "latest": {}})

    (commit,) = client.ask("GET", "/_emulator/commits").json

    assert "vain" not in commit
