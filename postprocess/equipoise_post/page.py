"""Parts of a self-contained HTML page: no script, no address outside of the page, and a policy that forbids both."""

import base64
import hashlib
import html
import io

from equipoise_post import layout, style

ZOOM = 1.25  # of the pictures, where the page has room: a column of it is wider than one of a paper
STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1a1a1a; --soft: #5a5a5a; --line: #d4d4d4; --card: #f5f5f5;
  --warn: #8a3b00; --warn-ground: #fff1e6; --link: #00528a; }
@media (prefers-color-scheme: dark) { :root { --ground: #161616; --ink: #ececec; --soft: #b0b0b0; --line: #444;
  --card: #222; --warn: #ffb787; --warn-ground: #38210f; --link: #7cc4f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--link); }
.soft { color: var(--soft); }
.warnings { background: var(--warn-ground); color: var(--warn); border-left: 4px solid currentColor; padding: .5rem 1rem; }
.warnings ul { margin: .25rem 0; padding-left: 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .75rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: .25rem; }
th, td { padding: .2rem .75rem .2rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; white-space: normal; }
thead th { vertical-align: bottom; }
th:first-child, td:first-child, th.text, td.text { text-align: left; }
figure { margin: 1rem 0; }
figure img { display: block; max-width: 100%; height: auto; background: #fff; border: 1px solid var(--line); padding: 6px; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .25rem; }
pre { background: var(--card); border: 1px solid var(--line); padding: .75rem; overflow-x: auto; font-size: .8rem;
  line-height: 1.35; }
@media print {
  :root { --ground: #fff; --ink: #000; --soft: #333; --line: #aaa; --card: #fff; --warn: #000; --warn-ground: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  figure, table, .warnings { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  pre { white-space: pre-wrap; }
  .wide { overflow: visible; }
}
"""


def text(value):
    return html.escape(str(value))


def document(title, body):
    """The whole page. Its policy allows pictures inside the page and this one sheet of styles, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
            + "\n".join(body) + "\n</main>\n</body>\n</html>\n")


def table(caption, header, rows, words=1):
    """words: number of columns on the left that hold words and not numbers; the first names its row."""
    def line(values, first, rest):
        cells = []
        for index, value in enumerate(values):
            kind = ' class="text"' if index < words else ""
            tag, scope = first if index == 0 else rest
            cells.append(f"<{tag}{scope}{kind}>{text(value)}</{tag}>")
        return "<tr>" + "".join(cells) + "</tr>"

    column, name, plain = ("th", ' scope="col"'), ("th", ' scope="row"'), ("td", "")
    body = "\n".join(line(row, name, plain) for row in rows)
    # Too wide for a small screen, it scrolls; with the keyboard too.
    return (f'<div class="wide" role="region" tabindex="0" aria-label="{text(caption)}"><table>\n'
            f"<caption>{text(caption)}</caption>\n<thead>{line(header, column, column)}</thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table></div>")


def picture(rows, legend, alternative, caption):
    """A figure of panels (see layout.py) as an SVG inside the page; alternative: what it shows, for who cannot see it."""
    settings = {**style.PARAMETERS, "svg.hashsalt": "equipoise"}
    columns = min(3, max(len(row) for row in rows))
    buffer = io.BytesIO()
    with layout.plt.rc_context(settings), layout.drawn("", rows, legend, columns) as figure:
        width, height = (round(ZOOM * 96 * inches) for inches in figure.get_size_inches())
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    # Without what stands before <svg>: the address of the document type is not needed.
    drawing = buffer.getvalue()
    source = base64.b64encode(drawing[drawing.index(b"<svg"):]).decode()
    return (f'<figure><img src="data:image/svg+xml;base64,{source}" width="{width}" height="{height}" '
            f'alt="{text(alternative)}">\n<figcaption>{text(caption)}</figcaption></figure>')
