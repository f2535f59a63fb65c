"""What is known of an object without a look of its own, and what never is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from taskops.applying.asks import Glance, Live
from taskops.comparing.content import same
from taskops.model.dataclass import dataclass
from taskops.model.resource import Observed

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskops.applying.asks import Ask
    from taskops.model.resource import Identity, Resource, Version
    from taskops.model.values import Tree, Value

UNPUBLISHED = "draft"
"""What a row calls its newest version while none was ever published."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was there right before a write, and how that write was answered."""

    before: Observed | None = None
    """None where nothing was there."""
    put: bool = True
    """Whether content was sent, or only what was there already was published."""
    answer: Observed | None = None
    """None where nothing was put, or nobody knows what was answered."""

    @property
    def live(self) -> Version | None:
        """What was live before."""
        return None if self.before is None else self.before.latest

    def left_live_alone(self, row: Observed) -> bool:
        """
        Whether the row says that what was live before is live.

        By the number of the version: a word for it, or none, says nothing.
        """
        if self.live is None:
            return row.version == UNPUBLISHED
        return self.live.number.isdigit() and row.version == self.live.number


def something_else_is_live(after: Resource, written: Written) -> bool:
    """Whether a publish has something to do, by what was seen right before it."""
    if written.live is not None and written.live.digest == after.digest:
        return False
    if written.answer is None:
        return not written.put
    return written.left_live_alone(written.answer)


def draft_of(after: Resource, written: Written) -> Version | None:
    """
    The draft as wanted, where what the write answered can be nothing else.

    An answer shows one version and does not say which.
    """
    answer, before = written.answer, written.before
    if not written.put:
        draft = None if before is None else before.draft
        return draft if same(after, draft) else None
    if answer is None or answer.name != after.name:
        return None
    if not written.left_live_alone(answer) or same(after, written.live):
        return None
    return answer.shown if same(after, answer.shown) else None


def whole_in_row(after: Resource, written: Written, row: Observed) -> Observed | None:
    """
    The object with both versions, where its row in the listing proves them.

    The row shows what is wanted, and what is live is what was live before, which
    is something else: so it shows the draft. Nobody wrote since our own write. And
    nothing was taken away, for a row may not show everything; nor is it described
    otherwise than what is live, which may have its description from the same place.
    """
    if row.name != after.name or not same(after, row.shown):
        return None
    if not written.left_live_alone(row) or same(after, written.live):
        return None
    if written.before is not None:
        answer = written.answer
        if answer is None or not row.updated_at:
            return None
        if answer.updated_at != row.updated_at or _takes_away(written.before, after):
            return None
    live = written.live
    if live is not None and live.value(("description",)) != after.content.get(
        "description"
    ):
        return None
    number = "" if live is None else live.number
    return replace(row, draft=row.shown, latest=live, version=number, shown=None)


def _takes_away(before: Observed, after: Resource) -> bool:
    return any(
        version.content is None or _lacks(after.content, version.content)
        for version in (before.draft, before.latest)
        if version is not None
    )


def _lacks(tree: Value, other: Tree) -> bool:
    """Whether the other has a place that the tree has not."""
    if not isinstance(tree, Mapping):
        return bool(other)
    return any(
        key not in tree or (isinstance(inner, Mapping) and _lacks(tree[key], inner))
        for key, inner in other.items()
    )


def proofs(
    after: Resource, at: Identity, written: Written
) -> Generator[Ask, object, Observed | None]:
    """
    The object as it was wanted, by less than a whole look; None where that is not
    enough.

    Published, what is live is read. Else its row in the listing is waited for,
    which one page shows for a hundred.
    """
    if after.publish:
        draft = draft_of(after, written)
        if draft is None:
            return None
        live = cast("Version | None", (yield Live(at)))
        if live is None or not same(after, live):
            return None
        provider = at.address.provider
        return Observed(
            provider,
            at.id,
            after.name,
            draft=draft,
            latest=live,
            version=live.number,
        )
    if written.before is not None and written.answer is None:
        return None
    row = cast("Observed | None", (yield Glance(at)))
    return None if row is None else whole_in_row(after, written, row)


def stands_for_live(seen: Observed, row: Observed) -> bool:
    """Whether a row, read after the live version, shows that it still is live."""
    latest = seen.latest
    return (
        latest is not None
        and latest.number.isdigit()
        and (row.version, row.name) == (latest.number, seen.name)
        and (row.shown is None or _shows(row.shown, latest))
    )


def _shows(shown: Version, latest: Version) -> bool:
    """A row that shows other code shows the draft, and somebody edited it."""
    code = shown.value(("code",))
    return code is None or code == latest.value(("code",))
