"""
The emulated account on a loopback socket, every answer after the same while.

`python -m bench.service DATABASE SECONDS` prints its address. What was read once is
answered from memory until something is written: it is taskops that is measured, and
not how fast an emulator in Python lists ten thousand tasks on the same processors.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.emulator.app import Emulator
from taskops.emulator.server import serve
from taskops.emulator.wire import Answer

if TYPE_CHECKING:
    from taskops.emulator.faults import Rule
    from taskops.emulator.wire import Request

COUNT = "/_bench/requests"


class Remembering(Emulator):
    """An emulator that answers what it answered before."""

    def __init__(self, path: str, pause: float) -> None:
        super().__init__(path)
        self.pause = pause
        self.asked = 0
        self._known: dict[tuple[str, str], Answer] = {}
        self._guard = threading.Lock()

    def handle(self, request: Request) -> tuple[Answer, Rule | None]:
        """Count it, answer it when the while is over: the work is a part of it."""
        if request.path == COUNT:
            return Answer(200, json.dumps(self.asked).encode(), {}), None
        began = time.monotonic()
        with self._guard:
            self.asked += 1
        answered = self._answered(request)
        time.sleep(max(0.0, began + self.pause - time.monotonic()))
        return answered

    def _answered(self, request: Request) -> tuple[Answer, Rule | None]:
        key = (request.path, str(sorted(request.query.items())))
        if request.method == "GET" and (known := self._known.get(key)):
            return known, None
        answer, rule = super().handle(request)
        if request.method == "GET":
            self._known[key] = answer
        else:
            self._known.clear()
        return answer, rule


def main() -> None:
    database, seconds = sys.argv[1:]
    # Opened anew once it has been filled by somebody else: SQLite sees to that.
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    server = serve(Remembering(database, float(seconds)))
    sys.stdout.write(server.url + "\n")
    sys.stdout.flush()
    server.wait()


if __name__ == "__main__":
    main()
