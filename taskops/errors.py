"""
The error family: each knows its words, its hint and its exit code.

TaskopsError                     1   anything that has no better name
├── NotTypeChecked               1   the types of task code could not be checked
├── UsageError                  64   the command line cannot be understood
├── InvalidManifests             3   problems in manifests or taskops.yaml
├── AuthenticationFailed         4   the service does not take the key
├── NotApproved                  6   nothing written: nobody approved this
│   └── Stale                    6   nothing written: something moved
│       └── LedgerMoved          6   nothing written: another apply ended meanwhile
├── Locked                       7   another apply holds the ledger
├── Guarded                      8   a guard or a problem refuses
│   └── DamagedLedger            8   the ledger cannot be trusted as it is
└── ServiceError                 1   a service did not do what was asked
    ├── Refused                  1   surely nothing was written
    │   ├── NotFound             1   the object is not there
    │   └── NameTaken            1   409: the name is in use
    ├── ReadFailed               1   a read got no usable answer
    └── OutcomeUnknown           9   a write may or may not have happened
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.problem import Problem


class Exit(IntEnum):
    """What the process says when it ends; one number, the worst."""

    OK = 0
    FAILED = 1
    CHANGES = 2
    INVALID = 3
    AUTHENTICATION = 4
    PARTIAL = 5
    NOT_APPROVED = 6
    LOCKED = 7
    GUARDED = 8
    UNKNOWN = 9
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class TaskopsError(Exception):
    """
    Something that a person can act on.

    `summary` is one sentence, the same for the same kind of error; `detail`
    says what is special here; `hint` ends with what to do.
    """

    exit = Exit.FAILED

    def __init__(self, summary: str, detail: str = "", hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.hint = hint


class UsageError(TaskopsError):
    """The command line cannot be understood."""

    exit = Exit.USAGE


class NotTypeChecked(TaskopsError):
    """`validate --types` could not be done; nothing is said about the types."""


class InvalidManifests(TaskopsError):
    """Manifests or taskops.yaml have problems; all of them are in `problems`."""

    exit = Exit.INVALID

    def __init__(self, problems: Sequence[Problem]) -> None:
        number = len(problems)
        super().__init__("1 problem" if number == 1 else f"{number} problems")
        self.problems = tuple(problems)


class AuthenticationFailed(TaskopsError):
    """The key is missing, wrong, or not allowed to do this."""

    exit = Exit.AUTHENTICATION


class NotApproved(TaskopsError):
    """
    Nothing was written, because nobody approved exactly this.

    `plan` is what was refused, as Markdown, where somebody reads it with the error.
    """

    exit = Exit.NOT_APPROVED
    plan = ""


class Stale(NotApproved):
    """Nothing was written, because what the plan was made from has moved."""


class LedgerMoved(Stale):
    """Nothing was written: the ledger is free, but not the one that was planned on."""


class Locked(TaskopsError):
    """Another apply holds the ledger; nothing was written."""

    exit = Exit.LOCKED


class Guarded(TaskopsError):
    """A guard refused; the hint names the flag or setting that allows it."""

    exit = Exit.GUARDED


class DamagedLedger(Guarded):
    """The ledger cannot be read as it is; it is never reset silently."""


class ServiceError(TaskopsError):
    """A service did not do what was asked of it."""

    def __init__(
        self, summary: str, detail: str = "", hint: str = "", *, status: int = 0
    ) -> None:
        super().__init__(summary, detail, hint)
        self.status = status


class Refused(ServiceError):
    """The service said no: surely nothing was written."""


class NotFound(Refused):
    """The object is not on the service."""


class NameTaken(Refused):
    """The service says that the name is in use (409)."""


class ReadFailed(ServiceError):
    """A read got no usable answer, however often it was asked."""


class OutcomeUnknown(ServiceError):
    """A write got no usable answer: it may or may not have happened."""

    exit = Exit.UNKNOWN
