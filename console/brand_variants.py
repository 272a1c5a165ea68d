"""`copycatch brands variants`: domains that could be taken for a brand's, for watching and for blocking lists."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.brand_show import one_of
from console.exits import CommandError, Exit
from console.terminal import JsonFlag, emit, home, out, remark, table
from detection.domain_variants import MOST, WORDS, variants
from index.messages import t
from index.profiles import Profile, load_profiles

LONGEST_LIST = 1 << 20
"""Bytes of a list of words."""


def list_variants(
    brand: Annotated[str, typer.Argument(help=t("cli.brands.id"), show_default=False)],
    *,
    words: Annotated[
        Path | None, typer.Option("--words", help=t("brands_onboarding.variants.words"), show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help=t("brands_onboarding.variants.limit"))] = 1000,
    json: JsonFlag = False,
) -> int:
    """Spellings only: nobody is asked whether one is registered."""
    profile = one_of(load_profiles(home().brands), brand)
    chosen = _words(words) if words else WORDS
    found = variants(profile.domains, names_of(profile), words=chosen, limit=limit)
    if not profile.domains:
        remark(t("brands_onboarding.variants.domains_missing"))
    if json:
        for one in found:
            emit(
                {**one._asdict(), "may_be_own": one.fuzzer in {"name", "pinyin", "chinese-name"} or not profile.domains}
            )
        return Exit.DONE
    columns = [
        t(f"brands_onboarding.variants.column.{name}") for name in ("domain", "shown", "fuzzer", "like", "order")
    ]
    rows = [
        (
            one.domain,
            one.shown if one.shown != one.domain else "",
            _made_by(one.fuzzer),
            one.like,
            f"{one.plausibility:.2f}",
        )
        for one in found
    ]
    out().print(table(columns, rows))
    return Exit.DONE


def names_of(profile: Profile) -> list[str]:
    """Names that stand for the brand: not models, which others sell too, nor spellings of imitators."""
    return [name.text for name in profile.names if name.kind not in {"model", "misspelling"}]


def _made_by(fuzzer: str) -> str:
    return t(f"brands_onboarding.fuzzer.{fuzzer.replace('-', '_')}")


def _words(path: Path) -> list[str]:
    """One word per line; lines that begin with # are passed over. Raises CommandError and OSError."""
    with path.open("rb") as file:
        raw = file.read(LONGEST_LIST + 1)
    try:
        lines = raw.decode("utf-8-sig").splitlines() if len(raw) <= LONGEST_LIST else None
    except UnicodeDecodeError:
        lines = None
    if lines is None:
        raise CommandError(t("brands_onboarding.variants.no_list", file=path.name))
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
