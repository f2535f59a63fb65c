"""Task code against the published types: run alone, with nothing of ours around."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Final

from taskops.compiler.cache import compiler_folder, leave, program, workplace
from taskops.errors import NotTypeChecked
from taskops.model.problem import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

SECONDS: Final = 120
MAX_OUTPUT: Final = 8 * 1024 * 1024
SETTINGS: Final = {
    "noEmit": True,
    "strict": True,
    "target": "es2022",
    "lib": ["es2023", "dom", "dom.iterable"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "moduleDetection": "force",
    "esModuleInterop": True,
    "skipLibCheck": True,
    "types": ["node"],
    "typeRoots": ["../node_modules/@types"],
}
"""Strict, for what a page runs (`dom`) and for what Node runs."""

_SAID = re.compile(r"t(\d+)\.tsx?\((\d+),(\d+)\): error TS(\d+): (.*)")
_UNKNOWN_PACKAGE = re.compile(r"Cannot find module '(?![./])")
_HINT: Final = "mend it, or write `// @ts-expect-error` and why on the line above"


def type_problems(
    codes: Mapping[str, bytes],
    environ: Mapping[str, str],
    tell: Callable[[str], None],
) -> list[Problem]:
    """What the compiler has against code files, by their path in the project."""
    if not codes:
        return []
    folder = compiler_folder(environ, tell)
    try:
        work = workplace(folder)
    except OSError as error:
        summary = "the compiler has no place to work in"
        hint = "make the folder writable, or set XDG_CACHE_HOME to one that is"
        raise NotTypeChecked(summary, str(error), hint) from None
    try:
        files = sorted(codes)
        for number, file in enumerate(files):
            suffix = "tsx" if file.endswith((".tsx", ".jsx")) else "ts"
            (work / f"t{number}.{suffix}").write_bytes(codes[file])
        settings = {"compilerOptions": SETTINGS, "include": ["t*"]}
        (work / "tsconfig.json").write_text(json.dumps(settings), "utf-8")
        return list(_problems(_run(program(folder), work), files))
    finally:
        leave(work)


# No name of the project's, no variable, no other folder: what a file contains can
# at most make the compiler slow, and then it is stopped.
def _run(compiler: Path, work: Path) -> str:
    environ = {"HOME": str(work), "TMPDIR": str(work), "GOMEMLIMIT": "2GiB"}
    if os.name == "nt":
        environ |= {"SYSTEMROOT": os.environ.get("SYSTEMROOT", ""), "TEMP": str(work)}
    words = [str(compiler), "--pretty", "false", "--project", "tsconfig.json"]
    try:
        with (work / "said").open("w+b") as said:
            ended = subprocess.run(  # noqa: S603  # pinned by its hash
                words,
                cwd=work,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            )
            said.seek(0)
            text = said.read(MAX_OUTPUT).decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        summary = f"the compiler was stopped after {SECONDS} seconds"
        hint = "check fewer tasks at once: `taskops validate --types PATH`"
        raise NotTypeChecked(summary, "", hint) from None
    except OSError as error:
        raise _broken(compiler, str(error)) from None
    if ended.returncode not in (0, 1, 2) or (ended.returncode and not text.strip()):
        raise _broken(compiler, text.strip()[-300:] or f"exit code {ended.returncode}")
    if ended.returncode and not _SAID.search(text):
        raise _broken(compiler, text.strip()[-300:])
    return text


def _broken(compiler: Path, detail: str) -> NotTypeChecked:
    folder = compiler.parents[2]
    hint = f"remove `{folder}`, and it is fetched again"
    return NotTypeChecked("the compiler does not run here", detail, hint)


def _problems(text: str, files: list[str]) -> Iterator[Problem]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = _SAID.match(line)
        if found is None:
            continue
        index, at_line, column, code, words = found.groups()
        # A package without known types is a matter for the warnings.
        if code in ("2307", "7016") and _UNKNOWN_PACKAGE.match(words):
            continue
        more = []
        for further in lines[number + 1 :]:
            if not further.startswith("  "):
                break
            more.append(further.strip())
        where = Location(files[int(index)], int(at_line), int(column))
        summary = f"{words.rstrip('.')} (TS{code})"
        yield Problem(summary, " ".join(more), where, _HINT)
