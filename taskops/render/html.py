"""A plan as one page: no script or style from elsewhere, safe with hostile words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from taskops.render import words
from taskops.render.beside import code_table
from taskops.render.page import filters, harmless, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from taskops.model.problem import Problem
    from taskops.render.sheet import Field, Row, Sheet

SYMBOLS = {"create": "+", "update": "~", "delete": "−", "start": "»", "wait": "»"}
FIRST = 20
"""Changes that are to be looked at first, before the rest of them is counted."""

STYLE = """
article{border:1px solid var(--line);border-radius:.5rem;margin:.6rem 0;overflow:hidden}
summary{display:flex;padding:.55rem .8rem;cursor:pointer;background:var(--soft);
list-style:none;scroll-margin-top:.5rem}
summary>span:nth-child(2){flex:1;min-width:0;overflow-wrap:anywhere}
summary::-webkit-details-marker{display:none}
summary::after{content:"\\25B8";margin-left:.5rem;color:var(--dim)}
details[open]>summary::after{content:"\\25BE"}
summary:focus-visible{outline-offset:-2px}
.sign{flex:none;width:1.4rem;font-weight:700}
.create .sign{color:var(--create)}.update .sign{color:var(--update)}
.delete .sign{color:var(--delete)}.start .sign,.wait .sign{color:var(--start)}
.mark{border:1px solid currentColor;border-radius:1rem;padding:0 .5rem;
margin-left:.5rem;font-size:.8rem;color:var(--delete)}
ul{margin:.25rem 0;padding-left:1.25rem}li{overflow-wrap:anywhere}
.stopped strong{color:var(--delete)}
.body{padding:.6rem .8rem}
table{border-collapse:collapse;width:100%;table-layout:fixed}
table.fields td:first-child{width:36%}
table.fields td{padding:.2rem .5rem .2rem .3rem;vertical-align:top;
overflow-wrap:anywhere}
table.diff{margin:.4rem 0;border:1px solid var(--line);tab-size:4}
table.diff td{padding:0 .5rem;vertical-align:top}
td.code{white-space:pre-wrap;overflow-wrap:anywhere}
td.none{background:var(--soft)}
col.no{width:3.4rem}
td.no{color:var(--dim);text-align:right;user-select:none;font-size:.8rem;
border-left:1px solid var(--line)}
td.add{background:var(--add)}td.del{background:var(--del)}
.add mark{background:var(--addmark);color:inherit}
.del mark{background:var(--delmark);color:inherit}
tr.at td{color:var(--dim);background:var(--soft);font-size:.8rem}
i{font-style:normal}del,ins{text-decoration:none}
i.comment{color:var(--comment);font-style:italic}i.string{color:var(--string)}
i.number{color:var(--number)}i.keyword{color:var(--keyword)}
.problem{border-left:4px solid var(--delete);padding:.4rem .8rem;margin:.6rem 0;
background:var(--soft)}
.warning{border-color:var(--update)}
/* Too narrow for two columns of code: what goes stands above what comes. */
@media screen and (max-width:40rem){
body{padding:.75rem}
table.diff,table.diff tbody{display:block}table.diff colgroup{display:none}
table.diff tr{display:grid;grid-template-columns:2.6rem minmax(0,1fr)}
table.diff tr.at{display:block}table.diff tr.at td{display:block}
td.none,tr.same td:nth-child(n+3),td.no:has(+.none){display:none}
table.fields,table.fields tbody{display:block}
table.fields tr{display:grid;grid-template-columns:1fr 1fr;margin-bottom:.4rem}
table.fields td:first-child,table.fields td.dim{width:auto;grid-column:1/-1}}
@media print{article{overflow:visible}tr{break-inside:avoid}summary::after{content:""}}
"""


def plan_html(sheet: Sheet) -> str:
    """The whole plan as one file."""
    body = [
        *_head(sheet),
        *_problems(sheet.problems),
        *_look_first(sheet),
        *_filters(sheet.rows),
        *(
            part
            for place, row in enumerate(sheet.rows)
            for part in _row(sheet, row, place)
        ),
        *_notes(sheet),
    ]
    title = f"{'Drift in' if sheet.drift else 'Plan for'} {words.place(sheet)}"
    return page(title, STYLE, body)


def _head(sheet: Sheet) -> Iterator[str]:
    yield f"<h1>{harmless(words.place(sheet))} ← {harmless(words.source(sheet))}</h1>"
    told = words.to_do(sheet) or "nothing to change"
    if sheet.drift:
        told = words.seen(sheet) or "no drift"
    told = ", ".join(
        part for part in (told, words.kept(sheet), words.problem_count(sheet)) if part
    )
    kind = ' class="stopped"' if sheet.errored else ""
    yield f"<p{kind}><strong>{words.verdict(sheet)}</strong>: {harmless(told)}</p>"
    if sheet.rows:
        yield f'<p class="dim">digest <code>{harmless(sheet.digest)}</code></p>'
    if sheet.against == "ledger":
        said = "From the ledger alone: edits on the service are not seen."
        yield f'<p class="dim">{said}</p>'
    if sheet.ledger:
        yield f'<p class="dim">{harmless(sheet.ledger)}</p>'
    for name, why in sheet.incomplete.items():
        yield f"<p>{harmless(name)}: {harmless(why)}</p>"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    for problem in words.worst_first(problems):
        kind = "problem" if problem.severity == "error" else "problem warning"
        where = f" <code>{harmless(str(problem.where))}</code>" if problem.where else ""
        told = harmless(words.named(problem))
        yield f'<div class="{kind}">'
        yield f"<p><strong>{problem.severity}</strong>: {told}{where}</p>"
        hint = f"hint: {problem.hint}" if problem.hint else ""
        for text in (problem.detail, hint):
            if text:
                yield f'<p class="dim">{harmless(text)}</p>'
        yield "</div>"


def _look_first(sheet: Sheet) -> Iterator[str]:
    """What deletes, undoes or takes over, above a list that is sorted by name."""
    told = words.look_first(sheet)
    if not told:
        return
    when = "before an apply" if sheet.drift else "first"
    yield f"<h2>Look at these {when}</h2><ul>"
    places = {row.address: place for place, row in enumerate(sheet.rows)}
    for item, why in told[:FIRST]:
        name = f'<span class="name">{harmless(words.shown_name(sheet, item))}</span>'
        place = places.get(item.address)
        link = name if place is None else f'<a href="#change-{place}">{name}</a>'
        yield f"<li>{link}: {harmless(why)}</li>"
    if len(told) > FIRST:
        yield f"<li>and {len(told) - FIRST} more, marked below</li>"
    yield "</ul>"


def _filters(rows: Iterable[Row]) -> Iterable[str]:
    kinds: Counter[str] = Counter(sorted(row.verb for row in rows))
    return filters(kinds, "changes", folds=True) if kinds else ()


def _row(sheet: Sheet, row: Row, place: int) -> Iterator[str]:
    opened = " open" if row.risks or row.fields else ""
    marks = "".join(f'<span class="mark">{harmless(risk)}</span>' for risk in row.risks)
    yield f'<article id="change-{place}" data-kind="{row.verb}" class="{row.verb}">'
    yield f"<details{opened}><summary>"
    yield f'<span class="sign">{SYMBOLS[row.verb]}</span><span>'
    yield f'<span class="name">{harmless(words.shown_name(sheet, row))}</span> '
    yield f'<span class="dim">{harmless(row.words)}</span>{marks}</span></summary>'
    yield '<div class="body">'
    if row.note:
        yield f"<p>{harmless(row.note)}</p>"
    plain = [field for field in row.fields if field.code is None]
    if plain:
        yield '<table class="fields">'
        moved = any(words.origin_words(field.origin) for field in plain)
        yield from (_field(field, moved=moved) for field in plain)
        yield "</table>"
    for field in row.fields:
        if field.code is not None:
            yield from code_table(field.code, words.origin_words(field.origin))
    if row.manifest:
        yield f'<p class="dim"><code>{harmless(row.manifest)}</code></p>'
    yield "</div></details></article>"


def _field(field: Field, *, moved: bool) -> str:
    """A row of the table; who moved a field has a column where any has moved."""
    before, after = (
        harmless(text)
        for text in (words.before_text(field), words.value_text(field.after))
    )
    origin = harmless(words.origin_words(field.origin))
    last = f'<td class="dim">{origin}</td>' if moved else ""
    return (
        f"<tr><td><code>{harmless(words.field_name(field))}</code></td>"
        f'<td class="del">{before}</td><td class="add">{after}</td>'
        f"{last}</tr>"
    )


def _notes(sheet: Sheet) -> Iterator[str]:
    for note in words.told_notes(sheet):
        name = harmless(words.shown_name(sheet, note))
        text = f'<span class="name">{name}</span> {harmless(note.text)}'
        yield f'<p class="dim">= {text}</p>'
