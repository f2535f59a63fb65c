"""What every page of ours shares: one file, no script or style from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING, Final

from taskops.render import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LIGHT: Final = """--ink:#1f2328;--dim:#57606a;--paper:#fff;--soft:#f6f8fa;
--line:#d1d9e0;--add:#dcefff;--del:#ffead6;--addmark:#bfe0ff;--delmark:#ffd6ad;
--create:#0a5cbf;--update:#7d5a00;--delete:#b3004d;--start:#6f42a8;
--comment:#4b535c;--string:#1f5f3a;--number:#7a3e00;--keyword:#8250a0"""
_DARK: Final = """--ink:#e6edf3;--dim:#9aa4af;--paper:#0d1117;--soft:#151b23;
--line:#3d444d;--add:#0d2d4d;--del:#46280d;--addmark:#164168;--delmark:#5f380d;
--create:#58a6ff;--update:#d2a022;--delete:#ff6fa3;--start:#bd93f9;
--comment:#bcc5cf;--string:#8fd6a8;--number:#f0b072;--keyword:#d2a8ff"""

# Blue for what comes and orange for what goes are told apart by everybody.
STYLE: Final = f"""
:root{{color-scheme:light;{_LIGHT}}}
@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{
color-scheme:dark;{_DARK}}}}}
@media screen{{:root[data-theme=dark]{{color-scheme:dark;{_DARK}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:80rem;padding:1.5rem;background:var(--paper);
color:var(--ink);font:15px/1.5 system-ui,sans-serif}}
h1{{font-size:1.25rem;margin:0 0 .25rem;overflow-wrap:anywhere}}
h2{{font-size:1rem;margin:1.5rem 0 .5rem}}
p{{margin:.25rem 0;overflow-wrap:anywhere}}
a{{color:var(--create)}}
.dim{{color:var(--dim)}}
code,.code,.name{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
font-size:.86rem}}
form{{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0;align-items:center}}
input[type=search]{{flex:1 1 14rem;min-width:0;padding:.4rem .6rem;
border:1px solid var(--line);border-radius:.4rem;background:var(--soft);
color:var(--ink);font:inherit}}
button{{font:inherit;color:var(--ink);background:var(--soft);cursor:pointer;
border:1px solid var(--line);border-radius:.4rem;padding:.3rem .7rem}}
label{{white-space:nowrap}}
:focus-visible{{outline:2px solid var(--create);outline-offset:1px}}
[hidden]{{display:none!important}}
@media print{{form{{display:none}}body{{max-width:none;padding:0}}
*{{print-color-adjust:exact}}}}
"""

# A row is an `article`; a box in the form names a word of its `data-kind`.
SCRIPT: Final = """
const rows=[...document.querySelectorAll('article')];
const box=document.querySelector('input[type=search]');
const kinds=[...document.querySelectorAll('input[type=checkbox]')];
const told=document.getElementById('told');
const texts=new Map(rows.map(r=>[r,r.textContent.toLowerCase()]));
function show(){
const text=box.value.toLowerCase().trim();
const on=new Set(kinds.filter(k=>k.checked).map(k=>k.value));
let seen=0;
for(const row of rows){
row.hidden=!on.has(row.dataset.kind)||!texts.get(row).includes(text);
if(!row.hidden)seen++;}
document.querySelectorAll('section').forEach(s=>{
s.hidden=!s.querySelector('article:not([hidden])');});
told.textContent=seen===rows.length?'':
seen?seen+' of '+rows.length+' shown':'Nothing matches.';}
function all(open){document.querySelectorAll('details').forEach(d=>{d.open=open;});}
function step(way){
const stops=rows.filter(r=>!r.hidden).map(r=>r.querySelector('summary')||r);
const at=stops.indexOf(document.activeElement);
const next=stops[at<0?(way>0?0:stops.length-1):at+way];
if(next){next.focus();next.scrollIntoView({block:'nearest'});}}
function theme(){
const root=document.documentElement;
const now=root.dataset.theme||
(matchMedia('(prefers-color-scheme:dark)').matches?'dark':'light');
root.dataset.theme=now==='dark'?'light':'dark';}
if(box){
box.form.addEventListener('submit',e=>e.preventDefault());
box.addEventListener('input',show);
kinds.forEach(k=>k.addEventListener('change',show));
document.getElementById('theme').addEventListener('click',theme);
const fold=document.getElementById('fold');
if(fold)fold.addEventListener('click',()=>{
all(![...document.querySelectorAll('details')].some(d=>d.open));});
addEventListener('keydown',e=>{
if(e.ctrlKey||e.metaKey||e.altKey)return;
if(e.target===box){
if(e.key==='Escape'){box.value='';show();box.blur();}
return;}
if(e.key==='/'){e.preventDefault();box.focus();}
if(e.key==='j')step(1);
if(e.key==='k')step(-1);});}
// A link must lead somewhere, also to what a filter has hidden.
document.querySelectorAll('a[href^="#change-"]').forEach(a=>{
a.addEventListener('click',()=>{
const row=document.getElementById(a.hash.slice(1));
if(row.hidden){box.value='';kinds.forEach(k=>{k.checked=true;});show();}
row.querySelector('details').open=true;});});
addEventListener('beforeprint',()=>all(true));
"""


def page(title: str, style: str, body: Iterable[str]) -> str:
    """A whole page around its parts."""
    made = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        "default-src 'none';style-src 'unsafe-inline';base-uri 'none';"
        f"form-action 'none';script-src 'sha256-{made}'"
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{harmless(title)}</title><style>{STYLE}{style}</style></head>",
            "<body><main>",
            *body,
            f"</main><script>{SCRIPT}</script></body></html>",
            "",
        ]
    )


def filters(kinds: Mapping[str, int], what: str, *, folds: bool) -> Iterable[str]:
    """The form that narrows the page down, with how many there are of each kind."""
    yield '<form role="search"><input type="search" placeholder="Search (press /)" '
    yield f'aria-label="Search the {what}">'
    for kind, number in kinds.items():
        box = f'<input type="checkbox" value="{kind}" checked>'
        yield f'<label>{box} {kind} <span class="dim">{number}</span></label>'
    if folds:
        yield '<button type="button" id="fold">Fold or unfold all</button>'
    yield '<button type="button" id="theme">Light or dark</button>'
    yield '</form><p id="told" class="dim" role="status"></p>'


def harmless(value: str) -> str:
    """A text that is nothing but text."""
    return escape(clean.line(value), quote=True)
