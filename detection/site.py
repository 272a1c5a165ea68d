"""A saved web page as a person sees it: what it is called, what it asks for, what it lets one download.

Pages are hostile: bytes are cut at LONGEST_PAGE, elements are counted, nothing is fetched, no script runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HTMLParser
from w3lib.encoding import html_to_unicode

from index.model import Listing
from index.registry.numbers import find

Form = Literal["login", "phone", "payment", "identity"]

LONGEST_PAGE = 2 << 20
"""Bytes; a landing page is far shorter."""
MOST_ELEMENTS = 50_000
MOST_PARTS = 100
"""Of each kind of thing that is kept."""
LONGEST_TEXT = 20_000
LONGEST_ADDRESS = 2000
_PROGRAM = re.compile(r"\.(?:apks?|xapk|apkm|exe|msi|dmg|pkg|ipa|hap|app)$", re.IGNORECASE)
_ANDROID = re.compile(r"\.(?:apks?|xapk|apkm)(?:$|[?#])", re.IGNORECASE)
"""Samples that can be analysed come first."""
_UNSEEN = {"script", "style", "noscript", "template", "iframe", "svg", "head"}
_ASKS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("payment", re.compile(r"card.?n(?:o|um)|cc.?num|cvv|cvc|expiry|银行卡|卡号|信用卡|支付密码|付款", re.IGNORECASE)),
    ("identity", re.compile(r"id.?card|id.?no|passport|real.?name|身份证|实名|证件号", re.IGNORECASE)),
    ("phone", re.compile(r"phone|mobile|^tel$|sms|手机|短信|验证码", re.IGNORECASE)),
    ("login", re.compile(r"passw|user.?name|account|e-?mail|密码|账号|帐号|邮箱|用户名", re.IGNORECASE)),
)
"""What the name, label or hint of an input asks for; the first that fits."""
_DESCRIBES = {"description", "og:description"}
_FILLED_IN = {"text", "password", "tel", "email", "number", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What one page shows."""

    url: str
    """Where it was at last, after redirects."""
    came_from: tuple[str, ...] = ()
    """Addresses that led there, first one first."""
    title: str = ""
    description: str = ""
    """What the page says of itself for search engines."""
    text: str = ""
    """Visible text, cut at LONGEST_TEXT characters."""
    logos: tuple[str, ...] = ()
    """Alternative texts of its pictures."""
    forms: tuple[Form, ...] = ()
    """What it asks visitors to fill in, each once."""
    downloads: tuple[str, ...] = ()
    """Addresses of programs: APK, EXE, DMG, IPA, HAP ..."""
    favicon: str | None = None
    """Address of its icon; the bytes are fetched in a later step, if at all."""
    icp_numbers: tuple[str, ...] = ()
    """Website filing numbers in their usual spelling ('京ICP备2026031728号-1')."""
    lang: str | None = None
    cut: bool = False
    """True where the page was too long to be read to its end."""


def read_site(page: bytes, url: str, *, came_from: tuple[str, ...] = (), content_type: str | None = None) -> Site:
    """What a saved page shows; never raises for what a page can be."""
    cut = len(page) > LONGEST_PAGE
    _, html = html_to_unicode(content_type, page[:LONGEST_PAGE], default_encoding="utf-8")
    root = _tree(html)
    if root is None:
        return Site(url=url, came_from=came_from, cut=cut)
    found = _Found(url)
    for number, element in enumerate(root.iter()):
        if number >= MOST_ELEMENTS:
            cut = True
            break
        if isinstance(element.tag, str):
            found.see(element)
    text = _visible(root)
    shown = f"{text}\n{found.description}"
    numbers = [number.text for number in find(shown) if number.kind == "icp" and number.defect is None]
    return Site(
        url=url,
        came_from=came_from,
        title=found.title,
        description=found.description,
        text=text,
        logos=tuple(dict.fromkeys(found.logos))[:MOST_PARTS],
        forms=tuple(dict.fromkeys(found.forms)),
        downloads=tuple(dict.fromkeys(found.downloads))[:MOST_PARTS],
        favicon=found.favicon,
        icp_numbers=tuple(dict.fromkeys(numbers))[:MOST_PARTS],
        lang=found.lang,
        cut=cut,
    )


