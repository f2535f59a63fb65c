"""Options that several commands share, each in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from taskops.cli.completion import environments, task_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.cli.wiring import Wanted
    from taskops.planning.options import PlanOptions

F = TypeVar("F", bound="Callable[..., Any]")


def _all(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for one in reversed(decorators):
            function = one(function)
        return function

    return decorate


def _named(context: click.Context, option: click.Parameter, value: str) -> str:
    """A commit that is empty is a variable that was not set, not the files here."""
    from click.core import ParameterSource

    given = context.get_parameter_source(option.name or "")
    if not value and given is ParameterSource.COMMANDLINE:
        from taskops.errors import UsageError

        raise UsageError(
            "`--at` is given, and names no commit",
            "a variable may be empty",
            "name one, or leave `--at` out for the files here",
        )
    return value


def directory(told: str) -> Callable[[F], F]:
    """Which folder; the help says what is looked for or made there."""
    return click.option(
        "-C",
        "--directory",
        default=".",
        metavar="DIR",
        type=click.Path(file_okay=False),
        help=told,
    )


of_project = directory("Where the project is; it is looked for upwards.")


def environment(told: str) -> Callable[[F], F]:
    """Which environment; the help says what happens without."""
    return click.option(
        "--env",
        "environment",
        metavar="NAME",
        shell_complete=environments,
        help=told,
    )


place = _all(
    of_project, environment("The environment; needed where the project has several.")
)

_emulator = click.option(
    "--emulator",
    is_flag=True,
    envvar="TASKOPS_EMULATOR",
    help="Use the account in .taskops/emulator.db: no key, no network.",
)


def _shapes(*, hidden: bool) -> Callable[[F], F]:
    """Which of two documented shapes a service takes; `auto` is nearly always right."""
    return _all(
        click.option(
            "--generate-api",
            type=click.Choice(["user_task", "taskPrompt", "auto"]),
            default="auto",
            show_default=True,
            hidden=hidden,
            help="The shape of a generation that Anchor takes.",
        ),
        click.option(
            "--browser-use-api",
            type=click.Choice(["2025-08", "v2", "auto"]),
            default="auto",
            show_default=True,
            hidden=hidden,
            help="The shape of a run that Browser Use takes.",
        ),
    )


service = _all(_emulator, _shapes(hidden=True))
"""Which account; commands that start nothing do not speak of shapes."""

starting = _all(_emulator, _shapes(hidden=False))
"""The same for commands that may start a generation or a run."""

shape = _all(
    click.option(
        "--select",
        multiple=True,
        metavar="NAME",
        shell_complete=task_names,
        help="Only these tasks; `*` stands for any letters. May be repeated.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="NAME",
        shell_complete=task_names,
        help="All but these.",
    ),
    click.option(
        "--prune",
        is_flag=True,
        help="Delete what was applied from here and is not declared any more.",
    ),
    click.option(
        "--adopt",
        multiple=True,
        metavar="NAME",
        shell_complete=task_names,
        help="Take over an existing task of that name, though it differs.",
    ),
    click.option(
        "--retry",
        multiple=True,
        metavar="NAME",
        shell_complete=task_names,
        help="Start a failed or unknown generation or run once more.",
    ),
    click.option(
        "--resend",
        multiple=True,
        metavar="NAME",
        shell_complete=task_names,
        help="Write it though nothing differs, for a changed secret.",
    ),
    click.option(
        "--refresh",
        is_flag=True,
        help="Read every task, also those that the ledger vouches for.",
    ),
    click.option(
        "--allow-empty",
        is_flag=True,
        help="Let --prune delete all of them when nothing is declared.",
    ),
    click.option(
        "--at",
        metavar="COMMIT",
        default="",
        callback=_named,
        help="Take manifests and code from a commit, not from the files here.",
    ),
)

talk = _all(
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours; NO_COLOR turns them off too.",
    ),
    click.option(
        "--debug",
        is_flag=True,
        help="Show every request and answer, without secrets, and where a bug is.",
    ),
)

json_into = click.option(
    "--json-into",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write every event as a line of JSON too.",
)


expect_digest = click.option(
    "--expect-digest",
    metavar="DIGEST",
    default="",
    help="Approve exactly the plan of this digest (32 digits or more).",
)

parallelism = click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="Changes that are carried out at once.",
)

deadline = click.option(
    "--deadline",
    type=click.FloatRange(1, 24 * 60),
    default=30.0,
    show_default=True,
    metavar="MINUTES",
    help="How long the whole apply may take.",
)

form = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "html"]),
    default="text",
    show_default=True,
    help="`html` is one page with code side by side; `json` has a schema.",
)

verbose = click.option("-v", "--verbose", is_flag=True, help="Show lines of code too.")


def wanted_from(options: dict[str, Any]) -> Wanted:
    """The part of the options that says where and as what."""
    from taskops.cli.wiring import Wanted

    return Wanted(
        directory=options.get("directory", "."),
        environment=options.get("environment"),
        emulator=bool(options.get("emulator")),
        at=options.get("at", ""),
        parallelism=options.get("parallelism", 16),
        generate_api=options.get("generate_api", "auto"),
        browser_use_api=options.get("browser_use_api", "auto"),
        take_over=options.get("take_over") or "",
        debug=bool(options.get("debug")),
    )


def plan_options(
    options: dict[str, Any], *, against: Literal["service", "ledger"] = "service"
) -> PlanOptions:
    """The part of the options that shapes a plan."""
    from taskops.planning.options import PlanOptions

    return PlanOptions(
        prune=bool(options.get("prune")),
        adopt=tuple(options.get("adopt", ())),
        select=tuple(options.get("select", ())),
        exclude=tuple(options.get("exclude", ())),
        retry=tuple(options.get("retry", ())),
        resend=tuple(options.get("resend", ())),
        refresh=bool(options.get("refresh")),
        allow_empty=bool(options.get("allow_empty")),
        against=against,
    )


SHAPE = (
    "select",
    "exclude",
    "prune",
    "adopt",
    "retry",
    "resend",
    "refresh",
    "allow_empty",
    "at",
)
"""The options that shape a plan; a saved plan remembers them."""


def shape_of(options: dict[str, Any]) -> dict[str, object]:
    """Those that were given, for a plan file."""
    return {name: options[name] for name in SHAPE if options.get(name)}
