"""GitHub: repositories that match a keyword, with the files of their releases, by its interface."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from apk_analysis.fingerprint import Problem
from crawler.families.github_repository import Facts, facts_of, no_answer, repository_listing
from crawler.families.json_page import at, number, read_json, said, things
from crawler.problems import problem_of
from crawler.spider import Expect, MarketplaceSpider, Yield, request_of

AT_ONCE, MOST_PAGES, RELEASES = 30, 3, 10
# Everybody may ask 60 times an hour: a keyword costs up to 3 searches and 90 lists of the newest 10 releases.


class GithubReleases(MarketplaceSpider):
    """A listing is a repository with what its releases offer."""

    name = "github_releases"
    kind = "site"
    country = "US"
    proof = "recorded"
    format_confirmed = "2026-11-28"
    delay = 6.5  # ten searches a minute
    concurrency = 1
    native_id_rule = "number of the repository, which stays when it gets another name or owner"
    one_site = True
    starts = ("https://api.github.com/",)
    hosts = ("github.com",)
    walks = False
    shows_all = False
    recheck_by = "start"
    recheck_steps = 1  # from the repository to its releases
    abuse_contact = "https://support.github.com/contact/report-abuse"
    expect: ClassVar[Expect] = Expect(fill={"title": 1.0, "seller": 1.0, "description": 0.5})

    def first_requests(self, address: str) -> Iterator[scrapy.Request]:
        """The repository whose page, or entry in the interface, is at `address`."""
        names = [part for part in urlsplit(address).path.removeprefix("/repos").split("/") if part]
        if len(names) >= 2:
            yield self._call(f"{self.starts[0]}repos/{quote(names[0])}/{quote(names[1])}", self.parse)

    def search(self, query: str, address: str) -> Iterator[scrapy.Request]:
        """Best matches first. An enterprise's own server is asked where the address is that of its interface."""
        theirs = (urlsplit(address).hostname or "").endswith(self.hosts)
        yield self._results(self.starts[0] if theirs else f"{address.rstrip('/')}/", query, 1)

    def _results(self, root: str, query: str, page: int) -> scrapy.Request:
        asked = urlencode({"q": query, "per_page": AT_ONCE, "page": page})
        return self._call(f"{root}search/repositories?{asked}", self.parse_results, root=root, query=query, page=page)

    def _call(self, url: str, callback: Callable[..., Any], **kwargs: object) -> scrapy.Request:
        headers = {"Accept": "application/vnd.github+json"}
        return scrapy.Request(url, callback=callback, headers=headers, cb_kwargs=kwargs)

    def parse_results(self, response: Response, root: str, query: str, page: int) -> Iterator[Yield]:
        """Requests for the releases of the repositories found, and for the next page."""
        value = read_json(response)
        if at(value, "items") is None:
            yield value if isinstance(value, Problem) else no_answer(response.url)
        yield from (self.releases(root, repository, response.url) for repository in things(value, "items"))
        if page * AT_ONCE < (number(value, "total_count") or 0) and page < MOST_PAGES:
            yield self._results(root, query, page + 1)

    def parse(self, response: Response, **_: Any) -> Iterator[Yield]:
        """One repository by itself, as the interface gives it."""
        value = read_json(response)
        if said(value, "full_name"):
            yield self.releases(self.starts[0], value, response.url)
        else:
            yield no_answer(response.url)

    def releases(self, root: str, repository: Any, url: str) -> scrapy.Request | Problem:
        """A request for the releases of a repository that stood in the answer of `url`."""
        facts = facts_of(repository)
        if facts is None:
            return Problem(part="page", kind="malformed_entry", detail=f"{url}: {str(repository)[:200]}")
        asked = f"{root}repos/{quote(facts['full_name'])}/releases?per_page={RELEASES}"
        return self._call(asked, self.parse_releases, facts=facts).replace(errback=self.without_releases)

    def parse_releases(self, response: Response, facts: Facts) -> Iterator[Yield]:
        """The listing of the repository."""
        value = read_json(response)
        if not isinstance(value, list):
            yield value if isinstance(value, Problem) else no_answer(response.url)
        yield repository_listing(facts, things({"all": value}, "all"))

    def without_releases(self, failure: Failure) -> Iterator[Yield]:
        """Errback: the budget may be spent; that the repository is there is not lost, and the trouble is said."""
        yield problem_of(failure.value or OSError())
        yield repository_listing(request_of(failure).cb_kwargs["facts"])
