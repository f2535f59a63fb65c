"""
Record a terminal session as an SVG that moves: `make session` runs it.

    python examples/record.py OUT.svg

Real commands run in a terminal of their own, on a copy of an example and an
account inside this machine; each picture of the terminal becomes a frame.
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
from html import escape
from itertools import groupby
from pathlib import Path

import pyte

COLUMNS, ROWS = 88, 27
WIDE, HIGH, EDGE = 8.4, 18, 16
STORY = Path(__file__).parent / "storefront-checks"
LONGEST = 1.2
"""Seconds that a picture stays at the most, so that nobody waits for nothing."""

READ = 3.5
"""Seconds for reading what a command has printed."""

BUSY = """\
name: weekly-report
description: The numbers of the week, as a file.
generate: {user_task: "Sign in, open Reports, download the newest one."}
"""
SESSION = (
    ("taskops plan --emulator", ""),
    ("taskops apply --emulator", "yes"),
    (
        "sed -i.before 's/max_duration: 10/max_duration: 15/' tasks/*.yaml",
        "",
    ),
    ("taskops plan --emulator", ""),
)

Frame = tuple[float, list[list[tuple[str, str, bool]]]]


def record(root: Path) -> list[Frame]:
    """Every picture with the seconds for which it stays."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    frames: list[Frame] = []

    def keep(seconds: float) -> None:
        picture = shown(screen)
        if frames and frames[-1][1] == picture:
            frames[-1] = (frames[-1][0] + seconds, picture)
        else:
            frames.append((seconds, picture))

    for command, answer in SESSION:
        stream.feed(b"$ ")
        for letter in command:
            stream.feed(letter.encode())
            keep(0.03)
        stream.feed(b"\r\n")
        for told, seconds in run(command, answer, root):
            stream.feed(told)
            keep(min(seconds, LONGEST))
        keep(READ)
    stream.feed(b"$ ")
    keep(READ)
    return frames


def run(command: str, answer: str, root: Path) -> list[tuple[bytes, float]]:
    """What it printed, piece by piece, and how long after each nothing came."""
    ours, theirs = pty.openpty()
    environ = os.environ | {
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
        "LINES": str(ROWS),
        "PYTHONUTF8": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    environ.pop("NO_COLOR", None)
    process = subprocess.Popen(  # noqa: S602  # the commands are written above
        command,
        shell=True,
        cwd=root,
        env=environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    pieces: list[tuple[bytes, float]] = []
    before = time.monotonic()
    while True:
        select.select([ours], [], [])
        try:
            told = os.read(ours, 65536)
        except OSError:
            break
        if not told:
            break
        now = time.monotonic()
        if pieces:
            pieces[-1] = (pieces[-1][0], now - before)
        pieces.append((told, 0.1))
        before = now
        if answer and b"is accepted: " in told:
            time.sleep(1)
            os.write(ours, f"{answer}\n".encode())
            answer = ""
    os.close(ours)
    if process.wait():
        sys.exit(f"`{command}` ended with {process.returncode}")
    return pieces


def shown(screen: pyte.Screen) -> list[list[tuple[str, str, bool]]]:
    """Each row as pieces of text with a colour, bold or not."""
    rows = []
    for number in range(ROWS):
        cells = [screen.buffer[number][column] for column in range(COLUMNS)]
        pieces = [
            ("".join(cell.data for cell in same), colour, bold)
            for (colour, bold), same in groupby(cells, lambda c: (c.fg, c.bold))
        ]
        while pieces and not pieces[-1][0].strip():
            pieces.pop()
        rows.append(pieces)
    return rows


def svg(frames: list[Frame]) -> str:
    """All frames in one picture; where nothing may move, the last one stands."""
    width, height = COLUMNS * WIDE + 2 * EDGE, ROWS * HIGH + 2 * EDGE
    total = sum(seconds for seconds, _ in frames)
    rules, groups, at = [], [], 0.0
    known: dict[str, int] = {}
    for number, (seconds, picture) in enumerate(frames):
        begins, ends = 100 * at / total, 100 * (at + seconds) / total
        at += seconds
        rules.append(
            f"@keyframes f{number}{{0%,{begins:.3f}%{{visibility:hidden}}"
            f"{begins + 0.001:.3f}%,{ends:.3f}%{{visibility:visible}}"
            f"{min(ends + 0.001, 100):.3f}%,100%{{visibility:hidden}}}}"
            f"#f{number}{{animation:f{number} {total:.1f}s step-end infinite}}"
        )
        groups.append(f'<g class="f" id="f{number}">{drawn(picture, known)}</g>')
    last = len(frames) - 1
    defined = "".join(line.replace("@", f"r{n}", 1) for line, n in known.items())
    style = (
        "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
        "fill:#e6edf3;white-space:pre}.f{visibility:hidden}"
        f"{''.join(rules)}"
        "@media (prefers-reduced-motion:reduce){.f{animation:none!important}"
        f"#f{last}{{visibility:visible}}}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} '
        f'{height:.0f}" width="{width:.0f}" role="img" aria-label="taskops plans, '
        f'applies, and plans again after an edit"><style>{style}</style>'
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>'
        f"<defs>{defined}</defs>{''.join(groups)}</svg>\n"
    )


def drawn(picture: list[list[tuple[str, str, bool]]], known: dict[str, int]) -> str:
    """One frame; a line that was there before is only named."""
    lines = []
    for number, row in enumerate(picture):
        if not row:
            continue
        spans = "".join(
            f"<tspan{painted(colour, bold=bold)}>{escape(text)}</tspan>"
            for text, colour, bold in row
        )
        length = sum(len(text) for text, _, _ in row) * WIDE
        line = f'<text id="@" x="{EDGE}" textLength="{length:.1f}">{spans}</text>'
        name = known.setdefault(line, len(known))
        lines.append(f'<use href="#r{name}" y="{EDGE + (number + 1) * HIGH - 5}"/>')
    return "".join(lines)


def painted(colour: str, *, bold: bool) -> str:
    """The attributes of a piece of text."""
    fill = "" if colour == "default" else f' fill="#{colour}"'
    return fill + (' font-weight="bold"' if bold else "")


def main(out: str) -> None:
    """Record into a file."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "storefront"
        shutil.copytree(STORY, root, ignore=shutil.ignore_patterns(".taskops"))
        (root / "tasks" / "weekly-report.yaml").write_text(BUSY, "utf-8")
        frames = record(root)
    Path(out).write_text(svg(frames), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
