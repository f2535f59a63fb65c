"""
`python -m fuzz TARGET [-max_total_time=600]`: atheris looks for bytes that break it.

It is a tool to install first: `pip install atheris`; not every Python has it. What
would be right stands at the beginning, and the words in it are a dictionary: from
nothing it takes for ever to come upon an object that has a field.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Feed one target until something breaks, or the time is up."""
    atheris: Any = importlib.import_module("atheris")
    # What is to be explored must be imported while atheris watches.
    with atheris.instrument_imports(include=["taskops"]):
        from fuzz.targets import SEEDS, TARGETS
        from taskops.providers.anchor import listing
        from taskops.providers.browser_use import search
        from taskops.providers.http import door

    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"the target is one of {', '.join(TARGETS)}")
    door.ATTEMPTS = 1
    # A `total` that lies costs a thousand requests before it is found out, and one
    # input in three has one: the loops are the same with fewer pages.
    listing.AT_ONCE, search.MOST_PAGES = 3, 3
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    given = _begun(folder, [*_starts(name, SEEDS.get(name, []))])
    atheris.Setup([*sys.argv, *given], TARGETS[name])
    atheris.Fuzz()


def _starts(name: str, seeds: list[object]) -> Iterator[bytes]:
    """What would be right, in the form that the target reads."""
    for seed in seeds:
        text = json.dumps(seed).encode()
        if name == "answers":
            # One answer for each status, which is the first byte.
            yield from (bytes([status]) + text for status in range(6))
        else:
            yield text
    if name == "manifest":
        yield b"kind: Task\nprovider: anchor\nname: a\ncode: ./a.ts\n"


def _begun(folder: Path, starts: list[bytes]) -> list[str]:
    """A first corpus and its words, as arguments."""
    corpus, words = folder / "corpus", folder / "words"
    corpus.mkdir()
    for number, start in enumerate(starts):
        (corpus / str(number)).write_bytes(start)
    found = sorted({word for start in starts for word in start.split(b'"')[1::2]})
    lines = [
        f'"{word.decode()}"' for word in found if word.isalnum() and len(word) < 40
    ]
    words.write_text("\n".join(lines) + "\n", "utf-8")
    return [str(corpus), f"-dict={words}"]


if __name__ == "__main__":
    main()
