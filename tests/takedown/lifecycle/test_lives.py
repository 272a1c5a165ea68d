"""Whatever people and looks do in whatever order: every life can be read back, and every proposal can be written down."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.home import Home
from index.model import Observation
from index.open import open_decisions
from index.times import utc
from takedown.lifecycle.duties import waiting
from takedown.lifecycle.outcome import SENT, Looks, outcomes, proposal, told
from takedown.lifecycle.resubmission import again
from takedown.lifecycle.said import Said
from takedown.lifecycle.statistics import figures
from takedown.lifecycle.withdrawal import concerned, whole, withdraw
from takedown.notice import Target
from takedown.notices import NoticeBook, NoticeError
from tests.takedown.lifecycle.lives import desk, exported
from tests.takedown.objects import target

TARGETS = [target(number) for number in (1, 2, 3)]
START = 1_764_000_000  # seconds
STEPS = ("sent", "acknowledged", "acted", "witness", "rejected", "countered", "closed", "withdraw", "back", "looks")
LOOKS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["seen", "gone", "off_shelf", "moved", "blocked", "error"]),
        st.integers(0, 400),
    ),
    max_size=12,
)
ACTS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 7), st.integers(-3, 90), LOOKS), min_size=1, max_size=14
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_any_life(tmp_path_factory: object, acts: list[tuple[str, int, int, list[tuple[int, str, int]]]]) -> None:
    home = Path(tmp_path_factory.mktemp("life"))  # type: ignore[attr-defined] # of JSON or a plain object
    records = open_decisions(Home(home).prepare())
    book, work, clock = NoticeBook(records), desk(records), START
    notice = exported(records, *TARGETS, at=utc(START))
    looked: list[Observation] = []
    for name, mask, hours, looks in acts:
        clock += hours * 3600  # backwards now and then
        now = utc(clock)
        some = tuple(each.finding_id for number, each in enumerate(TARGETS) if mask >> number & 1)
        said = Said(targets=some, receipt="R", reason="r", note="n", files={"a.png": "ab" * 32})
        plain = Said(receipt="R", reason="r")
        before = notice
        looked += [_look(number, state, clock, minutes) for number, state, minutes in looks]

        def seen(each: Target, looked: list[Observation] = looked) -> Looks:
            mine = sorted((one for one in looked if one.listing_id == each.listing_id), key=lambda one: one.at)
            return Looks(observations=mine, last_seen=utc(START))

        found = outcomes(notice, seen, lambda run: not run.endswith("7"))
        try:
            match name:
                case "acted" | "witness":
                    notice = work.acted(notice, said, now=now, by="lin", witness=name == "witness")
                case "rejected":
                    notice = work.rejected(notice, said, now=now, by="lin")
                case "withdraw":
                    given_back = concerned(records, some) if mask else [w] if (w := whole(notice)) else []
                    (notice,) = withdraw(records, given_back, reason="r", now=now, by="lin")
                case "back":
                    again(notice, found)
                case "looks":
                    if step := proposal(notice, found, now=now):
                        assert notice.state in {*SENT, "closed"}
                        notice = book.step(notice, step, by="copycatch")
                        assert (
                            proposal(notice, outcomes(notice, seen, lambda run: not run.endswith("7")), now=now) is None
                        )
                case _:
                    notice = getattr(work, name)(notice, plain, now=now, by="lin")
        except NoticeError:
            assert notice == before
        assert book.get(notice.id) == notice
        back = {one for one, (what, _) in told(before).items() if what == "withdrawn"}
        assert back <= {one for one, (what, _) in told(notice).items() if what == "withdrawn"} or not back
        assert notice.state == "withdrawn" or before.state != "withdrawn" or name == "closed"
        assert {one.finding_id for one in found if one.became == "withdrawn"} == back & {
            t.finding_id for t in before.content.targets
        }
        assert len(waiting(book.every(), now)) <= 1
        groups = figures([(notice, outcomes(notice, seen, lambda _: True))])
        assert all(sum(group.became.values()) == group.targets for group in groups)
    records.close()


def _look(number: int, state: str, clock: int, minutes: int) -> Observation:
    return Observation(
        listing_id=TARGETS[number].listing_id,
        at=utc(clock + minutes * 60),
        state=state,  # type: ignore[arg-type] # one of the literals, or refused
        run_id=f"r{minutes}",
    )
