"""What the error says that ended a change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.applying.asks import Perform
from taskops.applying.lanes import DeadlinePassed
from taskops.errors import AuthenticationFailed, OutcomeUnknown, TaskopsError

if TYPE_CHECKING:
    from taskops.applying.asks import Ask
    from taskops.applying.progress import Progress
    from taskops.model.change import Change
    from taskops.model.plan import Outcome, Status


def named(asked: Ask | None, error: Exception) -> Exception:
    """A write that ran out of time is unknown; everything else keeps its name."""
    if isinstance(error, DeadlinePassed) and isinstance(asked, Perform):
        return OutcomeUnknown("no answer within the deadline")
    if not isinstance(error, TaskopsError) and isinstance(asked, Perform):
        # Its name alone: what it quotes may be all that was sent, secrets too.
        return OutcomeUnknown(f"internal error: {type(error).__name__}")
    return error


def outcome_of(error: Exception, progress: Progress[Change]) -> Outcome:
    """What became of a change that ended with an error."""
    status: Status = "failed"
    detail, hint = f"internal error: {type(error).__name__}", ""
    if isinstance(error, TaskopsError):
        detail = ": ".join(part for part in (error.summary, error.detail) if part)
        hint = error.hint
    if isinstance(error, OutcomeUnknown):
        status = "unknown"
        hint = hint or "run the same command again: it looks before it writes"
    outcome = progress.outcome(status, detail, hint)
    return replace(outcome, authentication=isinstance(error, AuthenticationFailed))
