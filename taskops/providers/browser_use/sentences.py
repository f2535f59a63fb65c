"""Browser Use's refusals of a start, each in a sentence of its own with a way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskops.errors import AuthenticationFailed, NotFound, Refused

if TYPE_CHECKING:
    from taskops.errors import TaskopsError
    from taskops.providers.browser_use.convert import Shape

FIELD = re.compile(r"\bbody\.(\w+)")
COME_BACK = "the service asks to come back"
"""How the door's hint begins where waiting would take too long."""

UNWANTED = re.compile("(?i)extra|not permitted|unknown|unexpected|unrecogni[sz]ed")


def in_our_words(error: TaskopsError) -> TaskopsError:
    """The same refusal, named; what is not known here stays as it is."""
    said = _said(error)
    match error:
        case AuthenticationFailed():
            return error
        case NotFound():
            return NotFound(
                "a session or profile that the run names is not there",
                said,
                "check `browserSettings` and `agentSettings`, and whose key it is",
                status=404,
            )
        case Refused(status=400):
            return _session(said)
        case Refused(status=402):
            return Refused(
                "the credits or the monthly spending limit of Browser Use are used up",
                said,
                "add credits or raise the key's limit in the dashboard, then apply "
                "again",
                status=402,
            )
        case Refused(status=422):
            return Refused(
                f"Browser Use does not take {_fields(said)}",
                said,
                "correct the manifest; `--browser-use-api` chooses the shape of a run",
                status=422,
            )
        case Refused(status=429):
            return Refused(
                "too many sessions are active at once on Browser Use",
                said,
                "apply again when some have ended, or with less --parallelism"
                + _when(error),
                status=429,
            )
        case _:
            return error


def _session(said: str) -> Refused:
    """A 400 is about the session; its words tell whether waiting helps."""
    out = "leave `browserSettings.sessionId` out for a session of its own"
    wait = f"wait until its run has ended, or {out}"
    match "stopped" in said, "running task" in said:
        case True, False:
            return Refused("the session is stopped", said, out, status=400)
        case False, True:
            return Refused("the session is busy", said, wait, status=400)
        case _:
            words = "the session is stopped, or is busy with another run"
            return Refused(words, said, wait, status=400)


def other_shape(
    error: Refused, nested: tuple[str, ...], flat: tuple[str, ...]
) -> Shape | None:
    """
    The shape that is left when a 422 says that it does not know a field.

    A value that is wrong in a field it does know is no reason to send the run
    without that field.
    """
    if error.status != 422 or not UNWANTED.search(error.summary):
        return None
    named = set(FIELD.findall(error.summary))
    if named & set(nested):
        return None if named & set(flat) else "v2"
    return "2025-08" if named & set(flat) else None


def _fields(said: str) -> str:
    names = dict.fromkeys(re.findall(r"\bbody\.([\w.]+)", said))
    return ", ".join(f"`{name}`" for name in names) or "the run as it is"


def _when(error: TaskopsError) -> str:
    """When the service asks to be tried again, where the door was told."""
    return f"; {error.hint}" if error.hint.startswith(COME_BACK) else ""


def _said(error: TaskopsError) -> str:
    """What the service itself said, without the words that the door put before it."""
    _, colon, said = error.summary.partition(": ")
    return said if colon else error.detail
