from __future__ import annotations

from xml.etree import ElementTree as ET

from taskops.render.junit import Case, junit_xml

HOSTILE = "]]></failure>&<a b='\"'>\x00\x1b[31m\ufffe\uffff\ud800 ü"


def test_every_run_is_a_case_of_its_verdict() -> None:
    text = junit_xml(
        "shop dev",
        [
            Case("a", "shop dev", "passed", "success", "out", 0.5),
            Case("b", "shop dev", "failed", "timeout", "late", 2.0),
            Case("c", "shop dev", "error", "unknown", "lost", 1.0),
        ],
    )
    root = ET.fromstring(text)
    counts = [root.get(key) for key in ("tests", "failures", "errors", "time")]
    assert counts == ["3", "1", "1", "2.000"]
    told = [[child.tag for child in case] for case in root]
    assert told == [["system-out"], ["failure"], ["error"]]
    assert [case.get("name") for case in root] == ["a", "b", "c"]


def test_whatever_a_task_says_stays_text() -> None:
    case = Case(HOSTILE, HOSTILE, "failed", HOSTILE, HOSTILE, 0.0)
    root = ET.fromstring(junit_xml(HOSTILE, [case]).encode())
    failure = root[0][0]
    assert [child.tag for child in root] == ["testcase"]
    assert (failure.text or "").startswith("]]></failure>&<a b='\"'>\\x00\\x1b[31m")
    assert (failure.text or "").endswith("ü")
