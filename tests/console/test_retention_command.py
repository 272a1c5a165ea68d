"""`copycatch hold` and `copycatch retention`: what goes by rule or on demand, what never does, and that it is written down."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive import Archive
from index.archive.captures import CaptureMissingError, read
from index.blobs import Blobs
from index.home import Home
from index.model import Capture
from index.open import open_decisions, open_index
from index.party import Party
from takedown.notice import Notice, Step
from takedown.notices import NoticeBook
from tests.console.conftest import Answer
from tests.console.shelf import counterfeit, harmless
from tests.takedown.answers import say
from tests.takedown.lifecycle.lives import sent
from tests.takedown.objects import target

Command = Callable[..., Answer]
OLD, NEW = "2024-01-05T08:00:00Z", "2026-11-25T08:00:00Z"
PERSON = "王示例"
RULES = "\n".join(
    f"{kind} = 300" for kind in ("pages", "pictures", "samples", "exports", "listings", "decided", "notices")
)
NAMES = ("open", "decided", "running", "held", "fresh")


class Filled:
    """A home in which everything is old, but for one listing."""

    def __init__(self, own_home: Path) -> None:
        self.place = Home(own_home).prepare()
        archive = Archive(self.place.archive, "r1")
        self.pages = {
            name: archive.store(url=f"https://e.org/{name}", status=200, headers=[], body=f"{name} {PERSON}".encode() * 99, taken_at=OLD)
            for name in (*NAMES, "harmless")
        }  # fmt: skip
        archive.seal()
        self.judged = {
            name: replace(
                one := counterfeit(number, f"豆包 {name}"),
                listing=replace(one.listing, seller=PERSON),
                capture=self.pages[name],
            )
            for number, name in enumerate(NAMES)
        }
        self.judged["harmless"] = replace(
            one := harmless(9), capture=self.pages["harmless"], listing=replace(one.listing, bio=f"我是{PERSON}")
        )
        with closing(open_index(self.place)) as index:
            index.put([one for name, one in self.judged.items() if name != "fresh"], run_id="r1", at=OLD)
            index.put([self.judged["fresh"]], run_id="r1", at=NEW)
        with closing(open_decisions(self.place)) as records:
            for name in ("decided", "running", "held"):
                say(records, f"u1-{name}", "confirm", self.finding(name), at=OLD, note=f"卖家{PERSON}")
            say(records, "u1-fresh", "confirm", self.finding("fresh"), at=NEW)
            self.notice = self._sent(records, "running")
            self.over = self._over(records, "decided")

    def finding(self, name: str) -> str:
        return self.judged[name].findings[0].id

    def listing(self, name: str) -> str:
        with closing(open_index(self.place, write=False)) as index:
            return next(
                hit.id for hit in index.scan("*", kind="listings") if hit.value["url"] == self.judged[name].listing.url
            )

    def _sent(self, records, name: str) -> Notice:
        finding = self.judged[name].findings[0]
        made = target(1, finding_id=finding.id, listing_id=finding.listing_id, seller=PERSON)
        return sent(records, made, at=OLD, reporter=Party(org="某公司", name="李示例"))

    def _over(self, records, name: str) -> Notice:
        notice = self._sent(records, name)
        return NoticeBook(records).step(notice, Step(state="closed", at=OLD, by="lin", note=f"{PERSON}来电"), by="lin")

    def there(self) -> set[str]:
        with closing(open_index(self.place, write=False)) as index:
            known = {hit.value["url"] for hit in index.scan("*", kind="listings")}
        return {name for name, one in self.judged.items() if one.listing.url in known}

    def readable(self) -> set[str]:
        return {name for name, page in self.pages.items() if readable(self.place, page)}

    def all_text(self) -> str:
        """Everything that the stores say, from the files themselves."""
        with closing(open_index(self.place)) as index, closing(open_decisions(self.place)) as records:
            kept = [
                (hit, index.history(hit.id), index.observations(hit.id)) for hit in index.scan("*", kind="listings")
            ]
            return repr((kept, list(index.scan("*")), list(records.every())))


def readable(place: Home, page: Capture) -> bool:
    try:
        read(place.archive, page)
    except CaptureMissingError:
        return False
    return True


def old(path: Path, at: str = OLD) -> Path:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


@pytest.fixture
def admin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    people = '[[people]]\nname = "gao"\nroles = ["admin"]\n[[people]]\nname = "li"\n'
    (tmp_path / "copycatch.toml").write_text(f"{people}[retention]\n{RULES}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return "gao"


def test_what_is_held_is_said_and_lifted_by_an_admin(copycatch: Command, own_home: Path, admin: str) -> None:
    filled = Filled(own_home)
    name = filled.finding("held")
    assert copycatch("hold", "add", name[:12], "--reason", "案件", "--as", "li").code == 2
    (said,) = copycatch("hold", "add", name[:12], "--reason", "案件", "--as", admin, "--json").fits("hold")
    assert (said["id"], said["stands"]) == (name, True)
    assert copycatch("hold", "add", name, "--reason", "again", "--as", admin).code == 2
    assert [one["id"] for one in copycatch("hold", "list", "--json").fits("hold_list")] == [name]
    assert copycatch("hold", "release", name[:12], "--reason", "  ", "--as", admin).code == 2
    assert copycatch("hold", "release", name[:12], "--reason", "结案", "--as", admin).code == 0
    assert (
        copycatch("hold", "list").code == 0
        and copycatch("hold", "release", name, "--reason", "x", "--as", admin).code == 2
    )
    assert copycatch("hold", "add", "f1-nothing0", "--reason", "x", "--as", admin).code == 2
    assert copycatch("audit", "list", "--kind", "hold", "--json").documents[-1]["by"] == admin


def test_without_rules_nothing_goes(copycatch: Command, own_home: Path) -> None:
    Filled(own_home)
    (plan,) = copycatch("retention", "plan", "--json").fits("retention_plan")
    assert {part["count"] for part in plan["parts"]} == {0} and {part["before"] for part in plan["parts"]} == {""}


def test_only_what_was_planned_goes_and_what_is_held_or_open_never(
    copycatch: Command, own_home: Path, admin: str
) -> None:
    filled = Filled(own_home)
    copycatch("hold", "add", filled.finding("held"), "--reason", "案件", "--as", admin)
    pictures, samples = Blobs(filled.place.pictures), Blobs(filled.place.samples)
    gone = [old(pictures.path(pictures.write(b"old picture"))), old(samples.path(samples.write(b"old sample")))]
    export = filled.place.exports / "findings.csv"
    export.write_text("x")
    ours = filled.place.exports / f"{filled.notice.id}.docx"
    ours.write_text("x")
    gone.append(old(export))
    stays = [old(ours), pictures.path(pictures.write(b"new picture"))]
    (plan,) = copycatch("retention", "plan", "--json").fits("retention_plan")
    counts = {part["kind"]: part["count"] for part in plan["parts"]}
    assert counts == {"exports": 1, "notices": 1, "decided": 1, "listings": 1, "pictures": 1, "samples": 1, "pages": 2}
    assert plan["held"] == 1 and filled.there() == set(filled.judged), "a plan changes nothing"
    digest = plan["plan"]
    assert copycatch("retention", "run", "--plan", digest, "--reason", "期满", "--as", "li").code == 2
    assert copycatch("retention", "run", "--plan", "0" * 16, "--reason", "期满", "--as", admin).code == 2
    assert copycatch("retention", "run", "--plan", digest, "--reason", " ", "--as", admin).code == 2
    assert filled.there() == set(filled.judged)
    copycatch("retention", "run", "--plan", digest, "--reason", "期满", "--as", admin, "--json").fits("retention_plan")
    assert filled.there() == {"open", "running", "held", "fresh"} == filled.readable()
    assert not any(path.exists() for path in gone) and all(path.exists() for path in stays)
    with closing(open_decisions(filled.place)) as records:
        over = NoticeBook(records).get(filled.over.id)
        assert over.state == "closed" and over.content.reporter.org == "" and over.content.targets[0].seller == ""
        assert NoticeBook(records).get(filled.notice.id).content.reporter.org == "某公司"
        assert [one.value["state"] for one in records.every("audit") if one.value["what"] == "retention"] == [
            "begun",
            "done",
        ]
        assert records.latest("decision", "u1-decided").value["kind"] == "confirm", "what people decided stays"
    for check in ("audit", "archive"):
        assert copycatch(check, "verify").code == 0, check
    (again,) = copycatch("retention", "plan", "--json").fits("retention_plan")
    assert {part["count"] for part in again["parts"]} == {0}
    shown = copycatch("retention", "plan")
    assert "samples" in shown.out and copycatch("archive", "prune", "--reason", "x").code == 0
    assert filled.readable() == {"open", "running", "held", "fresh"}


def test_a_person_is_forgotten_everywhere_and_the_chain_holds(copycatch: Command, own_home: Path, admin: str) -> None:
    filled = Filled(own_home)
    copycatch("hold", "add", filled.finding("held"), "--reason", "案件", "--as", admin)
    with closing(open_decisions(filled.place)) as records:
        before = {one.seq: (one.sha256, one.chain) for one in records.every()}
    argv = ("retention", "forget", "--person", PERSON)
    assert copycatch(*argv, "--as", admin).code == 2, "no reason"
    assert copycatch(*argv, "--reason", f"{PERSON}要求", "--as", admin).code == 2, "the reason names the person"
    assert copycatch("retention", "forget", "--person", "王", "--reason", "x", "--as", admin).code == 2
    (would,) = copycatch(*argv, "--dry-run", "--as", admin, "--json").fits("retention_forget")
    assert len(would["listings"]) == 4 and PERSON in filled.all_text()
    answer = copycatch(*argv, "--reason", "第17号", "--as", admin, "--json")
    (done,) = answer.fits("retention_forget")
    held = {filled.listing("held"), filled.listing("running"), filled.notice.id}
    assert answer.code == 1 and set(done["kept"]) == held, "held things and open notices are named, and stay"
    assert done["records"] == would["records"] > 0 and done["pages"] == 4
    assert filled.readable() == {"held", "running"}
    with closing(open_index(filled.place)) as index:
        assert index.mentions([PERSON]) == held - {filled.notice.id}
        assert index.get(filled.listing("open")).value["seller"] == "███"
    with closing(open_decisions(filled.place)) as records:
        assert {one.seq: (one.sha256, one.chain) for one in records.every() if one.seq in before} == before
        assert records.latest("decision", "u1-held").value["note"] == "卖家███"
        assert NoticeBook(records).get(filled.over.id).content.targets[0].seller == "███"
        assert NoticeBook(records).get(filled.notice.id).content.targets[0].seller == PERSON
        (removal,) = list(records.every("removal"))
        assert (removal.by, removal.value["reason"]) == (admin, "第17号") and PERSON not in repr(removal.value)
    for check in ("audit", "archive"):
        assert copycatch(check, "verify").code == 0, check
    export = own_home / "audit.jsonl"
    copycatch("audit", "export", "--out", export)
    assert copycatch("audit", "verify", export).code == 0
    open_text = PERSON.encode()
    lines = [line for line in export.read_bytes().splitlines() if open_text in line]
    assert all(filled.notice.id.encode() in line for line in lines)
    copycatch("hold", "release", filled.finding("held"), "--reason", "结案", "--as", admin)
    (last,) = copycatch(*argv, "--reason", "第17号", "--as", admin, "--json").fits("retention_forget")
    assert last["listings"] == [filled.listing("held")] and filled.readable() == {"running"}
    assert copycatch("audit", "verify").code == 0


def test_no_byte_of_the_stores_says_the_name_any_more(copycatch: Command, own_home: Path, admin: str) -> None:
    filled = Filled(own_home)
    with closing(open_decisions(filled.place)) as records:
        book = NoticeBook(records)
        book.step(book.get(filled.notice.id), Step(state="closed", at=NEW, by="lin"), by="lin")
    done = copycatch("retention", "forget", "--seller", PERSON, "--reason", "第18号", "--as", admin)
    assert done.code == 0, done.err
    for path in own_home.rglob("*"):
        if path.is_file():
            assert PERSON.encode() not in path.read_bytes(), path
