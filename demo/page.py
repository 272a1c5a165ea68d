"""What the pages of the practice market share."""

from __future__ import annotations

from html import escape

MEDIA = (
    '<img src="{base}/media/{id}.png" alt=""><img src="data:image/png;base64,UFJBQ1RJQ0U=" alt="">'
    '<video src="{base}/media/{id}.mp4" poster="{base}/media/{id}.jpg"></video>'
)
"""What no crawl may fetch, render or archive; the server records every request for it."""
Page = tuple[str, bytes]
"""Content type and body."""


def document(body: str, charset: str = "utf-8", title: str = "", head: str = "") -> Page:
    """An HTML page. Characters that `charset` lacks become references, as boards do it."""
    text = (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{charset}"><title>{escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )
    return f"text/html; charset={charset}", text.encode(charset, "xmlcharrefreplace")
