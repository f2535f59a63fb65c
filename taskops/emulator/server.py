"""The account on a loopback socket, faults of the transport included."""

from __future__ import annotations

import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from taskops.emulator.replaced import cut
from taskops.emulator.wire import STATUS, Answer, Failure, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.emulator.app import Emulator
    from taskops.emulator.faults import Rule


class Server:
    """A running server; close it when done."""

    def __init__(self, emulator: Emulator, host: str, port: int) -> None:
        self._http = _Listener((host, port), _Handler)
        self._http.emulator = emulator
        self.port = self._http.server_address[1]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Listen no more, and cut what is open; the account stays."""
        self._http.shutdown()
        self._http.cut_all()
        self._http.server_close()

    def wait(self) -> None:
        """Until somebody else closes it."""
        self._thread.join()


def serve(emulator: Emulator, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Serve the account; port 0 takes a free one."""
    return Server(emulator, host, port)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    emulator: Emulator

    def server_activate(self) -> None:
        self.open: set[socket.socket] = set()
        super().server_activate()

    def cut_all(self) -> None:
        """Cut every open connection."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name above
        """Say nothing: the log of requests is asked for."""

    def _serve(self) -> None:
        try:
            body = self._body()
        except ValueError:
            self.close_connection = True
            self._send(Failure(400, "the length of the body is not clear").answer())
            return
        parts = urlsplit(self.path)
        headers = {key.lower(): value for key, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(self.command, parts.path, query, headers, body)
        answer, rule = self.server.emulator.handle(request)
        if rule is None or not self._broken(answer, rule):
            self._send(answer)

    def _body(self) -> bytes:
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise ValueError
        return self.rfile.read(length) if length else b""

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(100).partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline(100)
        while self.rfile.readline(65537).strip():
            """What follows the last chunk is of no use."""

    def __getattr__(self, name: str) -> object:
        # The library asks for `do_GET` and its like; every method is served alike.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _send(self, answer: Answer) -> None:
        self.wfile.write(self._head(answer, len(answer.body)) + answer.body)

    def _head(self, answer: Answer, length: int | None) -> bytes:
        said = STATUS.get(answer.status, "Status")
        headers = {"Date": self.date_time_string(), **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} {said}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        if length is None:
            lines.append("Connection: close")
        else:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _broken(self, answer: Answer, rule: Rule) -> bool:
        """Perform the fault; whether it took the place of a whole answer."""
        whole = self._head(answer, len(answer.body)) + answer.body
        match rule.do:
            case "reset":
                self._reset()
            case "reset_in_body":
                self.wfile.write(whole[: len(whole) - len(answer.body) // 2 - 1])
                self.wfile.flush()
                self._reset()
            case "truncated":
                self.wfile.write(whole[: len(whole) - len(answer.body) // 2 - 1])
                self._hang_up()
            case "cut":
                # Nobody said how long it would be, and what came is valid.
                self.wfile.write(self._head(answer, None) + cut(rule))
                self._hang_up()
            case "drip_headers" | "drip_body":
                kept = 0 if rule.do == "drip_headers" else len(whole) - len(answer.body)
                self.wfile.write(whole[:kept])
                self._drip(whole[kept:], rule.seconds)
            case _:
                return False
        return True

    def _drip(self, data: bytes, pause: float) -> None:
        for number in range(len(data)):
            try:
                self.wfile.write(data[number : number + 1])
            except OSError:
                break
            if self.server.emulator.closing.wait(pause):
                break

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()
