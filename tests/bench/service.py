"""
The emulated account on a loopback socket, every answer after the same while.

`python -m bench.service DATABASE SECONDS` prints its address. The while begins with
the first line of a request, so that all that is done here is a part of it. What was
read once is answered from memory until something is written, and a request is taken
apart by a few lines of its own: it is taskops that is measured, and not how fast
Python lists ten thousand tasks, or parses headers, on the same processors.
"""

from __future__ import annotations

import sys
import threading
import time
from email.utils import formatdate
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from taskops.emulator.app import Emulator
from taskops.emulator.wire import Answer, Request

if TYPE_CHECKING:
    from taskops.emulator.faults import Rule

COUNT = "/_bench/requests"


class Remembering(Emulator):
    """An emulator that answers what it answered before."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._known: dict[tuple[str, str], Answer] = {}

    def handle(self, request: Request) -> tuple[Answer, Rule | None]:
        """From memory what was read since the last write."""
        key = (request.path, str(sorted(request.query.items())))
        if request.method == "GET" and (known := self._known.get(key)):
            return known, None
        answer, rule = super().handle(request)
        if request.method == "GET":
            self._known[key] = answer
        else:
            self._known.clear()
        return answer, rule


class Slow(ThreadingTCPServer):
    """A thread for each connection, and the while that each answer takes."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, emulator: Remembering, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.emulator = emulator
        self.seconds = seconds
        self.asked = 0
        self.guard = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Connection(StreamRequestHandler):
    disable_nagle_algorithm = True
    server: Slow

    def handle(self) -> None:
        """One request after another, until either side hangs up."""
        while line := self.rfile.readline():
            began = time.monotonic()
            request = self._request(line)
            if request.path == COUNT:
                self._send(Answer(200, str(self.server.asked).encode()))
            else:
                with self.server.guard:
                    self.server.asked += 1
                answer, _ = self.server.emulator.handle(request)
                time.sleep(max(0.0, began + self.server.seconds - time.monotonic()))
                self._send(answer)
            if request.headers.get("connection", "").lower() == "close":
                break

    def _request(self, first: bytes) -> Request:
        method, target, _ = first.decode("latin-1").split(" ")
        headers = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        path, _, query = target.partition("?")
        return Request(method, path, dict(parse_qsl(query)), headers, body)

    def _send(self, answer: Answer) -> None:
        head = {
            "Date": formatdate(usegmt=True),
            **answer.headers,
            "Content-Length": len(answer.body),
        }
        lines = [f"HTTP/1.1 {answer.status} .", *(f"{k}: {v}" for k, v in head.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)


def main() -> None:
    database, seconds = sys.argv[1:]
    # Opened anew once it has been filled by somebody else: SQLite sees to that.
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    server = Slow(Remembering(database), float(seconds))
    sys.stdout.write(server.url + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
