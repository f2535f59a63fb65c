"""Colours that everybody can tell apart, on any background."""

from __future__ import annotations

import math
import re
from itertools import combinations

import pytest

from taskops.errors import UsageError
from taskops.render.errors import error_text
from taskops.render.paint import COLOURS, Look

LEVELS = (0, 95, 135, 175, 215, 255)

# What is left of linear red, green and blue without one kind of cones:
# Machado, Oliveira and Fernandes, 2009, at full severity.
SIGHT = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green cones": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue cones": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(number: int) -> tuple[float, ...]:
    """Red, green and blue of one of the 256 colours, in proportion to light."""
    n = number - 16
    values = (LEVELS[n // 36] / 255, LEVELS[n // 6 % 6] / 255, LEVELS[n % 6] / 255)
    return tuple(
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values
    )


def oklab(light: tuple[float, ...]) -> tuple[float, float, float]:
    """Where a colour stands among others, as eyes judge distances."""
    r, g, b = (min(1.0, max(0.0, v)) for v in light)
    x = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    y = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    z = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * x + 0.7936177850 * y - 0.0040720468 * z,
        1.9779984951 * x - 2.4285922050 * y + 0.4505937099 * z,
        0.0259040371 * x + 0.7827717662 * y - 0.8086757660 * z,
    )


def seen(number: int, sight: str) -> tuple[float, float, float]:
    light = linear(number)
    return oklab(
        tuple(
            sum(a * b for a, b in zip(row, light, strict=True)) for row in SIGHT[sight]
        )
    )


@pytest.mark.parametrize("sight", SIGHT)
def test_everybody_tells_each_colour_from_each_other(sight: str) -> None:
    for one, other in combinations(COLOURS.values(), 2):
        assert math.dist(seen(one, sight), seen(other, sight)) > 0.1


@pytest.mark.parametrize("name", COLOURS)
def test_each_colour_is_read_on_white_and_on_black(name: str) -> None:
    red, green, blue = linear(COLOURS[name])

    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert 1.05 / (light + 0.05) >= 3
    assert (light + 0.05) / 0.05 >= 3


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_long_line_is_broken_between_words_and_loses_none(width: int) -> None:
    look = Look(color=True, width=width)
    line = "  " + look.paint("+ a-name           replaces the live task, ", "gold") * 4

    rows = look.fit(line).split("\n")

    plain = [re.sub("\x1b.*?m", "", row) for row in rows]
    assert len(rows) > 1
    assert all(len(row) <= width for row in plain)
    assert all(row.startswith("      ") for row in plain[1:])
    assert " ".join(plain).split() == re.sub("\x1b.*?m", "", line).split()


@pytest.mark.parametrize(
    ("line", "width"),
    [("`taskops apply --emulator`", 20), ("short", 20), ("a b " * 30, 0)],
)
def test_commands_short_lines_and_pipes_are_left_alone(line: str, width: int) -> None:
    assert Look(width=width).fit(line) == line


def test_a_command_inside_a_long_line_stays_whole() -> None:
    line = "  hint: review the plan, then run `taskops apply --emulator` once more"

    rows = Look(width=40).fit(line).split("\n")

    assert rows == [
        "  hint: review the plan, then run",
        "      `taskops apply --emulator` once",
        "      more",
    ]


def test_an_error_is_broken_between_words_on_a_narrow_terminal() -> None:
    error = UsageError("there is no task `a` here", "a task is run by the name it has")

    assert error_text(error, Look(width=28)).splitlines() == [
        "error: there is no task `a`",
        "    here",
        "  a task is run by the name",
        "      it has",
    ]
