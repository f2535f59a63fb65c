"""
Code so plain that there is nothing odd in its syntax tree, known without the tree.

The grammar takes longer to load than all the rest of the check of one manifest, and
much code is plain: imports, values, functions, one of them async and the default. Texts
and comments are taken out, then what stands between brackets; what is left must be
declarations that run nothing. Everything else is parsed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from taskops.manifests.keys import NAMES, looks_secret
from taskops.manifests.packages import lacks

if TYPE_CHECKING:
    from re import Match

DEEPEST: Final = 20
"""Brackets inside brackets; more are left to the parser."""

QUOTES: Final = b"\"'`"
# Comments of HTML, and ends of lines that few see.
_SELDOM: Final = (b"<!--", b"-->", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
_IMPORT = re.compile(
    rb"""^import [\w {},*]{1,500} from ["']([\w:]+)["'];?$""", re.MULTILINE
)
_MODULES = re.compile(rb"\b(?:import|require)\b")
# Each part ends with a group that is empty where the part has no end, so that nothing
# is tried twice and no text makes it slow. A slash after `(`, `,`, `=` or `:` begins an
# expression; anywhere else it stays, for it may divide.
_SAID = re.compile(
    rb"""//[^\r\n]*+
    | /\*(?s:.*?)(?P<comment>\*/|\Z)
    | "(?:[^"\\\r\n]|\\[^\r\n])*+("|)
    | '(?:[^'\\\r\n]|\\[^\r\n])*+('|)
    | `(?:[^`\\$]|\\.|\$(?!\{)
        |\$\{(?:[^{}`'"/\\]|"[^"\\\r\n]*+"|'[^'\\\r\n]*+')*+\})*+(`|)
    | /(?:(?<=[(,=:]/)|(?<=[(,=:][ ]/))
        (?:[^/\\[\r\n]|\\[^\r\n]|\[(?:[^]\\\r\n]|\\[^\r\n])*+\]?+)++(/|)
    """,
    re.VERBOSE,
)
_UNCLEAR = re.compile(rb"""[/\\"'`\0@#]""")
_ROUND = re.compile(rb"\([^(){}[\]]*+\)|\[[^(){}[\]]*+\]")
_CURLY = re.compile(rb"\{[^(){}[\]]*+\}")
_FUNCTION = re.compile(
    rb"^(?:export )?(?:default )?(?:async )?function\b", re.MULTILINE
)
# With @ for what was round or square, and # for what was curly.
_VALUES = re.compile(
    rb"(?:\s|(?:export )?(?:const|type) \w[^;\n]*;|(?:export )?interface \w+ #)*+"
)
_FUNCTIONS = re.compile(
    rb"(?:\s|(?:export )?(?:default )?(?:async )?function(?: \w+)? ?@"
    rb"(?:: [\w.|@ ]+(?:<[\w.|<>, @]*>)?)? ?#)*+"
)


def is_plain(content: bytes) -> bool:
    """Whether the parser would find nothing odd; False also where nobody knows."""
    if content.count(b"process.env") != content.count(b"process.env.ANCHOR_"):
        return False
    code = _IMPORT.sub(_without_import, content)
    bare = _SAID.sub(_shortened, code)
    if _UNCLEAR.search(bare) or _MODULES.search(bare) or _may_have_keys(code):
        return False
    first = _FUNCTION.search(bare)
    if first is None or any(word in content for word in _SELDOM):
        return False
    values, functions = bare[: first.start()], _folded(bare[first.start() :])
    return (
        b"export default async function" in functions
        and _FUNCTIONS.fullmatch(functions) is not None
        and b"await" not in values
        and _VALUES.fullmatch(_folded(values)) is not None
    )


def _may_have_keys(code: bytes) -> bool:
    """Whether any text could be a key or password, where one is spoken of."""
    lower = code.lower()
    if not any(name in lower for name in NAMES):
        return False
    said = {found[0] for found in _SAID.finditer(code)}
    texts = [
        text[1:-1].decode("utf-8", "replace") for text in said if text[0] in QUOTES
    ]
    return any(
        looks_secret(text, is_password=True) or looks_secret(text, is_password=False)
        for text in texts
    )


def _without_import(found: Match[bytes]) -> bytes:
    """Nothing in the place of an import of what is there."""
    return found[0] if lacks(found[1].decode()) else b""


def _shortened(said: Match[bytes]) -> bytes:
    """A text as a number, a comment as the end of a line, and what has no end."""
    if said.lastindex is None:
        return b""
    if not said[said.lastindex]:
        return b"\0"
    return b"\n" if said.lastgroup == "comment" else b"0"


def _folded(code: bytes) -> bytes:
    """The code without what stands between brackets."""
    for _ in range(DEEPEST):
        less = _CURLY.sub(b"#", _ROUND.sub(b"@", code))
        if less == code:
            break
        code = less
    return code
