from index.messages import text
from tests.apk_analysis.kinds import kinds


def test_every_problem_kind_has_its_two_texts() -> None:
    missing = {}
    for kind, place in kinds().items():
        try:
            assert text(f"problem.{kind}", "zh") and text(f"problem.{kind}", "en")
        except KeyError:
            missing[kind] = place
    assert not missing


def test_the_collector_sees_all_ways_of_naming_a_kind() -> None:
    assert {"duplicate_entry", "truncated", "timeout", "scheme_stripped", "html_instead", "zero_crc"} <= kinds().keys()
