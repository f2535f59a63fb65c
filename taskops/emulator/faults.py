"""Answers that go wrong on purpose, by a script of rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.emulator.wire import Request

KINDS = frozenset(
    {
        "status",
        "reset",
        "reset_in_body",
        "truncated",
        "cut",
        "html",
        "drip_headers",
        "drip_body",
        "delay",
        "hang",
        "redirect",
        "edit",
    }
)
FIELDS = frozenset(
    {
        "method",
        "path",
        "nth",
        "when",
        "do",
        "status",
        "headers",
        "body",
        "seconds",
        "times",
        "edit",
    }
)


class BadRuleError(ValueError):
    """A rule that says nothing, or too much."""


@dataclass(slots=True)
class Rule:
    """
    One fault: for which requests, before or after they are carried out, what.

    `nth` counts matching requests from 1, `every` of them where it is 0; `times`
    is how often it happens. `seconds` are of a delay, or between two bytes.
    """

    do: str
    method: str = ""
    path: str = ""
    nth: int = 0
    when: str = "before"
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.0
    times: int = 1_000_000
    edit: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0

    def matches(self, request: Request) -> bool:
        """Whether this request is the one; counts it if it is of the kind."""
        if self.method and self.method != request.method:
            return False
        if self.path and not re.search(self.path, request.path):
            return False
        self.seen += 1
        if self.times <= 0 or (self.nth and self.seen != self.nth):
            return False
        self.times -= 1
        return True


def rule_from(given: Mapping[str, Any]) -> Rule:
    """A rule from plain data; raises BadRuleError."""
    if unknown := set(given) - FIELDS:
        raise BadRuleError(f"a fault has no `{min(unknown)}`")
    if given.get("do") not in KINDS:
        raise BadRuleError(f"`do` is one of {', '.join(sorted(KINDS))}")
    if given.get("when", "before") not in ("before", "after"):
        raise BadRuleError("`when` is before or after the commit")
    nth = given.get("nth", 0)
    return Rule(**{**given, "nth": 0 if nth == "every" else nth})


class Script:
    """The rules in force, in order."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.injected: list[str] = []

    def set(self, rules: list[Mapping[str, Any]]) -> None:
        """Replace all rules; raises BadRuleError."""
        self.rules = [rule_from(rule) for rule in rules]

    def next_for(self, request: Request) -> Rule | None:
        """The first rule that matches; every rule counts what it sees."""
        hits = [rule for rule in self.rules if rule.matches(request)]
        if not hits:
            return None
        self.injected.append(hits[0].do)
        return hits[0]
