"""Boards run by Discuz! (X2 to X3.5, older branches, rebranded ones), by list, thread, archiver or RSS."""

import re
from collections.abc import Iterator
from typing import ClassVar

from parsel import Selector
from scrapy.http import HtmlResponse

from crawler.families.page_text import text_of
from crawler.families.thread_board import ThreadBoard
from crawler.families.threads import Post


class Discuz(ThreadBoard):
    """The generator says little, since owners change it; everything is told by the parts of the page."""

    name = "discuz"
    proof = "recorded"
    format_confirmed = "2026-11-22"
    native_id_rule = "tid: the number of the thread"

    thread_link = (
        r"^(?P<root>[^?]*/)(?:forum\.php\?(?:.*&)?mod=viewthread&(?:.*&)?tid=|viewthread\.php\?(?:.*&)?tid="
        r"|thread-|archiver/(?:index\.php)?\?(?:.*&)?tid-)(?P<id>\d+)"
    )
    later_page = r"[?&]page=(?!1(?:&|$))\d|/thread-\d+-(?!1-)\d"
    into_thread = r"[?&]mod=redirect(?:&|$)|/redirect\.php\?"
    board_link = r"forum\.php\?(?:.*&)?mod=forumdisplay|/forumdisplay\.php\?|/forum-\d+-\d+\.html|\?fid-\d+\.html"
    sub_board = "[id^=subforum_] a"
    next_page = ".pg a.nxt, .pages a.next, .pagination a[rel=next], div.page a, .pagination-buttons a"
    empty_list = "#threadlist, #threadlisttableid, .threadlist, .search-result"

    title = ("#thread_subject", ".thread-subject > span", "#threadtitle h1", "#content h3", ".viewthread h1")
    post = "table[id^=pid], table[id^=table-pid]"
    post_text = ("[id^=postmessage_]",)
    post_body = (".pcb", ".defaultpost", ".t_fsz")
    post_author = (".authi a.xw1", ".autor-name-row a.name", ".postauthor cite a", ".authi")
    post_date = ("em[id^=authorposton] span::attr(title)", "em[id^=authorposton]", ".post-date", ".postinfo")
    signature = (".sign", ".signatures", ".signature")
    hidden = ".jammer, .pstatus, .quote > blockquote > font:first-child, .attach_nopermission, .tip"
    counters: ClassVar = {
        "views": ".hm .xg1:contains('查看') + .xi1, .viewthread-number li:contains('瀏覽')",
        "replies": ".hm .xg1:contains('回复') + .xi1, .viewthread-number li:contains('回覆')",
    }
    utc_offset = 8

    def thread_address(self, found: re.Match[str], url: str) -> str | None:
        """In the form that the board itself uses, always the first page."""
        root, tid = found["root"].removesuffix("archiver/"), found["id"]
        if "/thread-" in url:
            return f"{root}thread-{tid}-1-1.html"
        script = "viewthread.php?" if "/viewthread.php" in url else "forum.php?mod=viewthread&"
        return f"{root}{script}tid={tid}"

    def posts(self, page: HtmlResponse) -> Iterator[Post]:
        """The archiver has no elements around a post: only a line with its author before each."""
        if "/archiver/" not in page.url:
            yield from super().posts(page)
            return
        for part in page.css("#content").get("").split('<p class="author">')[1:]:
            head, _, text = part.partition("</p>")
            line = Selector(text=f"<p>{head}</p>")
            yield Post(
                author=text_of(line.css("strong").get()) or None,
                published_at=self.date_of([*line.css("span::attr(title)").getall(), text_of(head)], page),
                text=text_of(text, without="h3, div.page"),
                html=text,
            )
