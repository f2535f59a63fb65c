"""What a signal does while an apply is under way."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from taskops.cli.boundary import Terminated, terminate

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


def obey_at_once(stop: StopFlag) -> None:
    """
    The apply is over: from here on a signal ends the command where it is.

    Raises KeyboardInterrupt or Terminated where one came too late for the apply.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, terminate)
    if stop.signum == signal.SIGINT:
        raise KeyboardInterrupt
    if stop:
        raise Terminated
