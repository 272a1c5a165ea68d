"""`copycatch brands add`: takes up a brand from genuine material, or adds to what is known of it."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from console.brand_merge import DIGESTS, Change, merge
from console.brand_preview import print_changes, verdicts_that_change
from console.brand_sources import Gathered, day, fingerprints, parts
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, remark, table
from index import profile_text
from index.home import Home
from index.messages import t
from index.plain import plain
from index.profiles import SHIPPED, Profile, load_profiles, parse_profile, read_profile
from index.times import utc

_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}", re.ASCII)
_NAMES = ("name", "alias", "nickname", "transliteration", "former")


def _option(flag: str, *, show: bool = False) -> Any:
    return typer.Option(
        f"--{flag}", help=t(f"brands_onboarding.add.option.{flag.replace('-', '_')}"), show_default=show
    )


Many = list[str] | None
Files = list[Path] | None


def add(
    brand: Annotated[str, typer.Argument(help=t("brands_onboarding.add.id"), show_default=False)],
    *,
    apk: Annotated[Files, _option("apk")] = None,
    store: Annotated[Many, _option("store")] = None,
    page: Annotated[Files, _option("page")] = None,
    assetlinks: Annotated[Path | None, _option("assetlinks")] = None,
    host: Annotated[str | None, _option("host")] = None,
    filing: Annotated[str | None, _option("filing")] = None,
    certificate_md5: Annotated[str | None, _option("certificate-md5")] = None,
    public_key: Annotated[str | None, _option("public-key")] = None,
    package: Annotated[str | None, _option("package")] = None,
    mark: Annotated[Many, _option("mark")] = None,
    partner: Annotated[Many, _option("partner")] = None,
    developer: Annotated[Many, _option("developer")] = None,
    domain: Annotated[Many, _option("domain")] = None,
    name: Annotated[Many, _option("name")] = None,
    alias: Annotated[Many, _option("alias")] = None,
    nickname: Annotated[Many, _option("nickname")] = None,
    transliteration: Annotated[Many, _option("transliteration")] = None,
    former: Annotated[Many, _option("former")] = None,
    confidence: Annotated[
        Literal["confirmed", "probable", "unverified"], _option("confidence", show=True)
    ] = "probable",
    another_package: Annotated[bool, _option("another-package")] = False,
    update: Annotated[bool, _option("update")] = False,
    yes: Annotated[bool, _option("yes")] = False,
    json: JsonFlag = False,
) -> int:
    """Writes one file in the home's brands folder; never over another without --update, which shows what changes."""
    target = _target(brand, home(), update=update)
    known = {one.id for one in target.profile.packages} if target.profile else set()
    gathered = Gathered(
        day=utc()[:10], confidence=confidence, known=known | {package} if package else known, another=another_package
    )
    _samples(gathered, apk or [], store or [])
    for path in page or []:
        gathered.page(path)
    if assetlinks:
        gathered.assetlinks(assetlinks, host)
    gathered.filing(filing, package, certificate_md5, public_key)
    named = {"name": name, "alias": alias, "nickname": nickname, "transliteration": transliteration, "former": former}
    _stated(gathered, {**named, "developer": developer, "domain": domain, "mark": mark, "partner": partner})
    _first_name(gathered, target)
    text, changes = _merged(target, gathered)
    return _finish(target, text, changes, gathered.left_out, yes=yes, json=json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The file to write."""

    path: Path
    text: str
    """What it would be without the new values; a copy of the shipped profile where there is no own one."""
    before: str
    """What lies there now; '' where nothing does."""
    profile: Profile | None
    """What holds for the brand now."""


def _target(brand: str, place: Home, *, update: bool) -> Target:
    if not _ID.fullmatch(brand):
        raise CommandError(t("brands_onboarding.add.bad_id", id=brand[:80]))
    path, shipped = place.brands / f"{brand}.yml", SHIPPED / f"{brand}.yml"
    source = path if path.exists() else shipped
    if not source.exists():
        return Target(path=path, text=profile_text.blank(brand), before="", profile=None)
    if not update:
        raise CommandError(t("brands_onboarding.add.exists", id=brand, file=source.name))
    profile = read_profile(source)
    text = source.read_text("utf-8")
    return Target(path=path, text=text, before=text if source == path else "", profile=profile)


def _samples(gathered: Gathered, paths: Sequence[Path], stores: Sequence[str]) -> None:
    if len(stores) == 1:
        stores = [stores[0]] * len(paths)
    if len(stores) != len(paths):
        raise CommandError(t("brands_onboarding.add.which_store", apks=len(paths), stores=len(stores)))
    if missing := [path for path in paths if not path.is_file()]:
        raise CommandError(t("cli.scan.no_such_path", path=missing[0]))
    for path, fingerprint, store in zip(paths, fingerprints(paths), stores, strict=True):
        gathered.apk(path, fingerprint, store)


def _stated(gathered: Gathered, said: Mapping[str, Sequence[str] | None]) -> None:
    """What the operator says in options, by their names."""
    for kind in _NAMES:
        for text in said[kind] or []:
            words, since, until = parts(text, f"--{kind}", 1, ("NAME", "SINCE", "UNTIL"))
            dates = {"since": day(since, f"--{kind}"), "until": day(until, f"--{kind}")}
            gathered.stated("names", text=words, kind="official" if kind == "name" else kind, **dates)
    for text in said["developer"] or []:
        gathered.stated("developers", name=text.strip())
    for text in said["domain"] or []:
        gathered.stated("domains", value=text.strip().lower())
    for text in said["mark"] or []:
        words, classes, region, number, expiry = parts(
            text, "--mark", 4, ("NAME", "CLASSES", "REGION", "NUMBER", "EXPIRY")
        )
        split = tuple(re.findall(r"[^\s,，、]+", classes))
        gathered.stated(
            "marks", name=words, number=number, region=region.upper(), classes=split, expires=day(expiry, "--mark")
        )
    for text in said["partner"] or []:
        words, expiry, package, signer = parts(text, "--partner", 1, ("NAME", "EXPIRY", "PACKAGE", "SIGNER"))
        signers = (signer.replace(":", "").lower(),) if signer else ()
        packages = (package,) if package else ()
        expires = day(expiry, "--partner")
        gathered.stated("partners", name=words, packages=packages, signers=signers, expires=expires)


def _first_name(gathered: Gathered, target: Target) -> None:
    """A brand without a name is called as its samples call themselves."""
    if target.profile is None and not any(value.field == "names" for value in gathered.values):
        if not gathered.labels:
            raise CommandError(t("brands_onboarding.add.no_name"))
        gathered.add("names", text=gathered.labels[0].strip())


def _merged(target: Target, gathered: Gathered) -> tuple[str, list[Change]]:
    """Names first: without one nothing reads as a profile."""
    values = sorted(gathered.values, key=lambda value: value.field != "names")
    text, changes = merge(target.text, target.profile, values, target.path.name)
    parse_profile(text, target.path.name)
    return text, changes


def _finish(
    target: Target, text: str, changes: Sequence[Change], left_out: Sequence[str], *, yes: bool, json: bool
) -> int:
    """Shows what changes and what that would explain, asks on a terminal, writes."""
    for told in left_out:
        complain(told)
    place = _home_of(target)
    profile = parse_profile(text, target.path.name)
    news = any(change.what != "known" for change in changes)
    explained = verdicts_that_change(place, load_profiles(place.brands), profile) if news and target.profile else []
    if not json:
        _show(target, text, changes)
        print_changes(explained, profile.id)
    if news and not yes and not json and _on_a_terminal():
        typer.confirm(t("brands_onboarding.add.sure", file=target.path.name), abort=True)
    if news:
        profile_text.write(target.path, text)
    if json:
        said = [{"field": change.field, "what": change.what, "value": dict(change.item)} for change in changes]
        document = {"id": profile.id, "file": str(target.path), "written": news, "changes": said}
        emit({**document, "left_out": list(left_out), "explains": explained})
    else:
        message = "brands_onboarding.add.written" if news else "brands_onboarding.add.nothing_new"
        remark(t(message, file=target.path))
    return Exit.FAILURES if left_out else Exit.DONE


def _on_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _home_of(target: Target) -> Home:
    """The home in which the file lies."""
    return Home(target.path.parent.parent)


def _show(target: Target, text: str, changes: Sequence[Change]) -> None:
    columns = ("field", "what", "value", "confidence", "source", "day")
    rows = [_row(change) for change in changes]
    if rows:
        out().print(table([t(f"brands_onboarding.add.column.{name}") for name in columns], rows))
    if target.before:
        lines = difflib.unified_diff(target.before.splitlines(), text.splitlines(), "-", "+", lineterm="", n=1)
        for line in list(lines)[2:]:
            out().print(plain(line), soft_wrap=True)


def _row(change: Change) -> list[str]:
    item = change.item
    main = next((str(item[name]) for name in ("text", "id", "name", "value", "number") if name in item), "")
    if change.field == "signers":
        digest = next((item[kind] for kind in DIGESTS if item.get(kind)), None)
        main = f"{item['package']} @ {item['store']}: {digest}"
    what = t(f"brands_onboarding.add.what.{change.what}")
    field = t(f"cli.brands.field.{change.field}")
    confidence = item.get("confidence")
    sure = t(f"brands_onboarding.confidence.{confidence}") if confidence else ""
    return [field, what, main, sure, str(item.get("source", "")), str(item.get("checked", ""))]
