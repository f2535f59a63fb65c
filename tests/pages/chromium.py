"""A real browser without a window, over the pipe of its own protocol."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60.0


def found() -> str | None:
    """Where the browser is."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page in it, and everything that it complained about or asked for."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        self.requests: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method}
        message["params"] = parameters
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result

    def _next(self) -> dict[str, Any]:
        ends = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            left = ends - time.monotonic()
            assert left > 0, "the browser says nothing"
            if select.select([self._reading], [], [], left)[0]:
                more = os.read(self._reading, 1 << 20)
                assert more, "the browser has gone"
                self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        match told.get("method"):
            case "Log.entryAdded":
                self.complaints.append(told["params"]["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(told["params"]["exceptionDetails"]))
            case "Network.requestWillBeSent":
                self.requests.append(told["params"]["request"]["url"])
            case _:
                pass
        return told

    def open(self, path: Path) -> None:
        """Show a file; returns once its script has run."""
        self.ask("Page.navigate", url=path.resolve().as_uri())
        ends = time.monotonic() + PATIENCE
        while self.value("document.readyState+location.protocol") != "completefile:":
            assert time.monotonic() < ends
            time.sleep(0.05)

    def value(self, expression: str) -> Any:
        """What an expression is on the page."""
        made = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return made["result"].get("value")

    def press(self, key: str) -> None:
        """One key, as a person presses it."""
        text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
        code = {"Enter": 13, "Escape": 27, "Tab": 9, " ": 32}.get(key)
        extra: dict[str, object] = {"text": text} if text else {}
        if code:
            extra["windowsVirtualKeyCode"] = code
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **extra)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def media(self, kind: str = "", scheme: str = "light") -> None:
        """Paper or a screen, light or dark."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.ask("Emulation.setEmulatedMedia", media=kind, features=[feature])

    def width(self, columns: int) -> None:
        """A window so many pixels wide."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=columns,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )

    def shot(self, path: Path) -> None:
        """A picture of the whole page."""
        shown = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shown["data"]))


@contextmanager
def tab(browser: str) -> Iterator[Tab]:
    """A browser with one page, until the block ends."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        command = (
            'exec "$0" --headless --no-sandbox --disable-gpu --remote-debugging-pipe'
            f' --user-data-dir="$1" about:blank 3<&{theirs_in} 4>&{theirs_out}'
        )
        process = subprocess.Popen(
            ["bash", "-c", command, browser, home],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            yield Tab(ours_in, ours_out)
        finally:
            process.kill()
            process.wait()
            os.close(ours_in)
            os.close(ours_out)
