"""Where the compiler and the types are kept between runs: in the person's cache."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from taskops.compiler.pins import COMPILERS, TYPES, compiler_for, key_of, platform_name
from taskops.compiler.registry import fetch, registry_address
from taskops.compiler.unpack import is_type, unpack
from taskops.errors import NotTypeChecked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taskops.compiler.pins import Pin


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder for what can be fetched again."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home) / "taskops"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "taskops"
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "taskops"


def compiler_folder(environ: Mapping[str, str], tell: Callable[[str], None]) -> Path:
    """The folder with the compiler and the types, fetched if it is not there yet."""
    name = platform_name()
    compiler = compiler_for(name)
    if compiler is None:
        summary = "there is no TypeScript compiler for this platform"
        known = ", ".join(COMPILERS)
        hint = "check the types on another machine, for example in CI"
        raise NotTypeChecked(summary, f"{name}; there is one for {known}", hint)
    pins = (compiler, *TYPES)
    try:
        place = cache_folder(environ) / f"types-{key_of(pins)}"
        if not place.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _fill(place, pins, environ, tell)
    except OSError as error:
        summary = "the compiler cannot be kept in the cache"
        hint = "make the folder writable, or set XDG_CACHE_HOME to one that is"
        raise NotTypeChecked(summary, str(error), hint) from None
    return place


# Whole or not at all: a folder of that name has everything in it.
def _fill(
    place: Path,
    pins: tuple[Pin, ...],
    environ: Mapping[str, str],
    tell: Callable[[str], None],
) -> None:
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="fetching-") as made:
        registry = registry_address(environ, Path(made))
        tell("fetching the TypeScript compiler and types, once (14 MB)…")
        whole = Path(made) / "whole"
        whole.mkdir()
        for number, pin in enumerate(pins):
            folder = whole / ("node_modules/" + pin.name if number else "compiler")
            unpack(fetch(registry, pin), folder, is_type if number else bool)
        try:
            whole.replace(place)
        except OSError:
            # Another run was faster, which is as good.
            if not place.is_dir():
                raise


def workplace(folder: Path) -> Path:
    """A new folder from which the types are found."""
    return Path(tempfile.mkdtemp(dir=folder, prefix="work-"))


def leave(work: Path) -> None:
    """Remove a workplace."""
    shutil.rmtree(work, ignore_errors=True)


def program(folder: Path) -> Path:
    """The compiler itself."""
    name = "tsc.exe" if os.name == "nt" else "tsc"
    return folder / "compiler" / "lib" / name
