"""The live view of a crawl: what it shows, at every width, and that it is quiet where it should be."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from console.live import Rate, RunDisplay
from console.runs import print_runs
from crawler.tally import Progress
from index.model import Run

NAME = "discuz:bbs.example.org"


class Clock:
    """A clock that stands until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def progress(pages: int = 120, name: str = NAME, **counts: int) -> Progress:
    known = {"pages": pages, "listings": 60, "findings": 2, "samples": 1, "blocked": 3, "problems": 5}
    return Progress(spider="discuz", marketplace=name, counts=known | counts, waiting=33)


def drawn(display: RunDisplay, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, markup=False)
    console.print(display.view())
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_everything_is_shown_at_every_width(lang: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    clock = Clock()
    display = RunDisplay(quiet=True, clock=clock)
    display.show(progress(pages=20))
    clock.now = 10.0
    display.show(progress(new_violations=1))
    lines = drawn(display, width)
    assert all(cell_len(line) <= width for line in lines)
    text = " ".join(" ".join(lines).split())
    for value in ("120", "10.0", "60", "33"):
        assert value in text
    assert text.count("discuz") == 1 and len(lines) <= (3 if width >= 120 else 14)


def test_hostile_names_draw_nothing_else() -> None:
    display = RunDisplay(quiet=True, clock=Clock())
    display.show(progress(name="feed:[red]x[/red]\x1b[2J\nsecond line" + "x" * 500))
    lines = drawn(display, 60)
    assert not any("\x1b" in line for line in lines) and "[red]" in lines[0]
    assert sum("second" in line for line in lines) <= 1


def test_it_counts_the_marketplaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    display = RunDisplay(quiet=True, clock=Clock())
    assert "starting" in drawn(display, 80)[0]
    display.show(progress())
    assert "no. 2" not in drawn(display, 80)[0]
    display.show(progress(pages=1, name="feed:b.example"))
    assert "no. 2" in drawn(display, 80)[0] and "feed:b.example" in drawn(display, 80)[0]


def test_the_rate_is_that_of_the_last_seconds_and_falls_when_nothing_comes() -> None:
    rate = Rate()
    assert rate.now(0.0) == 0.0
    for second in range(60):
        rate.note(float(second), second * 2)
    assert rate.now(59.0) == pytest.approx(2.0)
    for second in range(60, 90):
        rate.note(float(second), 118 + (second - 59) * 8)
    assert rate.now(89.0) == pytest.approx(8.0)
    assert rate.now(89.0 + 150) < 1
    rate.note(90.0, 3)  # the next run begins at nothing
    assert rate.now(90.0) == 0.0


def test_without_a_terminal_a_plain_line_comes_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    clock = Clock()
    with RunDisplay(clock=clock) as display:
        for tenths in range(0, 251, 5):
            clock.now = tenths / 10
            display.show(progress(pages=tenths))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{NAME}: 100 pages (10.0/s), 60 listings, 2 findings") and "33 waiting" in lines[0]


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    console = Console(file=io.StringIO(), force_terminal=True)
    with RunDisplay(quiet=True, clock=clock, console=console) as display:
        for second in range(100):
            clock.now = float(second)
            display.show(progress())
    assert capsys.readouterr().err == "" and console.file.getvalue() == ""


def test_in_a_terminal_it_is_drawn_and_goes_away() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with RunDisplay(console=console, clock=Clock()) as display:
        display.show(progress())
        display._live.refresh()
    text = console.file.getvalue()
    assert NAME in text and "120" in text
    assert text.endswith(("\x1b[2K", "\x1b[?25h"))  # its lines are taken back


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 120])
def test_the_table_of_runs_fits_the_terminal(
    lang: str, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", lang)
    monkeypatch.setenv("COLUMNS", str(width))
    names = (NAME, "jsonld_shop:shop.example.com", "rendered_page:www.a-rather-long-name.example.com")
    runs = [
        Run(
            id=name,
            marketplace=name,
            spider="x",
            started_at="2026-11-01T08:00:00Z",
            outcome=outcome,
            counts={"pages": 12345, "listings": 6000, "findings": 120, "blocked": 11, "new": 5999},
            problems={"captcha": 11, "a_kind_of_its_own": 1},
        )
        for name, outcome in zip(names, ("healthy", "interrupted", "unhealthy"), strict=True)
    ]
    print_runs(runs, json=False)
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert all(sum(name in line for line in lines) == 1 for name in names[:2]), lines
    assert "5999" in (said.err if width == 80 else said.out)
    assert "[captcha] × 11" in said.err and "a_kind_of_its_own × 1" in said.err
