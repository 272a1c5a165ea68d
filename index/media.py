"""Media in bytes: recognised by how they begin, and cut out of pages. Under which violations none is touched.

Text and layout are evidence enough; the people in such pictures are harmed by every copy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

RULED = ("p1-1b", "p2-3")
"""Violations (and all their sub-items) under which no media is fetched, kept, shown or passed on."""
COLON = rb"(?::|&#0*58;?|&#x0*3a;?|&colon;|%3a|\\u003a|\\x3a)"
SLASH = rb"(?:\\?/|&#0*47;?|&#x0*2f;?|&sol;|%2f|\\u002f|\\x2f)"
BASE64 = rb"[A-Za-z0-9+/=_\-%\\\s&#;]"
DATA_MEDIA = re.compile(
    rb"data" + COLON + rb"\s*(?:"
    # Media, base64 or not; white space within base64 means nothing to a browser.
    rb"(?:image|video|audio|font)" + SLASH + rb"(?:[^\"'\s)>,]*;base64," + BASE64 + rb"*|[^\"'\s)>]*)"
    # Anything else in base64: a browser looks at the bytes, not at the type.
    rb"|[\w.+/\\-]{0,100}(?:;[^,;\"'\s<>]{0,100}){0,5};base64," + BASE64 + rb"*)",
    re.IGNORECASE,
)
BARE_MEDIA = re.compile(
    # JPEG, PNG, GIF, RIFF, MP4 and HEIF, Matroska: base64 that a script makes a picture of.
    rb"(?:\\?/9j\\?/|iVBORw0KGgo|R0lGOD[dl]|UklGR|AAAA..Z0eX|GkXfo)[A-Za-z0-9+/=_\-\\]{40,}"
)
DATA_SIGN = re.compile(rb"data[:&%\\]")
"""Where `DATA_MEDIA` may begin, in lower case."""
BARE_SIGNS = (b"/9j", b"iVBORw0KGgo", b"R0lGOD", b"UklGR", b"AAAA", b"GkXfo")
"""One of these is in whatever `BARE_MEDIA` finds."""
MAGIC = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8[79]a|RIFF....(?:WEBP|AVI |WAVE)|BM.{4}\x00{4}|....ftyp|\x1a\x45\xdf\xa3|FLV\x01"
    rb"|ID3[\x02-\x04]|OggS\x00|fLaC\x00|II\*\x00|MM\x00\*|\x00\x00\x01\x00|\xff\x0a|\x00\x00\x00\x0cJXL "
    rb"|\x00\x00\x01[\xb3\xba]|\xff[\xe3\xf2\xf3\xfa\xfb]",
    re.DOTALL,
)
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def is_media(content: bytes) -> bool:
    """Whether the bytes begin as a picture, a film or a sound does, whatever their server calls them."""
    return MAGIC.match(content) is not None


def cut_data_media(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The page without the media that stand in it, and the SHA-256 of each that was cut out.

    Cut are `data:` addresses and base64 that begins as media do; a body that is media itself is cut as a whole.
    """
    if is_media(body):
        return b"", (sha256(body).hexdigest(),)
    if encoding := UTF16.get(body[:2]):
        text, cut = cut_data_media(body.decode(encoding, "replace").encode())
        return (text.decode().encode(encoding), cut) if cut else (body, ())
    digests: list[str] = []

    def mark(found: re.Match[bytes]) -> bytes:
        digest = sha256(found.group()).hexdigest()
        digests.append(digest)
        return b"about:blank#cut-" + digest[:16].encode()

    body = _without_addresses(body, mark)
    if any(sign in body for sign in BARE_SIGNS):
        body = BARE_MEDIA.sub(mark, body)
    return body, tuple(digests)


def _without_addresses(body: bytes, mark: Callable[[re.Match[bytes]], bytes]) -> bytes:
    """`DATA_MEDIA.sub(mark, body)`, which is slow, only where an address of that kind begins."""
    parts: list[bytes] = []
    place = 0
    for sign in DATA_SIGN.finditer(body.lower()):  # of the same length: these are bytes
        if sign.start() >= place and (found := DATA_MEDIA.match(body, sign.start())) is not None:
            parts += [body[place : found.start()], mark(found)]
            place = found.end()
    return b"".join((*parts, body[place:])) if parts else body
