"""What Anchor cannot hold is told before anything is planned."""

from __future__ import annotations

import pytest
from account import generated, task

from taskops.providers.anchor.limits import LONGEST_NAME, cannot_hold


@pytest.mark.parametrize(
    ("length", "problems"), [(LONGEST_NAME, 0), (LONGEST_NAME + 1, 1)]
)
def test_a_name_has_its_length(length: int, problems: int) -> None:
    assert len(cannot_hold([task("a" * length)])) == problems


@pytest.mark.parametrize(
    ("length", "problems"), [(LONGEST_NAME - 10, 0), (LONGEST_NAME - 9, 1)]
)
def test_a_generated_task_needs_room_to_be_replaced(length: int, problems: int) -> None:
    found = cannot_hold([generated("a" * length, "p")])

    assert len(found) == problems
    assert all("to replace it" in problem.detail for problem in found)


def test_empty_code_is_a_problem_with_its_address() -> None:
    (found,) = cannot_hold([task("a", "")])

    assert found.address == "anchor/a"
    assert found.severity == "error"


def test_what_fits_is_no_problem() -> None:
    assert cannot_hold([task("a"), generated("b", "p")]) == []
