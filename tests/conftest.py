"""What every test starts from: no keys, no settings, no home of a person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import taskops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.emulator.app import Emulator
    from taskops.emulator.server import Server

INSTALLED = os.environ.get("TASKOPS_TESTS_EXPECT") == "installed"

if INSTALLED:
    # Otherwise a green run would say nothing about the wheel.
    assert "site-packages" in Path(taskops.__file__).parts, taskops.__file__


@pytest.fixture(autouse=True)
def nothing_from_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A key or a setting of the machine must never reach a test."""
    foreign = ("TASKOPS_", "ANCHORBROWSER_", "BROWSER_USE_", "STABLEBROWSE_", "GITHUB_")
    for name in list(os.environ):
        if name.startswith(foreign) and name != "TASKOPS_TESTS_EXPECT":
            monkeypatch.delenv(name)
    for name in ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp()))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An account in memory that takes any key."""
    from taskops.emulator.app import Emulator

    account = Emulator()
    yield account
    account.close()


@pytest.fixture
def server(emulator: Emulator) -> Iterator[Server]:
    """The same account on loopback."""
    from taskops.emulator.server import serve

    running = serve(emulator)
    yield running
    running.close()
