"""Which form of the store a file has; one of another form is refused, not guessed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.emulator import browser_use, stablebrowse

if TYPE_CHECKING:
    from taskops.emulator.store import Store

FORM = 1
"""To be raised whenever a document in the store gets a field that is relied on."""

# The first form bore no stamp; these are the last fields that it got, by kind.
_LAST = MappingProxyType(
    {
        browser_use.KIND: "asked",
        stablebrowse.KIND: "asked",
        "execution": "polls",
    }
)


class OtherFormError(Exception):
    """The file holds an account of another version of taskops."""


def require_form(store: Store) -> None:
    """Stamp what is new or of this form; raises OtherFormError."""
    form = store.form
    if form == FORM:
        return
    if form > FORM:
        raise OtherFormError("a newer version of taskops wrote it")
    if any(store.lacks(kind, field) for kind, field in _LAST.items()):
        raise OtherFormError("an older version of taskops wrote it")
    store.form = FORM
