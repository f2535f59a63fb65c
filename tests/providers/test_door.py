"""Each way in which an answer can go wrong, over a real socket."""

from __future__ import annotations

import base64
import gc
import socket
import time
from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest
from providers.scripted import OK, Drip, Scripted, answer

from taskops.applying.lanes import Lanes
from taskops.errors import (
    AuthenticationFailed,
    NameTaken,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    Refused,
    TaskopsError,
    UsageError,
)
from taskops.providers.http import door as door_module
from taskops.providers.http import exchange
from taskops.providers.http.answers import http_date, message, retry_after
from taskops.providers.http.budget import Budget
from taskops.providers.http.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "BACKOFF", 0.001)


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[Door, Scripted]]]:
    opened: list[Door | Scripted] = []

    def start(
        *script: bytes | Drip | None, writable: bool = True
    ) -> tuple[Door, Scripted]:
        server = Scripted(list(script))
        door = Door("Anchor", server.url, {"anchor-api-key": KEY}, "THE_KEY", writable)
        opened.extend([door, server])
        return door, server

    yield start
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    "first",
    [
        answer(500),
        answer(503, b"<html>busy</html>"),
        answer(429, headers={"Retry-After": "0"}),
        answer(429, headers={"Retry-After": "-5"}),
        answer(429, headers={"Retry-After": "soon"}),
        answer(200, b"<html>sign in</html>"),
        answer(200, b'{"a": NaN}'),
        answer(200, b'{"a": 1e999}'),
        answer(200, b"[]"),
        answer(200, b""),
        b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"ok"',
        None,
        b"",
    ],
)
def test_a_read_is_asked_again_after_what_may_pass(
    serve: Callable[..., tuple[Door, Scripted]], first: bytes | None
) -> None:
    door, server = serve(first, OK)

    assert door.read("/x") == {"ok": True}
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_that_never_works_fails(
    serve: Callable[..., tuple[Door, Scripted]], status: int
) -> None:
    door, server = serve(answer(status, b'{"error":{"message":"busy"}}'))

    with pytest.raises(ReadFailed, match=f"{status} busy"):
        door.read("/x")
    assert len(server.requests) == 5


def test_what_failed_is_told_with_the_host_that_was_asked(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    _, server = serve(answer(404), answer(400))
    door = Door(
        "Anchor", f"{server.url}/{KEY}/api", {"k": KEY}, "THE_KEY", writable=True
    )
    host = server.url.removeprefix("http://")

    with pytest.raises(NotFound) as read:
        door.read("/v1/task")
    with pytest.raises(Refused) as written:
        door.write("POST", "/v1/task", {})
    door.close()

    assert read.value.detail == f"GET {host}/(redacted)/api/v1/task"
    assert written.value.detail == f"POST {host}/(redacted)/api/v1/task"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, AuthenticationFailed),
        (402, Refused),
        (403, AuthenticationFailed),
        (404, NotFound),
        (409, NameTaken),
        (422, Refused),
        (302, OutcomeUnknown),
        (307, Refused),
        (501, Refused),
    ],
)
def test_a_final_no_is_not_asked_again(
    serve: Callable[..., tuple[Door, Scripted]],
    status: int,
    error: type[TaskopsError],
) -> None:
    door, server = serve(answer(status))

    with pytest.raises(error):
        door.write("POST", "/x", {}, repeatable=True)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "lost",
    [answer(500), answer(503), answer(200, b"<html>"), answer(200, b"{"), None, b""],
)
def test_a_write_without_a_usable_answer_is_unknown_and_sent_once(
    serve: Callable[..., tuple[Door, Scripted]], lost: bytes | None
) -> None:
    door, server = serve(lost)

    with pytest.raises(OutcomeUnknown):
        door.write("POST", "/x", {})
    assert len(server.requests) == 1


@pytest.mark.parametrize("lost", [answer(500), None])
def test_a_write_by_name_is_sent_again(
    serve: Callable[..., tuple[Door, Scripted]], lost: bytes | None
) -> None:
    door, server = serve(lost, OK)

    assert door.write("POST", "/x", {}, repeatable=True) == {"ok": True}
    assert len(server.requests) == 2


@pytest.mark.parametrize("later", [400, 401, 403, 404, 409, 429])
def test_a_no_after_a_lost_try_leaves_the_outcome_unknown(
    serve: Callable[..., tuple[Door, Scripted]], later: int
) -> None:
    door, _ = serve(None, answer(later))

    with pytest.raises(OutcomeUnknown):
        door.write("POST", "/x", {}, repeatable=True)


