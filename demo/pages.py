"""The pages of the practice market: a shop, a forum and a channel, in markup of our own with the traps of real ones."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from demo.planted import content

MEDIA = (
    '<img src="{base}/media/{id}.png" alt=""><img src="data:image/png;base64,UFJBQ1RJQ0U=" alt="">'
    '<video src="{base}/media/{id}.mp4" poster="{base}/media/{id}.jpg"></video>'
)
"""What no crawl may fetch, render or archive; the server records every request for it."""
BOARDS = {2: ("技术交流", "utf-8"), 3: ("闲聊灌水", "gbk")}
PER_PAGE = 4
Page = tuple[str, bytes]
"""Content type and body."""


def pages(base: str) -> dict[str, Page]:
    """Path (with query) -> page, for a market at `base`."""
    made: dict[str, Page] = {"/": _html(_front(base))}
    for part in (_shop(base), _forum(base), _channel(base)):
        made |= part
    return made


def _html(body: str, charset: str = "utf-8", title: str = "") -> Page:
    text = (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{charset}"><title>{escape(title)}</title></head>'
        f"<body>{body}</body></html>"
    )
    return f"text/html; charset={charset}", text.encode(charset, "xmlcharrefreplace")


def _front(base: str) -> str:
    places = ("fdroid/repo/entry.json", "shop/sitemap.xml", "forum/forum-2-1.html", "channel/")
    return "<h1>练习市场</h1>" + "".join(f'<p><a href="{base}/{place}">{place}</a></p>' for place in places)


def _shop(base: str) -> dict[str, Page]:
    rows = content("shop")
    urls = "".join(f"<url><loc>{base}/shop/item/{row['id']}.html</loc></url>" for row in rows)
    sitemap = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    made: dict[str, Page] = {"/shop/sitemap.xml": ("application/xml", sitemap.encode())}
    for row in rows:
        made[f"/shop/item/{row['id']}.html"] = _product(row, base)
    return made


def _product(row: dict[str, Any], base: str) -> Page:
    url = f"{base}/shop/item/{row['id']}.html"
    offer = {"@type": "Offer", "price": row["price"], "priceCurrency": "CNY", "url": url,
             "seller": {"@type": "Organization", "name": row["seller"]}}  # fmt: skip
    if row.get("microdata"):
        body = (
            '<div itemscope itemtype="https://schema.org/Product">'
            f'<h1 itemprop="name">{escape(row["title"])}</h1><meta itemprop="sku" content="{row["id"]}">'
            f'<p itemprop="description">{escape(row["description"])}</p>'
            '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
            f'<span itemprop="price">{row["price"]}</span><meta itemprop="priceCurrency" content="CNY">'
            '<div itemprop="seller" itemscope itemtype="https://schema.org/Organization">'
            f'<span itemprop="name">{escape(row["seller"])}</span></div></div></div>'
        )
        return _html(body, title=row["title"])
    product = {"@context": "https://schema.org", "@type": "Product", "name": row["title"], "sku": row["id"],
               "description": row["description"], "offers": offer}  # fmt: skip
    script = json.dumps(product, ensure_ascii=False)
    if row.get("broken"):  # an unclosed element before the data, and a comma too many in them
        script = script[:-1] + ",}"
    broken = "<div><p><b>" if row.get("broken") else ""
    media = MEDIA.format(base=base, id=row["id"]) if row.get("media") else ""
    return _html(
        f'{broken}<h1>{escape(row["title"])}</h1>{media}<script type="application/ld+json">{script}</script>',
        title=row["title"],
    )


def _forum(base: str) -> dict[str, Page]:
    made: dict[str, Page] = {}
    for board, (name, charset) in BOARDS.items():
        rows = [row for row in content("forum") if row["board"] == board]
        for number in range(1, -(-len(rows) // PER_PAGE) + 1):
            part = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
            body = _board(part, board, number, base, more=number * PER_PAGE < len(rows))
            made[f"/forum/forum-{board}-{number}.html"] = _html(body, charset, name)
        for row in rows:
            made[f"/forum/thread-{row['tid']}-1-1.html"] = _html(_thread(row, name), charset, row["title"])
    return made


def _board(rows: list[dict[str, Any]], board: int, number: int, base: str, *, more: bool) -> str:
    lines = "".join(
        f'<tbody id="normalthread_{row["tid"]}"><tr><th><a href="{base}/forum/thread-{row["tid"]}-1-1.html" '
        f'class="s xst">{escape(row["title"])}</a></th>'
        f'<td class="by"><cite><a>{escape(row["author"])}</a></cite>'
        f'<em><span title="2026-11-20 09:00">昨天</span></em></td>'
        f'<td class="num"><a class="xi2">{len(row["posts"]) - 1}</a><em>88</em></td></tr></tbody>'
        for row in rows
    )
    following = f'<div class="pg"><a class="nxt" href="{base}/forum/forum-{board}-{number + 1}.html">下一页</a></div>'
    return f'<div id="threadlist"><table id="threadlisttableid">{lines}</table></div>' + (following if more else "")


def _thread(row: dict[str, Any], board: str) -> str:
    posts = "".join(_post(f"{row['tid']}{number}", number, row, text) for number, text in enumerate(row["posts"]))
    title = f'<div id="pt">{escape(board)}</div><span id="thread_subject">{escape(row["title"])}</span>'
    return f'{title}<div id="postlist">{posts}</div>'


def _post(pid: str, number: int, row: dict[str, Any], text: str) -> str:
    author = escape(row["author"] if not number else f"网友{number}")
    return (
        f'<div id="post_{pid}"><table id="pid{pid}"><tr><td class="pls"><div class="authi"><a class="xw1">{author}</a>'
        f'</div></td><td class="plc"><div class="pi"><em id="authorposton{pid}">发表于 '
        f'<span title="2026-11-2{number} 10:00:00">前天</span></em></div><div class="pcb"><table><tr>'
        f'<td class="t_f" id="postmessage_{pid}">{escape(text)}</td></tr></table></div></td></tr></table></div>'
    )


def _channel(base: str) -> dict[str, Page]:
    rows = content("channel")
    shown = [{"id": row["id"], "title": row["title"], "text": row["text"], "media": "media" in row} for row in rows]
    script = (
        f"fetch('{base}/channel/posts.json').then(r => r.json()).then(d => {{ for (const p of d.posts) {{"
        "const e = document.createElement('article');"
        "e.dataset.listing = JSON.stringify({id: p.id, title: p.title, text: p.text, author: '练习频道'});"
        "e.textContent = p.title + ' ' + p.text;"
        f"if (p.media) {{ const i = new Image(); i.src = '{base}/media/' + p.id + '.png'; e.append(i); }}"
        "document.body.append(e); } document.body.dataset.ready = '1'; });"
    )
    feed = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
        f"<title>练习频道</title><id>{base}/channel/</id><updated>2026-11-20T08:00:00Z</updated>"
        f"{''.join(_entry(row, base) for row in rows)}</feed>"
    )
    return {
        "/channel/": _html(f"<h1>练习频道</h1><script>{script}</script>", title="练习频道"),
        "/channel/posts.json": ("application/json", json.dumps({"posts": shown}, ensure_ascii=False).encode()),
        "/channel/feed.xml": ("application/atom+xml", feed.encode()),
    }


def _entry(row: dict[str, Any], base: str) -> str:
    media = MEDIA.format(base=base, id=row["id"]) if row.get("media") else ""
    return (
        f"<entry><id>{base}/channel/{row['id']}</id><title>{escape(row['title'])}</title>"
        f'<link href="{base}/channel/{row["id"]}"/><author><name>练习频道</name></author>'
        "<updated>2026-11-20T08:00:00Z</updated>"
        f'<content type="html">{escape("<p>" + escape(row["text"]) + "</p>" + media)}</content></entry>'
    )
