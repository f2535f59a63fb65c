"""What was saved is what is applied: any single change in between is refused."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from account import Account, task
from hypothesis import given, settings
from hypothesis import strategies as st

from taskops.cli.plan_files import saved_plan
from taskops.errors import Stale
from taskops.planning.saved import only_saved
from taskops.render.plan_json import plan_json, sheet_from_json
from taskops.render.walk import sheet_of

if TYPE_CHECKING:
    from taskops.model.plan import Plan
    from taskops.model.resource import Resource
    from taskops.planning.saved import SavedPlan

NAMES = ("a", "b", "c")
TEXTS = ("one", "two", "three")

texts = st.lists(st.sampled_from(TEXTS), min_size=3, max_size=3)


def declared(chosen: list[str], **fields: str) -> list[Resource]:
    return [
        task(name, text, **fields) for name, text in zip(NAMES, chosen, strict=True)
    ]


def saved(plan: Plan) -> SavedPlan:
    """The plan written to a file and read back."""
    text = plan_json(sheet_of(plan))
    again = sheet_from_json(text, "plan.json")
    assert plan_json(again) == text
    return saved_plan(again, "plan.json")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(before=texts, after=texts)
def test_saved_and_loaded_a_plan_keeps_its_digest(
    before: list[str], after: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        account = Account(Path(folder))
        account.apply(declared(before))

        plan = account.plan(declared(after))

        assert saved(plan).digest == plan.digest
        assert (
            only_saved(saved(plan), account.plan(declared(after))).digest == plan.digest
        )
        account.close()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    before=texts,
    after=texts,
    which=st.integers(0, 2),
    what=st.sampled_from(["latest", "draft", "name", "gone", "manifest", "code"]),
)
def test_any_single_change_in_between_is_refused(
    before: list[str], after: list[str], which: int, what: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        account = Account(Path(folder))
        account.apply(declared(before))
        plan = account.plan(declared(after))
        touched = NAMES[which] in {c.address.name for c in plan.effective}
        reviewed, wanted = saved(plan), declared(after)
        match what:
            case "latest" | "draft":
                account.emulator.edit(name=NAMES[which], **{what: {"code": "by hand"}})
            case "name":
                account.emulator.edit(name=NAMES[which], rename="by-hand")
            case "gone":
                account.emulator.edit(name=NAMES[which], delete=True)
            case "manifest":
                wanted[which] = task(NAMES[which], after[which], description="new")
            case _:
                wanted[which] = task(NAMES[which], "another text")

        now = account.plan(wanted)

        if touched:
            with pytest.raises(Stale):
                only_saved(reviewed, now)
        else:
            # What nobody approved is not carried out, whatever moved there.
            assert only_saved(reviewed, now).digest == plan.digest
        account.close()
