"""Boards run by Spirit (django-spirit)."""

from crawler.families.thread_board import ThreadBoard


class Spirit(ThreadBoard):
    """Front page, categories and topics; dates are UTC unless the owner set another zone."""

    name = "spirit"
    proof = "real software"
    format_confirmed = "2026-11-22"

    thread_link = r"^[^?]*/topic/(?P<id>\d+)/[^/?#]*/?(?:[?#]|$)"
    board_link = r"/category/\d+/"
    next_page = "ul.paginator a"
    empty_list = ".layout__topics"
    title = ("h1.headline",)
    post = ".comments_list__comment"
    post_text = (".comment__text",)
    post_author = (".comment__info__username__link span",)
    post_date = (".comment__info__date li::attr(title)",)
