"""A second, declared look at listings (`recheck --view`): from where it is made, and what it was shown differently."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from console.exits import CommandError
from console.rechecks import Wanted, seen
from console.terminal import emit, out, table
from crawler.rejudge import as_listing
from detection.views import differences
from index.messages import t
from index.protocol import Index
from index.settings import Settings


def seen_from(settings: Settings, vantage: str | None, language: str | None, *, view: bool) -> Settings:
    """The settings for a look from a named place and in a language. Raises CommandError for a plain recheck."""
    if not view:
        if vantage is not None or language is not None:
            raise CommandError(t("view.only_with"))
        return settings
    crawl = settings.crawl
    said = {
        "vantage": crawl.vantage if vantage is None else vantage,
        "accept_language": crawl.accept_language if language is None else language,
    }
    return replace(settings, crawl=replace(crawl, **said))  # type: ignore[arg-type] # both are texts


def show_views(index: Index, wanted: Sequence[Wanted], runs: Collection[str], *, json: bool) -> None:
    """What the runs were shown, and what is different. The JSON is that of a recheck, with two fields more."""
    documents = [{**each, **_view(index, str(each["listing_id"]), runs)} for each in seen(index, wanted, ())]
    if json:
        for document in documents:
            emit(document)
        return
    headings = [t(f"view.column.{name}") for name in ("state", "title", "difference")]
    rows = [[t(f"page.state.{each['state'] or 'error'}"), str(each["title"]), _said(each)] for each in documents]
    out().print(table(headings, rows, wide={headings[1]: 1, headings[2]: 2}))


def _view(index: Index, name: str, runs: Collection[str]) -> dict[str, object]:
    stored = index.get(name)
    view = next((one for one in index.views([name]).get(name, ()) if one.run_id in runs), None)
    if stored is None or view is None:
        return {"visitor": None, "differences": []}
    told = [
        {"field": each.field, "here": each.here, "there": each.there} for each in differences(as_listing(stored), view)
    ]
    looked = {"state": view.state, "at": view.at, "run": view.run_id, "capture": view.capture}
    return {**looked, "visitor": view.visitor, "differences": told}


def _said(document: dict[str, object]) -> str:
    told = document["differences"]
    assert isinstance(told, list)  # noqa: S101 - made above
    if not told:
        return t("view.same") if document["state"] == "seen" else "-"
    return "; ".join(f"{each['field']}: {each['here'] or '-'} → {each['there'] or '-'}" for each in told)
