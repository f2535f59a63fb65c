"""A checksum of a whole file: what a disk or a hand changed is not taken for ours."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from taskops.ledger.shapes import write_json

if TYPE_CHECKING:
    from taskops.ledger.shapes import Part

KEY = "sum"

_END = b"\n}\n"
_SEAL = re.compile(rb',\n "sum": "([0-9a-f]{64})"\n}\s*\Z')
_LONGEST = 128
"""Bytes at the end of a file among which the seal is."""


def sealed(text: bytes) -> bytes:
    """JSON as a ledger writes it, with its checksum as its last key."""
    if not text.endswith(_END):
        raise ValueError("not an object as a ledger writes it")
    seal = f',\n "{KEY}": "{_sum(text)}"'.encode()
    return text[: -len(_END)] + seal + _END


def require_seal(data: bytes, part: Part) -> None:
    """
    Raise DamagedLedger where the checksum is not that of the rest.

    One changed digit of a digest would start a run that was paid for already. A
    file that was written before there were checksums is taken as it is.
    """
    told = part.mapping().get(KEY)
    if told is None:
        return
    found = _SEAL.search(data, max(0, len(data) - _LONGEST))
    if found and found[1].decode() == told == _sum(data[: found.start()] + _END):
        return
    # Another program may have written the same in a form of its own.
    rest = {key: value for key, value in part.mapping().items() if key != KEY}
    try:
        whole = told == _sum(write_json(rest))
    except RecursionError:
        whole = False
    if not whole:
        raise part.part(KEY).damaged("is not the sum of the rest")


def _sum(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
