"""`copycatch evidence`: bundles for third parties: made, checked, time-stamped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from console.acting import AsFlag, acting
from console.exits import CommandError, Exit
from console.opening import reading
from console.session_names import without_operator
from console.stamping import Authority, wait, waiting
from console.terminal import JsonFlag, complain, emit, home, out
from index.blobs import Blobs
from index.home import Home
from index.messages import language, t
from index.open import open_decisions
from index.plain import plain
from index.profiles import load_profiles
from index.records import Decisions
from index.settings import load_settings
from index.times import utc
from takedown.audit import note
from takedown.evidence.build import build as build_bundle
from takedown.evidence.bundle import Bundle, Sources
from takedown.evidence.checking.bundle import check
from takedown.evidence.checking.program import as_json, told
from takedown.evidence.package import TooLargeError
from takedown.evidence.subject import UnknownFindingError
from takedown.evidence.time_stamp import StampError
from takedown.notice import Notice
from takedown.notices import NoticeBook, NoticeError

MOST = 20
"""Missing things that are listed on the screen; the bundle and --json have all."""
LOST = frozenset({"page_gone", "screenshot_gone"})
"""What had been there: a failure. Other things were never had."""
NOTICE = "n1-"


def build(
    names: Annotated[list[str], typer.Argument(metavar="NOTICE|FINDING...", help=t("cli.evidence.names"))],
    *,
    target: Annotated[Path | None, typer.Option("--out", help=t("cli.evidence.out"), show_default=False)] = None,
    stamp: Annotated[bool, typer.Option("--stamp", help=t("cli.evidence.stamp_flag"))] = False,
    name: AsFlag = None,
    json: JsonFlag = False,
) -> int:
    """One bundle for each notice, or one for the findings."""
    person, settings, place = acting(name, "draft"), load_settings(), home().prepare()
    authority = Authority(settings) if stamp else None
    failed = False
    with ExitStack() as opened:
        index = opened.enter_context(reading())
        records = opened.enter_context(closing(open_decisions(place)))
        sources = Sources(
            index=index,
            archive=place.archive,
            picture=_pictures(place),
            cut=without_operator(place, settings),
            decisions=records,
            profiles=load_profiles(place.brands),
            operator=settings.crawl.operator,
            version=version("copycatch"),
        )
        for about in _asked(names, records):
            bundle = _build(about, sources, _path(about, target, place), authority)
            said = {
                "seal": bundle.seal,
                "sha256": bundle.sha256,
                "notice": about.id if isinstance(about, Notice) else "",
            }
            note(records, "evidence", at=bundle.created_at, by=person.name, about=_findings(about), **said)
            if bundle.stamp == "waiting":
                wait(place, bundle.path, bundle.seal)
            _say(about, bundle, json=json)
            failed = failed or bundle.stamp == "waiting" or any(one["what"] in LOST for one in bundle.missing)
    return Exit.FAILURES if failed else Exit.DONE


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("cli.evidence.file"), show_default=False)],
    *,
    seal: Annotated[str, typer.Option("--seal", help=t("cli.evidence.seal"), show_default=False)] = "",
    tsr: Annotated[Path | None, typer.Option("--tsr", help=t("cli.evidence.tsr"), show_default=False)] = None,
    json: JsonFlag = False,
) -> int:
    """Checks every byte, as the program in the bundle does."""
    report = check(str(file), seal=seal.strip().lower(), tsr=str(tsr or ""))
    if json:
        emit(as_json(report, str(file)))
    else:
        out().print(plain("\n".join(told(report, (language(),)))), soft_wrap=True)
    return Exit.FAILURES if report.wrong else Exit.DONE


def stamp(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help=t("cli.evidence.files"))] = None,
    *,
    json: JsonFlag = False,
) -> int:
    """Stamps bundles that wait, or those that are named, each in a file beside it."""
    authority, place, failed = Authority(load_settings()), home(), False
    notes = {one.bundle: one.note for one in waiting(place)}
    for bundle in [each.resolve() for each in files] if files else list(notes):
        try:
            beside = authority.stamp_file(bundle)
        except (StampError, CommandError) as error:
            complain(f"{bundle}: {error}")
            failed = True
            continue
        if bundle in notes:
            notes[bundle].unlink(missing_ok=True)
        if json:
            emit({"bundle": str(bundle), "tsr": str(beside)})
        else:
            out().print(plain(t("evidence.stamped", file=beside)), soft_wrap=True)
    return Exit.FAILURES if failed else Exit.DONE


RUN = {"build": build, "verify": verify, "stamp": stamp}


def _asked(names: Sequence[str], records: Decisions) -> list[Notice | list[str]]:
    """What bundles are asked for. Raises CommandError."""
    notices = [name for name in names if name.startswith(NOTICE)]
    if not notices:
        return [list(names)]
    if len(notices) != len(names):
        raise CommandError(t("evidence.mixed"))
    book = NoticeBook(records)
    try:
        return [book.get(name) for name in dict.fromkeys(notices)]
    except NoticeError as error:
        raise CommandError(str(error)) from error


def _build(about: Notice | list[str], sources: Sources, path: Path, authority: Authority | None) -> Bundle:
    try:
        return build_bundle(about, sources, path, utc(), stamp=authority)
    except (UnknownFindingError, TooLargeError) as error:
        raise CommandError(str(error)) from error


def _path(about: Notice | list[str], target: Path | None, place: Home) -> Path:
    stamp = utc().replace("-", "").replace(":", "")
    name = f"evidence-{about.id if isinstance(about, Notice) else about[0]}-{stamp}.zip"
    if target is None:
        return place.exports / name
    return target / name if target.is_dir() else target


def _pictures(place: Home) -> Callable[[str], bytes | None]:
    blobs = Blobs(place.pictures)

    def picture(digest: str) -> bytes | None:
        try:
            return blobs.path(digest).read_bytes() if blobs.has(digest) else None
        except OSError:
            return None

    return picture


def _findings(about: Notice | list[str]) -> list[str]:
    return [target.finding_id for target in about.content.targets] if isinstance(about, Notice) else about


def _say(about: Notice | list[str], bundle: Bundle, *, json: bool) -> None:
    if json:
        emit(
            {
                "file": str(bundle.path),
                "notice": about.id if isinstance(about, Notice) else None,
                "findings": _findings(about),
                "size": bundle.size,
                "sha256": bundle.sha256,
                "seal": bundle.seal,
                "created_at": bundle.created_at,
                "pages": bundle.pages,
                "missing": bundle.missing,
                "stamp": bundle.stamp,
                "stamp_detail": bundle.stamp_detail,
            }
        )
        return
    said = {"file": bundle.path, "mb": f"{bundle.size / 1e6:.1f}", "pages": bundle.pages, "seal": bundle.seal}
    out().print(plain(t("evidence.built", sha256=bundle.sha256, **said)), soft_wrap=True)
    for missing in bundle.missing[:MOST]:
        complain(missing[language()])
    if len(bundle.missing) > MOST:
        complain(t("evidence.more_missing", count=len(bundle.missing) - MOST))
    if bundle.stamp == "waiting":
        complain(t("evidence.waiting", reason=bundle.stamp_detail))
