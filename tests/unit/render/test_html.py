"""The page: one file, safe with hostile words."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from taskops.model.change import CodeDifference
from taskops.render.beside import side_by_side
from taskops.render.html import plan_html
from taskops.render.sheet import Field, Note, Row, Sheet

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[31m'


def sheet(*rows: Row) -> Sheet:
    return Sheet("shop", "default", {"anchor": ("o", "t")}, rows, (), (), {}, "0" * 64)


def hostile() -> Sheet:
    code = CodeDifference(1, 1, (f"-{EVIL}", f"+{EVIL}"))
    row = Row(
        f"anchor/{EVIL}",
        "update",
        "code",
        EVIL,
        note=EVIL,
        fields=(
            Field(("description",), EVIL, EVIL, "drift"),
            Field(("code",), None, None, "pending", code),
        ),
        manifest=EVIL,
        risks=(EVIL,),
    )
    return replace(sheet(row), notes=(Note(f"anchor/{EVIL}", EVIL),), project=EVIL)


class Elements(HTMLParser):
    """Counts what a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def elements(text: str) -> Elements:
    found = Elements()
    found.feed(text)
    return found


def test_hostile_words_stay_words() -> None:
    text = plan_html(hostile())

    found = elements(text)

    assert found.tags.count("script") == 1
    assert "img" not in found.tags
    assert not any(name.startswith("on") for name in found.attributes)
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_nothing_comes_from_elsewhere() -> None:
    text = plan_html(sheet())

    assert "default-src 'none'" in text
    found = elements(text)
    assert not {"link", "img", "iframe", "object"} & set(found.tags)
    assert "src" not in found.attributes


def test_what_was_and_what_will_be_stand_side_by_side() -> None:
    hunks = ("@@ -1,3 +1,3 @@", " a", "-b", "-c", "+d", " e")

    assert list(side_by_side(hunks)) == [
        (hunks[0], hunks[0]),
        (" a", " a"),
        ("-b", "+d"),
        ("-c", None),
        (" e", " e"),
    ]


@pytest.mark.parametrize("verb", ["create", "update", "delete", "start", "wait"])
def test_each_kind_of_change_can_be_filtered(verb: str) -> None:
    row = Row("anchor/t", verb, "code", "words")  # type: ignore[arg-type]  # one of them

    assert f'data-kind="{verb}"' in plan_html(sheet(row))
    assert f'value="{verb}" checked' in plan_html(sheet(row))
