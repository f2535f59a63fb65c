"""Every sentence about something wrong, as the source of taskops has it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

import taskops

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE: Final = Path(taskops.__file__).parent
# Which argument is the sentence, for each thing that carries one.
_WORDS: Final = {
    **dict.fromkeys(("Problem", "TaskopsError", "UsageError", "NotTypeChecked"), 0),
    **dict.fromkeys(("AuthenticationFailed", "NotApproved", "Stale", "Locked"), 0),
    **dict.fromkeys(("Guarded", "DamagedLedger", "Refused", "NotFound"), 0),
    **dict.fromkeys(("NameTaken", "ReadFailed", "OutcomeUnknown"), 0),
    **dict.fromkeys(("NotInsideError", "OddScalarError"), 0),
    **dict.fromkeys(("Odd", "Said", "NotSentError", "Wrong"), 1),
    **dict.fromkeys(("problem", "_problem"), 1),
    **dict.fromkeys(("Trouble", "_refused"), 2),
    "GitFailed": 0,
}
_KEYWORDS: Final = ("summary", "text", "words", "why")


def messages() -> dict[str, str]:
    """Each sentence with `…` where something of the moment stands; and its place."""
    found: dict[str, str] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        place = file.relative_to(SOURCE)
        # The emulator speaks as the services do; the model only carries.
        if place.parts[0] in ("emulator", "model"):
            continue
        for sentence in _in(ast.parse(file.read_text("utf-8"))):
            found.setdefault(sentence, place.as_posix())
    return found


def _in(tree: ast.Module) -> Iterator[str]:
    known = {}
    for statement in tree.body:
        known.update(_assigned(statement))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            named = dict(known)
            for node in ast.walk(function):
                for name, values in _assigned(node).items():
                    named[name] = named.get(name, []) + values
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    yield from _said(node, named)


def _said(call: ast.Call, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr == "note":
        index = len(call.args) - 2  # the hint is the last
    elif isinstance(function, ast.Name) and function.id in _WORDS:
        index = _WORDS[function.id]
    else:
        return
    given = [k.value for k in call.keywords if k.arg in _KEYWORDS]
    for value in given or call.args[index : index + 1]:
        yield from _sentences(value, named)


def _sentences(value: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    match value:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp():
            sentence = _text(value)
            if any(c.isalpha() for c in sentence.replace("…", "")):
                yield sentence
        case ast.IfExp(body=body, orelse=orelse):
            yield from _sentences(body, named)
            yield from _sentences(orelse, named)
        case ast.Name(id=name):
            for one in named.get(name, []):
                if not isinstance(one, ast.Name):
                    yield from _sentences(one, named)
        case _:
            pass  # put together elsewhere


def _text(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(map(_text, values))
        case ast.BinOp(left=left, right=right):
            return _text(left) + _text(right)
        case _:
            return "…"


def _assigned(node: ast.AST) -> dict[str, list[ast.expr]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return {name: [value]}
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return {name: [value]}
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = zip(names, values, strict=False)
            return {n.id: [v] for n, v in pairs if isinstance(n, ast.Name)}
        case _:
            return {}
