"""Every apply that a ledger remembers, as one page: the last one first."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from taskops.model.moment import utc
from taskops.render.page import filters, harmless, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STYLE = """
section{border-left:2px solid var(--line);margin-left:.5rem;padding-left:1.25rem}
section h2{margin-left:-.25rem}
article{position:relative;margin:.75rem 0;padding:.55rem .8rem;background:var(--soft);
border:1px solid var(--line);border-radius:.5rem;overflow-wrap:anywhere}
article::before{content:"";position:absolute;left:-1.72rem;top:.95rem;width:.75rem;
height:.75rem;border-radius:50%;background:var(--create);
box-shadow:0 0 0 3px var(--paper)}
article.unfinished::before{background:var(--paper);border:3px solid var(--delete)}
.unfinished strong{color:var(--delete)}
article strong{font-weight:600}
@media print{article{break-inside:avoid}}
"""


class Applied(Protocol):
    """What the page needs to know of an apply."""

    @property
    def apply(self) -> str: ...
    @property
    def when(self) -> float: ...
    @property
    def actor(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def run(self) -> str: ...
    @property
    def plan(self) -> str: ...
    @property
    def commit(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def closed(self) -> bool: ...


def timeline_html(entries: Sequence[Applied], project: str, environment: str) -> str:
    """All of them; times are UTC, as the ledger has them."""
    title = f"{project} ({environment}): what was applied"
    body = [f"<h1>{harmless(title)}</h1>", f"<p>{harmless(_told(entries))}</p>"]
    if entries:
        kinds = Counter(sorted(_kind(entry) for entry in entries))
        body += filters(kinds, "applies", folds=False)
    for day, applied in groupby(entries, lambda entry: _time(entry).date()):
        body.append(f"<section><h2>{day:%A, %d %B %Y}</h2>")
        for entry in applied:
            body += _entry(entry)
        body.append("</section>")
    return page(title, STYLE, body)


def _told(entries: Sequence[Applied]) -> str:
    if not entries:
        return "Nobody has applied anything yet."
    actors = len({entry.actor for entry in entries})
    people = "one actor" if actors == 1 else f"{actors} actors"
    days = [f"{_time(entry):%Y-%m-%d}" for entry in (entries[-1], entries[0])]
    ends = " to ".join(dict.fromkeys(days))
    number = "1 apply" if len(entries) == 1 else f"{len(entries)} applies"
    return f"{number} by {people}, {ends}"


def _kind(entry: Applied) -> str:
    return "finished" if entry.closed else "unfinished"


def _time(entry: Applied) -> datetime:
    # What no calendar has stands on the first day of all.
    return utc(entry.when) or datetime.fromtimestamp(0, UTC)


def _entry(entry: Applied) -> Iterator[str]:
    kind, time = _kind(entry), _time(entry)
    yield f'<article tabindex="0" data-kind="{kind}" class="{kind}">'
    never = "" if entry.closed else " (never closed)"
    yield (
        f'<p><time datetime="{time:%Y-%m-%dT%H:%M:%SZ}">{time:%H:%M:%S} UTC</time> '
        f"<strong>{harmless(entry.message + never)}</strong></p>"
    )
    by = harmless(entry.actor or "nobody knows who")
    yield f"<p>by {by} ({_where(entry)})</p>"
    told = [
        f"{word} <code>{harmless(value)}</code>"
        for word, value in (
            ("commit", entry.commit[:12]),
            ("plan", entry.plan[:12]),
            ("apply", entry.apply),
        )
        if value
    ]
    yield f'<p class="dim">{", ".join(told)}</p></article>'


def _where(entry: Applied) -> str:
    """The run as a link where it surely is one, else the machine."""
    if not entry.run:
        return harmless(entry.host or "unknown machine")
    shown = harmless(entry.run)
    if entry.run.startswith("https://"):
        return f'<a href="{shown}" rel="noopener noreferrer">{shown}</a>'
    return shown
