"""A portal sheet as one HTML page that needs nothing else: no network, no other file, and works from a folder.

Everything from outside is escaped; scripts and styles run only if their hash is the one of the page's own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from index.messages import text
from index.plain import line
from takedown.attachments import Prepared
from takedown.portal.sheet import Row, Sheet
from takedown.portal.words import counted, limits, missing, note, size
from takedown.recipients import Field

PAGE = Path(__file__).parent / "page.html"
_PLACE = re.compile(r"\{([a-z_]+)\}")
_NOTHING: Mapping[str, bytes] = {}


def page(sheet: Sheet, *, folder: str = "attachments", thumbnails: Mapping[str, bytes] = _NOTHING) -> str:
    """The page. `folder`: where the attachments lie beside it; `thumbnails`: JPEG by file name."""
    lang, form = sheet.lang, sheet.form
    made = {"notice": sheet.notice, "digest": sheet.digest[:12], "version": sheet.version, "at": sheet.made_at}
    acting = sum(row.do != "skip" for row in sheet.rows)
    values = {
        "lang": "zh-CN" if lang == "zh" else "en",
        "title": escape(text("portal.title", lang, recipient=sheet.recipient)),
        "form": escape(form.title(lang)),
        "address": _address(sheet.address, lang),
        "notes": "".join(_notes(sheet)),
        "key": escape(f"{sheet.notice}-{sheet.digest[:16]}-{form.id}"),
        "failed": escape(text("portal.failed", lang)),
        "all_done": escape(text("portal.all_done", lang)),
        "progress": escape(text("portal.progress", lang, done="#", all="#")),
        "progress_now": escape(text("portal.progress", lang, done=0, all=acting)),
        "hint": escape(text("portal.hint", lang)),
        "again": escape(text("portal.again", lang)),
        "next": escape(text("portal.next", lang)),
        "all": str(max(acting, 1)),
        "rows": "\n".join(_row(row, lang, thumbnails) for row in sheet.rows),
        "attachments": escape(text("portal.attachments", lang)),
        "limits": escape(limits(form.attachments, lang)),
        "files": _files(sheet, folder),
        "made": escape(text("portal.made", lang, **made)),
    }
    template, hashes = _template()
    filled = {**values, **hashes}
    return _PLACE.sub(lambda found: filled.get(found[1], found[0]), template)


@cache
def _template() -> tuple[str, dict[str, str]]:
    """The page with its places, and the hashes of its style and script, which hold no places."""
    template = PAGE.read_text("utf-8")
    hashes = {}
    for tag in ("style", "script"):
        inner = template.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        hashes[f"{tag}_hash"] = f"sha256-{b64encode(sha256(inner.encode()).digest()).decode()}"
    return template, hashes


def _notes(sheet: Sheet) -> Iterator[str]:
    first, *others, source = note(sheet)
    kind = " unverified" if sheet.form.unverified else ""
    said = f"<strong>{escape(first)}</strong> {escape(' '.join(others))}"
    yield f'<div class="note{kind}"><p>{said}</p><p class="soft">{escape(source)}</p></div>'
    if sheet.problems:
        yield f'<div class="note bad">{escape(text("portal.problems", sheet.lang, count=sheet.problems))}</div>'


def _address(address: str, lang: str) -> str:
    """A link where it is one to open; anything else is only shown."""
    if not address:
        return escape(text("portal.no_address", lang))
    shown = escape(text("portal.to", lang, address=address))
    if not re.match(r"https?://[^\s]+\Z", address):
        return shown
    said = escape(text("portal.open", lang))
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{said}</a> {escape(address)}'


def _row(row: Row, lang: str, thumbnails: Mapping[str, bytes]) -> str:
    """One field: number, labels, words, count, button."""
    field, do = row.field, row.do
    label = escape(field.label(lang))
    classes = " ".join(["row", *(["over"] if row.over else []), *(["skip"] if do == "skip" else [])])
    verb = text("portal.copy_cut" if row.cut else f"portal.do.{do}", lang)
    data = f' data-do="{do}" data-id="{escape(field.id)}" data-next="{escape(verb)}{_colon(lang)}{label}"'
    button = "" if do == "skip" else _button(row, lang, verb)
    return (
        f'<section class="{classes}"{data if button else ""}><div class="number">{row.number}</div><div>'
        f"<h2>{label} {_other(field, lang)}{_needed(row, lang)}{_count(row, lang)}</h2>"
        f"{''.join(_inside(row, lang, thumbnails))}</div>"
        f'<div class="act">{button or f"<span class=soft>{escape(verb)}</span>"}</div></section>'
    )


def _button(row: Row, lang: str, verb: str) -> str:
    done = text(f"portal.done.{row.do}", lang)
    return (
        f'<button type="button" class="go" data-do="{escape(verb)}" data-done="{escape(done)}">{escape(verb)}</button>'
    )


def _inside(row: Row, lang: str, thumbnails: Mapping[str, bytes]) -> Iterator[str]:
    if row.field.help(lang):
        yield f'<p class="soft">{escape(row.field.help(lang))}</p>'
    if row.missing:
        yield f'<ul class="missing">{"".join(f"<li>{escape(each)}</li>" for each in missing(row, lang))}</ul>'
    if row.do == "copy":
        yield from _words(row, lang)
    elif row.do == "choose":
        yield f'<div class="value pick">{escape(row.text)}</div>'
    elif row.do == "upload":
        yield f'<ul class="files">{"".join(_shown(each, lang, thumbnails) for each in row.files if each.files)}</ul>'
        yield f'<p class="unseen" data-copy>{escape(row.text)}</p>'
    for each in row.files:
        if each.problem:
            kind = text(f"attachments.kind.{each.attachment.kind}", lang)
            yield f'<p class="soft bad">{escape(kind)}{_colon(lang)}{escape(each.problem)}</p>'


def _words(row: Row, lang: str) -> Iterator[str]:
    """What to copy, how long it is, and a shorter text where it is too long."""
    whole = "" if row.cut else " data-copy"
    yield f'<div class="value" id="w{row.number}"{whole}>{escape(row.text)}</div>'
    if row.cut:
        said = text("portal.cut", lang, length=f"{row.field.length(row.cut.text):,}", limit=f"{row.field.limit:,}")
        out = "".join(f"<del>{escape(each)}</del>" for each in row.cut.left_out)
        left = escape(text("portal.left_out", lang, count=f"{len(row.cut.left_out):,}"))
        over = escape(text("portal.over", lang))
        yield (
            f'<div class="proposal"><p><strong class="bad">{over}</strong> {escape(said)}</p>'
            f'<div class="value" data-copy>{escape(row.cut.text)}</div>'
            f"<details{' open' if len(row.cut.left_out) <= 20 else ''}><summary>{left}</summary>{out}</details>"
            f'<button type="button" data-from="w{row.number}">{escape(text("portal.copy_all", lang))}</button></div>'
        )
    elif row.over:
        yield f'<p class="bad">{escape(text("portal.over", lang))} {escape(text("portal.no_cut", lang))}</p>'


def _shown(each: Prepared, lang: str, thumbnails: Mapping[str, bytes]) -> str:
    """Files of one attachment, small pictures of them where there are some."""
    parts = []
    for file in each.files:
        if small := thumbnails.get(file.name):
            picture = f'<img alt="" src="data:image/jpeg;base64,{b64encode(small).decode()}">'
        else:
            picture = f'<span class="paper">{escape(file.name.rpartition(".")[2].upper())}</span>'
        kind = escape(line(each.attachment.note, 60) or text(f"attachments.kind.{each.attachment.kind}", lang))
        parts.append(f"<li>{picture}{escape(file.name)}<br>{kind}, {size(file.size)}</li>")
    return "".join(parts)


def _files(sheet: Sheet, folder: str) -> str:
    """The table of attachments: what goes out under which name and hash, what stays out and why."""
    lines = []
    for each in sheet.attachments:
        kind = escape(text(f"attachments.kind.{each.attachment.kind}", sheet.lang))
        about = escape(line(each.attachment.note or each.attachment.source_url or each.attachment.name, 300))
        if each.problem:
            lines.append(f'<tr><td>{kind}</td><td>{about}</td><td class="bad">{escape(each.problem)}</td></tr>')
            continue
        names = "<br>".join(
            f'<a href="{escape(folder)}/{escape(file.name)}">{escape(file.name)}</a> {size(file.size)}<br>'
            f"<code>{file.sha256}</code>"
            for file in each.files
        )
        digest = each.attachment.sha256
        changed = escape(text("portal.changed", sheet.lang, sha256=digest)) if each.changed else ""
        lines.append(f"<tr><td>{kind}</td><td>{about}</td><td>{names}<br>{changed}</td></tr>")
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _other(field: Field, lang: str) -> str:
    """The label in the other language: the form may be in it."""
    other = field.label("en" if lang == "zh" else "zh")
    return "" if other == field.label(lang) else f'<span class="other">{escape(other)}</span> '


def _count(row: Row, lang: str) -> str:
    """How long the words are, and how much the form takes."""
    if row.do != "copy":
        return ""
    meter = ""
    if (most := row.field.limit) is not None:
        meter = f'<meter min="0" max="{most}" high="{most * 9 // 10}" value="{min(row.length, most)}"></meter>'
    return f'<span class="count">{meter}{escape(counted(row, lang))}</span>'


def _needed(row: Row, lang: str) -> str:
    return f'<span class="tag">{escape(text("portal.needed", lang))}</span>' if row.needed else ""


def _colon(lang: str) -> str:
    return "：" if lang == "zh" else ": "
