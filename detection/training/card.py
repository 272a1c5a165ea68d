"""The model card and the reliability diagram, written from the figures: docs/model-card.md, docs/reliability.svg."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from detection.evaluation.figures import Figure, Judged, reliability
from detection.evaluation.report import figures, untested
from detection.text_model.mixture import ENOUGH, described, mixture

DOCS = Path(__file__).parents[2] / "docs"
_TEXT = """# Model card: text model {version}

Written by `python -m detection.training`, which also makes the model. Do not edit.

**What it is.** A logistic regression on character n-grams (one to five characters, {ngrams} of them, digits alike)
of everything a listing shows except the seller's name and the price; beside it one regression per kind of violation,
which says what kind it would be. Its margin joins the evidence of the rules by four weights. Those of evidence are
never negative, so more evidence never lowers a probability (text {text}, its constant {bias}, evidence for {rules},
evidence against {against}). Texts under {enough} characters, and texts in languages of which it knows little, count in
proportion. What was observed in a sample, a signature or a register stands by itself.

**What it was trained on.** {listings} listings in `detection/training/listings`, written by hand for this project by
{writers} writers: {verdicts}. No real persons, contacts or offers. Texts of minimal contrast (same words, other
intent) make up {pairs} of them, so it is harder than what a crawl brings; and violations are far more frequent than in
the world.

**What it is not for.** It proposes; a person decides. It has read Chinese and English, and little traditional Chinese.
It knows nothing of pictures and prices. A writer of its kind of text can mislead it; its words in evidence name the
stretch that weighed most, which is a hint and no reason by itself. Of the bare name of an app or a site it says
nothing, and beside a rule a quarter: names promise anything.

## Figures

Each listing is judged by a model that has not read its writer. In brackets the 95 % interval; `copycatch evaluate`
prints the same.

| figure | value | listings |
|---|---|---|
{rows}

Too few examples to say anything: {untested}.

## Calibration

![Reliability diagram](reliability.svg)

| mean probability | share of violations | listings |
|---|---|---|
{bins}
"""


def write_card(judged: Judged) -> None:
    """Both files."""
    (DOCS / "model-card.md").write_text(card(judged), "utf-8")
    (DOCS / "reliability.svg").write_text(diagram(reliability(judged)), "utf-8")


def card(judged: Judged) -> str:
    """The card as Markdown."""
    said, mixed = described(), mixture()
    verdicts = Counter(row.verdict for row in judged.rows)
    few = untested(judged)
    return _TEXT.format(
        version=said["version"],
        ngrams=f"{said['ngrams']:,}",
        enough=ENOUGH,
        text=mixed.text,
        bias=mixed.bias,
        rules=mixed.rules,
        against=mixed.against,
        listings=f"{len(judged.rows):,}",
        writers=len({row.writer for row in judged.rows}),
        verdicts=", ".join(f"{count} {name}" for name, count in sorted(verdicts.items())),
        pairs=f"{sum(row.pair is not None for row in judged.rows):,}",
        rows="\n".join(f"| {name} | {_value(one)} | {one.of} |" for name, one in figures(judged).items()),
        untested=", ".join(f"{name} ({count})" for name, count in few.items()) or "none",
        bins="\n".join(f"| {chance:.2f} | {share:.2f} | {count} |" for chance, share, count in reliability(judged)),
    )


def _value(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"


def diagram(bins: list[tuple[float, float, int]]) -> str:
    """SVG: the share of violations over the probability, the diagonal is perfect; a dot's area is its listings."""
    most = max(count for *_, count in bins)
    dots = "".join(
        f'<circle cx="{40 + 300 * chance:.0f}" cy="{320 - 300 * share:.0f}" r="{3 + 9 * (count / most) ** 0.5:.1f}"'
        f' fill="#1f6feb" fill-opacity=".7"><title>{count}</title></circle>'
        for chance, share, count in bins
    )
    marks = "".join(
        f'<text x="{40 + 300 * at / 4:.0f}" y="336" text-anchor="middle">{at / 4:g}</text>'
        f'<text x="34" y="{324 - 300 * at / 4:.0f}" text-anchor="end">{at / 4:g}</text>'
        for at in range(5)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 360" font-family="sans-serif" font-size="11">'
        '<rect width="360" height="360" fill="#fff"/>'
        '<rect x="40" y="20" width="300" height="300" fill="none" stroke="#999"/>'
        f'<path d="M40 320L340 20" stroke="#bbb" stroke-dasharray="4"/>{dots}{marks}'
        '<text x="190" y="354" text-anchor="middle">probability / 概率</text>'
        '<text x="12" y="170" text-anchor="middle" transform="rotate(-90 12 170)">violations / 违规比例</text></svg>\n'
    )
