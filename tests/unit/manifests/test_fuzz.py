"""No bytes make the loader raise, hang, or disagree with itself."""

from __future__ import annotations

from pathlib import Path

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from taskops.manifests.careful import careful
from taskops.manifests.checks import odd_things
from taskops.manifests.load import load_bytes
from taskops.manifests.quick import quick
from taskops.manifests.spots import BIDI
from taskops.manifests.validate import problems_of, schema_for

CASES = Path(__file__).parents[2] / "cases" / "manifests"
SEEDS = [f.read_bytes() for f in sorted(CASES.glob("*/*/**/*.yaml"))]
PIECES = st.sampled_from(
    [
        *(
            "a: ",
            "b",
            "\n",
            "  ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "'",
            '"',
            "|\n",
            ">-\n",
        ),
        *(
            "&x ",
            "*x ",
            "!!str ",
            "? ",
            ": ",
            "#",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "\t",
        ),
        *(
            "<<: ",
            "no",
            "017",
            "1e999",
            ".nan",
            "2024-01-01",
            "\\u202e",
            "\u202e",
            "\0",
        ),
        *(
            "\x85",
            "\u2028",
            "\ufeff",
            "\r\n",
            "~",
            "0x",
            "+",
            "-",
            ".",
            "é",
            "name: x\n",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)
BYTES = st.binary(max_size=200) | TEXTS.map(str.encode)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 4))
        content[at : at + length] = draw(PIECES).encode()
    return bytes(content)


@settings(max_examples=500, deadline=None)
@given(BYTES | mangled())
@example(b"\xff\xfe")
@example(b'"\\ud800": 1')
@example(b"? ? ? ?")
@example(b"a: 0x" + b"f" * 5000)
@example(b"a: " + b"9" * 5000)
@example(b"- " * 2000)
@example(b"{" * 2000)
@example(b"a: |9\n")
def test_any_bytes_are_answered_with_documents_and_problems(content: bytes) -> None:
    contents = load_bytes("a.yaml", content)

    assert contents.documents or contents.problems
    for problem in contents.problems:
        assert problem.where is not None
        assert problem.where.line >= 1
        assert problem.hint
    for document in contents.documents:
        problems_of(
            document.data,
            schema_for(document.data),
            lambda path, key, d=document: d.locate(path, key=key),  # type: ignore[misc]  # mypy infers no type for a default
        )


@settings(max_examples=500, deadline=None)
@given(TEXTS | mangled().map(lambda content: content.decode("utf-8", "replace")))
@example("a: b\na: c")
@example("a: &x b")
@example("a: !x b")
@example('"a": 017')
def test_the_fast_way_and_the_careful_way_read_the_same(text: str) -> None:
    # Such texts are refused before either way is taken.
    assume(not any(character in BIDI for character in text))
    fast = quick(text)

    if fast is not None:
        documents, stopped = careful(text)
        assert not stopped
        assert not [t for d in documents for t in d.troubles]
        assert [repr(d.data) for d in documents] == [repr(root.data) for root in fast]
        assert [d.spot for d in documents] == [(r.line, r.column) for r in fast]


@settings(max_examples=300, deadline=None)
@given(BYTES)
def test_any_code_is_answered_with_warnings(content: bytes) -> None:
    for problem in odd_things("a.ts", content):
        assert problem.severity == "warning"
