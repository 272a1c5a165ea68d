"""Numbers that listings and samples show, against our copies: leads at most, dated, and fair to who only calls a model."""

from collections.abc import Iterable

import pytest

from detection.judge import judge
from detection.subject import Subject
from index.model import Evidence, Judgement
from index.profiles import Developer, Name, Package, Profile
from index.registry.model import CopyState, Record

OWNER, OTHER = "北京明湖智能科技有限公司", "徐州青禾网络技术有限公司"
BRAND = Profile(
    id="minghu",
    names=(Name(text="明湖问答"),),
    packages=(Package(id="com.minghu.chat", confidence="confirmed"),),
    developers=(Developer(name=OWNER, confidence="confirmed"),),
    domains=("minghu.example",),
)
MODEL, APP = "Beijing-MingHu-20240315", "京ICP备2026031728号-2A"


class Copy:
    """A registry that holds what it is given."""

    def __init__(self, records: Iterable[Record], as_of: str | None = "2026-07-10") -> None:
        self.records = tuple(records)
        self.as_of = as_of

    def find(self, number: str) -> tuple[Record, ...]:
        return tuple(one for one in self.records if (one.number or "").casefold() == number)

    def of_entity(self, name: str) -> tuple[Record, ...]:
        return tuple(one for one in self.records if one.entity == name)

    def named(self, name: str) -> tuple[Record, ...]:
        return tuple(one for one in self.records if one.name == name)

    def state(self, register: str) -> CopyState | None:
        count = sum(one.register == register for one in self.records)
        return CopyState(register=register, records=count, imported="2026-11-28", as_of=self.as_of) if count else None


def record(register: str, number: str, entity: str = OWNER, **fields) -> Record:
    where = {"file": "list.csv", "sha256": "ab" * 32, "place": "2", "imported": "2026-11-28", "as_of": "2026-07-10"}
    return Record(register=register, number=number, entity=entity, **{"name": "明湖大模型", **where, **fields})


COPY = Copy([record("generative_ai", MODEL), record("app", APP, name="明湖问答")])


@pytest.fixture
def said(listing):
    def ask(title: str, /, *, registry=COPY, fingerprint=None, **fields) -> tuple[Judgement, list[Evidence]]:
        subject = Subject(
            listing=listing(title, **fields), fingerprint=fingerprint, profiles={BRAND.id: BRAND}, registry=registry
        )
        from detection.detectors.registry_claim import detect  # noqa: PLC0415 - found by scan everywhere else

        return judge(subject), list(detect(subject))

    return ask


def test_anothers_app_filing_is_evidence_of_a_counterfeit_and_a_lead(said) -> None:
    judgement, found = said("AI聊天助手", description=f"APP备案号：{APP}", seller=OTHER)
    assert {one.violation for one in found} == {"p1-1a", "p2-6a"}
    assert judgement.verdict == "lead"
    for one in found:
        assert one.quote == APP == f"APP备案号：{APP}"[one.start : one.end]
        assert OWNER in one.zh and OTHER in one.zh and "2026-07-10" in one.zh
        assert OWNER in one.en and "2026-07-10" in one.en


def test_its_own_filing_speaks_for_it(said) -> None:
    _, found = said("明湖问答", description=f"备案号 {MODEL} {APP}", seller=OWNER, package_name="com.minghu.chat")
    assert found and all(one.strength < 0 for one in found)
    assert {one.violation for one in found} == {"p1-1a", "p2-6a"}


def test_its_own_filing_does_not_clear_it_of_anothers_brand(said) -> None:
    number = "苏ICP备2024011122号-1A"
    fields = {"description": f"备案号 {number}", "seller": OTHER, "package_name": "com.qinghe.chat"}
    _, found = said("明湖问答", registry=Copy([record("app", number, OTHER)]), **fields)
    assert [one.violation for one in found] == ["p1-1a"] and found[0].strength < 0


@pytest.mark.parametrize(
    "description",
    [
        f"自研引擎，接入明湖大模型，备案号：{MODEL}",
        f"本应用基于明湖大模型，备案号：{MODEL}",
        f"模型名称：明湖大模型 备案号：{MODEL}",
        f"Powered by MingHu ({MODEL})",
    ],
)
def test_who_says_whose_model_it_calls_is_left_alone(said, description: str) -> None:
    judgement, found = said("AI写作", description=description, seller=OTHER)
    assert [one.strength for one in found] == [0.0]
    assert judgement.verdict == "benign"


def test_a_sample_that_calls_the_owner_of_the_number_is_left_alone(said, sample) -> None:
    app = sample("com.qinghe.chat", traits=(("model_api_host", "api.minghu.example"),))
    _, found = said("AI写作", description=f"备案号：{MODEL}", seller=OTHER, fingerprint=app)
    assert [one.strength for one in found] == [0.0]


def test_a_bare_number_of_anothers_model_is_less_than_a_lead(said) -> None:
    judgement, found = said("AI写作", description=f"备案号：{MODEL}", seller=OTHER)
    assert found[0].strength > 0 and judgement.verdict == "benign"


def test_claiming_anothers_model_as_its_own_is_a_lead(said) -> None:
    judgement, _ = said("AI写作", description=f"自主研发的大模型，备案号：{MODEL}", seller=OTHER)
    assert judgement.verdict == "lead"


