"""Messages of Telegram channels as their public previews show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import HtmlResponse

from crawler.families.addresses import MOST_ADDRESSES, clean_url, samples_in
from crawler.families.moments import moment
from crawler.families.page_text import attribute, links_of, text_of
from index.model import Listing

POST = re.compile(r"(?P<channel>[A-Za-z]\w{3,31})/(?P<number>\d{1,12})", re.ASCII)
BACKGROUND = re.compile(r"background-image:\s*url\(['\"]?([^'\")]+)", re.IGNORECASE)
COUNT = re.compile(r"(\d{1,12}(?:\.\d{1,4})?)\s*([KM]?)")
TIMES = {"": 1, "K": 1_000, "M": 1_000_000}
TEXTS = (
    ".tgme_widget_message_bubble > .js-message_text, .tgme_widget_message_poll_question"
    ", .tgme_widget_message_poll_option_text, .tgme_widget_message_document, .link_preview_title"
    ", .link_preview_description"
)
"""What a message says, in the order of the page; not what it replies to."""
LINKS = ".js-message_text, .tgme_widget_message_link_preview"
PICTURES = "[style*='background-image']:not(.emoji):not(.tgme_widget_message_reply_thumb)::attr(style)"


def number_of(message: Selector) -> int | None:
    """The message's number in its channel; None where it is not said."""
    named = POST.fullmatch(attribute(message, "data-post"))
    return int(named["number"]) if named else None


def is_service(message: Selector) -> bool:
    """Whether Telegram itself says that something happened: 'Channel photo updated'."""
    return "service_message" in attribute(message, "class").split()


def message_listing(message: Selector, page: HtmlResponse, *, marketplace: Callable[[str], str]) -> Listing:
    """One numbered message; those without words are named by channel and number."""
    channel, _, number = attribute(message, "data-post").partition("/")
    text = "\n".join(text for part in message.css(TEXTS).getall() if (text := text_of(part)))
    links = [link for part in message.css(LINKS).getall() for link in links_of(part)]
    pictures = [found[1] for style in message.css(PICTURES).getall() if (found := BACKGROUND.search(style))]
    views = COUNT.search(text_of(message.css(".tgme_widget_message_views").get()))
    own = f"{channel.lower()}/{number}"
    return Listing(
        marketplace=marketplace(page.url),
        native_id=own,
        url=f"https://{urlsplit(page.url).netloc}/{channel}/{number}",
        title=text.partition("\n")[0][:200] or own,
        source_kind="channel",
        description=text,
        seller=" ".join(text_of(message.css(".tgme_widget_message_owner_name").get()).split()) or None,
        bio=text_of(page.css(".tgme_channel_info_description").get()),
        notes=text_of(message.css(".tgme_widget_message_forwarded_from").get()),
        image_urls=tuple(url for picture in pictures if (url := clean_url(picture, page.url)))[:MOST_ADDRESSES],
        download_urls=samples_in(text, links, page.url),
        published_at=moment(message.css(".tgme_widget_message_date time::attr(datetime)").get()),
        counters={"views": float(round(float(views[1]) * TIMES[views[2]]))} if views else {},
    )
