"""What a signal does while an apply is under way."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from taskops.applying.stop import StopFlag
    from taskops.cli.watching import Watch

STOPPING = "stopping: what is in flight may end; once more to leave at once"


def obey_signals(stop: StopFlag, watch: Watch) -> None:
    """The first signal asks for a graceful end, the second ends at once."""

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        if stop:
            watch.leave(128 + number)
            os._exit(128 + number)
        stop.set(number)
        # A handler may interrupt anything, also somebody who holds a lock.
        if not watch.live.stopping(STOPPING):
            with suppress(OSError):
                os.write(2, f"\n{STOPPING}\n".encode())

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
