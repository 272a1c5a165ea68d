"""The filing numbers that a listing shows, with their quotes, and what its words say about whose they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.registry.numbers import Number, find

if TYPE_CHECKING:
    from detection.fields import Field
    from detection.subject import Subject
    from index.profiles import Profile
    from index.registry.model import Record

_HINTS = ("icp", "1cp", "lcp", "|cp", "网信算", "备案", "编号", "登记", "代码", "-20", "0011")
_DIGITS = re.compile(r"[0-9]\s?[0-9]\s?[0-9]")
"""Without digits and one of the hints there is no number: looking for them takes microseconds."""
TRAITS = frozenset({"app_filing", "site_filing", "algorithm_filing", "model_filing", "online_number"})
"""Traits of a sample whose value is a number."""
MODEL_HOSTS = ("model_api_host", "relay_host")
_MOST = 20
"""Numbers of one field; a page that shows more is a list of filings."""
_EXAMPLE = re.compile(r"示例|样例|例如|举例|格式|\bexample|\bsample")
_NEAR = 8
"""Characters around a number in which it may be called an example."""
_AROUND = 60
"""Characters around a number in which its words are read."""
_CALLS = re.compile(
    r"使用|采用|接入|调用|基于|搭载|依托|底层|底座|基座|模型名称|所用模型|模型为|模型由|技术支持|提供支持|"
    r"powered by|based on|built on|\buses?\b|\busing\b|model name|model used"
)
_CLAIMS_OWN = re.compile(
    r"(?:自研|自主研发|自有|我们的|我司的|本公司的).{0,6}模型|\b(?:our own|own|proprietary) (?:\w{1,20} ){0,3}model"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One number that a listing or its sample shows."""

    number: Number
    field: Field | None
    """None for a number inside the sample."""
    quote: str
    """As it stands there."""
    start: int | None = None
    """Offset of the quote in the raw field, in code points."""
    end: int | None = None
    decode: tuple[str, ...] = ()
    where: str = ""
    """File of the sample."""

    @property
    def read_from_picture(self) -> bool:
        """Whether a machine read it: letters in it may be the machine's mistake."""
        return self.field is not None and self.field.name.startswith(("image_text", "qr_text"))


def claims_in(fields: Iterable[Field], *, every: bool = False) -> Iterator[Claim]:
    """Numbers in what the seller says, in order. `every`: also examples, and more than a listing claims."""
    for field in fields:
        plain = field.text.plain
        if not field.own_words or not _DIGITS.search(plain) or not any(hint in plain for hint in _HINTS):
            continue
        for number in find(plain)[: None if every else _MOST]:
            if not every and _EXAMPLE.search(plain[max(0, number.start - _NEAR) : number.end + _NEAR]):
                continue
            start, end = field.text.span("plain", number.start, number.end)
            quote = field.raw[start:end]
            yield Claim(
                number=_as_written(number, quote),
                field=field,
                quote=quote,
                start=start,
                end=end,
                decode=field.text.steps("plain", number.start, number.end),
            )


def _as_written(number: Number, quote: str) -> Number:
    """With the letter case that the text has."""
    again = find(unicodedata.normalize("NFKC", quote))
    same = len(again) == 1 and again[0].key == number.key
    return replace(number, text=again[0].text) if same else number


def claims_of_sample(subject: Subject) -> Iterator[Claim]:
    """Numbers that the analysis found inside the sample."""
    for trait in subject.fingerprint.traits if subject.fingerprint else ():
        if trait.kind in TRAITS:
            label = "上线编号:" if trait.kind == "online_number" else "网信算备" if trait.value.isdecimal() else ""
            for number in find(f"{label}{trait.value}{'号' if label == '网信算备' else ''}")[:1]:
                yield Claim(number=number, field=None, quote=trait.value, where=trait.where, decode=trait.decode)


def says_it_calls(claim: Claim, record: Record) -> bool:
    """Whether the words around the number say that it is the number of a model that is only called."""
    if claim.field is None:
        return False
    plain, start, end = claim.field.text.plain, claim.number.start, claim.number.end
    around = f"{plain[max(0, start - _AROUND) : start]} {plain[end : end + _AROUND]}"
    model = record.name.casefold().removesuffix("大模型").removesuffix("模型")
    if len(model) >= 2 and model in around:
        return True
    return _CALLS.search(around) is not None and _CLAIMS_OWN.search(around) is None


def calls_host_of(subject: Subject, owners: Iterable[Profile]) -> bool:
    """Whether the sample talks to a model at a domain of one of those brands."""
    traits = subject.fingerprint.traits if subject.fingerprint else ()
    hosts = {trait.value.casefold().partition("/")[0] for trait in traits if trait.kind in MODEL_HOSTS}
    domains = {domain.casefold() for profile in owners for domain in profile.domains}
    return any(host == domain or host.endswith(f".{domain}") for host in hosts for domain in domains)


def claims_own_model(fields: Iterable[Field]) -> bool:
    """Whether the seller speaks of a model of its own."""
    return any(field.own_words and _CLAIMS_OWN.search(field.text.plain) for field in fields)