def test_a_429_was_not_carried_out_and_is_sent_again(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    door, server = serve(answer(429, headers={"Retry-After": "0"}), OK)

    assert door.write("POST", "/x", {}) == {"ok": True}
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        ("9999999999", "9999999999 s"),
        ("61", "61 s"),
        ("Wed, 21 Oct 2015 07:30:00 GMT", "120 s"),
        ("Wed, 21 Oct 2099 07:28:00 GMT", " s"),
    ],
)
def test_a_wait_that_is_too_long_is_refused_and_not_slept(
    serve: Callable[..., tuple[Door, Scripted]], wait: str, told: str
) -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    door, server = serve(answer(429, headers={"Retry-After": wait, "Date": date}))

    with pytest.raises(Refused) as error:
        door.write("POST", "/x", {})
    assert "the service asks to come back in" in error.value.hint
    assert error.value.hint.endswith(told)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "wait",
    ["0", "0.01", "-5", "soon", "", "1e400", "nan", "Wed, 21 Oct 2015 07:27:00 GMT"],
)
def test_a_wait_that_nobody_can_keep_makes_nobody_sleep(
    serve: Callable[..., tuple[Door, Scripted]], wait: str
) -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    limited = answer(429, headers={"Retry-After": wait, "Date": date})
    door, server = serve(limited, OK)

    assert door.write("POST", "/x", {}) == {"ok": True}
    assert len(server.requests) == 2


@pytest.mark.parametrize("wait", ["1", "Wed, 21 Oct 2015 07:28:01 GMT"])
def test_a_wait_is_kept_in_both_forms(
    serve: Callable[..., tuple[Door, Scripted]], wait: str
) -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    door, _ = serve(answer(429, headers={"Retry-After": wait, "Date": date}), OK)
    began = time.monotonic()

    assert door.write("POST", "/x", {}) == {"ok": True}
    assert time.monotonic() - began >= 1


