"""Browser Use Cloud's tasks: a run for each POST, and nothing to edit."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taskops.emulator.browser_use_body import check, invalid
from taskops.emulator.store import now
from taskops.emulator.wire import Answer, Failure, Request, answer

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

KIND = "browser-use-run"
STATUSES = ("created", "started", "finished", "failed", "stopped")
ENDED = frozenset({"finished", "failed", "stopped"})


def create(account: Account, request: Request) -> Answer:
    """POST /tasks: 202 with the run's id."""
    body = request.json()
    check(account, body)
    run = {
        "id": str(uuid.uuid4()),
        "sessionId": body.get("sessionId") or str(uuid.uuid4()),
        "llm": body.get("llm") or (body.get("agentSettings") or {}).get("llm") or "o3",
        "task": body["task"],
        "metadata": body.get("metadata") or {},
        "createdAt": now(),
        "polls": account.number("run_polls"),
        "ends": account.behaviours["run_result"],
        "schema": body.get("structuredOutput") or body.get("structuredOutputJson"),
        "stopped": False,
    }
    account.store.put_thing(KIND, run["id"], run)
    account.log(kind="browser-use", id=run["id"], name=body["task"][:80])
    return answer({"id": run["id"], "sessionId": run["sessionId"]}, 202)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10**6:
        raise invalid(name, "a number from 1 on")
    return int(text[:9])


def _moment(request: Request, name: str) -> datetime | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, "a date and time") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def listing(account: Account, request: Request) -> Answer:
    """GET /tasks: newest first, with their metadata."""
    size = _number(request, "pageSize", 10)
    number = _number(request, "pageNumber", 1)
    if size > 100:
        raise invalid("pageSize", "1 to 100")
    runs = [_view(run) for run in reversed(account.store.things(KIND))]
    wanted = request.query.get("filterBy")
    if wanted is not None and wanted not in STATUSES:
        raise invalid("filterBy", f"one of {', '.join(STATUSES)}")
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
    run = account.store.thing(KIND, run_id)
    if run is None:
        raise Failure(404, "Task not found", form="detail")
    return run


def read(account: Account, run_id: str) -> Answer:
    """GET /tasks/{id}."""
    run = _found(account, run_id)
    shown = _view(run) | {"steps": [], "outputFiles": []}
    if run["polls"] > 0:
        run["polls"] -= 1
        account.store.put_thing(KIND, run_id, run)
    return answer(shown)


def status(account: Account, run_id: str) -> Answer:
    """GET /tasks/{id}/status."""
    shown = _view(_found(account, run_id))
    kept = ("id", "status", "output", "finishedAt", "isSuccess", "cost")
    return answer({key: shown.get(key) for key in kept})


def act(account: Account, request: Request, run_id: str) -> Answer:
    """PATCH /tasks/{id}: stop it."""
    run, action = _found(account, run_id), request.json().get("action")
    if action not in ("stop", "stop_task_and_session"):
        raise invalid("action", "stop or stop_task_and_session")
    run |= {"stopped": True, "polls": 0}
    account.store.put_thing(KIND, run_id, run)
    account.log(kind="browser-use-stop", id=run_id, name="")
    return answer(_view(run) | {"steps": [], "outputFiles": []})


def _view(run: Doc) -> Doc:
    said = "started" if run["polls"] > 0 else "finished"
    if said == "finished" and run["ends"] in ("failed", "stopped"):
        said = run["ends"]
    if run["stopped"]:
        said = "stopped"
    done = said in ENDED
    good = said == "finished" and run["ends"] != "unsuccessful"
    return {
        "id": run["id"],
        "sessionId": run["sessionId"],
        "llm": run["llm"],
        "task": run["task"],
        "status": said,
        "createdAt": run["createdAt"],
        "startedAt": run["createdAt"],
        "finishedAt": run["createdAt"] if done else None,
        "metadata": run["metadata"],
        "output": _output(run) if good else None,
        "isSuccess": good if said == "finished" else None,
        "judgement": None,
        "judgeVerdict": None,
        "cost": "0.03" if done else None,
        "browserUseVersion": None,
    }


def _output(run: Doc) -> str:
    if not run["schema"]:
        return f"done: {run['task'][:60]}"
    if run["ends"] == "unstructured":
        return '{"unexpected": true}'
    return json.dumps(example_of(json.loads(run["schema"])))


def example_of(schema: object) -> object:
    """A small value that a JSON Schema of the usual kind takes."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    match schema.get("type"):
        case "object":
            return {
                k: example_of(v) for k, v in (schema.get("properties") or {}).items()
            }
        case "array":
            return [example_of(schema.get("items") or {"type": "string"})]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "https://example.com/" if schema.get("format") == "uri" else "text"
