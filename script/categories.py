"""Writes docs/categories.md from the taxonomies, the lexicon, the words of sub-items and the worked examples.

Run it after changing one of them: `.venv/bin/python script/categories.py`. A test compares the page.
"""

from pathlib import Path

from detection.examples import Example, examples
from detection.sub_items import words
from detection.terms import lexicon
from index.messages import text
from index.taxonomy import Entry, crosswalk, taxonomies, taxonomy

PAGE = Path(__file__).parent.parent / "docs/categories.md"
HEAD = """# Categories, and how each is seen

<!-- Written by script/categories.py; do not edit. -->

What copycatch looks for: the 13 problem categories of the 2025 campaign 清朗·整治AI技术滥用 and their sub-items, and
`x-abuse` for what its published cases show beside them. *Direct*: the violation itself can be seen from outside.
*Lead*: a hint that a person must settle; the interface says 疑似 (suspected) for both until a person confirmed. A
category's own id stands where its sub-items cannot be told apart; a sub-item that is told by words alone never has a
higher probability than its category.

Each example was written for this page and is judged by a test on every change, and so is its lawful twin, which must
not be reported. What nobody can see from outside is not offered where categories are chosen.
"""
OTHER_WAYS = {
    "p1-1a": "detector `registry_claim`: filing numbers against our copies of the registers ([registry](registry.md))",
    "p2-6a": "detectors of names, packages, developers, signers, icons and pages against brand profiles; lexicon",
    "p2-6c": "lexicon: the rules of p2-6a and p2-3 point here as well",
}


def page() -> str:
    """The whole page."""
    entries = taxonomy()
    parts = [HEAD]
    for category in dict.fromkeys(entry.category for entry in entries.values()):
        items = [entry for entry in entries.values() if entry.category == category]
        seen = [entry for entry in items if entry.observable not in {"person", "none"}]
        if seen:
            parts.append(f"## {category} {entries[category].zh}\n\n{entries[category].en}\n")
            parts.append(_table(seen))
            parts += [_worked(entry, examples()[entry.short]) for entry in seen if entry.short in _own_examples()]
    parts.append(_unseen([entry for entry in entries.values() if entry.observable in {"person", "none"}]))
    parts.append(_by_category_only())
    parts.append(_counterparts())
    return "\n".join(parts)


def _own_examples() -> set[str]:
    return {short for short, example in examples().items() if example.violation == short}


def _table(entries: list[Entry]) -> str:
    rows = ["| id | name | shown by | how far | found by |", "|---|---|---|---|---|"]
    for entry in entries:
        observable = text(f"categories.observable.{entry.observable}", "en")
        name, ways = f"{entry.zh}<br>{entry.en}", _found_by(entry)
        rows.append(f"| `{entry.short}` | {name} | {observable} | {entry.observability} | {ways} |")
    return "\n".join(rows) + "\n"


def _found_by(entry: Entry) -> str:
    """In words, so that the page does not change with every term."""
    if entry.short in OTHER_WAYS:
        return OTHER_WAYS[entry.short]
    ways = []
    if any(entry.short in {rule.violation, *rule.also} for rule in lexicon().rules):
        ways.append("lexicon")
    if entry.short in words().get(entry.category, {}):
        ways.append(f"words that tell it within {entry.category}")
    return ", ".join(ways) or "its sub-items"


def _worked(entry: Entry, example: Example) -> str:
    parts = [example.title, example.description, example.seller or "", example.package or ""]
    said = " / ".join(part for part in parts if part)
    return f"- `{entry.short}`: {said}\n  - quoted: “{example.quote}”\n  - not reported: {example.twin}\n"


def _unseen(entries: list[Entry]) -> str:
    rows = ["## What software cannot see\n", "| id | name | needs | why |", "|---|---|---|---|"]
    for entry in entries:
        needs = "a person who opens the app" if entry.observable == "person" else "a document; hidden from lists"
        rows.append(f"| `{entry.short}` | {entry.zh}<br>{entry.en} | {needs} | {entry.why_zh}<br>{entry.why_en} |")
    return "\n".join(rows) + "\n"


def _by_category_only() -> str:
    """Sub-items that no rule of the lexicon names directly."""
    ruled = {violation for rule in lexicon().rules for violation in (rule.violation, *rule.also)}
    told = {short for items in words().values() for short in items}
    left = [e.short for e in taxonomy().values() if e.observable == "text" and e.short in told - ruled]
    return (
        "## Sub-items without a rule of their own\n\nTold only by words within their category, never found without it:"
        f" {', '.join(f'`{short}`' for short in left) or 'none'}.\n"
    )


def _counterparts() -> str:
    parts = ["## Other taxonomies\n"]
    for (source, target), entries in crosswalk().items():
        known = taxonomies()[target]
        parts.append(f"`{target}`, version {known.version}, {known.status}: {known.zh}. {known.source}.\n")
        parts.append(f"| `{target}` | name | from `{source}` |\n|---|---|---|")
        for short, entry in known.entries.items():
            here = [f"{own} ({one.relation})" for own, one in entries.items() if one.to == short]
            parts.append(f"| `{short}` | {entry.zh}<br>{entry.en} | {', '.join(here) or entry.why_en} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
