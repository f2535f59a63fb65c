"""The fast way to a record and the strict one never differ."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskops.errors import DamagedLedger
from taskops.ledger.plain import plain_record
from taskops.ledger.records import record_from_json, record_to_json
from taskops.ledger.shapes import Part
from taskops.model.record import Record, Seen, Source
from taskops.model.resource import Address
from taskops.model.values import Code, Secret, frozen


def written() -> dict[str, Any]:
    spec = {
        "description": "x",
        "browserConfiguration": {
            "tags": ["a", "b"],
            "timeout": {"idle_timeout": 3},
            "proxy": {"active": True, "password": Secret("p")},
        },
        "code": Code("1" * 64, 12, bytes),
    }
    record = Record(
        Address("anchor", "t"),
        "code",
        "id-1",
        "t",
        "2" * 64,
        None,
        "3",
        frozen(spec),
        seen=Seen("4" * 64, "2" * 64, None),
        source=Source("tasks/t.yaml", ""),
    )
    told: dict[str, Any] = json.loads(json.dumps(record_to_json(record)))
    return told


def strictly(told: dict[str, Any]) -> Record | None:
    with suppress(DamagedLedger):
        return record_from_json(Part(told, "x.json"))
    return None


def test_what_we_write_goes_the_fast_way() -> None:
    record = plain_record(written())

    assert record == strictly(written())
    assert record is not None


ODD: st.SearchStrategy[object] = st.recursive(
    st.sampled_from(
        [None, True, 0, 1, 1.5, "", "a", "a/b", "code", [], {}, {"sensitive": True}]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["code", "row", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(data=st.data())
@settings(max_examples=600, deadline=None)
def test_whatever_is_odd_is_read_as_strictly(data: st.DataObject) -> None:
    told = written()
    place = told
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key]:
            break
        if data.draw(st.booleans()):
            break
        place = place[key]
    if data.draw(st.integers(0, 4)):
        place[key] = data.draw(ODD)
    else:
        del place[key]

    record = plain_record(copy.deepcopy(told))

    assert record is None or record == strictly(told)


@pytest.mark.parametrize("key", ["job", "next"])
def test_a_job_is_looked_at_closely(key: str) -> None:
    assert plain_record(written() | {key: {"status": "ready"}}) is None


def test_what_was_tried_fast_can_still_be_read_strictly() -> None:
    told = written()
    told["code"] = None
    tried = copy.deepcopy(told)

    assert plain_record(tried) is None
    assert strictly(tried) == strictly(told)
