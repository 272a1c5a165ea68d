"""Evidence put into words: the sentence in Chinese and English beside the quoted place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from detection.fields import Field
from detection.stance import Frame
from index.messages import LANGUAGES, text
from index.model import Evidence
from index.taxonomy import taxonomy


def said(
    message: str,
    *,
    detector: str,
    violation: str,
    strength: float,
    observed: str,
    expected: str | None = None,
    **values: object,
) -> Evidence:
    """Evidence without a quote, of the sample or the whole listing. `message`: an id, or one below 'detection.'."""
    words = _words(message, violation, {**values, "observed": observed, "expected": expected or ""})
    return Evidence(
        detector=detector,
        violation=violation,
        strength=strength,
        observed=observed,
        expected=expected,
        zh=words["zh"],
        en=words["en"],
    )


def quoted(
    message: str,
    field: Field,
    view: str,
    start: int,
    end: int,
    *,
    detector: str,
    violation: str,
    strength: float,
    expected: str | None = None,
    reads: str = "",
    **values: object,
) -> Evidence:
    """Evidence that quotes the raw text at [start, end) of a view of `field`; `reads`: the word that it stands for."""
    raw_start, raw_end = field.text.span(view, start, end)
    quote = field.raw[raw_start:raw_end]
    written = view == "joined" and quote == field.text.joined[start:end]
    steps = () if written else field.text.steps(view, start, end)
    words = _words(message, violation, {**values, "quote": quote, "expected": expected or ""})
    if reads:
        words = {lang: said + _reading(lang, quote, reads, steps) for lang, said in words.items()}
    return Evidence(
        detector=detector,
        violation=violation,
        strength=strength,
        observed=quote,
        expected=expected,
        field=field.name,
        quote=quote,
        start=raw_start,
        end=raw_end,
        decode=steps,
        zh=words["zh"],
        en=words["en"],
    )


def spoken_against(
    frames: Iterable[tuple[Frame, Field, int, int]], *, detector: str, violations: Iterable[str]
) -> Iterator[Evidence]:
    """Negative evidence: each way of speaking that speaks against an offer, for each violation that was considered."""
    violations = tuple(violations)
    for frame, field, start, end in frames:
        for violation in violations:
            yield quoted(
                f"frame_{frame.id}",
                field,
                "joined",
                start,
                end,
                detector=detector,
                violation=violation,
                strength=-frame.strength,
            )


def _reading(lang: str, quote: str, word: str, steps: Iterable[str]) -> str:
    """What a disguised quote stands for, and by which steps."""
    named = text("decode.and", lang).join(text(f"decode.{step}", lang) for step in steps)
    return text("decode.reads", lang, quote=quote, word=word, steps=named)


def _words(message: str, violation: str, values: dict[str, object]) -> dict[str, str]:
    """The sentence in each language; `{name}` in it is the violation's."""
    return {lang: template.format(name=name, **values) for lang, template, name in _templates(message, violation)}


@cache
def _templates(message: str, violation: str) -> tuple[tuple[str, str, str], ...]:
    """Language, template and the violation's name in it."""
    entry = taxonomy()[violation]
    known = message if "." in message else f"detection.{message}"
    return tuple((lang, text(known, lang), entry.name(lang)) for lang in LANGUAGES)
