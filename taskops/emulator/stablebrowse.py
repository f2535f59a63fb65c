"""StableBrowse's tasks: a run for each POST, known by its id alone."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from taskops.emulator.example import example_of
from taskops.emulator.store import now
from taskops.emulator.wire import Answer, Failure, Request, answer

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

KIND = "stablebrowse-run"
MOST_STEPS = 25


def create(account: Account, request: Request) -> Answer:
    """POST /v1/tasks: 201 with the run's id."""
    body = request.json()
    _check(body)
    _check_session(account, body.get("sessionId"))
    month = now()[:7]
    runs = account.store.things(KIND)
    used = sum(run["createdAt"].startswith(month) for run in runs)
    limit = account.number("stablebrowse_quota")
    if used >= limit:
        more = {"limit": limit, "used": used}
        raise Failure(429, "monthly task quota exceeded", form="error", more=more)
    run = {
        "taskId": str(uuid.uuid4()),
        "sessionId": body.get("sessionId") or str(uuid.uuid4()),
        "endUserId": body["endUserId"],
        "task": body["task"],
        "schema": body.get("schema"),
        "html": bool(body.get("include_html_dump")),
        "steps": min(body.get("maxSteps", MOST_STEPS), MOST_STEPS),
        "createdAt": now(),
        "polls": account.number("run_polls"),
        "asked": False,
        "ends": account.behaviours["run_result"],
    }
    account.store.put_thing(KIND, run["taskId"], run)
    account.log(kind="stablebrowse", id=run["taskId"], name=body["task"][:80])
    kept = ("taskId", "sessionId", "createdAt")
    return answer({key: run[key] for key in kept} | {"status": "pending"}, 201)


def _check(body: Doc) -> None:
    user, task = body.get("endUserId"), body.get("task")
    if not isinstance(user, str) or not 1 <= len(user) <= 256:
        raise Failure(
            400, "endUserId is required, at most 256 characters", form="error"
        )
    if not isinstance(task, str) or not task.strip():
        raise Failure(400, "task is required", form="error")
    if "schema" in body and not isinstance(body["schema"], dict):
        raise Failure(400, "schema must be an object", form="error")
    steps = body.get("maxSteps", 1)
    if isinstance(steps, bool) or not isinstance(steps, int | float):
        raise Failure(400, "maxSteps must be a number", form="error")
    for name in ("sessionId", "startUrl"):
        if not isinstance(body.get(name) or "", str):
            raise Failure(400, f"{name} must be a string", form="error")
    if not isinstance(body.get("include_html_dump") or False, bool):
        raise Failure(400, "include_html_dump must be a boolean", form="error")


def _check_session(account: Account, session: str | None) -> None:
    """Sessions come from the service alone: another one is another business's."""
    if not session:
        return
    known = {run["sessionId"] for run in account.store.things(KIND)}
    if session not in known:
        status = account.number("stablebrowse_foreign_session")
        raise Failure(status, "sessionId belongs to another business", form="error")


def read(account: Account, run_id: str) -> Answer:
    """GET /v1/tasks/{id}."""
    run = account.store.thing(KIND, run_id)
    if run is None:
        raise Failure(404, "task not found", form="error")
    shown = _view(run)
    if run["polls"] > 0:
        left = {"polls": run["polls"] - 1, "asked": True}
        account.store.put_thing(KIND, run_id, run | left)
    return answer(shown)


def listing(account: Account, request: Request) -> Answer:
    """GET /v1/tasks: one row for each session, newest first, at most 100."""
    text = request.query.get("limit", "50")
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise Failure(400, "limit must be a number from 1 on", form="error")
    limit = min(int(text[:9]), 100)
    sessions: dict[str, list[Doc]] = {}
    for run in account.store.things(KIND):
        sessions.setdefault(run["sessionId"], []).append(run)
    rows = [
        {
            "sessionId": session,
            "firstTask": _view(runs[0]),
            "turnCount": len(runs),
            "latestStatus": _view(runs[-1])["status"],
            "latestCreatedAt": runs[-1]["createdAt"],
            "latestUpdatedAt": runs[-1]["createdAt"],
        }
        for session, runs in sessions.items()
    ]
    return answer({"sessions": rows[::-1][:limit]})


def session(account: Account, session_id: str) -> Answer:
    """GET /v1/sessions/{id}."""
    runs = [r for r in account.store.things(KIND) if r["sessionId"] == session_id]
    if not runs:
        raise Failure(404, "session not found", form="error")
    return answer({"sessionId": session_id, "tasks": [_view(run) for run in runs]})


def _view(run: Doc) -> Doc:
    new = run["polls"] > 1 and not run["asked"]
    said = "pending" if new else "running" if run["polls"] > 0 else "completed"
    if said == "completed" and run["ends"] in ("failed", "stopped"):
        said = "failed" if run["ends"] == "failed" else "cancelled"
    done = said == "completed"
    structured = done and run["schema"] and run["ends"] != "unstructured"
    return {
        "taskId": run["taskId"],
        "sessionId": run["sessionId"],
        "endUserId": run["endUserId"],
        "task": run["task"],
        "status": said,
        "result": f"done: {run['task'][:60]}" if done else None,
        "structured_content": example_of(run["schema"]) if structured else None,
        "html_dump": "<html></html>" if done and run["html"] else None,
        "totalSteps": 3 if done else 0,
        "durationMs": 1200 if done else None,
        "visitedUrls": ["example.com"] if done else [],
        "stepSummaries": [],
        "error": "the page did not load" if said == "failed" else None,
        "createdAt": run["createdAt"],
        "updatedAt": run["createdAt"],
    }
