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


FOREIGN = ("TASKOPS_", "ANCHORBROWSER_", "BROWSER_USE_", "STABLEBROWSE_", "GITHUB_")
OF_THE_TESTS = {"TASKOPS_TESTS_EXPECT", "TASKOPS_YAML_LANGUAGE_SERVER"}
OF_THE_MACHINE = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS")

# Here and not only in a fixture: what a whole module shares is made before any test's
# own fixtures, and on a CI runner `CI` would have reached it.
for name in list(os.environ):
    if name.startswith(FOREIGN) and name not in OF_THE_TESTS:
        del os.environ[name]
for name in OF_THE_MACHINE:
    os.environ.pop(name, None)


@pytest.fixture(autouse=True, scope="session")
def home_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A setting in a person's home must never reach a test, nor what it shares."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.getbasetemp()))
        yield


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
