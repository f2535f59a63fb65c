from __future__ import annotations

import pytest

from taskops.applying.asks import Look, Stopped, resolve
from taskops.errors import AuthenticationFailed, OutcomeUnknown, ReadFailed, Refused
from taskops.model.resource import Address, Identity

LOOK = Look(Identity(Address("anchor", "hello"), "", "hello"))


@pytest.mark.parametrize(
    "error",
    [
        Refused("no"),
        ReadFailed("no"),
        AuthenticationFailed("no"),
        Stopped(),
        RuntimeError("a defect"),
    ],
)
def test_a_write_stays_unknown_when_nobody_can_look(error: Exception) -> None:
    lost = OutcomeUnknown("no answer")
    course = resolve(lost, LOOK)
    assert next(course) is LOOK
    with pytest.raises(OutcomeUnknown) as raised:
        course.throw(error)
    assert raised.value is lost


def test_what_was_found_is_the_answer() -> None:
    course = resolve(OutcomeUnknown("no answer"), LOOK)
    next(course)
    with pytest.raises(StopIteration) as ended:
        course.send("found")
    assert ended.value.value == "found"
