"""`validate --types`, against a registry on loopback and a compiler made here."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import stat
import sys
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from taskops.cli.boundary import run
from taskops.compiler import cache, check, unpack
from taskops.compiler.check import type_problems
from taskops.compiler.pins import COMPILERS, TYPES, Pin, compiler_for
from taskops.compiler.registry import registry_address
from taskops.errors import NotTypeChecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")

COMPILER = f"""#!{sys.executable}
import os, sys
print("t0.ts(4,19): error TS2322: Type 'number' is not assignable to type 'string'.")
print("  The expected type comes from property 'apiKey'.")
print("t0.ts(1,1): error TS2307: Cannot find module 'lodash' or its types.")
print("t0.ts(2,1): error TS2307: Cannot find module './a' or its types.")
print("t0.ts(9,9): error TS1: " + " ".join(sorted(os.environ)) + ".")
sys.exit(2)
"""
QUIET = f"#!{sys.executable}\n"
CODE = {"tasks/a (1).ts": b"export default async function run() {}\n"}
Entry = tuple[tarfile.TarInfo, bytes]


def entry(name: str, content: bytes = b"", mode: int = 0o644) -> Entry:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    return info, content


def packed(*entries: Entry) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for info, content in entries:
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


class Registry(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Shop:
    """A registry, and what is pinned of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder / "registry", monkeypatch
        self.environ = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
        self.told: list[str] = []
        self.offer(COMPILER)

    def offer(self, compiler: str) -> None:
        program = entry("package/lib/tsc", compiler.encode(), 0o755)
        self.pin(packed(program), packed(entry("node/index.d.ts", b"export {};")))

    def pin(self, compiler: bytes, types: bytes) -> None:
        pin = self.sold("@typescript/typescript-here", compiler)
        kept = (self.sold("@types/node", types),)
        self.monkeypatch.setattr(cache, "compiler_for", lambda _: pin)
        self.monkeypatch.setattr(cache, "TYPES", kept)

    def sold(self, name: str, content: bytes) -> Pin:
        place = self.folder / name / "-" / f"{name.rpartition('/')[2]}-1.0.0.tgz"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        return Pin(name, "1.0.0", digest)

    def problems(self, codes: Mapping[str, bytes] = CODE) -> list[str]:
        found = type_problems(codes, self.environ, self.told.append)
        return [f"{p.where}: {p.summary}" for p in found]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    shop = Shop(tmp_path, monkeypatch)
    handler = partial(Registry, directory=str(shop.folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shop.environ["NPM_CONFIG_REGISTRY"] = f"http://127.0.0.1:{server.server_port}/"
    yield shop
    server.shutdown()
    server.server_close()


def refused(shop: Shop) -> NotTypeChecked:
    with pytest.raises(NotTypeChecked) as caught:
        shop.problems()
    assert caught.value.exit == 1
    assert caught.value.hint
    return caught.value


def test_what_the_compiler_says_has_a_place_in_the_project(shop: Shop) -> None:
    said = shop.problems()

    assert said[0] == (
        "tasks/a (1).ts:4:19: Type 'number' is not assignable to type 'string' (TS2322)"
    )
    assert "Cannot find module './a'" in said[1]
    assert not any("lodash" in line for line in said)


def test_the_compiler_sees_no_variable_of_ours(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANCHORBROWSER_API_KEY", "hunter2")

    said = shop.problems()[-1]

    assert "HOME" in said
    assert "ANCHORBROWSER" not in said
    assert "PATH" not in said


def test_what_was_fetched_once_is_kept(shop: Shop) -> None:
    first = shop.problems()
    shop.environ["NPM_CONFIG_REGISTRY"] = "http://127.0.0.1:1"

    assert shop.problems() == first
    assert len(shop.told) == 1
    assert not list(Path(shop.environ["XDG_CACHE_HOME"]).glob("*/*/work-*"))


def test_without_code_nothing_is_fetched(shop: Shop) -> None:
    assert shop.problems({}) == []
    assert shop.told == []


def test_a_package_that_was_changed_is_not_used(shop: Shop) -> None:
    archive = next(shop.folder.rglob("typescript-here-*.tgz"))
    archive.write_bytes(packed(entry("package/lib/tsc", b"#!/bin/sh\n", 0o755)))

    error = refused(shop)

    assert error.summary == "a package from the npm registry is not the pinned one"
    assert not list(Path(shop.environ["XDG_CACHE_HOME"]).rglob("tsc"))


def test_no_network_is_one_sentence(shop: Shop) -> None:
    shop.environ["NPM_CONFIG_REGISTRY"] = "http://127.0.0.1:1"

    assert "does not answer" in refused(shop).summary


def test_a_missing_package_is_one_sentence(shop: Shop) -> None:
    next(shop.folder.rglob("node-*.tgz")).unlink()

    assert refused(shop).detail == "@types/node 1.0.0: HTTP 404"


@pytest.mark.parametrize(
    "path", ["../../../escaped", "/escaped", "a/../escaped", "a\\escaped", "c:escaped"]
)
def test_no_file_of_a_package_lands_outside(shop: Shop, path: str) -> None:
    shop.pin(packed(entry(f"package/{path}", b"x")), packed())

    assert refused(shop).detail == "it has a file outside its own folder"
    assert not list(Path(shop.environ["HOME"]).rglob("*escaped*"))


def test_links_in_a_package_are_left_out(shop: Shop) -> None:
    link, _ = entry("package/lib/tsc")
    link.type, link.linkname = tarfile.SYMTYPE, "/bin/sh"
    shop.pin(packed((link, b"")), packed())

    assert refused(shop).summary == "the compiler does not run here"


def test_a_package_that_grows_without_end_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "MAX_BYTES", 1000)
    shop.pin(packed(entry("package/lib/tsc", b"x" * 1001)), packed())

    assert refused(shop).detail == "it is larger than a compiler is"


def test_a_broken_archive_is_refused(shop: Shop) -> None:
    shop.pin(b"not an archive", packed())

    assert "cannot be unpacked" in refused(shop).summary


def test_of_types_only_declarations_are_kept(shop: Shop) -> None:
    program = entry("package/lib/tsc", QUIET.encode(), 0o755)
    files = [entry("package/index.js", b"x"), entry("package/a/b.d.mts", b"y")]
    shop.pin(packed(program), packed(*files))

    assert shop.problems() == []
    kept = Path(shop.environ["XDG_CACHE_HOME"]).glob("*/*/node_modules/**/*")
    assert sorted(f.name for f in kept if f.is_file()) == ["b.d.mts"]


def test_a_compiler_that_hangs_is_stopped(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "SECONDS", 1)
    shop.offer(f"#!{sys.executable}\nimport time\ntime.sleep(600)\n")

    assert refused(shop).summary == "the compiler was stopped after 1 seconds"


@pytest.mark.parametrize("script", ["import os; os.abort()", "raise SystemExit(1)"])
def test_a_compiler_that_dies_says_nothing_about_types(shop: Shop, script: str) -> None:
    shop.offer(f"#!{sys.executable}\n{script}\n")

    assert refused(shop).summary == "the compiler does not run here"


def test_a_cache_that_cannot_be_written(shop: Shop) -> None:
    Path(shop.environ["XDG_CACHE_HOME"]).write_text("a file")

    assert refused(shop).summary == "the compiler cannot be kept in the cache"


def test_a_platform_without_a_compiler(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "compiler_for", compiler_for)
    monkeypatch.setattr(cache, "platform_name", lambda: "plan9-mips")

    error = refused(shop)

    assert error.summary == "there is no TypeScript compiler for this platform"
    assert error.detail.startswith("plan9-mips; ")


def test_the_registry_is_the_persons_own(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    (tmp_path / ".npmrc").write_text("registry = https://npm.example/all/\n")

    assert registry_address(environ, tmp_path) == "https://npm.example/all"
    environ["npm_config_registry"] = "https://other.example"
    assert registry_address(environ, tmp_path) == "https://other.example"


@pytest.mark.parametrize("address", ["http://npm.example", "file:///srv", "npm"])
def test_a_registry_without_https_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotTypeChecked, match="is not https"):
        registry_address({"NPM_CONFIG_REGISTRY": address}, tmp_path)


def test_a_registry_with_a_password_is_refused_without_it(tmp_path: Path) -> None:
    environ = {"NPM_CONFIG_REGISTRY": "https://me:secret@npm.example/all"}
    with pytest.raises(NotTypeChecked, match="a password in it") as refused:
        registry_address(environ, tmp_path)
    told = f"{refused.value} {refused.value.detail} {refused.value.hint}"
    assert "secret" not in told


def test_npm_is_asked_where_nothing_else_says(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PATH": str(tmp_path)}
    with pytest.raises(NotTypeChecked, match="not known which npm registry"):
        registry_address(environ, tmp_path)
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho https://said.example/\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)

    assert registry_address(environ, tmp_path) == "https://said.example"


def test_every_pin_is_a_sha512() -> None:
    for text in (*COMPILERS.values(), *(pin.sha512 for pin in TYPES)):
        assert len(base64.b64decode(text, validate=True)) == 64


def test_the_command_says_it_all_and_ends_with_the_code(
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in shop.environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "taskops.yaml").write_text("version: 1\nproject: a\n")
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "a.yaml").write_text("name: a\ncode: a.ts\n")
    (tmp_path / "tasks" / "a.ts").write_bytes(*CODE.values())

    command = ["validate", "--types", "--directory", str(tmp_path)]

    assert run(command) == 3
    assert "tasks/a.ts:4:19: error: Type 'number'" in capsys.readouterr().out
    shop.offer(QUIET)
    assert run(command) == 0
    shop.pin(b"not an archive", packed())
    assert run(command) == 1
    told = capsys.readouterr()
    assert "1 manifest in 1 file: valid" in told.out
    assert "cannot be unpacked" in told.err
