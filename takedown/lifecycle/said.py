"""What somebody says happened to a notice, checked: times that can have been, numbers that can be cited again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo

from index.messages import t
from index.plain import line, plain
from index.times import utc
from takedown.notice import Notice, Target
from takedown.notices import NoticeError

SHORT, LONG = 200, 20_000
"""Characters of a number or address, and of a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Everything beside the state. Which parts are needed depends on it."""

    at: str = ""
    """When it happened; empty: now."""
    receipt: str = ""
    reason: str = ""
    note: str = ""
    channel: str = ""
    to: str = ""
    due_at: str = ""
    """A date that the other side named; empty: by the rule."""
    asked: tuple[str, ...] = ()
    """What a recipient that refuses wants to have."""
    targets: tuple[str, ...] = ()
    """Finding ids, listing ids or addresses; empty: all."""
    files: dict[str, str] = field(default_factory=dict)
    """Name -> SHA-256 of what was kept as proof (`takedown.lifecycle.keeping`)."""


def happened(notice: Notice, given: str, now: str) -> str:
    """When a step happened: as given, else now. Raises NoticeError for a time that cannot be.

    Nothing happens before what came before it. But where that itself lies in the future, the clock of a machine jumped
    (then or now): refusing would block the notice until that time has come, so both times are kept as they are, and
    nothing is measured between them (`backwards`).
    """
    before = notice.steps[-1].at
    at = given or now
    if at > now:
        raise NoticeError(t("life.future", at=at, now=now))
    if at < before <= now:
        raise NoticeError(t("life.too_early", at=at, before=before, state=t(f"notice.state.{notice.state}")))
    return at


def backwards(notice: Notice) -> bool:
    """Whether the newest step is older than the one before it: a clock jumped."""
    return len(notice.steps) > 1 and notice.steps[-1].at < notice.steps[-2].at


def moment(written: str, zone: tzinfo, notice: Notice | None = None, now: str = "") -> str:
    """'2026-11-25', '2026-11-25 09:30' (in `zone`) or ISO 8601 with a zone as UTC. A day alone is its noon, or the
    nearest time that lies between the notice's last step and now, if that is on this day. Raises NoticeError.
    """
    found, whole_day = _read(written, zone, time(12))
    if whole_day:
        day = datetime.fromisoformat(found).astimezone(zone).date()
        for limit, nearest in ((now, min), (notice.steps[-1].at if notice else "", max)):
            if limit and datetime.fromisoformat(limit).astimezone(zone).date() == day:
                found = nearest(found, limit)
    return found


def last_second(written: str, zone: tzinfo) -> str:
    """A term: the end of a day, or a time. Raises NoticeError."""
    return _read(written, zone, time(23, 59, 59))[0]


def _read(written: str, zone: tzinfo, of_day: time) -> tuple[str, bool]:
    """In UTC, and whether a day alone was written, which then means the time `of_day` on it."""
    try:
        read = datetime.fromisoformat(written.strip())
        whole_day = len(written.strip()) <= 10
        read = datetime.combine(read.date(), of_day) if whole_day else read
        return utc(read if read.tzinfo else read.replace(tzinfo=zone)), whole_day
    except (ValueError, OverflowError) as error:
        raise NoticeError(t("life.no_time", got=line(written, 40))) from error


def short(name: str, text: str) -> str:
    """A number or address, exactly as it will be cited: without what nobody sees. Raises NoticeError."""
    text = text.strip()
    if text != plain(text) or not text.replace(" ", "x").isprintable():
        raise NoticeError(t("life.invisible", name=t(f"life.part.{name}"), shown=line(plain(text), 80)))
    if len(text) > SHORT:
        raise NoticeError(t("life.too_long", name=t(f"life.part.{name}"), limit=SHORT))
    return text


def long(name: str, text: str, *, needed: bool = False) -> str:
    """Free words, kept as they are. Raises NoticeError."""
    text = text.strip()
    if needed and not text:
        raise NoticeError(t("life.needed", name=t(f"life.part.{name}")))
    if len(text) > LONG:
        raise NoticeError(t("life.too_long", name=t(f"life.part.{name}"), limit=LONG))
    return text


def chosen(notice: Notice, names: tuple[str, ...]) -> tuple[str, ...]:
    """Finding ids of the targets that are named; all where nothing is. Raises NoticeError for what is no target."""
    every = notice.content.targets
    if not names:
        return tuple(each.finding_id for each in every)
    by_name: dict[str, list[Target]] = {}
    for each in every:
        for name in (each.finding_id, each.listing_id, each.url):
            by_name.setdefault(name, []).append(each)
    found: dict[str, None] = {}
    for name in names:
        hits = by_name.get(name) or [each for each in every if len(name) >= 8 and each.finding_id.startswith(name)]
        if not hits:
            raise NoticeError(t("life.no_target", id=notice.id, name=line(name, 80)))
        found.update(dict.fromkeys(each.finding_id for each in hits))
    return tuple(found)
