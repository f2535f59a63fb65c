"""What is odd about task code: warnings with file and line, never an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from taskops.manifests.careful import BIDI
from taskops.model.problem import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE: Final = "taskops: ignore"
"""A comment with these words silences every check of its line."""

_DEFAULT = re.compile(
    rb"export\s+default\s+async\b|\bas\s+default\b"
    rb"|export\s+default\s+(?!function\b|class\b|async\b)[A-Za-z_$(]"
)
_ENV = re.compile(r"""process\.env(?:\.([A-Za-z_]\w*)|\[\s*["']([^"']+)["']\s*\])""")
_RELATIVE = re.compile(
    r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["']\.{1,2}/"""
)
_KEYS = re.compile(
    r"""sk-[A-Za-z0-9_-]{20,}|[rs]k_live_[A-Za-z0-9]{16,}|sb_live_[A-Za-z0-9_]{8,}"""
    r"""|\bbu_[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}"""
    r"""|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}"""
    r"""|-----BEGIN [A-Z ]*PRIVATE KEY-----"""
    r"""|(?i:(?:api[_-]?key|password|secret|token))["']?\s*[:=]\s*["'][^"'\s]{16,}["']"""
)
# A glance at the bytes tells whether a line has to be looked at: most code has none.
_WORTH_A_LOOK = re.compile(
    rb"""process\.env|["']\.{1,2}/|sk-|k_live_|sb_live_|bu_|AKIA|gh[pousr]_|xox|AIza"""
    rb"""|PRIVATE KEY|(?i:api[_-]?key|password|secret|token)|\xe2\x80|\xe2\x81"""
)


def odd_things(file: str, content: bytes) -> Iterator[Problem]:
    """Every warning about one code file."""
    if not _DEFAULT.search(content):
        yield _warning(
            file,
            1,
            "no async function is exported as default, so there is nothing to run",
            "write `export default async function run() { … }`",
        )
    if _WORTH_A_LOOK.search(content):
        yield from _lines(file, content.decode("utf-8", "replace"))


def _lines(file: str, text: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        if SILENCE in line:
            continue
        if any(character in BIDI for character in line):
            words = "an invisible character makes this line read other than it runs"
            yield _warning(file, number, words, "remove the bidirectional control")
        if line.lstrip().startswith(("//", "*", "/*")):
            continue
        for match in _ENV.finditer(line):
            name = match[1] or match[2]
            if not name.startswith("ANCHOR_") and name not in seen:
                seen.add(name)
                yield _input(file, number, name)
        if _RELATIVE.search(line):
            words = "a relative import cannot work: only this one file is uploaded"
            yield _warning(file, number, words, "put the code into this file")
        if _KEYS.search(line):
            words = "this looks like a key or a password in the code"
            yield _warning(file, number, words, "take it from an `ANCHOR_` input")


def _input(file: str, number: int, name: str) -> Problem:
    safe = re.sub(r"\W", "", name)[:60]
    words = f"the input `{safe}` never arrives: names of inputs begin with `ANCHOR_`"
    return _warning(file, number, words, f"use `process.env.ANCHOR_{safe}`")


def _warning(file: str, line: int, words: str, hint: str) -> Problem:
    return Problem(words, "", Location(file, line, 1), hint, "warning")
