"""What Prometheus reads is what its own parser reads, and what the run was."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_fd_to_metric_families, text_string_to_metric_families

from crawler.metrics import HEALTHY, _lines, write_metrics
from index.home import Home
from index.model import Run
from tests.crawler.conftest import Crawl
from tests.crawler.site import Site, shop

RUN = Run(
    id="r1",
    marketplace="shop:a.example",
    spider="shop",
    started_at="2026-11-01T08:00:00Z",
    finished_at="2026-11-01T08:30:00Z",
    outcome="healthy",
    counts={"pages": 90, "listings": 60, "blocked": 2},
    problems={"captcha": 2},
    fills={"title": 60, "price": 45},
)


def read(path: Path) -> dict[tuple[str, ...], float]:
    with path.open() as stream:
        return {
            (
                sample.name,
                *(value for name, value in sample.labels.items() if name not in {"marketplace", "spider"}),
            ): sample.value
            for family in text_fd_to_metric_families(stream)
            for sample in family.samples
        }


def test_a_run_is_read_back_by_the_parser_of_prometheus(tmp_path: Path) -> None:
    home = Home(tmp_path).prepare()
    path = write_metrics(home, RUN)
    found = read(path)
    assert found["copycatch_run_outcome", "healthy"] == 1 and found["copycatch_run_outcome", "blocked"] == 0
    assert found["copycatch_run_count", "pages"] == 90 and found["copycatch_run_problems", "captcha"] == 2
    assert found["copycatch_run_fill_ratio", "price"] == 0.75
    assert found["copycatch_run_duration_seconds",] == 1800
    assert path.suffix == ".prom" and path.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_when_it_was_last_healthy_outlives_unhealthy_runs(tmp_path: Path) -> None:
    home = Home(tmp_path).prepare()
    healthy = read(write_metrics(home, RUN))[HEALTHY,]
    bad = replace(RUN, outcome="blocked", finished_at="2026-11-02T08:30:00Z", started_at="2026-11-02T08:00:00Z")
    for _ in range(2):
        found = read(write_metrics(home, bad))
        assert found[HEALTHY,] == healthy and found["copycatch_run_outcome", "blocked"] == 1
    other = write_metrics(home, replace(bad, marketplace="shop:b.example"))
    assert (HEALTHY,) not in read(other)
    (other.parent / other.name).write_bytes(b"\xff\x00 no metrics")
    assert read(write_metrics(home, replace(bad, marketplace="shop:b.example")))


@given(st.text(max_size=200), st.dictionaries(st.text(min_size=1, max_size=30), st.integers(0, 2**53), max_size=5))
def test_any_name_is_a_label_that_reads_back(name: str, counts: dict[str, int]) -> None:
    text = "".join(_lines(replace(RUN, marketplace=name, counts=counts, fills={}, problems=counts), None))
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    plain = name.encode("utf-8", "replace").decode().replace("\r", " ")
    assert {sample.labels["marketplace"] for sample in samples} == {plain}
    kinds = {sample.labels["kind"]: sample.value for sample in samples if sample.name == "copycatch_run_problems"}
    assert sorted(kinds.values()) == sorted(float(n) for n in counts.values()) or len(kinds) < len(counts)


def test_every_crawl_leaves_a_file_for_its_marketplace(crawl: Crawl, own_home: Path) -> None:
    with Site(shop(2)) as site:
        crawled = crawl(site, "/list/0")
    [path] = (own_home / "logs/metrics").iterdir()
    found = read(path)
    assert found["copycatch_run_count", "listings"] == crawled.counts["listings"] == 10
    assert found["copycatch_run_outcome", "healthy"] == 1
