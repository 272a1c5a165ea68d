"""Filing numbers: `app_filing`, `site_filing`, `algorithm_filing`, `model_filing`, `online_number`.

An app shows its number inside the app. That of a website is no filing of the app: it lacks the letter at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from apk_analysis.fingerprint import Trait
from apk_analysis.traits.facts import facts
from apk_analysis.traits.finder import Finder, Seen

_ICP = re.compile(
    r"(?P<place>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川蜀宁琼])\s{0,2}ICP\s{0,2}备\s{0,2}"
    r"(?P<digits>\d{8,10})\s{0,2}号(?:\s{0,2}[-－—–]\s{0,2}(?P<serial>\d{1,4})\s{0,2}(?P<letter>[AX])?)?",
)


class Filings(Finder):
    """Reports each number once, written the same way wherever it stood."""

    def finish(self, seen: Seen) -> Iterator[Trait]:
        """ICP numbers, then the others."""
        for hit in seen.hits.of("filings", "icp"):
            number = _ICP.search(hit.before[-3:] + hit.text[:60])
            if number:
                serial = f"-{number['serial']}{number['letter'] or ''}" if number["serial"] else ""
                value = f"{number['place']}ICP备{number['digits']}号{serial}"
                kind = "app_filing" if number["letter"] == "A" else "site_filing"
                yield Trait(kind=kind, value=value, where=hit.where, decode=hit.decode)
        for fact in facts("filings"):
            pattern = re.compile(fact.more["pattern"]) if "pattern" in fact.more else None
            for hit in seen.hits.of("filings", fact.id) if pattern else ():
                found = pattern.search(hit.text[:200]) if pattern else None
                if found and (fact.id != "model_filing" or (found.start() == 0 and not hit.before[-1:].isalnum())):
                    yield Trait(kind=fact.id, value=found["number"], where=hit.where, decode=hit.decode)
