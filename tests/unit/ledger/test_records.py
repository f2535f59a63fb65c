"""Records as JSON and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskops.errors import DamagedLedger
from taskops.ledger.document import Document, document_from_bytes
from taskops.ledger.records import record_from_json, record_to_json
from taskops.ledger.shapes import Part
from taskops.model.record import (
    Intent,
    Job,
    Opening,
    Record,
    Residual,
    Seen,
    Source,
)
from taskops.model.resource import Address, Target
from taskops.model.values import Code, Secret, digest, frozen


def no_bytes() -> bytes:
    raise LookupError


text = st.text(max_size=8)
word = st.text(min_size=1, max_size=8)
maybe = st.none() | word
ids = st.text("aZ0-_.:~\u00e9", max_size=8).filter(
    lambda one: one.strip(".") or not one
)
addresses = st.builds(Address, word.map(lambda name: name.replace("/", "_")), word)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3)
    ),
    max_leaves=6,
).filter(lambda value: "Infinity" not in json.dumps(value))
leaves = plain | st.builds(Secret, text)
codes = st.builds(Code, word, st.integers(0, 10**7), st.just(no_bytes))
specs = st.tuples(st.dictionaries(text, leaves, max_size=3), st.none() | codes).map(
    lambda pair: frozen(pair[0] | ({} if pair[1] is None else {"code": pair[1]}))
)
jobs = st.builds(
    Job,
    digest=text,
    status=st.sampled_from(["running", "ready", "failed", "unknown"]),
    intent=text,
    poll_id=ids,
    ids=st.dictionaries(text, text, max_size=2),
    attempt=st.integers(0, 9),
    error=text,
    result=text,
    name=text,
)
kept = st.builds(
    Record,
    address=addresses,
    kind=st.sampled_from(["code", "generated", "agent"]),
    id=ids,
    name=text,
    draft=maybe,
    live=maybe,
    version=text,
    spec=specs,
    residual=st.dictionaries(text, st.builds(Residual, word, word), max_size=2),
    seen=st.none() | st.builds(Seen, word, maybe, maybe),
    protected=st.booleans(),
    job=st.none() | jobs,
    next=st.none() | jobs,
    source=st.builds(Source, text, text),
)
times = st.floats(0, 1e11)
openings = st.builds(
    Opening,
    apply=word,
    plan=text,
    actor=text,
    host=text,
    run=text,
    started=times,
    expires=times,
    intents=st.lists(st.builds(Intent, addresses, word, text, text), max_size=2).map(
        tuple
    ),
)
targets = st.dictionaries(word, st.builds(Target, text, text), max_size=2)


@given(st.lists(kept, max_size=3), targets, st.none() | openings)
def test_what_is_written_is_read_again(
    given_records: list[Record], to: dict[str, Target], held: Opening | None
) -> None:
    by_address = {record.address: record for record in given_records}
    document = Document("shop", "production", by_address, to, held)

    back = document_from_bytes(document.to_bytes(), "x.json", "")

    assert back == document
    for address, record in back.records.items():
        assert digest(record.spec) == digest(by_address[address].spec)


def some() -> dict[str, object]:
    spec = {"a": 1, "code": Code("ab", 3, no_bytes), "key": Secret("hunter2")}
    record = Record(Address("anchor", "t"), "code", "1", "t", spec=frozen(spec))
    return record_to_json(record)


def read(told: dict[str, object]) -> Record:
    return record_from_json(Part(json.loads(json.dumps(told)), "x.json", "fix it"))


def test_a_secret_is_only_its_place_and_code_its_digest() -> None:
    told = some()

    assert told["spec"] == {"a": 1, "key": {"sensitive": True}}
    assert told["code"] == {"sha256": "ab", "bytes": 3}


def test_code_that_was_read_again_has_no_bytes() -> None:
    code = read(some()).spec["code"]

    assert isinstance(code, Code)
    assert (code.sha256, code.size) == ("ab", 3)
    with pytest.raises(LookupError):
        code.load()


def test_what_a_newer_taskops_adds_is_passed_over() -> None:
    told = some()

    assert read(told | {"colour": "red"}) == read(told)


def test_what_an_older_taskops_did_not_write_has_its_default() -> None:
    told = {"address": "anchor/t", "kind": "code"}

    assert read(dict(told)) == Record(Address("anchor", "t"), "code", "", "")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("address", "anchor", "x.json/address: `anchor` is not provider/name"),
        ("address", None, "x.json/address: is missing"),
        ("kind", "cod", "x.json/kind: `cod` is none of code, generated, agent"),
        ("draft", 3, "x.json/draft: must be a string, not a number"),
        ("spec", [], "x.json/spec: must be an object, not a list"),
        ("code", {"sha256": "a", "bytes": "3"}, "must be a whole number"),
        ("code", {"bytes": 3}, "x.json/code/sha256: is missing"),
        ("residual", {"/a": "d"}, "x.json/residual//a: must be an object"),
        ("protected", 1, "x.json/protected: must be true or false, not a number"),
        ("job", {"status": "done"}, "`done` is none of running, ready"),
        ("job", {"status": "ready", "attempt": True}, "not true or false"),
        ("job", {"status": "ready", "ids": {"task": 1}}, "x.json/job/ids/task: must"),
        ("id", "../../v1/profiles/a", "x.json/id: is no id"),
        ("id", "..", "x.json/id: is no id"),
        ("id", "a?b", "x.json/id: is no id"),
        ("job", {"status": "ready", "poll_id": "a/b"}, "job/poll_id: is no id"),
        ("job", {"status": "ready", "ids": {"taskId": "a%2fb"}}, "taskId: is no id"),
        ("next", {"status": "ready", "ids": {"taskId": "a\n"}}, "taskId: is no id"),
        ("seen", {"row": None}, "x.json/seen/row: is missing"),
        ("source", "tasks/a.yaml", "x.json/source: must be an object, not a string"),
    ],
)
def test_what_is_not_as_it_must_be_is_named(key: str, value: object, says: str) -> None:
    with pytest.raises(DamagedLedger) as refused:
        read(some() | {key: value})

    assert says in refused.value.detail
    assert refused.value.hint == "fix it"


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("format", None, "must be `1`"),
        ("format", 2, "was written by a newer taskops"),
        ("format", "1", "must be a whole number, not a string"),
        ("project", "", "x.json/project: is missing"),
        ("records", {}, "must be a list, not an object"),
        ("open", {"apply": "a", "started": "now", "expires": 1}, "open/started: must"),
        ("open", {"apply": "a", "started": 1, "expires": 10**400}, "too large"),
        ("records", [{"address": "a/b", "kind": "code"}] * 2, "second record of `a/b`"),
    ],
)
def test_a_whole_ledger_is_read_as_strictly(key: str, value: object, says: str) -> None:
    told = Document("shop", "production").head() | {key: value}

    with pytest.raises(DamagedLedger) as refused:
        document_from_bytes(json.dumps(told).encode(), "x.json", "")

    assert says in refused.value.detail
