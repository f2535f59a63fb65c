"""One form for all that means the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskops.model.values import Secret, Tree, digest, frozen, put
from taskops.providers.anchor.canonical import canonical, split_configuration
from taskops.providers.anchor.defaults import COUNTRY, DEFAULTS

empty: st.SearchStrategy[object] = st.sampled_from([None, "", {}, []])
word = st.text("abc/:. *x", max_size=6)
leaf = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 60), word, st.floats(0, 60, width=16)
)
proxy = st.fixed_dictionaries(
    {},
    optional={
        "active": st.booleans(),
        "type": st.sampled_from(["anchor_proxy", "anchor_mobile", "custom", ""]),
        "country_code": st.sampled_from(["us", "de", "no", "", None]),
        "region": word,
        "city": word,
        "server": word,
        "username": word,
        "password": word,
        "sticky": leaf,
    },
)
configuration = st.fixed_dictionaries(
    {},
    optional={
        "initial_url": st.sampled_from(["about:blank", "", "https://a.b", "x", None]),
        "tags": st.one_of(empty, st.lists(word, max_size=2)),
        "recording": st.dictionaries(st.sampled_from(["active", "new"]), leaf),
        "timeout": st.dictionaries(
            st.sampled_from(["max_duration", "idle_timeout", "new"]), leaf
        ),
        "live_view": st.dictionaries(
            st.sampled_from(["read_only", "one_time_url"]), leaf
        ),
        "x402": leaf,
        "proxy": st.one_of(empty, proxy),
        "new": st.one_of(leaf, st.dictionaries(word, leaf, max_size=2)),
    },
)
specs = st.fixed_dictionaries(
    {},
    optional={
        "language": st.just("typescript"),
        "description": st.one_of(empty, word),
        "browserConfiguration": st.one_of(empty, configuration),
    },
).map(frozen)


@given(specs)
def test_what_is_canonical_stays_as_it_is(spec: Tree) -> None:
    once = canonical("code", spec)

    assert digest(canonical("code", once)) == digest(once)


@given(specs, st.sampled_from(sorted(DEFAULTS, key=str)))
def test_a_default_that_is_written_out_never_differs(
    spec: Tree, path: tuple[str, ...]
) -> None:
    where = ("browserConfiguration", *path)
    bare = put(spec, where, None)
    told = put(bare, where, DEFAULTS[path])

    assert digest(canonical("code", told)) == digest(canonical("code", bare))


@given(specs, empty)
def test_null_absent_and_empty_are_the_same(spec: Tree, nothing: object) -> None:
    bare = {k: v for k, v in spec.items() if k != "description"}
    told = frozen({**bare, "description": nothing})

    assert digest(canonical("code", told)) == digest(canonical("code", frozen(bare)))


@given(configuration)
def test_known_and_unknown_fields_are_kept_apart(given: dict[str, Any]) -> None:
    known, extras = split_configuration(frozen(given))

    assert "new" not in known
    assert not set(known) & (set(extras) - {"proxy", "recording", "timeout"})


def compared(**configuration: Any) -> dict[str, Any]:
    content = canonical("code", frozen({"browserConfiguration": configuration}))
    found = content.get("browserConfiguration", {})
    assert isinstance(found, Mapping)
    return dict(found)


@pytest.mark.parametrize(
    "configuration",
    [
        {"recording": {"active": True}},
        {"timeout": {"max_duration": 20, "idle_timeout": 5}},
        {"timeout": {"max_duration": 20.0}},
        {"live_view": {"read_only": False, "one_time_url": False}},
        {"x402": False},
        {"initial_url": "about:blank"},
        {"initial_url": ""},
        {"tags": []},
        {"proxy": None},
        {"proxy": {"active": False}},
        {"proxy": {"active": False, "type": "custom", "password": "p"}},
    ],
)
def test_what_is_documented_as_default_is_left_out(
    configuration: dict[str, Any],
) -> None:
    assert compared(**configuration) == {}


def test_what_is_not_the_default_stays() -> None:
    found = compared(
        recording={"active": False}, timeout={"max_duration": -1}, x402=True
    )

    assert found["recording"] == {"active": False}
    assert found["timeout"] == {"max_duration": -1}
    assert found["x402"] is True


def test_a_whole_number_is_one_whatever_json_called_it() -> None:
    found = compared(timeout={"max_duration": 30.0})["timeout"]

    assert type(found["max_duration"]) is int


def test_zero_is_no_false_and_one_is_no_true() -> None:
    assert digest(compared(timeout={"max_duration": 0})) != digest(compared())
    assert digest(compared(recording={"active": False})) != digest(compared())


def test_the_usual_country_and_type_are_left_out_and_norway_is_not() -> None:
    plain = compared(proxy={"active": True})
    told = {"active": True, "type": "anchor_proxy", "country_code": COUNTRY}

    assert compared(proxy=told) == plain
    assert compared(proxy={**told, "country_code": "no"}) != plain


def test_what_a_custom_proxy_is_told_is_secret_by_its_place() -> None:
    told = {"active": True, "type": "custom", "server": "http://h:1", "password": "p"}

    proxy = compared(proxy=told)["proxy"]

    assert isinstance(proxy["server"], Secret)
    assert isinstance(proxy["password"], Secret)
    assert proxy["password"].reveal() == "p"


@pytest.mark.parametrize("masked", ["***", "••••", "xxxxxx", "***word", "[REDACTED]"])
def test_a_secret_that_the_service_masks_is_not_known(masked: str) -> None:
    told = {"active": True, "type": "custom", "password": masked}

    proxy = compared(proxy=told)["proxy"]

    assert not proxy["password"].known


def test_a_secret_never_reaches_a_digest() -> None:
    told = {"active": True, "type": "custom", "server": "http://h:1", "username": "u"}

    one, other = ({**told, "password": p} for p in ("one", "other"))

    assert digest(compared(proxy=one)) == digest(compared(proxy=other))
