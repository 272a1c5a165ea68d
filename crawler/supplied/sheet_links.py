"""Links that lie behind the cells of a workbook: the text says '查看', the address is in a list of its own."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from index.registry.sheets import MOST_PART

Links = dict[int, dict[int, str]]
"""Row (from 1) -> column (from 0) -> address."""
MOST_LINKS = 200_000
LONGEST_TAG, CHUNK = 6_000, 1 << 20
_LINK = re.compile(rb"<(?:\w{1,10}:)?hyperlink\s[^<>]{1,5900}>")
_REF = re.compile(rb'\bref="([A-Z]{1,3})(\d{1,7})(?::[A-Z]{1,3}\d{1,7})?"')
_ID = re.compile(rb'\b\w{1,10}:id="([^"]{1,200})"')


def sheet_links(archive: zipfile.ZipFile) -> dict[str, Links]:
    """Name of each sheet -> its links to web pages; damaged parts have none."""
    names = set(archive.namelist())
    targets = _targets(archive, names, "xl/workbook.xml")
    found: dict[str, Links] = {}
    for sheet in _elements(archive, names, "xl/workbook.xml", "sheet"):
        number = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        part = targets.get(str(number), "")
        addresses = _targets(archive, names, part) if part in names else {}
        if addresses:
            found[str(sheet.get("name"))] = _links(archive, part, addresses)
    return found


def _links(archive: zipfile.ZipFile, part: str, addresses: dict[str, str]) -> Links:
    links: Links = {}
    for count, tag in enumerate(_tags(archive, part)):
        ref, number = _REF.search(tag), _ID.search(tag)
        address = addresses.get(number[1].decode("utf-8", "replace"), "") if number else ""
        if count >= MOST_LINKS:
            break
        if ref and address.startswith(("http://", "https://")):
            links.setdefault(int(ref[2]), {})[_column(ref[1])] = address
    return links


def _tags(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part's hyperlink elements, without holding the part in memory."""
    held = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            held += chunk
            end = 0
            for found in _LINK.finditer(held):
                yield found[0]
                end = found.end()
            held = held[max(end, len(held) - LONGEST_TAG) :]


def _targets(archive: zipfile.ZipFile, names: set[str], part: str) -> dict[str, str]:
    """What the relations of a part lead to: id -> address, or part of the workbook."""
    folder, name = posixpath.split(part)
    found = {}
    for one in _elements(archive, names, f"{folder}/_rels/{name}.rels", "Relationship"):
        target = str(one.get("Target") or "")
        inside = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        found[str(one.get("Id"))] = target if one.get("TargetMode") == "External" else inside
    return found


def _elements(archive: zipfile.ZipFile, names: set[str], part: str, tag: str) -> list[etree._Element]:
    if part not in names or archive.getinfo(part).file_size > MOST_PART:
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(archive.read(part), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    return [] if root is None else list(root.iter(f"{{*}}{tag}"))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
