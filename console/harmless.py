"""A hostile page as one that can be opened: no script runs, nothing is loaded, no form sends, no link leads away.

Two locks, each enough by itself. The page is written anew from a short list of elements and attributes, by a parser
that builds no tree (any depth, linear time); and a policy stands before everything else in it, under which a browser
loads nothing at all. Pictures become grey boxes with the hash of their address: looking at evidence fetches no media.
"""

from __future__ import annotations

import re
from hashlib import sha256
from html import escape

from lxml import etree

from index.plain import plain

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
LARGEST = 16 << 20
"""Characters of a page that are shown."""
KEPT = frozenset(
    "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt"  # noqa: SIM905 - a list of words
    " em fieldset figcaption figure footer font center form h1 h2 h3 h4 h5 h6 header hr i ins kbd label legend li main"
    " mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th"
    " thead time tr tt u ul var wbr".split()
)
VOID = frozenset({"br", "col", "hr", "wbr"})
DROPPED = frozenset({"script", "style", "template", "head"})
SKIPPED = DROPPED | {"iframe", "frame", "frameset", "object", "applet", "embed", "svg", "math", "audio", "video"}
"""With all they hold; `noscript` is shown, since nothing runs here."""
HOLLOW = SKIPPED & {"frame", "embed"}
"""Those that hold nothing, and have no end."""
ATTRIBUTES = frozenset({"title", "lang", "dir", "colspan", "rowspan", "align", "datetime"})
LOOK = """
body{font-family:sans-serif;line-height:1.5;margin:1em;max-width:70em}
.copycatch-banner{border:2px solid #555;background:#f4f4f4;padding:.5em 1em;margin-bottom:1.5em;font-size:small}
.copycatch-media{display:inline-block;background:#bbb;color:#000;padding:.5em;margin:.2em;font-size:small}
.copycatch-field{display:inline-block;border:1px solid #999;padding:.1em .4em;color:#555}
a{text-decoration:underline}pre{white-space:pre-wrap;overflow-wrap:anywhere}
"""
_BREAKS = re.compile(r"[\0\x0b\x0c\x1c-\x1f]")


def harmless(text: str, *, banner: list[str], title: str, markup: bool, lang: str = "zh") -> str:
    """The page as HTML that can be opened. `markup`: `text` is HTML; else it is shown as it stands."""
    cut, text = text[LARGEST:], text[:LARGEST]
    body = _rewritten(text) if markup else f"<pre>{escape(plain(text))}</pre>"
    lines = "".join(f"<div>{escape(plain(line))}</div>" for line in banner)
    more = "<p>…</p>" if cut else ""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>{escape(plain(title))}</title>'
        f'<style>{LOOK}</style></head><body><div class="copycatch-banner">{lines}</div>{body}{more}</body></html>\n'
    )


def media_box(address: str, alt: str = "") -> str:
    """What stands in the place of a picture or a film."""
    digest = sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    said = f"{alt.strip()[:200]} " if alt.strip() else ""
    return f'<span class="copycatch-media">{escape(plain(said))}[媒体 media {digest}]</span>'


def _rewritten(text: str) -> str:
    parser = etree.HTMLParser(target=_Rewriter(), encoding="utf-8", huge_tree=True)
    raw = _BREAKS.sub(" ", text).encode("utf-8", "replace")
    try:
        for start in range(0, len(raw), 1 << 20):
            parser.feed(raw[start : start + (1 << 20)])
        return str(parser.close())
    except etree.LxmlError:  # nothing in it that a browser would show
        return f"<pre>{escape(plain(text))}</pre>"


class _Rewriter:
    """Takes what the parser finds and writes what is kept of it. Elements that were left open are closed at the end."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self._skipping = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in SKIPPED:
            if not self._skipping and tag not in DROPPED:
                self._out.append(media_box(attributes.get("src") or attributes.get("data") or tag))
            self._skipping += tag not in HOLLOW
        elif self._skipping:
            return
        elif tag in {"img", "image", "source"}:
            lazy = (attributes.get(name) for name in ("data-src", "data-original", "src", "srcset"))
            self._out.append(media_box(next(filter(None, lazy), ""), attributes.get("alt", "")))
        elif tag in {"input", "button", "select", "textarea"}:
            said = attributes.get("placeholder") or attributes.get("value") or attributes.get("type") or tag
            if attributes.get("type") != "hidden":
                self._out.append(f'<span class="copycatch-field">{escape(plain(said[:200]))}</span>')
        elif tag in KEPT:
            self._write(tag, attributes)

    def _write(self, tag: str, attributes: dict[str, str]) -> None:
        said = [(name, value) for name, value in attributes.items() if name in ATTRIBUTES]
        if tag == "a" and attributes.get("href"):
            said.append(("title", attributes["href"]))  # where it led; it leads there no more
        written = {name: f' {name}="{escape(plain(value[:2000]))}"' for name, value in said}
        self._out.append(f"<{'div' if tag == 'form' else tag}{''.join(written.values())}>")
        if tag not in VOID:
            self._open.append(tag)

    def end(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipping = max(0, self._skipping - (tag not in HOLLOW))
        elif not self._skipping and tag in self._open[-1:]:
            self._open.pop()
            self._out.append(f"</{'div' if tag == 'form' else tag}>")

    def data(self, text: str) -> None:
        if not self._skipping:
            self._out.append(escape(plain(text)))

    def comment(self, text: str) -> None:
        """Nothing: a comment was not seen."""

    def pi(self, target: str, text: str | None = None) -> None:
        """Nothing, likewise."""

    def close(self) -> str:
        self._out += [f"</{'div' if tag == 'form' else tag}>" for tag in reversed(self._open)]
        return "".join(self._out)
