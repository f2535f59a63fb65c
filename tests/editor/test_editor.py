"""What a person sees in an editor, through the YAML language server itself."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from editor.server import Editor, found

from taskops.cli.boundary import run
from taskops.manifests.schemas import folder, schema_path

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = found()
pytestmark = pytest.mark.skipif(
    SERVER is None, reason="`make editor` installs the language server, with npm"
)
TASK = """name: price-watch
code: price-watch.ts
browserConfiguration:
  proxy:
    active: true
    type: anchor_residential
    country_code: gb
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    assert SERVER is not None
    editor = Editor(SERVER, tmp_path_factory.mktemp("project"))
    yield editor
    editor.close()


def opened(editor: Editor, name: str, text: str, kind: str = "task") -> str:
    first = f"# yaml-language-server: $schema={schema_path(kind)}\n"
    return editor.open(name, first + text)


def underlined(editor: Editor, uri: str) -> list[tuple[int, str]]:
    found = editor.diagnostics(uri)
    return [(one["range"]["start"]["line"], one["message"]) for one in found]


def test_a_right_manifest_has_nothing_underlined(editor: Editor) -> None:
    assert underlined(editor, opened(editor, "right.yaml", TASK)) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("name: a b\ncode: a.ts\n", 1, "only letters, digits, `-` and `_`"),
        ("name: a\n", 1, "a task needs `code` or `generate`"),
        ("name: a\ncode: a.ts\nprotected: maybe\n", 3, "boolean"),
        ("name: a\ncode: a.ts\nprotekted: true\n", 3, "protekted is not allowed"),
        (TASK.replace("gb", "zz"), 7, "Value is not accepted"),
        (TASK + "    city: york\n", 8, "`city` is only for `type: anchor_proxy`"),
        (TASK + "publish: true\ngenerate: {user_task: Do it.}\n", 8, "only for tasks"),
    ],
)
def test_a_mistake_is_underlined_at_its_line(
    editor: Editor, text: str, line: int, words: str
) -> None:
    said = underlined(editor, opened(editor, f"wrong-{abs(hash(text))}.yaml", text))

    assert any(at == line and words in message for at, message in said), said


def test_hover_tells_what_a_field_is(editor: Editor) -> None:
    uri = opened(editor, "hover.yaml", TASK)
    editor.diagnostics(uri)

    assert "relative to this manifest" in editor.hover(uri, 2, 1)
    told = editor.hover(uri, 6, 6)
    assert "change `country_code` with it" in told
    assert "* `anchor_mobile`: a mobile device in that country" in told
    assert "it means Norway" in editor.hover(uri, 7, 8)


def test_completion_offers_fields_and_what_each_is(editor: Editor) -> None:
    uri = opened(editor, "fields.yaml", "name: a\n\n")
    editor.diagnostics(uri)

    offered = editor.completion(uri, 2, 0)

    assert {"code", "generate", "browserConfiguration", "publish"} <= offered.keys()
    assert "name" not in offered
    assert offered["code"]["insertText"] == "code: ${1:price-watch.ts}"
    assert offered["protected"]["insertText"] == "protected: ${1:false}"
    assert "relative to this manifest" in str(offered["code"]["documentation"])


def test_completion_offers_the_values_of_a_field(editor: Editor) -> None:
    uri = opened(editor, "values.yaml", TASK)
    editor.diagnostics(uri)

    kinds = editor.completion(uri, 6, 10)
    assert list(kinds) == [
        *("anchor_proxy", "anchor_residential", "anchor_mobile"),
        *("anchor_gov", "custom"),
    ]
    assert "a mobile device" in str(kinds["anchor_mobile"]["documentation"])
    countries = editor.completion(uri, 7, 18)
    assert "gb" in countries
    assert "as" not in countries


def test_agent_tasks_and_the_project_file_have_theirs(editor: Editor) -> None:
    head = "kind: AgentTask\nprovider: stablebrowse\nname: a\n\n"
    uri = opened(editor, "agent.yaml", head, "agent-task")
    assert "task" in " ".join(message for _, message in underlined(editor, uri))
    assert {"task", "startUrl"} <= editor.completion(uri, 4, 0).keys()
    project = opened(editor, "taskops.yaml", "version: 1\nledger: \n", "taskops")
    editor.diagnostics(project)
    ledgers = editor.completion(project, 2, 8)
    assert "for several people" in str(ledgers["git"]["documentation"])


def test_one_schema_serves_a_file_with_several_kinds(editor: Editor) -> None:
    agent = "kind: AgentTask\nprovider: browser_use\nname: b\ntask: Look.\n"

    uri = opened(editor, "several.yaml", f"{TASK}---\n{agent}", "manifest")

    assert underlined(editor, uri) == []


def test_the_schema_of_a_web_address_works_too(editor: Editor) -> None:
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    handler = partial(quiet, directory=str(folder()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/manifest.v1.json"
    text = f"# yaml-language-server: $schema={url}\nname: a b\ncode: a.ts\n"
    try:
        said = underlined(editor, editor.open("web.yaml", text))
    finally:
        server.shutdown()
        server.server_close()

    assert [line for line, _ in said] == [1]


def test_the_path_that_the_command_prints_is_a_schema(
    editor: Editor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schema", "--path", "task"]) == 0
    path = capsys.readouterr().out.strip()

    uri = editor.open("path.yaml", f"# yaml-language-server: $schema={path}\n{TASK}")

    assert underlined(editor, uri) == []


def test_a_schema_that_was_printed_to_a_file_works(
    editor: Editor, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schema", "task"]) == 0
    (editor.folder / "task.json").write_text(capsys.readouterr().out)
    wrong = TASK.replace("name: price-watch", "name: a b")

    uri = editor.open("out.yaml", f"# yaml-language-server: $schema=task.json\n{wrong}")

    assert [line for line, _ in underlined(editor, uri)] == [1]