def listing_of(site: Site, *, marketplace: str = "site") -> Listing:
    """The page as a listing that can be judged, stored and searched like any other."""
    parts = (site.description, *site.logos, site.text)
    return Listing(
        marketplace=marketplace,
        native_id=site.url,
        url=site.url,
        title=site.title or site.url,
        source_kind="site",
        description="\n".join(dict.fromkeys(part for part in parts if part))[:LONGEST_TEXT],
        lang=site.lang,
        icon_url=site.favicon,
        came_from=site.came_from,
        download_urls=tuple(sorted(site.downloads, key=lambda address: not _ANDROID.search(address))),
        forms=site.forms,
    )


def is_program(address: str) -> bool:
    """Whether an address ends like a program's."""
    try:
        return bool(_PROGRAM.search(urlsplit(address[:LONGEST_ADDRESS]).path))
    except ValueError:
        return False


def _tree(html: str) -> etree._Element | None:
    """None for what is no page at all. The parser itself refuses depths beyond 256 and entities that explode."""
    parser = HTMLParser(
        recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8"
    )
    try:
        root: etree._Element = etree.fromstring(html.replace("\0", " ").encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


class _Found:
    """What was met on the way through the elements."""

    def __init__(self, url: str) -> None:
        self.base = url
        self.title, self.description = "", ""
        self.logos: list[str] = []
        self.forms: list[Form] = []
        self.downloads: list[str] = []
        self.favicon: str | None = None
        self.lang: str | None = None

    def see(self, element: etree._Element) -> None:
        """Takes in one element."""
        match element.tag:
            case "html":
                self.lang = _short(element.get("lang"), 35) or None
            case "title" if not self.title:
                self.title = _short("".join(element.itertext()), 300)
            case "meta" if (element.get("name") or element.get("property") or "").lower() in _DESCRIBES:
                self.description = self.description or _short(element.get("content"), 2000)
            case "img" if len(self.logos) < MOST_PARTS and (text := _short(element.get("alt"), 200)):
                self.logos.append(text)
            case "link" if "icon" in (element.get("rel") or "").lower().split() and self.favicon is None:
                self.favicon = self._address(element.get("href"))
            case "a" if len(self.downloads) < MOST_PARTS:
                address = self._address(element.get("href"))
                if address and (is_program(address) or (element.get("download") is not None and _names(element))):
                    self.downloads.append(address)
            case "input" if len(self.forms) < MOST_PARTS:
                self.forms.extend(_asks(element))

    def _address(self, href: str | None) -> str | None:
        if not href or len(href) > LONGEST_ADDRESS:
            return None
        try:
            address = urljoin(self.base, href.strip())
            return address if urlsplit(address).scheme in {"http", "https"} else None
        except ValueError:
            return None


def _names(element: etree._Element) -> bool:
    return bool(_PROGRAM.search(element.get("download") or ""))


def _asks(element: etree._Element) -> Iterator[Form]:
    kind = (element.get("type") or "").lower()
    if kind not in _FILLED_IN:
        return
    said = " ".join(_short(element.get(name), 100) for name in ("name", "id", "placeholder", "autocomplete"))
    for form, pattern in _ASKS:
        if pattern.search(said) or (form == "login" and kind == "password") or (form == "phone" and kind == "tel"):
            yield form
            return


def _visible(root: etree._Element) -> str:
    """The page's text, one line per run."""
    parts: list[str] = []
    size = 0
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        unseen = isinstance(element.tag, str) and element.tag in _UNSEEN
        if event == "start":
            hidden += unseen
            piece = element.text if not hidden else None
        else:
            hidden -= unseen
            piece = element.tail if not hidden else None
        if piece and (line := _short(piece, LONGEST_TEXT)):
            parts.append(line)
            size += len(line)
            if size >= LONGEST_TEXT:
                break
    return "\n".join(parts)[:LONGEST_TEXT]


def _short(text: str | None, most: int) -> str:
    """One line, at most so many characters."""
    return " ".join((text or "")[: most * 4].split())[:most]
