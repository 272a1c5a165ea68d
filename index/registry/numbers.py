"""Filing numbers and codes: found in text in all their usual spellings, checked for form, never silently corrected.

Forms (Annex to the filing rules, GB 32100-2015, GB 45438-2025):
  app          京ICP备2026031728号-2A      place, 8-10 digits, serial, A
  icp          京ICP备2026031728号-1       the same of a website (serial may be missing)
  mini_program 京ICP备2026031728号-3X      the same of a mini-program
  algorithm    网信算备110108823483901230031号   21 digits: region 6, then 9, year 2, serial 4
  generative_ai  Beijing-YunQue-20230821    place, name, day, serial of 4 or none
  registration 上线编号 and whatever follows: its form is not published, so it is never called malformed
  credit_code  统一社会信用代码, 18 characters with a check character
  producer     27 characters around a credit code, in labels of AI-generated content
Texts are NFKC (full width folded); every pattern is bounded, so that reading is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from apk_analysis.traits.aigc import entity_of, is_credit_code
from index.registry.model import Register

Kind = Literal["app", "icp", "mini_program", "algorithm", "generative_ai", "registration", "credit_code", "producer"]
Defect = Literal["place", "letters", "digits", "serial", "region", "year", "day", "check", "filler", "form"]
"""What is wrong: unknown place, letters among digits, number of digits, serial, region code, year, day, check
character, a number that only fills the place (12345678), no known form."""

REGISTERS_OF: dict[Kind, tuple[Register, ...]] = {
    "app": ("app", "icp"),
    "icp": ("icp", "app"),
    "mini_program": ("app", "icp"),
    "algorithm": ("algorithm",),
    "generative_ai": ("generative_ai", "registration"),
    "registration": ("registration", "generative_ai"),
    "credit_code": (),
    "producer": (),
}
"""Where a number of that kind may stand. One filer's app and site share the number before the serial."""

PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川蜀宁琼"
_REGIONS = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
    for code in range(first, last + 1)
)
MODEL_PLACES = frozenset(
    re.findall(
        r"\w+",
        "beijing tianjin hebei shanxi neimenggu innermongolia liaoning jilin heilongjiang shanghai jiangsu zhejiang "
        "anhui fujian jiangxi shandong henan hubei hunan guangdong guangxi hainan chongqing sichuan guizhou yunnan "
        "xizang tibet shaanxi gansu qinghai ningxia xinjiang shenzhen zhongyangqiye",
    )
)
_FIRST_MODEL_YEAR, _FIRST_ALGORITHM_YEAR, _LAST_YEAR = 2023, 21, 60

