"""Repositories of the F-Droid protocol: nothing is read before signature and hashes are checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec
import scrapy
from scrapy.http import Response

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import clean_url, file_url, host_of
from crawler.families.fdroid_index import LARGEST_INDEX, Package, best, read_index
from crawler.families.moments import stamp
from crawler.families.signed_jar import read_signed
from crawler.spider import Expect, MarketplaceSpider, Yield
from index.model import Listing, SourceKind

ENTRY, OLD = "entry.jar", "index-v1.jar"
BELOW = ("", "/repo", "/fdroid/repo")
"""Where a repository lies below the address that people pass on."""
LARGEST_ENTRY = 4 << 20
MISSING = [404, 410]
DEFAULT_HOSTS = frozenset({"myfirstfdroidrepo.org", "mysecondfdroidrepo.org"})
"""Left over in the settings of repositories whose owner did not change them."""
MOST_LOCALES = 30


class _IndexFile(msgspec.Struct):
    name: str
    sha256: str
    size: int = 0


class _EntryFile(msgspec.Struct):
    index: _IndexFile


class FdroidRepository(MarketplaceSpider):
    """A member with a fixed repository sets `one_site` and names it as the start, with its fingerprint."""

    kind: ClassVar[SourceKind] = "app_store"
    native_id_rule: ClassVar[str] = (
        "package name; before it the repository's path, where that is not one of the usual ones (/repo, /fdroid/repo)"
    )

    expect: ClassVar[Expect] = Expect(fill={"title": 1.0, "package_name": 1.0, "version": 0.9, "download_urls": 1.0})

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """`address` may carry `?fingerprint=`, the SHA-256 of the certificate that must have signed the index."""
        parts = urlsplit(address)
        said = parse_qs(parts.query).get("fingerprint", [""])[0]
        scheme = {"fdroidrepos": "https", "fdroidrepo": "http"}.get(parts.scheme, parts.scheme)
        path = parts.path.rstrip("/")
        if path.rpartition("/")[2] in {ENTRY, OLD, "index-v2.json", "entry.json", "index.jar", "index.xml"}:
            path = path.rpartition("/")[0]
        bases = [path] if path.endswith("/repo") else [path + below for below in BELOW]
        files = [f"{scheme}://{parts.netloc}{base}/{file}" for base in bases for file in (ENTRY, OLD)]
        yield self._ask(files, "".join(said.replace(":", "").split()).lower())

    recheck_steps: ClassVar[int] = 4

    def look_again(self, known: Mapping[str, Listing]) -> Iterator[scrapy.Request]:
        """The index of each repository, which shows all its packages, instead of their pages."""
        for base in dict.fromkeys(listing.url.partition("/#")[0] for listing in known.values()):
            yield from self.first_requests(base)

    def _ask(self, files: list[str], fingerprint: str) -> scrapy.Request:
        return scrapy.Request(
            files[0],
            callback=self.parse_jar,
            cb_kwargs={"file": files[0].rpartition("/")[2], "others": files[1:], "fingerprint": fingerprint},
            meta={"handle_httpstatus_list": MISSING, "download_maxsize": LARGEST_INDEX},
            dont_filter=True,
        )

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """An entry.jar by itself, whoever signed it."""
        yield from self.parse_jar(response, file=ENTRY, others=[], fingerprint="")

    def parse_jar(self, response: Response, *, file: str, others: Sequence[str], fingerprint: str) -> Iterator[Yield]:
        """entry.jar or index-v1.jar. Where none is, the next place is asked; where one is wrong, none is believed."""
        if response.status in MISSING or not response.body.startswith(b"PK"):
            if others:
                yield self._ask(list(others), fingerprint)
            else:
                yield Problem(part="index", kind="no_repository", detail=f"{response.url}: no signed index")
            return
        base = response.url.partition("?")[0].rpartition("/")[0]
        inside, largest = ("index-v1.json", LARGEST_INDEX) if file == OLD else ("entry.json", LARGEST_ENTRY)
        found = read_signed(response.body, inside, largest=largest)
        if isinstance(found, Problem):
            yield _at(response.url, found)
        elif fingerprint and found.signer != fingerprint:
            said = f"signed by {found.signer}, expected {fingerprint}"
            yield _at(response.url, Problem(part="index", kind="wrong_signer", detail=said))
        elif file == OLD:
            yield from self.offers(found.content, base, version=1)
        else:
            yield self._index_of(found.content, base)

    def _index_of(self, entry: bytes, base: str) -> scrapy.Request | Problem:
        try:
            index = msgspec.json.decode(entry, type=_EntryFile).index
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _at(base, Problem(part="index", kind="malformed_index", detail=f"entry.json: {error}"))
        url = file_url(base, index.name)
        if url is None or index.size > LARGEST_INDEX:
            return _at(base, Problem(part="index", kind="malformed_index", detail=f"{index.name}, {index.size} bytes"))
        return scrapy.Request(
            url,
            callback=self.parse_index,
            cb_kwargs={"base": base, "sha256": index.sha256.lower()},
            meta={"download_maxsize": LARGEST_INDEX},
            dont_filter=True,
        )

    def parse_index(self, response: Response, base: str, sha256: str) -> Iterator[Yield]:
        """index-v2.json, if it is the one that the signed entry names."""
        actual = hashlib.sha256(response.body).hexdigest()
        if actual != sha256:
            said = f"SHA-256 {actual}, signed {sha256}"
            yield _at(response.url, Problem(part="index", kind="wrong_hash", detail=said))
        else:
            yield from self.offers(response.body, base, version=2)

    def offers(self, content: bytes, base: str, *, version: Literal[1, 2]) -> Iterator[Yield]:
        """A listing for each package of a verified index."""
        index = read_index(content, version=version)
        if isinstance(index, Problem):
            yield _at(base, index)
            return
        places = list(dict.fromkeys([base, *(url.rstrip("/") for url in index.addresses if _usable(url))]))
        for package in index.packages:
            if isinstance(package, Problem):
                yield package
            elif file_url(base, package.file) is None:
                yield Problem(part="index", kind="malformed_package", detail=f"{package.name}: {package.file[:200]!r}")
            else:
                yield self.listing(package, base, places)

    def listing(self, package: Package, base: str, places: list[str]) -> Listing:
        """The newest version of one package."""
        locale, title = best(package.titles)
        texts = [best(package.summaries)[1], best(package.descriptions)[1], *_other_names(package, title)]
        prefix = urlsplit(base).path.removesuffix("/repo").removesuffix("/fdroid").strip("/")
        return Listing(
            marketplace=self.marketplace(base),
            native_id=f"{prefix}/{package.name}" if prefix else package.name,
            url=f"{base}/#{package.name}",
            title=" ".join(title.split()) or package.name,
            source_kind=self.kind,
            description="\n".join(text for text in texts if text),
            seller=package.author or None,
            package_name=package.name,
            version=package.version or None,
            version_code=package.version_code,
            lang=locale,
            notes=best(package.notes)[1],
            icon_url=file_url(base, package.icon) if package.icon else None,
            download_urls=tuple(url for place in places if (url := file_url(place, package.file))),
            sample_sha256=package.sha256,
            sample_size=package.size,
            declared_signers=package.signers,
            published_at=stamp(package.added),
        )


def _other_names(package: Package, title: str) -> Iterator[str]:
    """'en-US: ChatGPT Plus Pro' for each further name, since imitations often show one to each audience."""
    seen = {" ".join(title.split()), ""}
    for locale, name in list(package.titles.items())[:MOST_LOCALES]:
        text = " ".join(name.split())
        if text not in seen:
            seen.add(text)
            yield f"{locale}: {text}"


def _usable(address: str) -> bool:
    host = host_of(address).partition(":")[0]
    return clean_url(address) is not None and not host.endswith(".onion") and host not in DEFAULT_HOSTS


def _at(url: str, problem: Problem) -> Problem:
    return Problem(part=problem.part, kind=problem.kind, detail=f"{url}: {problem.detail}"[:500])
