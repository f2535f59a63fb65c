"""Runs as JUnit XML, for whatever shows the results of tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from taskops.render.clean import line, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

# What XML cannot hold, even as a reference, once `clean` has spelt out the rest.
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One run: passed, failed by what the task did, or broken on the way there."""

    name: str
    group: str
    verdict: Literal["passed", "failed", "error"]
    status: str
    text: str
    seconds: float


def junit_xml(suite: str, cases: Sequence[Case]) -> str:
    """One suite with a case for each run."""
    root = ET.Element("testsuite", name=_kept(line(suite)), tests=str(len(cases)))
    failed = [case for case in cases if case.verdict == "failed"]
    errors = [case for case in cases if case.verdict == "error"]
    root.set("failures", str(len(failed)))
    root.set("errors", str(len(errors)))
    root.set("skipped", "0")
    root.set("time", f"{max((case.seconds for case in cases), default=0):.3f}")
    for case in cases:
        _append(root, case)
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _append(root: ET.Element, case: Case) -> None:
    words = {"name": case.name, "classname": case.group}
    shown = {key: _kept(line(text)) for key, text in words.items()}
    element = ET.SubElement(root, "testcase", shown, time=f"{case.seconds:.3f}")
    text = _kept(lines(case.text))
    if case.verdict == "passed":
        if text:
            ET.SubElement(element, "system-out").text = text
        return
    kind = "failure" if case.verdict == "failed" else "error"
    said = {"message": _kept(line(case.status)), "type": kind}
    ET.SubElement(element, kind, said).text = text


def _kept(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
