"""What a plain scalar means in YAML 1.2's core schema, and what we refuse to guess."""

from __future__ import annotations

import math
import re
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

# Nothing else can begin a scalar that is not a text.
NOT_TEXT: Final = frozenset("-+.0123456789tTfFnN~")
_NUMBERS: Final = frozenset("-+.0123456789")
WORDS: Final[dict[str, Scalar]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
# Compiled when they are needed, which is seldom.
_HEX: Final = r"0x[0-9a-fA-F]+\Z"
_OCTAL: Final = r"(?:0o[0-7]+|[-+]?0[0-9]+)\Z"
_FLOAT: Final = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"
_NOT_FINITE: Final = r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
_DATE: Final = r"(?s:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?)\Z"
# Beyond this JSON readers disagree about the digits.
_LARGEST = 2**53 - 1


class OddScalarError(Exception):
    """A scalar that readers of YAML do not agree about: what it is, in words."""


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar; raises OddScalarError."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in _NUMBERS:
        return text
    if _WHOLE.match(text):
        return _whole(text)
    return _unusual(text)


def _whole(text: str) -> int:
    # The length first: reading thousands of digits is slow, and Python refuses.
    if len(text) > 17 or abs(int(text)) > _LARGEST:
        raise OddScalarError("a number with more digits than a number can keep")
    return int(text)


def _unusual(text: str) -> Scalar:
    if re.match(_OCTAL, text):
        raise OddScalarError("a number that some readers take for octal")
    if re.match(_NOT_FINITE, text):
        raise OddScalarError("not a finite number")
    if re.match(_DATE, text):
        raise OddScalarError("a text that some readers take for a date")
    if re.match(_HEX, text):
        return _whole(str(int(text, 16)) if len(text) < 20 else "9" * 20)
    if re.match(_FLOAT, text):
        value = float(text)
        if not math.isfinite(value):
            raise OddScalarError("not a finite number")
        return value
    return text
