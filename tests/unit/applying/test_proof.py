"""What a row of the listing, or the answer of a write, proves, and what not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from simulated import content, task

from taskops.applying.proof import (
    Written,
    draft_of,
    something_else_is_live,
    stands_for_live,
    whole_in_row,
)
from taskops.model.resource import Observed, Version
from taskops.model.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

NEW, OLD = Version.of(content("new")), Version.of(content("old"))
ONE = Version.of(content("live"), number="1")
WANTED = task("new", publish=False)
MORE = Version.of(frozen({**content("old"), "description": "d"}))
DRAFTED = Observed("anchor", "id1", "t", draft=OLD)
PUBLISHED = replace(DRAFTED, latest=ONE)
NAMELESS = replace(DRAFTED, latest=replace(ONE, number="latest"))


def row(**fields: object) -> Observed:
    """A row that shows what is wanted, of a task that was never published."""
    shown = Observed(
        "anchor", "id1", "t", version="draft", updated_at="now", row="f" * 64, shown=NEW
    )
    return replace(shown, **fields)  # type: ignore[arg-type]  # fields of Observed


def test_a_row_shows_the_only_version_of_a_new_task() -> None:
    seen = whole_in_row(WANTED, Written(), row())

    assert seen is not None
    assert (seen.draft, seen.latest, seen.version) == (NEW, None, "")


@pytest.mark.parametrize("before", [DRAFTED, PUBLISHED])
def test_a_row_shows_the_draft_when_what_was_live_is_live(before: Observed) -> None:
    shown = row(version="1" if before.latest else "draft")

    seen = whole_in_row(WANTED, Written(before, answer=shown), shown)

    assert seen is not None
    assert (seen.draft, seen.latest) == (NEW, before.latest)


@pytest.mark.parametrize(
    ("before", "answered", "listed"),
    [
        (None, {}, {"shown": OLD}),
        (None, {}, {"shown": None}),
        (None, {}, {"name": "renamed"}),
        (None, {}, {"version": "1"}),
        (None, {}, {"version": ""}),
        (DRAFTED, {}, {"updated_at": "later"}),
        (DRAFTED, {"updated_at": ""}, {"updated_at": ""}),
        (DRAFTED, None, {}),
        (replace(DRAFTED, draft=MORE), {}, {}),
        (PUBLISHED, {}, {"version": "2"}),
        (PUBLISHED, {}, {"version": "latest"}),
        (NAMELESS, {}, {"version": "latest"}),
        (replace(PUBLISHED, latest=replace(NEW, number="1")), {}, {"version": "1"}),
    ],
    ids=[
        "other content",
        "no content",
        "other name",
        "published at once",
        "no word for its version",
        "somebody wrote after us",
        "no time",
        "nobody knows the answer",
        "something was taken away",
        "somebody published",
        "a word instead of a number",
        "a word on both sides",
        "what is live is wanted too",
    ],
)
def test_a_row_that_may_mean_something_else_proves_nothing(
    before: Observed | None,
    answered: Mapping[str, object] | None,
    listed: Mapping[str, object],
) -> None:
    answer = None if answered is None else row(**answered)

    assert whole_in_row(WANTED, Written(before, answer=answer), row(**listed)) is None


def test_something_else_is_live_where_nothing_ever_was() -> None:
    assert something_else_is_live(WANTED, Written(answer=row()))
    assert not something_else_is_live(WANTED, Written(answer=row(version="1")))
    assert not something_else_is_live(WANTED, Written())


def test_what_an_upsert_may_have_published_is_asked_for() -> None:
    one, two = row(version="1"), row(version="2")
    same = replace(PUBLISHED, latest=NEW)

    assert something_else_is_live(WANTED, Written(PUBLISHED, answer=one))
    assert something_else_is_live(WANTED, Written(PUBLISHED, put=False))
    assert not something_else_is_live(WANTED, Written(PUBLISHED, answer=two))
    assert not something_else_is_live(WANTED, Written(PUBLISHED))
    assert not something_else_is_live(WANTED, Written(same, put=False))


def test_an_answer_shows_the_draft_only_where_it_can_be_nothing_else() -> None:
    one = row(version="1")
    same = replace(PUBLISHED, latest=replace(NEW, number="1"))

    assert draft_of(WANTED, Written(answer=row())) == NEW
    assert draft_of(WANTED, Written(PUBLISHED, answer=one)) == NEW
    assert draft_of(WANTED, Written(same, answer=one)) is None
    assert draft_of(WANTED, Written(answer=one)) is None
    assert draft_of(WANTED, Written(answer=row(shown=OLD))) is None
    assert draft_of(WANTED, Written(answer=row(name="other"))) is None
    assert draft_of(WANTED, Written(DRAFTED, put=False)) is None
    assert draft_of(WANTED, Written(replace(DRAFTED, draft=NEW), put=False)) == NEW


def test_a_row_stands_for_the_live_version_by_its_number() -> None:
    seen = Observed("anchor", "id1", "t", draft=NEW, latest=replace(NEW, number="3"))

    assert stands_for_live(seen, row(version="3"))
    assert stands_for_live(seen, row(version="3", shown=None))
    assert not stands_for_live(seen, row(version="4"))
    assert not stands_for_live(seen, row(version="3", name="renamed"))
    assert not stands_for_live(seen, row(version="3", shown=OLD))
    word = replace(seen, latest=replace(NEW, number="latest"))
    assert not stands_for_live(word, row(version="latest"))
