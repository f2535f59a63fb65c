"""StableBrowse's refusals of a start, each in a sentence of its own with a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.errors import AuthenticationFailed, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.errors import TaskopsError


FORBIDDEN = "does not allow"
"""How the door tells a 403 from a 401; it may be about the session alone."""


def is_quota(body: Mapping[str, object]) -> bool:
    """Whether a 429 speaks of the month's quota: its body counts what is used."""
    counted = isinstance(body.get("limit"), int) and isinstance(body.get("used"), int)
    return counted or "quota" in str(body.get("error", "")).lower()


def in_our_words(error: TaskopsError, *, with_session: bool) -> TaskopsError:
    """The same refusal, named; what is not known here stays as it is."""
    _, colon, rest = error.summary.partition(": ")
    said = rest if colon else error.detail
    match error:
        case AuthenticationFailed() if with_session and FORBIDDEN in error.summary:
            return Refused(
                "the key is revoked, or the session belongs to another business",
                error.detail,
                "check STABLEBROWSE_API_KEY, or leave `sessionId` out",
                status=403,
            )
        case Refused(status=400):
            return Refused(
                "StableBrowse cannot take the run as it is",
                said,
                "correct `task`, `endUserId` or `sessionId` in the manifest",
                status=400,
            )
        case Refused(status=402):
            return Refused(
                "StableBrowse wants to be paid first",
                error.detail,
                "check the plan of the account in the dashboard",
                status=402,
            )
        case Refused(status=404):
            return Refused(
                "StableBrowse has nothing at that address",
                said,
                "check STABLEBROWSE_BASE_URL, which ends before /v1, and `sessionId`",
                status=404,
            )
        case Refused(status=422):
            return Refused(
                "StableBrowse does not take a field of the run",
                said,
                "correct the manifest",
                status=422,
            )
        case _:
            return error


def quota(body: Mapping[str, object]) -> Refused:
    """A monthly quota is final: waiting until next month is no retry."""
    used, limit = body.get("used"), body.get("limit")
    counted = f"{used} of {limit} runs are used" if limit is not None else ""
    return Refused(
        "the monthly quota of StableBrowse is used up",
        counted or str(body.get("error", "")),
        "wait for the next calendar month (UTC), or change the account's plan",
        status=429,
    )
