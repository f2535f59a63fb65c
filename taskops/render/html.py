"""A plan as one page: no script or style from elsewhere, safe with hostile words."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

from taskops.render import clean, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taskops.model.change import CodeDifference
    from taskops.model.problem import Problem
    from taskops.render.sheet import Field, Row, Sheet

SYMBOLS = {"create": "+", "update": "~", "delete": "−", "start": "»", "wait": "»"}

STYLE = """
:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--paper:#fff;--soft:#f6f8fa;
--line:#d1d9e0;--add:#dafbe1;--del:#ffebe9;--create:#1a7f37;--update:#9a6700;
--delete:#cf222e;--start:#0969da}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--paper:#0d1117;
--soft:#151b23;--line:#3d444d;--add:#12361f;--del:#3c1618;--create:#3fb950;
--update:#d29922;--delete:#f85149;--start:#58a6ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--paper);
color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.25rem;margin:0 0 .25rem}
p{margin:.25rem 0}
.dim{color:var(--dim)}
code,pre,td.code,.name{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
font-size:.86rem}
form{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0;align-items:center}
input[type=search]{flex:1 1 14rem;padding:.4rem .6rem;
border:1px solid var(--line);border-radius:.4rem;background:var(--soft);
color:var(--ink);font:inherit}
label{white-space:nowrap}
article{border:1px solid var(--line);border-radius:.5rem;margin:.6rem 0;overflow:hidden}
summary{padding:.55rem .8rem;cursor:pointer;background:var(--soft);list-style:none}
summary::-webkit-details-marker{display:none}
summary:focus-visible,input:focus-visible{outline:2px solid var(--start);
outline-offset:-2px}
.sign{display:inline-block;width:1.4rem;font-weight:700}
.create .sign{color:var(--create)}.update .sign{color:var(--update)}
.delete .sign{color:var(--delete)}.start .sign,.wait .sign{color:var(--start)}
.mark{border:1px solid currentColor;border-radius:1rem;padding:0 .5rem;
margin-left:.5rem;font-size:.8rem;color:var(--delete)}
.body{padding:.6rem .8rem}
table{border-collapse:collapse;width:100%;table-layout:fixed}
table.fields td{padding:.2rem .5rem .2rem 0;vertical-align:top;overflow-wrap:anywhere}
table.diff{margin:.4rem 0;border:1px solid var(--line)}
table.diff td{padding:0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere;width:50%;
border-left:1px solid var(--line)}
td.add{background:var(--add)}td.del{background:var(--del)}
tr.at td{color:var(--dim);background:var(--soft)}
.problem{border-left:4px solid var(--delete);padding:.4rem .8rem;margin:.6rem 0;
background:var(--soft)}
.warning{border-color:var(--update)}
[hidden]{display:none}
@media print{form{display:none}article{break-inside:avoid}}
"""

SCRIPT = """
const rows=[...document.querySelectorAll('article')];
const box=document.querySelector('input[type=search]');
const kinds=[...document.querySelectorAll('input[type=checkbox]')];
const none=document.getElementById('none');
function show(){
const text=box.value.toLowerCase();
const on=new Set(kinds.filter(k=>k.checked).map(k=>k.value));
let seen=0;
for(const row of rows){
const hide=!on.has(row.dataset.kind)||!row.textContent.toLowerCase().includes(text);
row.hidden=hide;if(!hide)seen++;}
none.hidden=seen>0||rows.length===0;}
box.addEventListener('input',show);
kinds.forEach(k=>k.addEventListener('change',show));
addEventListener('beforeprint',()=>document.querySelectorAll('details')
.forEach(d=>{d.open=true;}));
"""


def plan_html(sheet: Sheet) -> str:
    """The whole plan as one file."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none';style-src 'unsafe-inline';script-src 'sha256-{digest}'"
    )
    title = _text(f"Plan for {words.place(sheet)}")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
            *_head(sheet),
            *_problems(sheet.problems),
            *_filters(sheet.rows),
            *(part for row in sheet.rows for part in _row(sheet, row)),
            '<p id="none" class="dim" hidden>Nothing matches.</p>',
            *_notes(sheet),
            f"</main><script>{SCRIPT}</script></body></html>",
            "",
        ]
    )


def _text(value: str) -> str:
    """A text that is nothing but text."""
    return escape(clean.line(value), quote=True)


def _head(sheet: Sheet) -> Iterator[str]:
    yield f"<h1>{_text(words.place(sheet))} ← {_text(words.source(sheet))}</h1>"
    told = words.to_do(sheet) or "nothing to change"
    kept = words.kept(sheet)
    yield f"<p>{_text(', '.join(part for part in (told, kept) if part))}</p>"
    if sheet.rows:
        yield f'<p class="dim">digest <code>{_text(sheet.digest)}</code></p>'
    if sheet.against == "ledger":
        said = "From the ledger alone: edits on the service are not seen."
        yield f'<p class="dim">{said}</p>'
    for name, why in sheet.incomplete.items():
        yield f"<p>{_text(name)}: {_text(why)}</p>"


