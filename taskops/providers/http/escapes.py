"""One text in every way in which services, proxies and loggers write it back."""

from __future__ import annotations

import base64
import re
from html.entities import codepoint2name
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_INSIDE = 8
"""Characters of base64 below which it may be anything."""

# Letters and digits stay what they are, whoever escapes; how much of the rest is
# escaped, and how often, is up to each of them.
_PARTS = re.compile(r"[A-Za-z0-9]+|[ \t\r\n]+|\\+|.", re.DOTALL)

_SPACE = (
    r"(?:[ \t\r\n]|%(?:25)*(?:20|0[9ad])|\\{1,8}(?:[nrt]|u00(?:20|0[9ad]))"
    r"|&(?:amp;)*#(?:0*(?:9|10|13|32)|x0*(?:9|a|d|20));)"
)


def pattern_of(secret: str) -> re.Pattern[str]:
    """What finds the text, as it was sent or escaped, in whatever else is said."""
    raw = secret.encode("utf-8", "surrogatepass")
    forms = [
        "".join(_parts(secret)),
        re.escape(quote_plus(raw)),
        raw.hex(),
        *(_in_base64(text) for text in _base64(raw)),
    ]
    # A host comes back in lower case, whatever was sent.
    return re.compile("|".join(forms), re.IGNORECASE)


def _parts(secret: str) -> Iterator[str]:
    after_backslashes = False
    for part in _PARTS.findall(secret):
        match part[0]:
            case "\\":
                # However often it was escaped, each is at least one.
                often = f"{{{len(part)},{8 * len(part)}}}"
                yield rf"(?:\\{often}|(?:{'|'.join(_escaped(chr(92)))}){often})"
            case " " | "\t" | "\r" | "\n":
                yield f"{_SPACE}{{1,{4 * len(part)}}}"
            case letter if letter.isascii() and letter.isalnum():
                yield part
            case sign:
                # Whoever escapes twice, as HTML in JSON, leaves backslashes before it.
                before = "" if after_backslashes else r"\\{0,8}"
                yield f"{before}(?:{'|'.join([*_escaped(sign), re.escape(sign)])})"
        after_backslashes = part[0] == "\\"


def _escaped(sign: str) -> Iterator[str]:
    """For URLs, HTML, JSON, and as Python shows bytes; backslashes stand before it."""
    raw, number = sign.encode("utf-8", "surrogatepass"), ord(sign)
    yield "".join(f"%(?:25)*{byte:02x}" for byte in raw)
    names = [f"#0*{number}", f"#x0*{number:x}"]
    if name := "apos" if sign == "'" else codepoint2name.get(number):
        names.append(name)
    yield f"&(?:amp;)*(?:{'|'.join(names)});"
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    halves = (units[at : at + 4] for at in range(0, len(units), 4))
    yield r"(?<=\\)" + r"\\{1,8}".join(f"u{half}" for half in halves)
    if not sign.isascii():
        yield r"(?<=\\)" + r"\\{1,8}".join(f"x{byte:02x}" for byte in raw)


def _base64(raw: bytes) -> Iterator[str]:
    """The whole of it, and the part of a longer text, wherever it begins there."""
    yield base64.b64encode(raw).decode()
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw).decode()
        part = text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        if len(part) >= LEAST_INSIDE:
            yield part


def _in_base64(text: str) -> str:
    """Either alphabet, padded or not, and as a part of a URL."""
    kept = text.rstrip("=")
    ways = {"+": r"(?:[+-]|%(?:25)*2b)", "/": r"(?:\\?/|_|%(?:25)*2f)"}
    padding = "(?:=|%(?:25)*3d){0,2}" if len(text) % 4 == 0 else ""
    return "".join(ways.get(sign, sign) for sign in kept) + padding