@pytest.mark.parametrize("seller", [None, "青禾", "Qinghe Ltd.", "上海明湖智能科技有限公司"])
def test_who_cannot_be_compared_is_not_accused(said, seller: str | None) -> None:
    _, found = said("AI聊天助手", description=f"备案号 {APP}", seller=seller)
    assert found == []


def test_a_malformed_number_is_a_lead_and_only_where_people_wrote_it(said) -> None:
    judgement, (one,) = said("AI聊天助手", description="网信算备11010882348390123号", seller=OTHER)
    assert (one.violation, judgement.verdict) == ("p1-1a", "lead")
    assert "位数" in one.zh and "digits" in one.en
    _, found = said("AI聊天助手", image_text=("网信算备11010882348390123号",), seller=OTHER)
    assert found == []


def test_a_malformed_number_of_something_else_is_none_of_our_business(said) -> None:
    assert said("登山包", description="京ICP备2026号-1A 京ICP备20260号-1A", seller=OTHER)[1] == []


def test_what_our_copy_does_not_have_is_a_lead_only_where_it_should(said) -> None:
    judgement, (one,) = said("AI聊天助手", description="备案号：Beijing-WeiZhi-20240101", seller=OTHER)
    assert judgement.verdict == "lead" and "2026-07-10" in one.en and "official register" in one.en
    _, (newer,) = said("AI聊天助手", description="备案号：Beijing-WeiZhi-20261001", seller=OTHER)
    assert newer.strength == 0
    undated = Copy(COPY.records, as_of=None)
    _, (one,) = said("AI聊天助手", description="备案号：Beijing-WeiZhi-20240101", seller=OTHER, registry=undated)
    assert one.strength == 0
    assert said("AI聊天助手", description="备案号 京ICP备2020012345号-1A", seller=OTHER)[1] == []


def test_an_example_is_no_claim(said) -> None:
    assert said("AI聊天助手", description="备案号格式如 网信算备11010882348390123号（示例）", seller=OTHER)[1] == []


def test_many_leads_make_no_verdict(said) -> None:
    numbers = " ".join(f"Beijing-Wei{at}-202401{at:02}" for at in range(1, 20))
    judgement, found = said("AI聊天助手", description=f"备案号：{numbers}", seller=OTHER)
    assert sum(one.strength > 0 for one in found) == 1
    assert judgement.verdict == "lead"


@pytest.mark.parametrize("registry", [None, Copy([])])
def test_what_is_not_collected_adds_nothing(said, registry) -> None:
    _, found = said("AI聊天助手", description=f"备案号 {MODEL} {APP}", seller=OTHER, registry=registry)
    assert found == []


@pytest.mark.parametrize("kind", ["shop", "forum", "channel", "second_hand"])
def test_who_passes_on_an_app_is_not_who_offers_it(said, kind: str) -> None:
    assert said("AI聊天助手", description=f"备案号 {APP}", seller=OTHER, source_kind=kind)[1] == []


@pytest.mark.parametrize(
    ("kind", "value", "listed"),
    [
        ("app_filing", APP, record("app", APP)),
        ("algorithm_filing", "110108823483901240031", record("algorithm", "网信算备110108823483901240031号")),
        ("online_number", "BJ2025X0017", record("registration", "BJ2025X0017")),
    ],
)
def test_a_number_inside_the_sample_counts(said, sample, kind: str, value: str, listed: Record) -> None:
    app = sample("com.qinghe.chat", traits=((kind, value),))
    _, found = said("AI聊天助手", seller=OTHER, fingerprint=app, registry=Copy([listed]))
    assert found and all(one.strength > 0 for one in found)
    assert {(one.field, one.observed, one.quote) for one in found} == {("classes.dex", value, "")}


def test_news_that_quotes_a_number_claims_nothing(said) -> None:
    _, found = said(
        "记者调查：AI聊天应用冒用备案号",
        description=f"据报道，警方通报，记者发现某应用使用 {APP}",
        seller=OTHER,
        source_kind="site",
    )
    assert found == []


HOST = ("model_api_host", "api.deepseek.com")


def test_a_service_with_a_model_behind_it_and_no_number_is_a_weak_lead(said, sample) -> None:
    judgement, (one,) = said(
        "AI聊天助手", description="智能问答，写作翻译", seller=OTHER, fingerprint=sample("a.b", traits=(HOST,))
    )
    assert (one.violation, judgement.verdict) == ("p1-1a", "lead")
    assert "api.deepseek.com" in one.zh


@pytest.mark.parametrize(
    ("title", "description", "traits"),
    [
        ("AI聊天助手", "智能问答", ()),
        ("登山包", "大容量", (HOST,)),
        ("AI chat", "answers everything", (HOST,)),
        ("AI聊天客户端", "开源，请填入自己的 API Key", (HOST,)),
        ("AI聊天助手", "智能问答", (HOST, ("code_hidden", "x"))),
        ("AI聊天助手", "智能问答", (HOST, ("app_filing", "京ICP备2020012345号-1A"))),
        ("AI聊天助手", "备案号 京ICP备2020012345号-1A", (HOST,)),
    ],
)
def test_absence_says_nothing_without_host_service_and_a_full_look(said, sample, title, description, traits) -> None:
    assert said(title, description=description, seller=OTHER, fingerprint=sample("a.b", traits=traits))[1] == []
