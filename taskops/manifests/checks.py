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
    r"default\s+async\b|default\s+(?!function\b|class\b|async\b)[A-Za-z_$(]"
)
_INPUT = re.compile(
    r"""process\.env(?:\.([A-Za-z_]\w{0,99})|\[\s*["']([^"'\n]{1,99})["']\s*\])"""
)
_IMPORT = re.compile(r"(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*\Z")
_ASSIGNED = re.compile(r"""[a-z_-]*["']?\s{0,9}[:=]\s{0,9}["'][^"'\s]{16,}["']""")
_KEYS: Final = {
    "sk-": re.compile(r"sk-[A-Za-z0-9_-]{20,}"),
    "k_live_": re.compile(r"k_live_[A-Za-z0-9]{16,}"),
    "sb_live_": re.compile(r"sb_live_[A-Za-z0-9_]{8,}"),
    "bu_": re.compile(r"bu_[A-Za-z0-9_-]{20,}"),
    "AKIA": re.compile(r"AKIA[0-9A-Z]{16}\b"),
    "gh": re.compile(r"gh[pousr]_[A-Za-z0-9]{30,}"),
    "xox": re.compile(r"xox[abprs]-[A-Za-z0-9-]{10,}"),
    "AIza": re.compile(r"AIza[0-9A-Za-z_-]{35}"),
    "-----BEGIN": re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"),
}
_NAMES_OF_KEYS: Final = ("api_key", "apikey", "api-key", "password", "secret", "token")


def odd_things(file: str, content: bytes) -> Iterator[Problem]:
    """Every warning about one code file, by line."""
    text = content.decode("utf-8", "replace")
    if not _is_exported(text):
        yield _warning(
            file,
            1,
            "no async function is exported as default, so there is nothing to run",
            "write `export default async function run() { … }`",
        )
    found = [*_inputs(text), *_imports(text), *_keys(text), *_hidden(text)]
    for at, words, hint in sorted(found):
        if not _is_silenced(text, at):
            yield _warning(file, text.count("\n", 0, at) + 1, words, hint)


_Odd = tuple[int, str, str]


def _is_exported(text: str) -> bool:
    for at in _places(text, "default"):
        before = text[max(0, at - 40) : at].rstrip()
        if before.endswith("export") and _DEFAULT.match(text, at):
            return True
        if before.endswith(" as"):
            return True
    return False


def _inputs(text: str) -> Iterator[_Odd]:
    seen: set[str] = set()
    for at in _places(text, "process.env"):
        match = _INPUT.match(text, at)
        name = re.sub(r"\W", "", (match[1] or match[2]) if match else "")
        if name and not name.startswith("ANCHOR_") and name not in seen:
            seen.add(name)
            words = f"the input `{name}` never arrives: inputs begin with `ANCHOR_`"
            yield at, words, f"use `process.env.ANCHOR_{name}`"


def _imports(text: str) -> Iterator[_Odd]:
    for word in ('"./', "'./", '"../', "'../"):
        for at in _places(text, word):
            if _IMPORT.search(text[max(0, at - 20) : at]):
                words = "a relative import cannot work: only this file is uploaded"
                yield at, words, "put the code into this file"


def _keys(text: str) -> Iterator[_Odd]:
    words = "this looks like a key or a password in the code"
    hint = "take it from an `ANCHOR_` input"
    lines: set[int] = set()
    for at in sorted({*_by_form(text), *_by_name(text)}):
        line = text.rfind("\n", 0, at)
        if line not in lines:
            lines.add(line)
            yield at, words, hint


def _by_form(text: str) -> Iterator[int]:
    for word, form in _KEYS.items():
        yield from (at for at in _places(text, word) if form.match(text, at))


def _by_name(text: str) -> Iterator[int]:
    lower = text.lower()
    if len(lower) != len(text):  # some letters have a longer lower-case form
        return
    for word in _NAMES_OF_KEYS:
        for at in _places(lower, word):
            if _ASSIGNED.match(lower, at + len(word)):
                yield at


def _hidden(text: str) -> Iterator[_Odd]:
    if text.isascii():
        return
    words = "an invisible character makes this line read other than it runs"
    for character in BIDI:
        for at in _places(text, character):
            yield at, words, "remove the bidirectional control"


# Searching for a word and looking closer there is many times faster than one
# expression that is tried at every character of the file.
def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _is_silenced(text: str, at: int) -> bool:
    end = text.find("\n", at)
    line = text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else None]
    is_comment = line.lstrip().startswith(("//", "*", "/*"))
    hides = any(character in BIDI for character in line)
    return SILENCE in line or (is_comment and not hides)


def _warning(file: str, line: int, words: str, hint: str) -> Problem:
    return Problem(words, "", Location(file, line, 1), hint, "warning")
