from dataclasses import replace

import pytest

from apk_analysis.code.sketch import Overlap
from apk_analysis.relation import Measures, Shared, judge

BIG = (100, 120)


def shared(first: float, second: float, sizes: tuple[int, int] = (400, 400)) -> Shared:
    found = Overlap(
        shared=round(first * sizes[0]), jaccard=0.0, first_in_second=first, second_in_first=second, exact=True
    )
    return Shared(overlap=found, sizes=sizes)


def screens(share: float) -> tuple[Shared, Shared]:
    return shared(share, 0.0, (60, 400)), shared(share, 0.0, (60, 400))


STRANGERS = Measures(
    signed=(True, True), own_classes=BIG, code=shared(0.01, 0.01), screens=screens(0.0), strings=shared(0.02, 0.02)
)
CLONE = replace(STRANGERS, code=shared(0.95, 0.9), screens=screens(0.9))
TINY = replace(STRANGERS, own_classes=(16, 16), code=shared(1, 1, (30, 30)), screens=screens(0.0))


@pytest.mark.parametrize(
    ("found", "relation"),
    [
        (replace(CLONE, same_sample=True), "identical"),
        (CLONE, "repackaged"),
        (replace(CLONE, screens=screens(0.0)), "related"),  # a library, not the app
        (replace(CLONE, screens=(Shared(), Shared())), "related"),  # nothing says that it is no library
        (replace(CLONE, code=shared(0.95, 0.1, (400, 4000))), "repackaged"),  # much was put in
        (replace(CLONE, shared_signers=("a",)), "same_app"),
        (replace(STRANGERS, shared_signers=("a",), same_package=True), "same_app"),  # rewritten
        (replace(STRANGERS, shared_signers=("a",)), "related"),  # another app of the same author
        (replace(CLONE, public_signers=("a",)), "related"),  # anybody may have signed both
        (replace(CLONE, signed=(False, False)), "related"),  # nobody is known to have signed either
        (replace(CLONE, signed=(True, False)), "repackaged"),
        (STRANGERS, "unrelated"),
        (replace(STRANGERS, hidden=(True, False)), "unrelated"),  # what can be read is large and another
        (replace(TINY, hidden=(True, False)), "unknown"),
        (TINY, "unrelated"),  # tiny code says nothing
        (replace(CLONE, code=shared(1.0, 1.0, (30, 30)), screens=screens(0.4)), "unrelated"),  # nor does little of it
        (replace(STRANGERS, icon_distance=0, same_label=True), "unrelated"),  # looks against large other code
        (replace(TINY, icon_distance=0, same_label=True), "wrapper_pair"),
        (replace(TINY, hosts=(1, 1, 2), same_label=True), "wrapper_pair"),
        (replace(TINY, same_label=True), "unrelated"),  # one word is no proof
        (replace(TINY, icon_distance=0), "unrelated"),  # nor is one picture
        (replace(TINY, strings=shared(1, 1), assets=shared(1, 1, (20, 20)), icon_distance=30,
                 same_label=False, hosts=(0, 1, 1)), "unrelated"),  # one kit, two shops
        (replace(TINY, strings=shared(1, 1), assets=shared(1, 1, (20, 20))), "wrapper_pair"),
    ],
)  # fmt: skip
def test_relation(found, relation):
    assert judge(found).relation == relation


def test_scores_rise_with_what_is_shared():
    scores = [
        judge(replace(STRANGERS, code=shared(share / 20, share / 20), screens=screens(share / 20))).score
        for share in range(21)
    ]
    assert scores == sorted(scores)
    assert scores[0] == 0
    assert scores[-1] > 0.95


def test_every_verdict_says_what_it_rests_on():
    verdict = judge(CLONE)
    (code,) = [reason for reason in verdict.reasons if reason.kind == "shared_code"]
    assert code.numbers["first_classes"] == 100
    assert code.numbers["first_in_second"] == 0.95
    assert "tiny_code" in {reason.kind for reason in judge(replace(CLONE, own_classes=(16, 16))).reasons}
    assert "public_signer" in {reason.kind for reason in judge(replace(CLONE, public_signers=("a",))).reasons}
    assert "no_signer" in {reason.kind for reason in judge(replace(CLONE, signed=(True, False))).reasons}
