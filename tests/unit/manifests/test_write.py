"""What `pull` writes is read the same by every YAML tool."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from taskops.manifests.load import load_text
from taskops.manifests.write import manifest_text, variable_for
from taskops.model.values import Secret, frozen

EVIL = ["", " x", "x ", "a: b", "- a", "a\nb", "a\n", "\n", "a\n\nb\n"]
EVIL += [" a\nb", "a \nb", "é", "\u2028", "\t"]


def both(spec: dict[str, object]) -> tuple[object, object]:
    """The written manifest as our loader and as a YAML 1.1 tool read it."""
    text, _ = manifest_text("t", frozen(spec), {}, code="t.ts")
    (document,) = load_text("t.yaml", text).documents
    return document.data, yaml.safe_load(text)


@pytest.mark.parametrize(
    "text",
    """no on Yes null ~ 1e3 0o17 017 1:30 2024-01-01 .5 #x &a *a !x % @ ` { |""".split()  # noqa: SIM905  # words
    + EVIL,
)
def test_a_text_stays_that_text(text: str) -> None:
    ours, theirs = both({"browserConfiguration": {"tags": [text]}})

    assert ours == theirs
    assert ours["browserConfiguration"]["tags"] == [text]  # type: ignore[index]  # a mapping


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn"])))
def test_any_text_stays_that_text(text: str) -> None:
    ours, theirs = both({"description": text})

    assert ours == theirs


def test_a_secret_becomes_a_reference_and_its_variable_is_told() -> None:
    proxy = {"type": "custom", "password": Secret("hush")}
    spec = frozen({"browserConfiguration": {"proxy": proxy}})

    text, variables = manifest_text("price-watch", spec, {}, code="x.ts")

    assert variables == ("PRICE_WATCH_PROXY_PASSWORD",)
    assert 'password: "${env.PRICE_WATCH_PROXY_PASSWORD}"' in text
    assert "hush" not in text


def test_a_text_that_looks_like_a_reference_stays_a_text() -> None:
    text, variables = manifest_text(
        "t", frozen({"description": "${env.HOME}"}), {}, code="t.ts"
    )

    assert variables == ()
    assert 'description: "$${env.HOME}"' in text


def test_what_is_written_is_read_without_a_word() -> None:
    text, _ = manifest_text("t", frozen({}), {"publish": False}, code="t.ts")

    assert not load_text("pulled.yaml", text).problems


def test_a_variable_is_named_after_its_task_and_field() -> None:
    path = ("browserConfiguration", "proxy", "username")

    assert variable_for("a.b-c", path) == "A_B_C_PROXY_USERNAME"
