"""What is odd about task code, and what only looks so."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskops.manifests.checks import MAX_PARSED, odd_things

EXAMPLES = Path(__file__).parents[3] / "examples"
RUN = "export default async function run() {\n"
NOTHING = "no async function is exported as default, so there is nothing to run"
KEY = "this looks like a key or a password in the code"
EARLY = "this runs when the file is loaded, before the task's function is called"
RELATIVE = "a relative import cannot work: only this file is uploaded"
FAKE = "abcdefghijklmnop1234"


def odd(code: str, file: str = "a.ts") -> list[tuple[int, int, str]]:
    problems = list(odd_things(file, code.encode()))
    assert all(p.severity == "warning" and p.hint and p.where for p in problems)
    return [(p.where.line, p.where.column, p.summary) for p in problems if p.where]


def inside(*lines: str) -> list[tuple[int, int, str]]:
    return odd(RUN + "\n".join(lines) + "\n}\n")


@pytest.mark.parametrize(
    "code",
    [
        "export default async function () {}",
        "export default async () => 1;",
        "export default (async () => 1);",
        "async function run() {}\nexport default run;",
        "const run = async () => 1;\nexport default run;",
        "async function run() {}\nexport { run as default };",
        "export { default } from 'anchorbrowser';",
        "import run from 'anchorbrowser';\nexport default run;",
        "export default wrapped(async () => 1);",
        "export default (async () => 1) satisfies Task;",
    ],
)
def test_an_async_function_is_exported(code: str) -> None:
    assert odd(code) == []


@pytest.mark.parametrize(
    "code",
    [
        "export default function run() {}",
        "export default () => 1;",
        "export default { run: async () => 1 };",
        "export default class Task {}",
        "function run() {}\nexport default run;",
        "export async function run() {}",
        "async function run() {}\nmodule.exports = run;",
        "// export default async function run() {}\nexport {};",
        "const text = `\nexport default async function run() {}\n`;",
    ],
)
def test_nothing_can_be_run(code: str) -> None:
    assert [words for _, _, words in odd(code)] == [NOTHING]


def test_the_place_of_a_wrong_export_is_told() -> None:
    assert odd("const a = 1;\nexport default () => a;") == [(2, 1, NOTHING)]


@pytest.mark.parametrize(
    "line",
    [
        "return process.env.URL;",
        "return process.env['URL'];",
        "const { URL } = process.env;",
        "const { URL: address } = process.env;",
        "const { URL = '' } = process.env;",
    ],
)
def test_an_input_without_the_prefix(line: str) -> None:
    found = [words for _, _, words in inside(line)]

    assert found == ["the input `URL` never arrives: inputs begin with `ANCHOR_`"]


@pytest.mark.parametrize(
    "line",
    [
        "return process.env.ANCHOR_URL;",
        "// process.env.URL",
        "const text = 'process.env.URL';",
        "process.env.DEBUG = 'pw:api';",
        "return myprocess.env.URL;",
        "return process.env[name];",
        "const { ANCHOR_URL, ...others } = process.env;",
    ],
)
def test_what_only_looks_like_an_input_without_it(line: str) -> None:
    assert inside(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "import { a } from './a';",
        "export { a } from '../a';",
        "import './a';",
        "const a = require('./a');",
        "import a = require('./a');",
        "import {\n  a,\n} from './a';",
        "import a from '/srv/a';",
    ],
)
def test_a_relative_import(line: str) -> None:
    assert RELATIVE in [words for _, _, words in odd(line + "\n" + RUN + "}")]


def test_a_relative_import_inside_the_function() -> None:
    assert inside("const a = await import('./a');") == [(2, 24, RELATIVE)]


@pytest.mark.parametrize("name", ["lodash", "@acme/tools", "playwright-core", "axios"])
def test_a_package_that_the_sandbox_may_not_have(name: str) -> None:
    words = f"the sandbox is not known to have the package `{name}`"

    assert odd(f"import a from '{name}';\n{RUN}}}") == [(1, 15, words)]


@pytest.mark.parametrize(
    "line",
    [
        "import Anchor from 'anchorbrowser';",
        "import { chromium } from 'playwright';",
        "import { z } from 'zod/v4';",
        "import { readFile } from 'node:fs/promises';",
        "import { readFile } from 'fs/promises';",
        "import type { Thing } from './thing';",
        "import type { Thing } from 'lodash';",
        "export type { Thing } from './thing';",
        "const text = \"import a from './a'\";",
        "/* require('./a') */",
    ],
)
def test_imports_that_work(line: str) -> None:
    assert odd(f"{line}\n{RUN}}}") == []


@pytest.mark.parametrize(
    "line",
    [
        f"const apiKey = '{FAKE}';",
        f"const key = {{ apiKey: '{FAKE}' }};",
        f"const key = {{ 'api-key': '{FAKE}' }};",
        f"options.api_key = `{FAKE}`;",
        f"const token = process.env.ANCHOR_TOKEN ?? '{FAKE}';",
        f"const token = ('{FAKE}') as string;",
        f"const {{ token = '{FAKE}' }} = options;",
        "const password = 'Summer2026!';",
        "await page.fill('#password', 'Summer2026!');",
        "await page.getByLabel('Password').fill('Summer2026!');",
        "const ours = 'ghp_abcdefghijklmnopqrstuvwxyz012345';",
        "// ghp_abcdefghijklmnopqrstuvwxyz012345",
    ],
)
def test_a_key_in_the_code(line: str) -> None:
    assert [words for _, _, words in inside(line)] == [KEY]


@pytest.mark.parametrize(
    "line",
    [
        "const password = process.env.ANCHOR_PASSWORD;",
        "const fields = { password: '#login-password-1' };",
        "const fields = { password: 'input[name=password1]' };",
        "const passwordSelector = '.login > .password1';",
        "const fields = { password: 'userPassword' };",
        "await page.fill('#password', process.env.ANCHOR_PASSWORD!);",
        "await page.getByLabel('Password').click();",
        "const apiKey = 'your-api-key-here-1234';",
        f"// const apiKey = '{FAKE}';",
        "const token = `${process.env.ANCHOR_TOKEN}12345678901234`;",
        "const task = 'task-sk-checks-twenty-or-more-letters';",
    ],
)
def test_what_only_looks_like_a_key(line: str) -> None:
    assert inside(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "run();",
        "console.log('ready');",
        "await prepare();",
        "const browser = await chromium.launch();",
        "if (process.env.ANCHOR_A) run();",
        "for (const a of []) run(a);",
        "(async () => 1)();",
        "globalThis.ready = true;",
        "throw new Error('no');",
    ],
)
def test_what_runs_when_the_file_is_loaded(line: str) -> None:
    assert odd(f"const a = 1;\n{line}\n{line}\n{RUN}}}") == [(2, 1, EARLY)]


@pytest.mark.parametrize(
    "line",
    [
        "'use strict';",
        "const client = new Anchor({ apiKey: process.env.ANCHOR_API_KEY });",
        "const shape = z.object({ a: z.string() });",
        "const later = async () => { await run(); };",
        "type A = string;\ninterface B { a: A }\nenum C { D }\ndeclare const d: A;",
        "namespace A { export const b = 1; }",
        "exports.name = 'a';",
    ],
)
def test_what_does_nothing_by_itself(line: str) -> None:
    assert odd(f"{line}\n{RUN}}}") == []


def test_a_line_is_silenced_by_a_comment_on_it_or_above_it() -> None:
    assert inside("return process.env.A; // taskops: ignore") == []
    assert inside("// taskops: ignore", "return process.env.A;") == []
    assert inside("f(); // taskops: ignore", "return process.env.A;") != []


def test_a_silenced_line_does_not_silence_the_same_thing_below() -> None:
    found = inside("f(process.env.A); // taskops: ignore", "f(process.env.A);")

    assert [line for line, _, _ in found] == [3]


def test_a_file_without_an_export_can_be_silenced_at_its_first_line() -> None:
    assert odd("// taskops: ignore\nfunction run() {}\n") == []


@pytest.mark.parametrize(
    "code",
    [
        RUN + "  using page = await open(); @@ ??? }",
        "export default async function run( {{{ \n launch();",
        "match (a) { when 1: 2 }\nexport default async function run() {}",
        "@@ later #! syntax\nexport const a = 1;",
        "\0\0\0",
    ],
)
def test_what_the_parser_does_not_know_is_not_judged(code: str) -> None:
    assert odd(code) == []


def test_angle_brackets_in_tsx_are_elements() -> None:
    code = "export default async function run() {\n  return <a>{process.env.A}</a>;\n}"

    assert [line for line, _, _ in odd(code, "a.tsx")] == [2]


def test_columns_count_characters() -> None:
    assert inside("f('é', process.env.A);")[0][:2] == (2, 8)


def test_of_a_bundle_only_keys_and_hidden_characters_are_told() -> None:
    bundle = "run();\n" * (MAX_PARSED // 7 + 1)

    assert odd(bundle) == []
    assert [w for _, _, w in odd(bundle + f"AKIA{'A' * 16}")] == [KEY]


def test_anchors_own_example_is_warned_about_and_nothing_more() -> None:
    code = """const anchor = require('anchorbrowser');

async function run() {
  const session = await anchor.createSession();
  await session.goTo('https://example.com');
  const title = await session.getTitle();
  console.log(title);
  await session.close();
}
run();"""

    assert [words for _, _, words in odd(code)] == [NOTHING, EARLY]


def test_the_examples_are_spotless() -> None:
    files = [*EXAMPLES.rglob("*.ts")]

    assert len(files) > 10
    for file in files:
        assert list(odd_things(file.name, file.read_bytes())) == []
