"""`python -m soak --seconds 1200`: lives until the time is up, then the counts."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from soak.counts import Counts
from soak.document import write
from soak.machine import Account, Violated
from soak.process import quicken

LIVES = 5
"""Lives of one round; each round has a seed of its own."""

STEPS = 12


def live(number: int, counts: Counts, *, lives: int, shrink: bool = False) -> str:
    """One round; empty, or how it ended badly."""
    quicken()
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]
    machine = seed(number)(type("Account", (Account,), {"counts": counts}))
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=lives,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=phases,
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
            ),
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # Hypothesis groups what it found
        return "\n".join([_innermost(error), *_lived(error)])
    return ""


def _innermost(error: BaseException) -> str:
    """What was found; a group of errors holds it and its second try."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    if isinstance(error, Violated):
        return str(error)
    return "".join(traceback.format_exception(error))


def _lived(error: BaseException) -> list[str]:
    """The life in which it was found, step by step."""
    notes = [*getattr(error, "__notes__", ())]
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            notes += _lived(one)
    return notes


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, help="one round alone, made small")
    parser.add_argument("--into", type=Path, help="write the counts into this page")
    given = parser.parse_args()
    counts = Counts()
    began = time.monotonic()
    bad = 0
    if given.seed is not None:
        said = live(given.seed, counts, lives=LIVES, shrink=True)
        bad += bool(said)
        print(said)  # noqa: T201  # this is a command
    while given.seed is None and time.monotonic() - began < given.seconds:
        number = random.randrange(2**32)
        if said := live(number, counts, lives=LIVES):
            bad += 1
            print(f"seed {number}:\n{said}", flush=True)  # noqa: T201  # this is a command
    seconds = time.monotonic() - began
    told = [f"{seconds:,.0f} seconds of random lives", *counts.lines()]
    print("\n".join(told))  # noqa: T201  # this is a command
    if given.into is not None:
        write(given.into, "counts", ["```", *told, "```"])
    return 1 if bad or counts.violations else 0


if __name__ == "__main__":
    sys.exit(main())
