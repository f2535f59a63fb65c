"""Routes for whoever owns the emulator; they are not in its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.emulator.behaviours import UnknownKnobError
from taskops.emulator.faults import BadRuleError
from taskops.emulator.wire import Answer, Failure, Request, answer

if TYPE_CHECKING:
    from taskops.emulator.app import Emulator

PREFIX = "/_emulator/"


def handle(emulator: Emulator, request: Request) -> Answer:
    """Read the logs, set behaviours and faults, edit by hand, start anew."""
    try:
        return _handle(emulator, request)
    except Failure as failure:
        return failure.answer()
    except (UnknownKnobError, BadRuleError, KeyError, TypeError) as error:
        return Failure(400, str(error)).answer()


def _handle(emulator: Emulator, request: Request) -> Answer:
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "requests":
            return answer(emulator.requests())
        case "GET", "commits":
            return answer(emulator.commits())
        case "GET", "faults":
            return answer(emulator.faults.injected)
        case "POST", "behaviours":
            emulator.set_behaviours(request.json())
        case "POST", "faults":
            emulator.set_faults(request.json().get("rules", []))
        case "POST", "edit":
            return answer({"id": emulator.edit(**request.json())})
        case "POST", "reset":
            emulator.reset()
        case _:
            raise Failure(404, "no such control")
    return answer({"ok": True})