def test_when_everything_fails_the_tries_of_all_requests_run_out(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    door, _ = serve(answer(503))
    door.budget = Budget(6)

    for _ in range(10):
        with pytest.raises(ReadFailed):
            door.read("/x")
    assert door.requests == 10 + 6


def test_a_429_costs_nothing_of_the_tries_of_all_requests(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    door, _ = serve(answer(429, headers={"Retry-After": "0"}), OK)
    door.budget = Budget(0)

    assert door.read("/x") == {"ok": True}


def test_nothing_listens_so_surely_nothing_was_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    door = Door("Anchor", f"http://127.0.0.1:{port}", {}, "THE_KEY", writable=True)

    with pytest.raises(Refused, match="could not be reached"):
        door.write("POST", "/x", {})
    door.close()


def test_a_slow_drip_meets_the_deadline_of_the_whole_request(
    serve: Callable[..., tuple[Door, Scripted]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "READ_SECONDS", 0.1)
    door, _ = serve(Drip(OK, 0.02))

    with pytest.raises(ReadFailed, match="no answer in time"):
        door.read("/x")


def test_headers_that_drip_are_given_up_wherever_they_are_waited_for(
    serve: Callable[..., tuple[Door, Scripted]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "READ_SECONDS", 0.1)
    monkeypatch.setattr(door_module, "WRITE_SECONDS", 0.1)
    monkeypatch.setattr(door_module, "ATTEMPTS", 2)
    # Without the lanes' deadline they would all be waited for: for a minute.
    slow = answer(200, b"{}", headers={"X-Long": "x" * 3000})
    door, _ = serve(Drip(slow, 0.02))
    door.lanes = Lanes(8)
    began = time.monotonic()

    with pytest.raises(ReadFailed, match="no answer in time"):
        door.read("/x")
    with pytest.raises(OutcomeUnknown, match="no answer in time"):
        door.write("POST", "/x", {})
    assert time.monotonic() - began < 30


def test_an_answer_without_end_is_cut(
    serve: Callable[..., tuple[Door, Scripted]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST_BYTES", 100)
    door, _ = serve(answer(200, b" " * 1000))

    with pytest.raises(ReadFailed, match="larger than"):
        door.read("/x")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_the_key_never_follows_a_redirect(
    serve: Callable[..., tuple[Door, Scripted]], status: int, method: str
) -> None:
    elsewhere = Scripted([OK])
    door, server = serve(answer(status, headers={"Location": elsewhere.url + "/x"}))

    send: Callable[[], object] = partial(door.read, "/x")
    if method != "GET":
        send = partial(door.write, method, "/x", {}, repeatable=True)  # type: ignore[arg-type]  # one of them

    with pytest.raises(TaskopsError, match="redirect"):
        send()
    assert elsewhere.requests == []
    assert len(server.requests) == 1
    elsewhere.close()


def test_a_plan_can_not_write(serve: Callable[..., tuple[Door, Scripted]]) -> None:
    door, server = serve(OK, writable=False)

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with pytest.raises(RuntimeError, match="must not write"):
            door.write(method, "/x")
    assert server.requests == []


@pytest.mark.parametrize("form", [KEY, base64.b64encode(KEY.encode()).decode()])
def test_an_error_never_shows_the_key(
    serve: Callable[..., tuple[Door, Scripted]], form: str
) -> None:
    echoed = f'{{"error":{{"message":"no key {form}"}}}}'.encode()
    for status in (400, 401, 409, 500):
        door, _ = serve(answer(status, echoed))
        with pytest.raises(TaskopsError) as error:
            door.write("POST", "/x", {})
        told = f"{error.value.summary} {error.value.detail} {error.value.hint}"
        assert form not in told
        assert "(redacted)" in told


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_long_error_is_not_cut_in_the_middle_of_the_key(
    serve: Callable[..., tuple[Door, Scripted]], status: int
) -> None:
    for before in (0, 20, 30, 285, 295):
        door, _ = serve(answer(status, b"a" * before + KEY.encode()))
        with pytest.raises(TaskopsError) as error:
            door.write("POST", "/x", {})
        assert KEY[:9] not in f"{error.value.summary} {error.value.detail}"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 418, 501])
def test_a_read_that_is_refused_has_failed(
    serve: Callable[..., tuple[Door, Scripted]], status: int
) -> None:
    door, server = serve(answer(status))

    with pytest.raises(ReadFailed) as error:
        door.read("/x")
    assert error.value.status == status
    assert len(server.requests) == 1


def test_a_secret_that_was_sent_is_redacted_when_it_comes_back(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    door, _ = serve(answer(400, b'{"error":"bad password hunter22"}'))

    with pytest.raises(Refused) as error:
        door.write("POST", "/x", {"password": "hunter22"}, hide=("hunter22",))
    assert "hunter22" not in error.value.summary


def test_characters_that_nobody_can_see_are_taken_out(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    door, _ = serve(answer(400, b'{"error":"\\u001b[31mred\\u202e"}'))

    with pytest.raises(Refused) as error:
        door.write("POST", "/x", {})
    assert error.value.summary.isprintable()


@pytest.mark.parametrize(
    "origin", ["http://api.example", "ftp://x", "api.example", "http://127.0.0.1.evil"]
)
def test_an_address_that_is_not_safe_is_refused(origin: str) -> None:
    with pytest.raises(UsageError, match="https"):
        Door("Anchor", origin, {}, "THE_KEY")


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"code":400,"message":"why"}}',
        b'{"error":"why","code":400}',
        b'{"message":"why"}',
        b'{"detail":"why"}',
        b"why",
    ],
)
def test_every_form_of_an_error_is_understood(body: bytes) -> None:
    assert message(body) == "why"


def test_a_validation_error_names_its_place() -> None:
    body = b'{"detail":[{"loc":["body","task"],"msg":"too short","type":"x"}]}'

    assert message(body) == "body.task: too short"


def test_a_date_to_wait_for_counts_from_the_answers_own_date() -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"

    assert retry_after("Wed, 21 Oct 2015 07:28:30 GMT", http_date(date)) == 30
    assert retry_after("Wed, 21 Oct 2015 07:27:30 GMT", http_date(date)) is None
    assert retry_after("inf", None) is None


def test_a_cookie_of_the_service_is_not_sent_back(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    door, server = serve(answer(200, b"{}", {"Set-Cookie": "session=1; Path=/"}), OK)

    door.read("/a")
    door.read("/a")

    assert b"cookie" not in server.requests[1].lower()


def test_an_answer_is_gone_without_the_collector_of_circles(
    serve: Callable[..., tuple[Door, Scripted]],
) -> None:
    door, _ = serve(OK, OK)
    gc.collect()
    before = _answers_in_memory()
    gc.disable()
    try:
        door.read("/a")
        door.write("POST", "/a", {"a": "b"})
        after = _answers_in_memory()
    finally:
        gc.enable()

    assert after == before


def _answers_in_memory() -> int:
    return sum(isinstance(one, httpx.Response) for one in gc.get_objects())
