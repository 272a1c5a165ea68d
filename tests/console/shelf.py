"""An index with something in it, as a crawl would have left it."""

from index.home import Home
from index.ids import finding_id, listing_id
from index.model import Capture, Evidence, Finding, Judgement, Listing, Run, Violation
from index.open import open_index
from index.protocol import Judged

HOSTILE = "豆包\x1b[2J [bold]助手[/bold] \u202egpj.exe"
CAPTURE = Capture(
    sha256="ab" * 32,
    url="https://store.example/doubao",
    taken_at="2026-11-20T08:00:00Z",
    warc="2026/a.warc.gz",
    offset=120,
    status=200,
)


def counterfeit(number: int, title: str) -> Judged:
    listing = Listing(
        marketplace="shop:store.example",
        native_id=str(number),
        url=f"https://store.example/{number}",
        title=title,
        source_kind="app_store",
        description="正版豆包，永久会员",
        seller="某工作室",
        package_name="com.example.doubao",
        price="￥9.9",
    )
    evidence = Evidence(
        detector="brand",
        violation="p2-6a",
        strength=3.0,
        observed=title,
        expected="com.larus.nova",
        field="title",
        quote=title[:2],
        start=0,
        end=2,
        decode=("zero_width",),
        zh=f"标题“{title}”使用了品牌名",
        en=f"the title '{title}' uses the brand's name",
    )
    violation = Violation(id="p2-6a", group="counterfeit", probability=0.93, evidence=(evidence,))
    name = listing_id(listing.marketplace, listing.native_id)
    finding = Finding(
        id=finding_id(name, "counterfeit", "doubao"),
        listing_id=name,
        marketplace=listing.marketplace,
        url=listing.url,
        title=title,
        group="counterfeit",
        verdict="violation",
        probability=0.93,
        priority=0.61,
        brand="doubao",
        violations=(violation,),
        unseen=("unseen.sample",),
        capture=CAPTURE,
    )
    judgement = Judgement(verdict="violation", violations=(violation,), brand="doubao", priority=0.61)
    return Judged(listing=listing, judgement=judgement, findings=(finding,))


def harmless(number: int) -> Judged:
    listing = Listing(
        marketplace="shop:store.example",
        native_id=str(number),
        url=f"https://store.example/{number}",
        title=f"手电筒 {number}",
        source_kind="app_store",
    )
    return Judged(listing=listing, judgement=Judgement(verdict="benign"))


def fill(home: Home, *judged: Judged, at: str = "2026-11-20T08:00:00Z") -> None:
    index = open_index(home.prepare())
    index.put(judged, run_id="r1", at=at)
    index.close()


def note_run(home: Home, marketplace: str, outcome: str, at: str) -> None:
    index = open_index(home.prepare())
    index.record_run(
        Run(
            id=f"r-{marketplace}-{at}",
            marketplace=marketplace,
            spider=marketplace.partition(":")[0],
            started_at=at,
            finished_at=None if outcome == "running" else at,
            outcome=outcome,
        )
    )
    index.close()
