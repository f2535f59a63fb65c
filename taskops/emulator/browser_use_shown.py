"""How a run of Browser Use is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from taskops.emulator.example import example_of

if TYPE_CHECKING:
    from taskops.emulator.store import Doc

ENDED = frozenset({"finished", "failed", "stopped"})


def state(run: Doc) -> str:
    """The status by the service's word; new until it was asked about."""
    if run["stopped"]:
        return "stopped"
    if run["polls"] > 0:
        return "created" if run["polls"] > 1 and not run["asked"] else "started"
    return run["ends"] if run["ends"] in ("failed", "stopped") else "finished"


def view(run: Doc) -> Doc:
    """An item of the list."""
    said = state(run)
    done, succeeded = said in ENDED, run["ends"] != "unsuccessful"
    good = said == "finished" and succeeded
    verdict = succeeded if said == "finished" and run["judge"] else None
    report = {"verdict": verdict, "reasoning": "emulated"}
    return {
        "id": run["id"],
        "sessionId": run["sessionId"],
        "llm": run["llm"],
        "task": run["task"],
        "status": said,
        "createdAt": run["createdAt"],
        "startedAt": None if said == "created" else run["createdAt"],
        "finishedAt": run["createdAt"] if done else None,
        "metadata": run["metadata"],
        "output": _output(run) if good else None,
        "isSuccess": good if said == "finished" else None,
        "judgement": None if verdict is None else json.dumps(report),
        "judgeVerdict": verdict,
        "cost": "0.03" if done else None,
        "browserUseVersion": None,
        "suggestions": [],
    }


def whole(run: Doc) -> Doc:
    """The one run, with what the list leaves out."""
    number = 0 if state(run) == "created" else 3 if run["polls"] <= 0 else 1
    return view(run) | {
        "steps": [_step(run, n + 1) for n in range(number)],
        "outputFiles": [],
    }


def _step(run: Doc, number: int) -> Doc:
    return {
        "number": number,
        "memory": "",
        "evaluationPreviousGoal": "",
        "nextGoal": "Go on.",
        "url": run["startUrl"] or "about:blank",
        "screenshotUrl": None,
        "actions": [],
    }


def _output(run: Doc) -> str:
    if not run["schema"]:
        return f"done: {run['task'][:60]}"
    if run["ends"] == "unstructured":
        return '{"unexpected": true}'
    return json.dumps(example_of(json.loads(run["schema"])))
