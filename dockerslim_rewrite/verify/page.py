"""The result of `verify` as one self-contained page: no script, no font, nothing that is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from dockerslim_rewrite.report.clean import printable
from dockerslim_rewrite.report.diff import unified_diff
from dockerslim_rewrite.verify.proof import Job, Proof
from dockerslim_rewrite.verify.report import Measure, describe_lacking, measures, verdict

_STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #59636e; --before: #8c959f; --after: #1a7f37;
  --plus: #dafbe1; --minus: #ffebe9; --bad: #cf222e; --back: #ffffff; --text: #1f2328; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #9198a1; --before: #656c76; --after: #3fb950;
  --plus: #12261e; --minus: #2d1719; --bad: #f85149; --back: #0d1117; --text: #f0f6fc; } }
* { box-sizing: border-box; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 60rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
.verdict { font-weight: 600; color: var(--after); margin: .25rem 0 0; }
.verdict.different { color: var(--bad); }
.measures { display: grid; grid-template-columns: max-content 1fr max-content; gap: .2rem 1rem; align-items: center; }
.measures .name { grid-row: span 2; }
.measures .value { text-align: right; font-variant-numeric: tabular-nums; }
.measures .last { padding-bottom: .6rem; }
.bar { height: .8rem; border-radius: 2px; min-width: 2px; background: var(--before); }
.bar.after { background: var(--after); }
.key { color: var(--soft); font-size: .9rem; }
.key i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin: 0 .3rem 0 .8rem; }
.key i:first-child { margin-left: 0; }
ul { padding-left: 1.2rem; }
li { overflow-wrap: anywhere; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { border: 1px solid var(--line); border-radius: 6px; padding: .5rem 0; overflow-x: auto; }
pre span { display: block; padding: 0 .75rem; min-height: 1.45em; width: max-content; min-width: 100%; }
.plus { background: var(--plus); } .minus { background: var(--minus); } .place { color: var(--soft); }
@media (max-width: 40rem) { .measures { grid-template-columns: 1fr max-content; }
  .measures .name { grid-column: 1 / -1; grid-row: auto; } }
"""
_CLASSES = (("+++", "place"), ("---", "place"), ("@@", "place"), ("+", "plus"), ("-", "minus"))


def proof_page(name: str, job: Job, proof: Proof) -> str:
    """Return the page: verdict, bars before and after, differences, trace, and the diff of the Dockerfile."""
    return "".join(f"{part}\n" for part in _parts(name, job, proof))


def _parts(name: str, job: Job, proof: Proof) -> Iterator[str]:
    title = _text(name)
    yield '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}: {'same' if proof.same else 'different'}</title>\n<style>{_STYLE}</style>"
    yield f'<h1>{title}</h1>\n<p class="verdict{"" if proof.same else " different"}">{_text(verdict(proof))}</p>'
    yield from _list("Differences", [str(item) for item in proof.differences])
    yield "<h2>Before and after</h2>"
    yield '<p class="key"><i style="background: var(--before)"></i>original'
    yield '<i style="background: var(--after)"></i>rewritten</p>'
    yield '<div class="measures">'
    yield from (_bars(row) for row in measures(proof))
    yield "</div>"
    if proof.edit is not None:
        yield f'<p class="key">The edit is one comment line more in <code>{_text(proof.edit.file)}</code>.</p>'
    yield from _trace(proof)
    yield from _list("Changed on purpose", [item.change for item in proof.announced])
    yield from _list("Notes", list(proof.notes))
    yield "<h2>The Dockerfile</h2>"
    yield _diff(unified_diff(job.original, job.rewritten, name, "rewritten"))
    yield "</html>"


def _bars(row: Measure) -> str:
    top = max(row.before or 0, row.after or 0) or 1
    parts = [f'<div class="name">{_text(row.title)}</div>']
    for value, shown, last in ((row.before, row.before_text, False), (row.after, row.after_text, True)):
        side, end = (" after", " last") if last else ("", "")
        bar = f'<div class="bar{side}" style="width: {100 * value / top:.2f}%"></div>' if value else ""
        parts.append(f'<div class="track{end}">{bar}</div><div class="value{end}">{_text(shown)}</div>')
    return "".join(parts)


def _trace(proof: Proof) -> Iterator[str]:
    if proof.lacking is None:
        return
    yield "<h2>Files that the original opened</h2>"
    if not proof.lacking:
        yield "<p>The rewrite has all of them.</p>"
        return
    yield "<p>The rewrite lacks some; these lines of the last stage bring them:</p>\n<ul>"
    for item in proof.lacking:
        yield f'<li><code>{_text(item.line)}</code><br><span class="key">{_text(describe_lacking(item))}</span></li>'
    yield "</ul>"


def _list(title: str, entries: list[str]) -> Iterator[str]:
    if entries:
        items = "".join(f"<li>{_text(entry)}</li>" for entry in entries)
        yield f"<h2>{title}</h2>\n<ul>{items}</ul>"


def _diff(diff: str) -> str:
    lines = []
    for line in diff.split("\n")[:-1]:
        kind = next((name for prefix, name in _CLASSES if line.startswith(prefix)), "")
        lines.append(f'<span class="{kind}">{_text(line)}</span>')
    return f"<pre>{''.join(lines)}</pre>"


def _text(text: str) -> str:
    return escape(printable(text))
