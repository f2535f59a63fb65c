"""Anchor's JSON to ours, and ours to what a write sends."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from simulated import code

from taskops.model.values import Secret, Tree, frozen
from taskops.providers.anchor.convert import code_of, request_body, row_of, version_of

if TYPE_CHECKING:
    from taskops.model.resource import Version

TEXT = b"export default async () => 1\n"
BASE64 = base64.b64encode(TEXT).decode()


def spec(**fields: Any) -> Tree:
    return frozen({"language": "typescript", "code": code(TEXT.decode()), **fields})


def observed(**answer: Any) -> Version:
    return version_of({"code": BASE64, **answer}, "")


def sent(wanted: Tree, before: Version | None = None) -> dict[str, Any]:
    body, _ = request_body("a", wanted, before)
    return body


@pytest.mark.parametrize("text", [BASE64, TEXT.decode()])
def test_code_is_base64_or_the_text_itself(text: str) -> None:
    found = code_of(text)

    assert found is not None
    assert found.load() == TEXT


def test_the_digest_of_code_reads_crlf_as_lf_and_its_bytes_stay() -> None:
    crlf = TEXT.replace(b"\n", b"\r\n")
    found = code_of(base64.b64encode(crlf).decode())

    assert found is not None
    assert found.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert found.load() == crlf


@pytest.mark.parametrize("nothing", [None, "", 7, {}])
def test_no_code_is_none(nothing: object) -> None:
    assert code_of(nothing) is None


def test_the_tasks_description_stands_above_the_versions() -> None:
    of_version = {"description": "of the version"}

    assert version_of(of_version, "of the task").value(("description",)) == (
        "of the task"
    )
    assert version_of(of_version, "").value(("description",)) == "of the version"


def test_a_language_that_nobody_knows_is_kept_as_it_is() -> None:
    assert row_of({"id": "1", "language": "workflow"}).language == "workflow"
    assert row_of({"id": "1"}).language == "typescript"


@pytest.mark.parametrize(
    "odd",
    [
        {"browserConfiguration": None},
        {"browserConfiguration": []},
        {"browserConfiguration": {"proxy": "x", "timeout": 3, "recording": None}},
        {"description": None},
        {"description": 7, "version": 3, "deleted": "no", "new": {"a": [1]}},
    ],
)
def test_odd_answers_are_read_all_the_same(odd: dict[str, Any]) -> None:
    assert observed(**odd).value(("code",)) is not None


def test_any_change_of_a_row_changes_its_fingerprint() -> None:
    row = {"id": "1", "name": "a", "new": {"x": 1}}

    assert row_of(row).row == row_of(dict(reversed(row.items()))).row
    assert row_of(row).row != row_of({**row, "new": {"x": 2}}).row


def test_a_write_sends_code_as_base64_without_newlines() -> None:
    long = "x" * 1000
    body = sent(frozen({"code": code(long)}))

    assert "\n" not in body["code"]
    assert base64.b64decode(body["code"]) == long.encode()


@pytest.mark.parametrize(
    ("before", "wanted", "configuration"),
    [
        ({"recording": {"active": False}}, {}, {"recording": {"active": True}}),
        ({"timeout": {"max_duration": 9}}, {}, {"timeout": {"max_duration": 20}}),
        ({"timeout": {"idle_timeout": 9}}, {}, {"timeout": {"idle_timeout": 5}}),
        ({"live_view": {"read_only": True}}, {}, {"live_view": {"read_only": False}}),
        ({"x402": True}, {}, {"x402": False}),
        ({"tags": ["a"]}, {}, {"tags": []}),
        ({"initial_url": "https://a.b/"}, {}, {"initial_url": "about:blank"}),
        (
            {"timeout": {"max_duration": 9, "idle_timeout": 8}},
            {"timeout": {"max_duration": 9}},
            {"timeout": {"max_duration": 9, "idle_timeout": 5}},
        ),
        ({"proxy": {"active": True}}, {}, {"proxy": {"active": False}}),
        (
            {"proxy": {"active": True, "country_code": "de"}},
            {"proxy": {"active": True, "type": "anchor_proxy"}},
            {"proxy": {"active": True, "type": "anchor_proxy", "country_code": "us"}},
        ),
        (
            {"proxy": {"active": True, "region": "r", "city": "c"}},
            {"proxy": {"active": True, "type": "anchor_proxy", "region": "r"}},
            {
                "proxy": {
                    "active": True,
                    "type": "anchor_proxy",
                    "region": "r",
                    "city": "",
                }
            },
        ),
    ],
)
def test_a_removed_field_is_sent_as_its_default(
    before: dict[str, Any], wanted: dict[str, Any], configuration: dict[str, Any]
) -> None:
    old = observed(browserConfiguration=before)
    body = sent(spec(browserConfiguration=wanted), old)

    assert body["browserConfiguration"] == configuration


def test_a_removed_description_is_sent_empty_and_one_that_never_was_is_not() -> None:
    assert sent(spec(), observed(description="old"))["description"] == ""
    assert "description" not in sent(spec(), observed())


def test_what_we_do_not_know_goes_back_as_it_was() -> None:
    unknown = {"new": {"deep": [1, 2]}, "timeout": {"max_duration": 9, "new": True}}
    old = observed(browserConfiguration=unknown)

    body = sent(spec(browserConfiguration={"timeout": {"max_duration": 10}}), old)

    assert body["browserConfiguration"] == {
        "timeout": {"max_duration": 10, "new": True},
        "new": {"deep": [1, 2]},
    }


def test_nothing_is_said_of_a_configuration_that_nobody_has() -> None:
    assert "browserConfiguration" not in sent(spec())
    assert "browserConfiguration" not in sent(spec(), observed())


def test_a_secret_is_revealed_in_the_body_alone_and_named_to_be_hidden() -> None:
    proxy = {"active": True, "type": "custom", "password": Secret("hunter22")}
    wanted = spec(browserConfiguration={"proxy": proxy})

    body, hidden = request_body("a", wanted, None)

    assert body["browserConfiguration"] == {"proxy": {**proxy, "password": "hunter22"}}
    assert hidden == ("hunter22",)
    assert "hunter22" not in repr(wanted)


def test_a_secret_that_the_service_withholds_is_not_sent_back() -> None:
    proxy = {"active": True, "type": "custom", "password": Secret(None)}

    body = sent(spec(browserConfiguration={"proxy": proxy}))

    assert body["browserConfiguration"] == {"proxy": {"active": True, "type": "custom"}}


def test_every_body_is_plain_json() -> None:
    old = observed(browserConfiguration={"new": {"a": [1]}, "tags": ["x"]})

    assert json.loads(json.dumps(sent(spec(), old)))["browserConfiguration"]
