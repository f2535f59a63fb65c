"""Browser Use Cloud's tasks: a run for each POST, and nothing to edit."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taskops.emulator.browser_use_body import asked, check, invalid, is_uuid
from taskops.emulator.browser_use_shown import ENDED, state, view, whole
from taskops.emulator.store import now
from taskops.emulator.wire import Answer, Failure, Request, answer

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

KIND = "browser-use-run"
STATUSES = ("created", "started", "finished", "failed", "stopped")

STOPPED = "Browser session is stopped. Please start a new session and try again."
BUSY = (
    "Agent session already has a running task. "
    "Please wait for it to finish or stop it manually."
)
CAPPED = {
    "code": "api_key_monthly_spend_limit_reached",
    "message": "The monthly spending limit of this API key is reached",
    "cap": "10.00",
    "spent": "10.00",
}
CROWDED = (
    "Too many concurrent active sessions. "
    "Please wait for one to finish, kill one, or upgrade your plan."
)


def create(account: Account, request: Request) -> Answer:
    """POST /tasks: 202 with the run's id."""
    body = request.json()
    check(account, body)
    session = asked(body, "sessionId", "browserSettings")
    _check_place(account, session)
    run = {
        "id": str(uuid.uuid4()),
        "sessionId": session or str(uuid.uuid4()),
        "llm": asked(body, "llm", "agentSettings") or "browser-use-2.0",
        "startUrl": asked(body, "startUrl", "agentSettings"),
        "task": body["task"],
        "metadata": body.get("metadata") or {},
        "createdAt": now(),
        "polls": account.number("run_polls"),
        "asked": False,
        "ends": account.behaviours["run_result"],
        "schema": body.get("structuredOutput") or body.get("structuredOutputJson"),
        "judge": bool(body.get("judge")),
        "stopped": False,
    }
    account.store.put_thing(KIND, run["id"], run)
    account.log(kind="browser-use", id=run["id"], name=body["task"][:80])
    return answer({"id": run["id"], "sessionId": run["sessionId"]}, 202)


def _check_place(account: Account, session: str | None) -> None:
    """Whether the session can take it, or there is room and money for a new one."""
    active = [r for r in account.store.things(KIND) if state(r) not in ENDED]
    if session is not None:
        kind = account.behaviours["browser_use_session"]
        if kind == "absent":
            raise Failure(404, "Session not found", form="detail")
        if kind == "stopped":
            raise Failure(400, STOPPED, form="detail")
        if any(run["sessionId"] == session for run in active):
            raise Failure(400, BUSY, form="detail")
        return
    match account.behaviours["browser_use_credits"]:
        case "none":
            raise Failure(402, "Insufficient credits", form="detail")
        case "capped":
            raise Failure(402, CAPPED["message"], more={"detail": CAPPED})
        case _:
            pass
    if len({r["sessionId"] for r in active}) >= account.number("browser_use_sessions"):
        raise Failure(429, CROWDED, form="detail")


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10**6:
        raise invalid(name, "a number from 1 on", "query")
    return int(text[:9])


def _moment(request: Request, name: str) -> datetime | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, "a date and time", "query") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def listing(account: Account, request: Request) -> Answer:
    """GET /tasks: newest first, with their metadata."""
    size = _number(request, "pageSize", 10)
    number = _number(request, "pageNumber", 1)
    if size > 100:
        raise invalid("pageSize", "1 to 100", "query")
    runs = [view(run) for run in reversed(account.store.things(KIND))]
    wanted = request.query.get("filterBy")
    if wanted is not None and wanted not in STATUSES:
        raise invalid("filterBy", f"one of {', '.join(STATUSES)}", "query")
    session = request.query.get("sessionId")
    if session is not None and not is_uuid(session):
        raise invalid("sessionId", "a UUID", "query")
    runs = [run for run in runs if session in (None, run["sessionId"])]
    if wanted:
        runs = [run for run in runs if run["status"] == wanted]
    after, before = _moment(request, "after"), _moment(request, "before")
    runs = [
        run
        for run in runs
        if (after is None or datetime.fromisoformat(run["createdAt"]) >= after)
        and (before is None or datetime.fromisoformat(run["createdAt"]) <= before)
    ]
    page = runs[(number - 1) * size : number * size]
    shown = {
        "items": page,
        "totalItems": len(runs),
        "pageNumber": number,
        "pageSize": size,
    }
    return answer(shown)


def _found(account: Account, run_id: str) -> Doc:
    if not is_uuid(run_id):
        raise invalid("task_id", "a UUID", "path")
    run = account.store.thing(KIND, run_id)
    if run is None:
        raise Failure(404, "Task not found", form="detail")
    return run


def _asked_about(account: Account, run: Doc) -> None:
    """Nothing runs here: a run comes nearer to its end when it is asked about."""
    if run["polls"] > 0:
        left = {"polls": run["polls"] - 1, "asked": True}
        account.store.put_thing(KIND, run["id"], run | left)


def read(account: Account, run_id: str) -> Answer:
    """GET /tasks/{id}."""
    run = _found(account, run_id)
    _asked_about(account, run)
    return answer(whole(run))


def status(account: Account, run_id: str) -> Answer:
    """GET /tasks/{id}/status."""
    run = _found(account, run_id)
    _asked_about(account, run)
    shown = view(run)
    kept = ("id", "status", "output", "finishedAt", "isSuccess", "cost")
    return answer({key: shown.get(key) for key in kept})


def logs(account: Account, run_id: str) -> Answer:
    """GET /tasks/{id}/logs: where the log is; there is nothing behind it."""
    _found(account, run_id)
    return answer({"downloadUrl": f"https://logs.example/{run_id}.txt"})


def act(account: Account, request: Request, run_id: str) -> Answer:
    """PATCH /tasks/{id}: stop it; what has ended stays as it ended."""
    run, action = _found(account, run_id), request.json().get("action")
    if action not in ("stop", "stop_task_and_session"):
        raise invalid("action", "stop or stop_task_and_session")
    if state(run) not in ENDED:
        run |= {"stopped": True, "polls": 0}
        account.store.put_thing(KIND, run_id, run)
        account.log(kind="browser-use-stop", id=run_id, name="")
    return answer(whole(run))
