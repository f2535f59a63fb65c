"""The pages that people read: true, complete, and without a dead link."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from docs.messages import messages

from taskops.cli.app import taskops
from taskops.errors import Exit
from taskops.manifests.checks import odd_things
from taskops.manifests.load import load_text
from taskops.manifests.schemas import schema_names
from taskops.manifests.validate import problems_of, schema_for

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob(".github/**/*.md"), *ROOT.glob("examples/**/*.md")]
)
DOCS = ROOT / ".github" / "docs"
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
ROOT_CONTEXT = click.Context(taskops)
COMMANDS = {
    name: command
    for name in taskops.list_commands(ROOT_CONTEXT)
    if (command := taskops.get_command(ROOT_CONTEXT, name)) is not None
}


def _prose(text: str) -> str:
    return BLOCK.sub("", text)


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", _prose(page.read_text("utf-8")), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in kept}


@EVERY_PAGE
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(page.read_text("utf-8"))):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        assert place.exists(), target
        assert not anchor or anchor in _anchors(place), target


def test_every_page_is_reached_from_the_readme() -> None:
    linked = re.findall(r"\]\((\.github/docs/[^)#]+\.md)", README)

    assert sorted(linked) == [
        page.relative_to(ROOT).as_posix() for page in sorted(DOCS.glob("*.md"))
    ]


def _commands(page: Path) -> Iterator[str]:
    text = page.read_text("utf-8")
    for _, block in BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ taskops "):
                yield line[2:].partition("  #")[0]
    yield from re.findall(r"`(taskops [a-z][^`…]*)`", _prose(text))


@EVERY_PAGE
def test_every_command_that_is_shown_can_be_parsed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for line in _commands(page):
        words = shlex.split(re.split(r"[|>;]| && ", line)[0])[1:]
        if words[0].isupper():  # `taskops COMMAND`
            continue
        command = COMMANDS[words[0]]
        for before, word in pairwise(words):
            if before in ("-C", "--output-dir"):
                (tmp_path / word).mkdir(parents=True, exist_ok=True)
            elif re.fullmatch(r"[\w./-]+", word) and not word.startswith("-"):
                (tmp_path / word).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / word).touch()
        words = [re.sub(r"\[(.*)\]", r"\1", word) for word in words]
        choices = [p.type for p in command.params if isinstance(p, click.Argument)]
        for kind in choices:  # `taskops completion SHELL`
            if isinstance(kind, click.Choice) and len(words) > 1 and words[1].isupper():
                words[1] = str(next(iter(kind.choices)))
        command.make_context(words[0], words[1:], resilient_parsing=False)


def test_the_readme_has_every_command_with_options_that_it_has() -> None:
    table = README.partition("## Commands")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `taskops (\w+)[^`]*` \| (.+) \|$", table, re.MULTILINE)

    assert [name for name, _ in rows] == list(dict.fromkeys(n for n, _ in rows))
    assert {name for name, _ in rows} == {
        name for name, command in COMMANDS.items() if not command.hidden
    }
    for name, does in rows:
        known = {o for p in COMMANDS[name].params for o in p.opts}
        assert set(re.findall(r"(--[a-z-]+)", does)) <= known, name


def test_the_readme_has_every_exit_code() -> None:
    table = README.partition("## Exit codes")[2].partition("\n## ")[0]
    numbers = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)

    assert {int(n) for row in numbers for n in row.split(",")} == set(map(int, Exit))


def test_every_message_is_on_the_page_for_trouble_and_no_other() -> None:
    text = (DOCS / "troubleshooting.md").read_text("utf-8")
    tables = text.partition("\n## The command line\n")[2]
    cells = re.findall(r"^\| (.+?) (?<!\\)\| (.*) \|$", tables, re.MULTILINE)
    told = {m.replace("\\|", "|"): fix for m, fix in cells if m != "message"}
    told.pop("---", None)
    wanted = {sentence.strip(): place for sentence, place in messages().items()}

    assert {m: p for m, p in wanted.items() if m not in told} == {}
    assert [m for m in told if m not in wanted and m != "---|---"] == []
    assert [m for m, fix in told.items() if not fix.strip()] == []


def test_the_collector_of_messages_finds_those_of_each_room() -> None:
    found = messages()

    assert found["the ledger is damaged"] == "ledger/shapes.py"
    assert found["`…` is declared twice, first at …"] == "manifests/resolve.py"
    assert found["`…` on the service is not a code task"] == "planning/decide.py"
    assert len(found) > 200


@EVERY_PAGE
def test_every_manifest_that_is_shown_is_right(page: Path) -> None:
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language != "yaml" or not re.search(r"^name: ", block, re.MULTILINE):
            continue
        if "jobs:" in block or "runs:" in block or "on:" in block:
            continue
        for document in load_text(page.name, block).documents:
            found = problems_of(
                document.data,
                schema_for(document.data),
                lambda path, key, d=document: d.locate(path, key=key),  # type: ignore[misc]  # mypy infers no type for a default
            )
            assert found == [], block


@EVERY_PAGE
def test_every_piece_of_code_that_is_shown_is_spotless(page: Path) -> None:
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language == "ts":
            assert list(odd_things("shown.ts", block.encode())) == [], block


def test_every_schema_that_is_named_is_there() -> None:
    table = (DOCS / "editor.md").read_text("utf-8").partition("| schema |")[2]
    named = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)

    assert set(re.findall(r"`([\w-]+)`", " ".join(named))) == set(schema_names())


def test_every_environment_variable_that_is_named_is_read() -> None:
    table = README.partition("## Environment variables")[2].partition("\n## ")[0]
    source = "".join(
        path.read_text("utf-8")
        for path in [*(ROOT / "taskops").rglob("*.py"), ROOT / "action.yml"]
    )

    rows = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    for name in re.findall(r"`([A-Z_]+)", " ".join(rows)):
        prefix = name.removesuffix("NAME")
        assert prefix in source, name
