"""Each hostile form in each place where GitHub reads text of somebody else."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from taskops.cli.github_outputs import failure_on_page, plan_on_page
from taskops.cli.streams import Out
from taskops.errors import TaskopsError
from taskops.model.problem import Location, Problem
from taskops.render.errors import error_text
from taskops.render.markdown import plan_markdown
from taskops.render.problems import problems_github, problems_text
from taskops.render.sheet import Field, Note, Row, Sheet
from taskops.render.text import plan_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from github.hub import Hub
    from github.job import Job
    from markdown_it.token import Token

FORMS = {
    "command": "x\n::set-output name=changes::false",
    "command after white space": "x\n \t::error::forged",
    "old command": "a ##[stop-commands]x",
    "escaped line end": "x%0A::error::forged",
    "end of a heredoc": "x\nEOF\nchanges=false\nresult<<EOF",
    "mention": "@everyone (@acme/owners)",
    "reference": "fixes #123 and acme/automations#4",
    "long fence": "``````````\n# forged",
    "fence of tildes": "~~~\n# forged",
    "end of a fold": "</details></summary>\n<img src=x>",
    "mark": "<!-- taskops plan 0 -->",
    "cell": "a | b\n|---|",
    "colour": "\x1b[31mred",
    "right to left": "a\u202eb\u2066c",
    "zero width": "a\u200bb\ufeff",
    "carriage return": "a\r::error::forged",
    "link": "[x](https://evil.example) www.evil.example https://evil.example",
}

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\ufeff]"
)
"""What acts on a terminal, or turns and hides text."""

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())


def sheet(text: str) -> Sheet:
    """A plan that holds the text wherever one holds somebody else's."""
    fields = (Field(("description",), "before", text, "pending"),)
    row = Row("anchor/a", "update", "code", text, "pending", text, fields)
    return Sheet(
        project=text,
        environment="default",
        targets={"anchor": ("https://api.example", "")},
        rows=(row, Row("anchor/b", "delete", "code", "delete", risks=(text,))),
        notes=(Note("anchor/c", text),),
        problems=(problem(text),),
        counts={"update": 1, "delete": 1},
        digest="0" * 64,
        repository=text,
        settings=tuple(f"+{line}" for line in text.splitlines()),
    )


def problem(text: str) -> Problem:
    return Problem(text, text, Location(f"tasks/{text}.yaml", 1, 2), text, "warning")


def printed(write: Callable[[Out], None]) -> str:
    stream = io.StringIO()
    write(Out(stream))
    return stream.getvalue()


def commands(text: str) -> list[str]:
    """What a runner takes for commands; it ends a line at any return."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the files of a step."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return tmp_path


@every_form
def test_in_the_log(runner: Path, form: str) -> None:
    error = TaskopsError(form, form, form)
    told = [plan_text(sheet(form)), problems_text([problem(form)]), error_text(error)]

    text = printed(lambda out: out.write("".join(told)))

    assert commands(text) == []
    assert not HIDDEN.search(text)


@every_form
def test_in_raw_text(runner: Path, form: str) -> None:
    text = printed(lambda out: out.write(form.replace("\r", "\n")))

    assert commands(text) == []


@every_form
def test_in_an_annotation(runner: Path, form: str) -> None:
    told = problems_github([problem(form)])

    text = printed(lambda out: out.write(told, commands=True))

    assert re.fullmatch(r"::warning file=[^:,\r\n]*,line=1,col=2::[^\r\n]*\n", text)
    assert not HIDDEN.search(text)


@every_form
def test_in_a_comment_or_an_issue(form: str) -> None:
    text = plan_markdown(sheet(form))

    assert shape(text) == shape(plan_markdown(sheet(harmless(form))))
    assert not HIDDEN.search(text)
    assert forged(text) == []


@every_form
def test_on_the_page_of_a_run(runner: Path, form: str) -> None:
    error = TaskopsError(form, form, form)
    failure_on_page(1, error_text(error))
    failure_on_page(1, form)
    plan_on_page(sheet(form), 0)

    text = (runner / "summary").read_text("utf-8")
    assert not HIDDEN.search(text)
    assert forged(text) == []
    assert [t.type for t in parsed(text) if t.type == "fence"].count("fence") == 4


@every_form
def test_in_the_title_of_an_issue_and_below_its_text(
    job: Job, hub: Hub, form: str
) -> None:
    job.say("**Drift**: 1 changed on the service\n")
    names = {"TASKOPS_ENV": form, "TASKOPS_DIRECTORY": form}

    ran = job.step("issue.sh", TASKOPS_RESULT="changes", **names)

    assert ran.code == 0, ran.log
    [issue] = hub.issues
    assert re.fullmatch(r"taskops: [\w. -]+ \([\w./-]+\) is not.*", issue["title"])
    mark, _, below = issue["body"].partition("\n")
    assert re.fullmatch(r"<!-- taskops drift [0-9a-f]{32} -->", mark)
    assert forged(below.replace("https://github.example/", "")) == []
    assert "<!--" not in below


@every_form
def test_below_a_comment(job: Job, hub: Hub, form: str) -> None:
    job.say("**Changes**: 1 to update\n")
    names = {"TASKOPS_ENV": form, "TASKOPS_DIRECTORY": form}

    job.step("comment.sh", TASKOPS_PULL="7", TASKOPS_COMMIT="a" * 40, **names)

    [comment] = hub.comments
    below = comment["body"].partition("\n")[2]
    assert forged(below.replace("https://github.example/", "")) == []
    assert not HIDDEN.search(below)
    assert "<!--" not in below


@every_form
def test_among_the_outputs(runner: Path, form: str) -> None:
    plan_on_page(sheet(form), 0)

    lines = (runner / "output").read_text("utf-8").splitlines()
    names = [line.partition("<<")[0] for line in lines[::3]]
    assert names == ["changes", "result", "digest", "counts"]


def harmless(form: str) -> str:
    """As many lines, and only letters in them."""
    return "\n".join("x" for _ in form.splitlines())


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def shape(text: str) -> list[str]:
    """The blocks of the page, and the markup within them."""
    found = []
    for token in parsed(text):
        found.append(token.type)
        html = [c.content for c in token.children or [] if c.type == "html_inline"]
        found += html
        if token.type == "html_block":
            found.append(re.sub(r"<summary>.*</summary>", "<summary>", token.content))
    return found


def forged(text: str) -> list[str]:
    """Mentions, references and links outside of code."""
    plain = [
        child.content
        for token in parsed(text)
        for child in (token.children or [])
        if child.type in ("text", "link_open", "image")
    ]
    plain += [t.content for t in parsed(text) if t.type == "html_block"]
    return [p for p in plain if re.search(r"@\w|#\d|www\.|://(?!api\.)", p)]
