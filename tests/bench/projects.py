"""A large project without a service: checked, and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.ground import LARGE, make_project, python, taskops
from bench.measure import in_turn
from bench.rows import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.rows import Result

COUNT = 10_000
TIMES = 3

PARSE = """
import sys, yaml
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("tasks/*.yaml")):
    yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
"""
READ = """
import sys
from pathlib import Path
for path in sorted(Path(sys.argv[1]).glob("tasks/*.ts")):
    path.read_bytes()
"""
COMPARE = """
import sys, json
from pathlib import Path
from taskops.manifests.code import read_code
from taskops.manifests.inside import Inside
from taskops.model.values import Code
root = Path(sys.argv[1])
there = json.loads((root / "digests.json").read_text())
files = Inside(root)
for name, (sha256, size) in there.items():
    code, _, _ = read_code(files, "tasks/any.yaml", name)
    assert code == Code(sha256, size, bytes)
"""
RECORD = """
import sys, json
from pathlib import Path
from taskops.manifests.code import digest_of
found = {}
for path in sorted(Path(sys.argv[1]).glob("tasks/*.ts")):
    data = path.read_bytes()
    found[path.name] = [digest_of(data), len(data)]
(Path(sys.argv[1]) / "digests.json").write_text(json.dumps(found))
"""


def validate(folder: Path) -> Iterator[Result]:
    """Every manifest of a large project."""
    root = folder / "validated"
    make_project(root, COUNT)
    ours, parse = in_turn(TIMES, taskops(root, "validate"), python(PARSE, str(root)))
    yield Figure("validate", ours.wall, parse.wall, (ours.cpu, parse.cpu))


def compare(folder: Path) -> Iterator[Result]:
    """Code as it is here against the digests of what is there."""
    root = folder / "compared"
    make_project(root, COUNT, LARGE)
    python(RECORD, str(root)).run()
    ours, read = in_turn(TIMES, python(COMPARE, str(root)), python(READ, str(root)))
    yield Figure("compare", ours.wall, read.wall, (ours.cpu, read.cpu))