def _problems(problems: Iterable[Problem]) -> Iterator[str]:
    for problem in problems:
        kind = "problem" if problem.severity == "error" else "problem warning"
        where = f"<code>{_text(str(problem.where))}</code> " if problem.where else ""
        yield f'<div class="{kind}"><p>{where}{_text(problem.summary)}</p>'
        for text in (problem.detail, problem.hint):
            if text:
                yield f'<p class="dim">{_text(text)}</p>'
        yield "</div>"


def _filters(rows: Iterable[Row]) -> Iterator[str]:
    kinds = sorted({row.verb for row in rows})
    if not kinds:
        return
    yield '<form role="search"><input type="search" placeholder="Search" '
    yield 'aria-label="Search the changes">'
    for kind in kinds:
        yield f'<label><input type="checkbox" value="{kind}" checked> {kind}</label>'
    yield "</form>"


def _row(sheet: Sheet, row: Row) -> Iterator[str]:
    opened = " open" if row.risks or row.fields else ""
    marks = "".join(f'<span class="mark">{_text(risk)}</span>' for risk in row.risks)
    yield f'<article data-kind="{row.verb}" class="{row.verb}">'
    yield f"<details{opened}><summary>"
    yield f'<span class="sign">{SYMBOLS[row.verb]}</span>'
    yield f'<span class="name">{_text(words.shown_name(sheet, row))}</span> '
    yield f'<span class="dim">{_text(row.words)}</span>{marks}</summary>'
    yield '<div class="body">'
    if row.note:
        yield f"<p>{_text(row.note)}</p>"
    plain = [field for field in row.fields if field.code is None]
    if plain:
        yield '<table class="fields">'
        yield from (_field(field) for field in plain)
        yield "</table>"
    for field in row.fields:
        if field.code is not None:
            yield from _code(field.code)
    if row.manifest:
        yield f'<p class="dim"><code>{_text(row.manifest)}</code></p>'
    yield "</div></details></article>"


def _field(field: Field) -> str:
    before, after = (
        _text(words.value_text(value)) for value in (field.before, field.after)
    )
    origin = _text(words.origin_words(field.origin))
    return (
        f"<tr><td><code>{_text(words.field_name(field))}</code></td>"
        f'<td class="del">{before}</td><td class="add">{after}</td>'
        f'<td class="dim">{origin}</td></tr>'
    )


def _code(code: CodeDifference) -> Iterator[str]:
    yield f'<p class="dim">code: +{code.added} −{code.removed} lines</p>'
    yield '<table class="diff">'
    for left, right in side_by_side(code.hunks):
        if left is not None and left.startswith("@@"):
            yield f'<tr class="at"><td class="code" colspan="2">{_line(left)}</td></tr>'
            continue
        yield f"<tr>{_cell(left, '-', 'del')}{_cell(right, '+', 'add')}</tr>"
    yield "</table>"
    if code.cut:
        yield f'<p class="dim">{words.counted(code.cut, "line")} not shown</p>'


def _cell(line: str | None, sign: str, kind: str) -> str:
    if line is None:
        return '<td class="code"></td>'
    changed = f" {kind}" if line.startswith(sign) else ""
    return f'<td class="code{changed}">{_line(line[1:])}</td>'


def _line(text: str) -> str:
    return escape(clean.line(text.replace("\t", "    ")), quote=True)


def side_by_side(
    hunks: Iterable[str],
) -> Iterator[tuple[str | None, str | None]]:
    """Lines of a unified difference as pairs: what was, what will be."""
    removed: list[str] = []
    added: list[str] = []

    def pairs() -> Iterator[tuple[str | None, str | None]]:
        for number in range(max(len(removed), len(added))):
            yield (
                removed[number] if number < len(removed) else None,
                added[number] if number < len(added) else None,
            )
        removed.clear()
        added.clear()

    for line in hunks:
        if line.startswith("-"):
            removed.append(line)
        elif line.startswith("+"):
            added.append(line)
        elif line.startswith("\\") and (added or removed):
            # That a file ends without a line end belongs to the line before.
            (added or removed).append(line)
        else:
            yield from pairs()
            yield line, line
    yield from pairs()


def _notes(sheet: Sheet) -> Iterator[str]:
    for note in sheet.notes:
        name = _text(words.shown_name(sheet, note))
        text = f'<span class="name">{name}</span> {_text(note.text)}'
        yield f'<p class="dim">= {text}</p>'
