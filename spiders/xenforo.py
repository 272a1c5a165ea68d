"""Boards run by XenForo 2, by forum, thread or RSS. Searching takes a form with a token, so boards are walked."""

import re
from collections.abc import Iterator

from scrapy.http import HtmlResponse, Response

from crawler.families.thread_board import ThreadBoard

COUNTED = re.compile(
    r'"interactionType":\s*"https?:\\?/\\?/schema\.org\\?/(Reply|Comment|View|Like)Action",'
    r'\s*"userInteractionCount":\s*"?(\d{1,12})'
)
COUNTERS = {"Reply": "replies", "Comment": "replies", "View": "views", "Like": "likes"}


class Xenforo(ThreadBoard):
    """Addresses are friendly (/threads/slug.7/) or not (index.php?threads/slug.7/); slugs say nothing."""

    name = "xenforo"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    native_id_rule = "number of the thread, at the end of its slug"

    thread_link = r"/(?P<plain>index\.php\?(?:.*&)?)?threads(?:/|%2F)(?:[^/?&.]*\.)?(?P<id>\d+)(?:[/?&%]|$)"
    later_page = r"(?:/|%2F)page-(?!1\b)\d"
    into_thread = r"/(?:index\.php\?)?(?:posts(?:/|%2F)|goto/post)"
    board_link = r"/(?:index\.php\?)?forums(?:/|%2F)[^/?&]*\d+(?:(?:/|%2F)(?:page-\d+)?)?$"
    sub_board = ".node-title a, a.subNodeLink"
    next_page = "a.pageNav-jump--next"
    empty_list = ".structItemContainer, .js-emptyThreadList, .block-row"

    title = ("h1.p-title-value", "h1")
    post = "article.message[data-content^=post-]"
    post_text = (".message-body .bbWrapper", ".bbWrapper")
    post_body = (".message-content",)
    post_author = ("::attr(data-author)", ".message-name")
    post_date = (".message-attribution-main time::attr(datetime)", "time.u-dt::attr(datetime)")
    signature = (".message-signature",)
    hidden = ".label, .label-append, .bbCodeBlock-title, .bbCodeBlock-expandLink, .messageHide"

    def thread_address(self, found: re.Match[str], url: str) -> str | None:
        """Without the slug, which changes when somebody edits the title."""
        return f"{url[: found.start()]}/{'index.php?' if found['plain'] else ''}threads/{found['id']}/"

    def _near(self, hrefs: list[str], page: Response) -> Iterator[str]:
        """Addresses without rewriting have their path behind the question mark, and XenForo wants it unescaped."""
        for url in super()._near(hrefs, page):
            path, mark, query = url.partition("?")
            yield path + mark + query.replace("%2F", "/")

    def counts(self, page: HtmlResponse) -> Iterator[tuple[str, float]]:
        """As the page's schema.org data say."""
        for script in page.css("script[type='application/ld+json']::text").getall():
            for action, number in COUNTED.findall(script):
                yield COUNTERS[action], float(number)
