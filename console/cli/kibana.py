"""`copycatch kibana`: data views, saved searches and dashboards, as a file or straight into a Kibana."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer

from console.exits import CommandError, Exit
from console.terminal import JsonFlag, complain, emit, home, out, raw_output
from crawler.declarations import declared
from crawler.places import places
from index.kibana.building import Choice, ndjson
from index.kibana.installing import Kibana
from index.messages import language, t
from index.plain import plain
from index.profiles import load_profiles
from index.query.tokens import fold
from index.settings import Settings, load_settings
from takedown.exporting import write

LangOption = Annotated[
    Literal["zh", "en"] | None, typer.Option("--lang", help=t("cli.kibana.lang"), show_default=False)
]


def build(
    *,
    target: Annotated[Path | None, typer.Option("--out", help=t("cli.kibana.out"), show_default=False)] = None,
    lang: LangOption = None,
    json: JsonFlag = False,
) -> int:
    """Writes all objects as one NDJSON, which Kibana imports under Stack Management > Saved Objects."""
    if json and target == Path("-"):
        raise CommandError(t("cli.export.json_to_stdout"))
    settings = load_settings()
    objects, spoken = _objects(settings, lang)
    if target == Path("-"):
        with raw_output() as stream:
            stream.write(objects)
        return Exit.DONE
    path = target or home().prepare().exports / f"kibana-{spoken}.ndjson"
    write(path, objects)
    number = objects.count(b"\n")
    if json:
        emit({"file": str(path), "lang": spoken, "objects": number})
    else:
        out().print(plain(t("cli.kibana.built", number=number, path=path)), soft_wrap=True)
    return Exit.DONE


def install(
    *,
    url: Annotated[str, typer.Option("--url", help=t("cli.kibana.url"), show_default=False)] = "",
    space: Annotated[str, typer.Option("--space", help=t("cli.kibana.space"), show_default=False)] = "",
    lang: LangOption = None,
    json: JsonFlag = False,
) -> int:
    """Imports all objects; earlier ones of the same language are replaced."""
    settings = load_settings()
    kibana = Kibana(url, settings.kibana, space=space)
    objects, spoken = _objects(settings, lang)
    done = kibana.install(objects)
    for said in (*done.failed, *done.warnings):
        complain(said)
    if json:
        emit({"url": kibana.url, "space": kibana.space or "default", "lang": spoken, "imported": done.imported,
              "failed": list(done.failed), "warnings": list(done.warnings)})  # fmt: skip
    else:
        said = t("cli.kibana.installed", number=done.imported, url=kibana.url, space=kibana.space or "default")
        out().print(plain(said), soft_wrap=True)
    return Exit.FAILURES if done.failed else Exit.DONE


RUN = {"build": build, "install": install}


def _objects(settings: Settings, lang: Literal["zh", "en"] | None) -> tuple[bytes, str]:
    """The NDJSON, and its language."""
    spoken: Literal["zh", "en"] = lang or ("zh" if language() == "zh" else "en")
    brands = {
        fold(name): next((one.text for one in profile.names if one.lang == spoken), profile.names[0].text)
        for name, profile in load_profiles(home().brands).items()
    }
    marketplaces = {fold(one.name): one.name for one in places(settings, declared())}
    each = {"brands": brands, "marketplaces": marketplaces}
    return ndjson(Choice(prefix=_prefix(settings), lang=spoken, each=each)), spoken


def _prefix(settings: Settings) -> str:
    """Before the names of our indices: as in `index.elastic.connection.address`, which wants its libraries."""
    parts = urlsplit(settings.index or "")
    return (parts.path.strip("/") if parts.scheme in {"http", "https"} else "") or settings.elastic.prefix
