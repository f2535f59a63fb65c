"""Routes for whoever owns the emulator; they are not in its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskops.emulator.behaviours import UnknownKnobError
from taskops.emulator.faults import BadRuleError
from taskops.emulator.replaced import defect
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
    except (UnknownKnobError, BadRuleError) as error:
        return Failure(400, str(error)).answer()
    except Exception as error:  # noqa: BLE001  # a defect is told, not hung up on
        return defect(error)


def _named(request: Request, name: str) -> Any:
    """One field of the body; a typing error must not mean that nothing was said."""
    body = request.json()
    if set(body) != {name}:
        raise Failure(400, f"the body is an object with `{name}`")
    return body[name]


def _seconds(request: Request) -> float:
    value = _named(request, "seconds")
    if type(value) not in (int, float) or not 0 <= value <= 60:
        raise Failure(400, "`seconds` is a number from 0 to 60")
    return float(value)


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
            emulator.set_faults(_named(request, "rules"))
        case "POST", "latency":
            emulator.latency = _seconds(request)
        case "POST", "edit":
            return answer({"id": emulator.edit(**request.json())})
        case "POST", "reset":
            emulator.reset()
        case _:
            raise Failure(404, "no such control")
    return answer({"ok": True})
