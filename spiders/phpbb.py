"""Boards run by phpBB 3, by list, topic, search or feed."""

from collections.abc import Iterator
from re import Match
from urllib.parse import quote_plus, urljoin

import scrapy
from scrapy.http import Response

from crawler.families.page_text import text_of
from crawler.families.thread_board import ThreadBoard


class Phpbb(ThreadBoard):
    """Every link carries a session id; styles from before 3.2 write dates as text only."""

    name = "phpbb"
    proof = "recorded"
    format_confirmed = "2026-11-22"
    native_id_rule = "t: the number of the topic"

    thread_link = r"/viewtopic\.php\?(?:[^#]*&)?t=(?P<id>\d+)"
    later_page = r"[?&]start=0*[1-9]"
    into_thread = r"/viewtopic\.php\?(?:[^#]*&)?p=\d"
    board_link = r"/viewforum\.php\?"
    sub_board = "a.forumtitle, a.subforum"
    next_page = ".pagination .next a, .pagination a.next, a[rel=next]"
    empty_list = "ul.topiclist, h2.forum-title, h2.searchresults-title"

    title = ("h2.topic-title", "#page-body > h2", "h2")
    post = ".post[id^=p]"
    post_text = ("div.content",)
    post_body = (".postbody",)
    post_author = ("p.author .username, p.author .username-coloured", ".username, .username-coloured")
    post_date = ("p.author time::attr(datetime)", "p.author")
    signature = (".signature",)
    hidden = "blockquote > div > cite, .notice"

    def thread_address(self, found: Match[str], url: str) -> str | None:
        """By topic alone: the forum and a highlighted word may stand beside it."""
        return f"{url.partition('viewtopic.php')[0]}viewtopic.php?t={found['id']}"

    def date_of(self, texts: list[str], page: Response) -> str | None:
        """Without `time` elements the date is what follows the name: 'von NAME » 21.01.2009, 05:42'."""
        return super().date_of([text_of(text).rpartition("»")[2] or text for text in texts], page)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Topics with all words; owners may keep guests from searching, which shows as a page not understood."""
        url = urljoin(address, f"search.php?keywords={quote_plus(query)}&terms=all&sf=all&sr=topics")
        yield scrapy.Request(url, callback=self.parse, dont_filter=True)
