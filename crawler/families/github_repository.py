"""A repository of GitHub and its releases: what is carried from one answer to the next, and the listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from apk_analysis.fingerprint import Problem
from crawler.families.addresses import MOST_ADDRESSES, SAMPLE, clean_url, samples_in
from crawler.families.json_page import at, number, said, things
from crawler.families.moments import moment
from index.model import Listing

FACTS = ("full_name", "description", "homepage", "pushed_at")
MOST_TOPICS = 50
DIGEST = "sha256:"
"""Before the hash that GitHub states of a file."""

Facts = dict[str, Any]
"""Of a repository: what a listing needs, as plain JSON."""


def facts_of(repository: Any) -> Facts | None:
    """What the interface says about a repository; None where it lacks number or name."""
    count = at(repository, "id")
    if not isinstance(count, int) or isinstance(count, bool) or said(repository, "full_name").count("/") != 1:
        return None
    topics = at(repository, "topics")
    return {
        **{name: said(repository, name) for name in FACTS},
        "id": str(count),
        "owner": said(repository, "owner", "login"),
        "stars": number(repository, "stargazers_count") or 0.0,
        "topics": [topic for topic in topics[:MOST_TOPICS] if isinstance(topic, str)]
        if isinstance(topics, list)
        else [],
    }


def repository_listing(facts: Facts, releases: Iterable[Any] = ()) -> Listing:
    """The listing of a repository; the newest release stands for its offer, files of older ones can be had too."""
    known = [release for release in releases if isinstance(release, dict) and at(release, "draft") is not True]
    newest = known[0] if known else {}
    files = [file for release in known for file in things(release, "assets")]
    samples = [file for file in files if SAMPLE.search(said(file, "name"))]
    notes = "\n".join(filter(None, (said(newest, "name"), said(newest, "body")))).replace("\r\n", "\n")
    url = f"https://github.com/{facts['full_name']}"
    text = "\n".join(filter(None, (facts["description"], facts["homepage"], ", ".join(facts["topics"]))))
    links = [(said(file, "browser_download_url"), said(file, "name")) for file in samples]
    downloads = samples_in(f"{text}\n{notes}", links, url)
    first = samples[0] if samples and downloads[:1] == (links[0][0],) else {}
    digest = said(first, "digest").removeprefix(DIGEST) if said(first, "digest").startswith(DIGEST) else ""
    size = number(first, "size")
    return Listing(
        marketplace="github_releases",
        native_id=facts["id"],
        url=clean_url(url) or url,
        title=facts["full_name"],
        source_kind="site",
        description=text,
        seller=facts["owner"] or None,
        version=said(newest, "tag_name") or None,
        options=tuple(dict.fromkeys(name for file in things(newest, "assets") if (name := said(file, "name")))),
        notes=notes,
        download_urls=downloads[:MOST_ADDRESSES],
        sample_sha256=digest or None,
        sample_size=int(size) if size and size > 0 else None,
        published_at=moment(said(newest, "published_at") or facts["pushed_at"]),
        counters=dict(_counters(facts, files)),
    )


def no_answer(url: str) -> Problem:
    """What stands at `url` is no answer of the interface."""
    return Problem(part="page", kind="not_understood", detail=f"{url}: neither repositories nor releases")


def _counters(facts: Facts, files: list[dict[str, Any]]) -> Iterator[tuple[str, float]]:
    yield "stars", facts["stars"]
    if files:
        yield "downloads", sum(max(number(file, "download_count") or 0.0, 0.0) for file in files)
