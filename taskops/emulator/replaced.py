"""What is answered in place of the service's own words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from taskops.emulator.wire import Answer, Failure

if TYPE_CHECKING:
    from taskops.emulator.faults import Rule

HTML = "<html><body><h1>Just a moment</h1></body></html>"
CUT = '{"data":{"tasks":[]}}'
ELSEWHERE = "https://elsewhere.example/"


def replacement(rule: Rule | None) -> Answer | None:
    """The answer of a rule that has one of its own."""
    if rule is None:
        return None
    match rule.do:
        case "status":
            status = rule.status or 503
            said = Failure(status, "emulated").answer()
            body = rule.body.encode() if rule.body else said.body
            return Answer(status, body, {**said.headers, **rule.headers})
        case "html":
            headers = {"Content-Type": "text/html", **rule.headers}
            return Answer(rule.status or 200, (rule.body or HTML).encode(), headers)
        case "redirect":
            headers = {"Location": ELSEWHERE, **rule.headers}
            return Answer(rule.status or 302, b"", headers)
        case _:
            return None


def cut(rule: Rule) -> bytes:
    """A body that ends too early and is valid all the same."""
    return (rule.body or CUT).encode()


def defect(error: Exception) -> Answer:
    """An error of the emulator itself: told as such, so that a test can see it."""
    message = f"the emulator has a defect: {type(error).__name__}: {error}"
    value = {"error": {"code": 500, "message": message}}
    # ASCII, because the message may hold what cannot be encoded.
    return Answer(500, json.dumps(value).encode(), {"Content-Type": "application/json"})
