"""Boards run by vBulletin 3, 4 or 5, by forum, thread or RSS. Searching takes a form with a token: they are walked."""

import re

from crawler.families.addresses import clean_url
from crawler.families.thread_board import ThreadBoard


class Vbulletin(ThreadBoard):
    """Addresses come in five forms; a slug stands behind the number, and further pages say so behind the slug."""

    name = "vbulletin"
    proof = "recorded"
    format_confirmed = "2026-11-24"
    native_id_rule = "number of the thread (vBulletin 5: of its node)"

    thread_link = (
        r"^(?!.*/(?:members?|users?|groups?|blogs?|entries|content|articles?|albums?|attachments?|images|tags?)/)"
        r"(?!.*\.(?:jpe?g|png|gif|webp|zip|rar|7z|apk|pdf)$)(?P<root>https?://[^/?]+/(?P<folder>[^?]*?/)??)"
        r"(?P<way>showthread\.php(?:\?(?:.*&)?t=|\?(?:.*&)?|/)|threads/"
        r"|(?(folder)(?=\d+-[^/?]+(?:/page-?\d+)?(?:\?|$))|(?!)))"
        r"(?P<id>\d+)(?:-(?P<slug>[^/?&]+))?(?:[/?&]|$)"
    )
    later_page = r"[?&]page=(?!1(?:&|$))\d|(?:/|%2F)page-?(?!1\b)\d|-\d+\.html$"
    further_page = r"[?&]page=(?!1(?:&|$))\d|/page-?(?!1\b)\d"  # a title may end in a number
    into_thread = r"/show(?:thread|post)\.php\?(?:.*&)?p=\d"
    board_link = ""
    sub_board = (
        ".forumtitle a, a.forumtitle, a.forum-title, .forum-title a, a[href*='forumdisplay.php?']:not([href*='do='])"
    )
    next_page = "a[rel=next], a.right-arrow"
    empty_list = "#threads, #threadslist, #threadlist, .threadlist, .topic-list, .js-topic-item, #forumbits"

    title = (".threadtitle", "h1.main-title", "h1", ".lastnavbit", "td.navbar strong")
    post = "li[id^=post_], li.b-post[data-node-id], table[id^=post]"
    post_text = ("[id^=post_message_]", ".js-post__content-text")
    post_body = (".postbody", ".b-post__body", "td[id^=td_post_]")
    post_author = (".username", ".author [itemprop=name]", ".author a", ".bigusername")
    post_date = ("time[itemprop=dateCreated]::attr(datetime)", ".postdate .date", ".postdate", "td.thead",
                 ".userinfo_extra dd")  # fmt: skip
    signature = (".signaturecontainer", ".b-post__signature", ".signature")
    hidden = ".bbcode_postedby, .bbcode_description, .tapatalkSignatur, .editedby, script"

    def thread_address(self, found: re.Match[str], url: str) -> str | None:
        """The thread's first page: by number where the form of the address allows, else with its slug."""
        if found["way"]:
            way = "threads/" if found["way"] == "threads/" else "showthread.php?t="
            return f"{found['root']}{way}{found['id']}"
        slug = re.sub(r"-(?:post)?\d+(?=\.html$)", "", found["slug"])
        return clean_url(f"{found['root']}{found['id']}-{slug}")
