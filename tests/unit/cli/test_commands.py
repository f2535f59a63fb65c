from __future__ import annotations

import importlib
import subprocess
import sys

import click
import pytest

from taskops.cli.app import COMMANDS, taskops
from taskops.cli.services import KEYS


def command(name: str) -> click.Command:
    found = taskops.get_command(click.Context(taskops), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_is_listed_loads_and_has_an_example(name: str) -> None:
    epilog = command(name).epilog or ""
    assert "Example" in epilog
    assert f"taskops {name}" in epilog


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    silent = [
        option.opts
        for option in command(name).params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


@pytest.mark.parametrize("name", COMMANDS)
def test_no_variable_but_the_emulators_sets_an_option(name: str) -> None:
    variables = {param.envvar for param in command(name).params}
    assert variables <= {None, "TASKOPS_EMULATOR"}


def test_help_imports_little_more_than_click() -> None:
    script = (
        "import sys\n"
        "from taskops.cli.boundary import run\n"
        "assert run(['--help']) == 0\n"
        "heavy = {'httpx', 'yaml', 'jsonschema', 'deepdiff', 'sqlite3', 'ssl'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
        "print(sorted(m for m in sys.modules if m.startswith('taskops.')),"
        " file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ran.stderr.splitlines() == [
        "[]",
        (
            "['taskops.cli', 'taskops.cli.app', 'taskops.cli.boundary',"
            " 'taskops.cli.missing_streams', 'taskops.errors']"
        ),
    ]


def test_the_variables_of_keys_are_those_that_the_providers_read() -> None:
    for name, variable in KEYS.items():
        provider = importlib.import_module(f"taskops.providers.{name}.provider")
        assert variable == provider.KEY
