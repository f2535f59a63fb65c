"""Answers that go wrong on purpose, by a script of rules."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taskops.emulator.wire import Request

KINDS: Mapping[str, str] = {
    "status": "another status, with `headers` and `body`",
    "html": "200 with a page of HTML",
    "redirect": "302, or the status given, to `headers.Location`",
    "reset": "the connection is reset before the headers",
    "reset_in_body": "the connection is reset in the middle of the body",
    "truncated": "the connection ends in the middle of the body",
    "cut": "a body without a length that ends too early, at valid JSON",
    "drip_headers": "one byte at a time, `seconds` apart, from the first on",
    "drip_body": "one byte at a time, `seconds` apart, after the headers",
    "delay": "the answer comes `seconds` later",
    "hang": "the answer never comes, or after `seconds`",
    "edit": "somebody makes the hand edit `edit` meanwhile",
}
"""What a rule can do; the last five let the request be carried out all the same."""

PASSING = frozenset({"delay", "hang", "edit", "drip_headers", "drip_body"})


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
    status: int = 0
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
        return self.times > 0 and self.nth in (0, self.seen)


FIELDS = {one.name for one in fields(Rule)} - {"seen"}


def rule_from(given: object) -> Rule:
    """A rule from plain data; raises BadRuleError."""
    if not isinstance(given, dict):
        raise BadRuleError("a rule is an object")
    if unknown := set(given) - FIELDS:
        raise BadRuleError(f"a rule has no `{min(unknown)}`")
    rule = dict(given)
    if rule.get("nth") == "every":
        rule["nth"] = 0
    if isinstance(rule.get("body"), dict | list):
        rule["body"] = json.dumps(rule["body"])
    for name, (good, words) in CHECKS.items():
        if name in rule and not good(rule[name]):
            raise BadRuleError(f"`{name}` is {words}, not `{given[name]}`")
    if "do" not in rule:
        raise BadRuleError("a rule says what to `do`")
    if rule["do"] == "edit" and not rule.get("edit"):
        raise BadRuleError("`edit` says what is edited")
    return Rule(**rule)


def _whole(least: int, most: int = 1_000_000_000) -> Callable[[object], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _regular(value: object) -> bool:
    try:
        return isinstance(value, str) and re.compile(value) is not None
    except re.error:
        return False


def _texts(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    words = [*value.keys(), *value.values()]
    # What a header cannot carry would break the emulator, not the client.
    return all(isinstance(w, str) and w.isprintable() and w.isascii() for w in words)


CHECKS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "do": (lambda v: isinstance(v, str) and v in KINDS, f"one of {', '.join(KINDS)}"),
    "method": (lambda v: isinstance(v, str) and v == v.upper(), "a method like `POST`"),
    "path": (_regular, "a regular expression"),
    "nth": (_whole(0), "a number from 1, or `every`"),
    "when": (lambda v: v in ("before", "after"), "`before` or `after`"),
    "status": (_whole(200, 599), "a status from 200 to 599"),
    "headers": (_texts, "an object of printable texts"),
    "body": (lambda v: isinstance(v, str), "a text or JSON"),
    "seconds": (
        lambda v: type(v) in (int, float) and 0 <= float(str(v)) <= 86400,
        "a number of seconds from 0",
    ),
    "times": (_whole(1), "a number from 1"),
    "edit": (lambda v: isinstance(v, dict), "an object"),
}


class Script:
    """The rules in force, in order."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.injected: list[str] = []

    def set(self, rules: object) -> None:
        """Replace all rules; raises BadRuleError and then keeps the old ones."""
        if not isinstance(rules, list | tuple):
            raise BadRuleError("the rules are a list")
        self.rules = [rule_from(rule) for rule in rules]

    def next_for(self, request: Request) -> Rule | None:
        """The first rule that matches; every rule counts what it sees."""
        hits = [rule for rule in self.rules if rule.matches(request)]
        if not hits:
            return None
        hits[0].times -= 1
        self.injected.append(hits[0].do)
        return hits[0]
