"""`copycatch brands candidates`: sites worth a visit, from lists, variants and links in listings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from console.brand_show import one_of
from console.brand_variants import names_of
from console.exits import CommandError, Exit
from console.opening import reading
from console.terminal import JsonFlag, emit, home, out, remark, table
from detection.candidates import MOST, Candidate, candidates, hosts_in
from index.messages import t
from index.plain import line
from index.profiles import Profile, load_profiles

LONGEST_LINE = 1 << 20
"""Characters; what is longer is read as several lines."""
TEXTS = ("title", "description", "bio", "notes")
MANY_TEXTS = ("options", "reviews", "questions", "image_text", "qr_text", "download_urls")
COLUMNS = ("host", "brand", "resembles", "technique", "source")


def list_candidates(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help=t("brands_candidates.files"), show_default=False),
    ] = None,
    *,
    variants: Annotated[
        list[str] | None,
        typer.Option("--variants", metavar="BRAND", help=t("brands_candidates.variants"), show_default=False),
    ] = None,
    listings: Annotated[
        str | None,
        typer.Option("--listings", metavar="QUERY", help=t("brands_candidates.listings"), show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help=t("brands_candidates.output"), show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help=t("brands_candidates.limit"))] = 10_000,
    json: JsonFlag = False,
) -> int:
    """Names that resemble a collected domain; nobody is asked whether a site is there."""
    if not files and not variants and listings is None:
        raise CommandError(t("brands_candidates.nothing"))
    from detection.domains import compiled  # noqa: PLC0415 - loads the list of public suffixes

    profiles = load_profiles(home().brands)
    named = chain(
        *(_of_file(path) for path in files or ()),
        *(_of_variants(one_of(profiles, brand)) for brand in variants or ()),
        _of_listings(listings) if listings is not None else (),
    )
    found = list(islice(candidates(named, compiled(profiles)), limit))
    if output is not None:
        output.write_text("".join(_as_line(one) for one in found), "utf-8")
    if json:
        for one in found:
            emit({**asdict(one), "address": one.address})
    elif output is None:
        headings = [t(f"brands_candidates.column.{name}") for name in COLUMNS]
        out().print(table(headings, [[_cell(one, name) for name in COLUMNS] for one in found]))
    remark(t("brands_candidates.found", count=len(found)))
    return Exit.DONE


def _cell(one: Candidate, name: str) -> str:
    if name == "technique":
        said = t(f"brands_candidates.technique.{one.technique}")
        return said if one.sure else t("brands_candidates.unsure", technique=said)
    return line(str(getattr(one, name)))


def _as_line(one: Candidate) -> str:
    return f"# {one.host} ~ {one.resembles} ({one.technique}), {line(one.source)}\n{one.address}\n"


def _of_file(path: Path) -> Iterator[tuple[str, str]]:
    """Every host that the file names, and the line it stands on. Raises OSError."""
    number = 0
    with path.open("r", encoding="utf-8-sig", errors="replace", newline=None) as file:
        while text := file.readline(LONGEST_LINE):
            number += 1
            for host in hosts_in(text):
                yield host, f"{path.name}:{number}"


def _of_variants(profile: Profile) -> Iterator[tuple[str, str]]:
    from detection.domain_variants import variants  # noqa: PLC0415 - loads dnstwist

    if not profile.domains:
        raise CommandError(t("brands_candidates.no_domain", brand=profile.id))
    for one in variants(profile.domains, names_of(profile)):
        yield one.shown or one.domain, f"variant:{one.fuzzer}"


def _of_listings(query: str) -> Iterator[tuple[str, str]]:
    """Hosts that listings link to or name. Raises QueryError and IndexUnavailable."""
    with reading() as index:
        for stored in index.scan(query, kind="listings"):
            values = [stored.value.get(name) for name in TEXTS]
            for name in MANY_TEXTS:
                many = stored.value.get(name)
                values += many if isinstance(many, list) else []
            for value in values:
                if isinstance(value, str):
                    yield from ((host, stored.id) for host in hosts_in(value, running=True))
