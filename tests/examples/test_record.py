"""The recorded session of the README: a picture that a browser can show anywhere."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
SESSION = ROOT / ".github" / "docs" / "session.svg"


def test_the_session_is_whole_and_speaks_of_no_machine() -> None:
    text = SESSION.read_text("utf-8")

    names = {element.tag.rpartition("}")[2] for element in ET.fromstring(text).iter()}

    assert names == {"svg", "style", "rect", "defs", "text", "tspan", "g", "use"}
    for word in ("plan --emulator", "applied", "generating since", "10 → 15", "Next:"):
        assert word in text
    for place in ("/tmp", "/home", "/root", "/work", "http://", "https://"):
        assert place not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_what_a_command_prints_cannot_leave_its_line() -> None:
    script = runpy.run_path(str(ROOT / "examples" / "record.py"))
    frame = (1.0, [[("</text><script>", "default", False), ("&", "d7005f", True)]])

    root = ET.fromstring(script["svg"]([frame, frame]))

    assert not [e for e in root.iter() if e.tag.endswith("script")]
    assert [e.text for e in root.iter() if e.tag.endswith("tspan")] == [
        "</text><script>",
        "&",
    ]