_D = r"[0-9oOlI|QZSB]"
"""A digit, or what a bad scan makes of one."""
_S = r"\s{0,3}"
_MASK = r"[0-9xX*×…#]"
"""A number that goes on, or is masked: nobody can say that it is malformed."""
_KINDS: Mapping[str, Kind] = {"A": "app", "X": "mini_program"}
"""By the letter at the end."""
_ICP = re.compile(
    rf"(?P<place>[\u4e00-\u9fff])?{_S}[iI1l|][cC][pP]{_S}[备備各]{_S}"
    rf"(?:(?P<spaced>{_D}(?:\s{{0,2}}{_D}){{3,23}})\s{{0,2}}[号號]|(?P<bare>[0-9]{{5,24}}(?!{_MASK})))"
    rf"(?:{_S}[-–—‐‑−_~]{_S}(?P<serial>{_D}{{1,8}})"
    rf"(?P<letter>[a-zA-Z](?![a-zA-Z0-9])|\s{{1,2}}[aAxX](?=\s{{0,3}}(?:$|[^\sa-zA-Z0-9])))?)?"
)
_ALGORITHM = re.compile(
    rf"(?:网信算[备備各]{_S}|(?P<label>算法备案编?号{_S}[:：]?{_S})(?!网))"
    rf"(?:(?P<spaced>{_D}(?:\s{{0,2}}{_D}){{3,40}})\s{{0,2}}[号號]|(?P<bare>[0-9]{{5,40}}(?!{_MASK})))"
)
_MODEL = re.compile(
    rf"(?<![a-zA-Z0-9_.-])(?P<place>[a-zA-Z]{{3,16}}){_S}[-–—‐‑−]{_S}(?P<name>[a-zA-Z0-9_.]{{1,40}}){_S}[-–—‐‑−]{_S}"
    rf"(?P<day>{_D}{{12}}(?!{_D})|{_D}{{8}}(?!{_D})|[0-9]{{4,7}}\s{{1,2}}[0-9]{{1,8}}(?!\d)|{_D}{{5,16}})(?![a-zA-Z0-9])"
)
_LABEL = r"(?:备案(?:编)?号|登记(?:编)?号|上线编号|备案信息)"
_LABELLED = re.compile(rf"{_LABEL}\s{{0,3}}[:：为是]?\s{{0,3}}$")
_LABEL_REACH = 14
_ONLINE = re.compile(rf"(?:上线编号|登记编号){_S}[:：为是]?{_S}(?P<token>[a-zA-Z0-9][a-zA-Z0-9_.-]{{5,60}})")
_NO_FORM = re.compile(
    rf"(?:大模型|模型|生成式人工智能(?:服务)?|算法){_S}备案编?号{_S}[:：为是]{_S}(?P<token>[a-zA-Z0-9][a-zA-Z0-9_.-]{{5,60}})"
)
_CREDIT = re.compile(r"(?<![a-zA-Z0-9])[0-9A-Za-z]{18}(?![a-zA-Z0-9])")
_CREDIT_LABEL = re.compile(r"信用代码(?:证)?(?:号码?)?\s{0,3}[:：为是]?\s{0,3}$")
_CREDIT_FORM = re.compile(r"[1-9A-HJ-NP-RTUWXY][0-9A-Y][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_PRODUCER = re.compile(r"(?<![a-zA-Z0-9])0011[0-9A-HJ-NP-RTUWXY]{18}[!#-\[\]-~]{5}(?![a-zA-Z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that a text shows."""

    kind: Kind
    text: str
    """Spaces and line breaks taken out, one dash; letters that stand for digits stay as they are."""
    start: int
    end: int
    """Where it stands in the text that was searched, in code points."""
    defect: Defect | None = None
    labelled: bool = False
    """Whether words before it say that it is a filing's number."""

    @property
    def key(self) -> str:
        """What copies are searched by: letter case is no difference."""
        return self.text.casefold()

    @property
    def main(self) -> str:
        """The key of the filer's own number, before the serial of one app or site; else the key."""
        return self.key.partition("号")[0] + "号" if self.kind in {"app", "icp", "mini_program"} else self.key

    @property
    def day(self) -> str | None:
        """ISO day (a model's filing) or last day of the year (an algorithm's); None when the number has none."""
        if self.defect is not None:
            return None
        if self.kind == "generative_ai":
            digits = self.text.rpartition("-")[2]
            return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
        return f"20{self.text[-7:-5]}-12-31" if self.kind == "algorithm" else None


def find(text: str) -> list[Number]:
    """All numbers in `text` (NFKC) in order, none inside another."""
    found: list[Number] = []
    taken_to = -1
    readers = (_icp, _algorithm, _online, _model, _producer, _credit, _no_form)
    # Of two that begin together the earlier reader knows more; `sorted` is stable.
    for number in sorted((one for reader in readers for one in reader(text)), key=lambda one: one.start):
        if number.start >= taken_to:
            found.append(number)
            taken_to = number.end
    return found


def read(text: str) -> Number | None:
    """The number that is all of `text`, but for spaces; None when it is none or there is more."""
    found = find(text)
    return found[0] if len(found) == 1 and found[0].end - found[0].start >= len(text.strip()) else None


def _icp(text: str) -> Iterator[Number]:
    for hit in _ICP.finditer(text):
        place = hit["place"] or ""
        known = place in PLACES and place != ""
        digits = _closed(hit["spaced"] or hit["bare"])
        serial, letter = hit["serial"] or "", (hit["letter"] or "").strip().upper()
        kind = _KINDS.get(letter, "icp")
        start = hit.start() if known else hit.start() + len(hit[0]) - len(hit[0][len(place) :].lstrip())
        yield Number(
            kind=kind,
            text=f"{place if known else ''}ICP备{digits}号" + (f"-{serial}{letter}" if serial else ""),
            start=start,
            end=hit.end(),
            defect=_icp_defect(known, digits, serial, letter),
        )


def _icp_defect(known_place: bool, digits: str, serial: str, letter: str) -> Defect | None:  # noqa: FBT001 - private
    if not digits.isdecimal() or not (serial or "0").isdecimal():
        return "letters"
    if not 8 <= len(digits) <= 10:
        return "digits"
    if not known_place:
        return "place"
    if _fills(digits):
        return "filler"
    if letter not in {"", "A", "X"} or (serial and (len(serial) > 4 or int(serial) == 0)):
        return "serial"
    return None


def _algorithm(text: str) -> Iterator[Number]:
    for hit in _ALGORITHM.finditer(text):
        digits = _closed(hit["spaced"] or hit["bare"])
        yield Number(
            kind="algorithm",
            text=f"网信算备{digits}号",
            start=hit.end("label") if hit["label"] else hit.start(),
            end=hit.end(),
            defect=_algorithm_defect(digits),
            labelled=True,
        )


def _algorithm_defect(digits: str) -> Defect | None:
    if not digits.isdecimal():
        return "letters"
    if len(digits) != 21:
        return "digits"
    if digits[:2] not in _REGIONS:
        return "region"
    if _fills(digits):
        return "filler"
    return None if _FIRST_ALGORITHM_YEAR <= int(digits[15:17]) <= _LAST_YEAR else "year"


def _model(text: str) -> Iterator[Number]:
    for hit in _MODEL.finditer(text):
        labelled = _LABELLED.search(text, max(0, hit.start() - _LABEL_REACH), hit.start()) is not None
        known = hit["place"].casefold() in MODEL_PLACES
        digits = _closed(hit["day"])
        defect = _model_defect(known, digits)
        if labelled or (known and defect in {None, "day"}):
            text_ = f"{hit['place']}-{hit['name']}-{digits}"
            yield Number(
                kind="generative_ai", text=text_, start=hit.start(), end=hit.end(), defect=defect, labelled=labelled
            )


def _model_defect(known_place: bool, digits: str) -> Defect | None:  # noqa: FBT001 - private
    if not digits.isdecimal():
        return "letters"
    if len(digits) not in {8, 12}:
        return "digits"
    try:
        filed = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return "day"
    if not _FIRST_MODEL_YEAR <= filed.year <= 2000 + _LAST_YEAR:
        return "day"
    return None if known_place else "place"


def _online(text: str) -> Iterator[Number]:
    for hit in _ONLINE.finditer(text):
        token = hit["token"].rstrip(".-_")
        if sum(map(str.isdecimal, token)) >= 4:  # words behind the label are no number
            start, end = hit.start("token"), hit.start("token") + len(token)
            yield Number(kind="registration", text=token, start=start, end=end, labelled=True)


def _no_form(text: str) -> Iterator[Number]:
    for hit in _NO_FORM.finditer(text):
        token = hit["token"].rstrip(".-_")
        if sum(map(str.isdecimal, token)) >= 4:
            kind: Kind = "algorithm" if hit[0].startswith("算法") else "generative_ai"
            start, end = hit.start("token"), hit.start("token") + len(token)
            yield Number(kind=kind, text=token, start=start, end=end, defect="form", labelled=True)


def _credit(text: str) -> Iterator[Number]:
    for hit in _CREDIT.finditer(text):
        code = hit[0].upper()
        right = is_credit_code(code) and _CREDIT_FORM.fullmatch(code) is not None
        labelled = _CREDIT_LABEL.search(text, max(0, hit.start() - _LABEL_REACH), hit.start()) is not None
        if labelled or (right and code[0] in "159N"):
            defect: Defect | None = None if right else "check" if _CREDIT_FORM.fullmatch(code) else "form"
            yield Number(
                kind="credit_code", text=code, start=hit.start(), end=hit.end(), defect=defect, labelled=labelled
            )


def _producer(text: str) -> Iterator[Number]:
    for hit in _PRODUCER.finditer(text):
        entity = entity_of(hit[0])
        if entity is not None:
            defect: Defect | None = None if is_credit_code(entity) else "check"
            yield Number(kind="producer", text=hit[0], start=hit.start(), end=hit.end(), defect=defect)


def _closed(digits: str) -> str:
    return re.sub(r"\s+", "", digits)


def _fills(digits: str) -> bool:
    """Whether the digits only fill the place: all the same, or counted up as on a keyboard."""
    return len(set(digits)) == 1 or digits in "012345678901234567890"
