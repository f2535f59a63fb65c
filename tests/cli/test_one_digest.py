"""The digest that was reviewed is the one that is applied, wherever that is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cli.shell import taskops

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "928944a6392c046c7e550869f147d87fa5c9a7022c9432731b77d77e76145d22"
"""Of the project below. It may change with the format of digests, and only then:
every approval that was given before is void where it does."""

FILES = {
    "taskops.yaml": "version: 1\nproject: shop\nmanifests: ['tasks/**/*.yaml']\n"
    "environments:\n  live: {variables: {shop: https://shop.example}}\n",
    "tasks/b/zeta.yaml": "name: zeta\ncode: ../../code/z.ts\n",
    "tasks/a/ärger.yaml": "name: aerger\ndescription: Größe — 尺寸 — 🙂\n"
    "code: ../../code/a.ts\npublish: false\nbrowserConfiguration:\n"
    "  initial_url: ${var.shop}/item\n  timeout: {max_duration: 7, idle_timeout: 2}\n"
    "  proxy: {active: true, type: anchor_proxy, country_code: no}\n",
    "tasks/made.yaml": "name: made\ndescription: d\ngenerate:\n  user_task: Do it.\n",
    "code/a.ts": "export default async () => '→'\r\n",
    "code/z.ts": "export default async () => 1\n",
}


def written(root: Path, *, reverse: bool = False) -> Path:
    for name, text in sorted(FILES.items(), reverse=reverse):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONHASHSEED": "0", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "1", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "4711", "HOME": "/nonexistent", "LANG": "C", "USER": "x"},
        {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONOPTIMIZE": "2"},
    ],
)
def test_it_is_the_same_on_every_machine_and_python(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    deep = len(variables) % 2
    root = written(tmp_path / ("a place" * (1 + deep)), reverse=bool(deep))
    said = taskops(
        root, "plan", "--env", "live", "--emulator", "--format", "json", **variables
    )
    assert said.code == 0, said.err
    assert json.loads(said.out)["digest"] == DIGEST


def test_the_line_ends_of_a_checkout_do_not_move_it(tmp_path: Path) -> None:
    root = written(tmp_path)
    for path in root.rglob("*.ts"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    for path in root.rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    said = taskops(root, "plan", "--env", "live", "--emulator", "--format", "json")
    assert json.loads(said.out)["digest"] == DIGEST, said.err
