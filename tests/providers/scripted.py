"""A server that says exactly what a test tells it, byte by byte, over a socket."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field

OK = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 11\r\n\r\n{"ok":true}'


def answer(
    status: int, body: bytes = b"{}", headers: dict[str, str] | None = None
) -> bytes:
    """One whole HTTP answer."""
    # The server hangs up after each; a client that was not told would try again
    # on a dead connection, and count one request more than arrives.
    lines = [f"HTTP/1.1 {status} X", "Connection: close"]
    lines += [f"Content-Length: {len(body)}"]
    lines += [f"{key}: {value}" for key, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Drip:
    """Bytes that come one by one."""

    data: bytes
    pause: float


@dataclass
class Scripted:
    """
    Answers connection after connection with the next part of its script.

    Bytes are sent as they are and the connection closed; None closes it at once
    with a reset; the last part is repeated.
    """

    script: list[bytes | Drip | None]
    requests: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def _serve(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            part = self.script[min(number, len(self.script) - 1)]
            number += 1
            with connection:
                self.requests.append(_request(connection))
                _send(connection, part)


def _request(connection: socket.socket) -> bytes:
    data = b""
    connection.settimeout(5)
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _send(connection: socket.socket, part: bytes | Drip | None) -> None:
    try:
        if part is None:
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif isinstance(part, Drip):
            for byte in part.data:
                connection.sendall(bytes([byte]))
                time.sleep(part.pause)
        else:
            connection.sendall(part)
    except OSError:
        return
