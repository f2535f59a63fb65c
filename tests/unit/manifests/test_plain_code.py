"""Code that is called plain has nothing odd in its syntax tree, whatever it is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taskops.manifests import syntax
from taskops.manifests.in_tree import odd_in_tree
from taskops.manifests.plain_code import is_plain

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*/tasks/*.ts"))
RUN = "export default async function run() {\n  return 1;\n}\n"
HEAD = "export default async function run(): Promise<Result> {\n"

PLAIN = [
    RUN,
    "\n\n" + RUN + "\n",
    "// A comment { with ( a bracket\n/* and { another */\n" + RUN,
    'import { chromium, type Page } from "playwright";\n' + RUN,
    "import AnchorBrowser from 'anchorbrowser';\nimport * as fs from \"node:fs\"\n"
    + RUN,
    "const SLOW = 5 * 60_000;\nconst LIST = [1, { a: 2 }];\n" + RUN,
    "interface Result {\n  ok: boolean;\n}\n\ntype A = 'a' | 'b';\n" + RUN,
    "function one(a: string, b = [1]): string[] {\n  return [a];\n}\n" + RUN,
    "async function two(): Promise<void> {\n  await one();\n}\n" + RUN,
    HEAD + "  const a = `${b.join(', ')} and ${c}`;\n}\n",
    HEAD + '  const a = text.replace(/["{(]/g, "").match(/[/]/);\n}\n',
    HEAD + "  const a = process.env.ANCHOR_URL;\n}\n",
    HEAD + "  await page.fill('#password', process.env.ANCHOR_PASSWORD);\n}\n",
    HEAD + "  class A { export = 1; }\n  if (b) { await c(); }\n}\n",
]
ODD = [
    "",
    RUN + "run();\n",
    "await 1;\n" + RUN,
    RUN + "(async () => 1)();\n",
    "const a = 1\nrun();\n" + RUN,
    "const a = 1 /*\n*/ run();\n" + RUN,
    "const a = await b;\n" + RUN,
    "const a = (1, await b);\n" + RUN,
    "const a = function () {};\nconst b = await c;\n" + RUN,
    "async function one() {}\nconst b = await c;\n" + RUN,
    "function one() {} (run());\n" + RUN,
    "function one(): A<B> {} one<c> ({});\n" + RUN,
    "export async function run() {}\n",
    "export default function run() {}\n",
    "// export default async function run() {}\nfunction a() {}\n",
    "function a() {\n`\nexport default async function run() {}\n`;\n}\n",
    "import './beside';\n" + RUN,
    "import { a } from './beside';\n" + RUN,
    "import { a } from 'lodash';\n" + RUN,
    HEAD + "  const a = await import('lodash');\n}\n",
    HEAD + "  const a = require('lodash');\n}\n",
    HEAD + "  const a = process.env.URL;\n}\n",
    HEAD + "  const { URL } = process.env;\n}\n",
    HEAD + "  const password = 'correct-horse-1';\n}\n",
    HEAD + "  const apiKey = `abcdefghijklmnop1234`;\n}\n",
    HEAD + "  await page.getByLabel('Password').fill('correct-horse-1');\n}\n",
    HEAD + "  const a = b / c; // }\n}\nrun();\nfunction d() {\n  /a/.test(b);\n}\n",
    HEAD + "  // \u2028 } run(); async function a() {\n}\n",
    HEAD + "  const a = `${`}`}`;\n}\nrun(`${`{`}`);\n",
]
PIECES = st.sampled_from(
    [
        *("await ", "run();", "run()", ";", "\n", " ", "{", "}", "(", ")", "[", "]"),
        *('"', "'", "`", "${", "/", "//", "/*", "*/", "\\", "=", ":", ",", "<", ">"),
        *("a", "1", "=>", "#", "@", "const ", "let ", "function ", "async ", "class "),
        *("export ", "default ", "import ", "from ", '"zod"', "require", "interface "),
        *("type ", "process.env.", "ANCHOR_A", "password", "'correct-horse-1'", "\r"),
        *("<!--", "-->", "return ", "if (a) ", "\u2028", "/a/g", "é", "\0", "enum "),
        RUN,
        *PLAIN[2:],
    ]
)


def found(code: bytes) -> list[str]:
    return [odd.words for odd in odd_in_tree(code, jsx=False)]


@pytest.mark.parametrize("code", PLAIN)
def test_plain_code_is_known_without_the_parser(code: str) -> None:
    assert is_plain(code.encode())
    assert found(code.encode()) == []


@pytest.mark.parametrize("code", ODD)
def test_odd_code_is_left_to_the_parser(code: str) -> None:
    assert not is_plain(code.encode())


def test_most_examples_are_plain() -> None:
    plain = [path for path in EXAMPLES if is_plain(path.read_bytes())]
    assert len(plain) > len(EXAMPLES) / 2


def agrees(code: bytes) -> None:
    if is_plain(code) and not syntax.tree(code, jsx=False).has_error:
        assert found(code) == []


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=12))
def test_whatever_is_put_together_both_ways_agree(pieces: list[str]) -> None:
    agrees("".join(pieces).encode())


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_an_example_with_a_change_is_judged_alike(data: st.DataObject) -> None:
    files = [path.read_text("utf-8") for path in EXAMPLES]
    text = data.draw(st.sampled_from([*files, *PLAIN]))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 5))
        text = text[:at] + data.draw(PIECES) + text[at + gone :]
    agrees(text.encode())


@pytest.mark.parametrize(
    "hostile",
    [
        *("/*", '"', "'", "\"'", '"\\', "`", "`${", "=/", "(/[", "import ", "import {"),
        *("(", "({[", "()", "const a", "function a", "type a = ", "password'", "// \r"),
        *("import a from ", "${", "\\", "interface a ", "function a@: b<"),
    ],
)
def test_no_text_makes_it_slow(hostile: str) -> None:
    size = 128 * 1024
    code = (RUN + hostile * size)[:size].encode()
    before = time.process_time()

    is_plain(code)
    is_plain(code + b"\n" + RUN.encode())

    assert time.process_time() - before < 5
