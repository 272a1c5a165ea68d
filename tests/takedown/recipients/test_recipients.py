"""Every shipped recipient is sound; an operator's own file is read strictly; the right one is proposed."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from index.messages import LANGUAGES
from index.party import Party
from index.reading import ReadError
from takedown.notice import Attachment, Right
from takedown.recipients import filled, parse_recipient, proposed, real, recipients, values_at
from takedown.recipients.paths import known
from takedown.recipients.reading import SHIPPED as SHIPPED_FILES
from tests.conftest import ROOT
from tests.takedown.objects import content, target

SHIPPED = recipients()
FORMS = [(each.id, form.id) for each in SHIPPED.values() for form in each.forms]
WANTED = {
    "cac_12377", "huawei_appgallery", "tencent_myapp", "xiaomi", "vivo", "alibaba_ipp", "apple_app_store", "google_play",
    "hosting_abuse", "registrar_abuse", "dsa_16", "dmca", "ecommerce_42", "civil_code_1195", "infonet_14",
}  # fmt: skip
OWN = """
id: forum
name_zh: 示例论坛
name_en: Example forum
country: CN
channel: portal
address: https://forum.example.org/report
deadline: {unit: working_days, number: 3}
marketplaces: ["discuz:forum.example.org"]
forms:
  - id: report
    title_zh: 举报
    title_en: Report
    version: "1"
    verified_at: 2026-11-20
    source: seen by us
    unverified: false
    bases: [illegal_product]
    fields:
      - {id: link, path: targets.url, kind: urls, label_zh: 链接, label_en: Link, required: true, limit: 2000}
      - {id: words, path: summary, label_zh: 说明, label_en: Words, limit: 200, unit: gbk_bytes}
"""


def form(recipient: str, name: str = "") -> object:
    found = SHIPPED[recipient]
    return found.form(name) if name else found.forms[0]


def test_all_that_are_asked_for_are_there() -> None:
    assert set(SHIPPED) >= WANTED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_recipient_is_sound(name: str) -> None:
    found = SHIPPED[name]
    assert found.origin == "shipped"
    assert all(found.name(lang).strip() for lang in LANGUAGES)
    assert found.marketplaces or found.hosts or found.kinds, "nothing would ever propose it"
    assert found.address or found.channel in {"email", "letter", "api"}
    assert not any(law.unverified for law in found.law)


@pytest.mark.parametrize(("recipient", "name"), FORMS)
def test_a_shipped_form_is_sound(recipient: str, name: str) -> None:
    found = SHIPPED[recipient].form(name)
    assert found and found.fields and found.bases and found.source
    ids = [each.id for each in found.fields]
    assert len(ids) == len(set(ids))
    for each in found.fields:
        assert each.path in known() or each.path.startswith("fields."), each
        assert all(each.label(lang).strip() for lang in LANGUAGES)
        assert each.limit is None or each.limit > 0
    assert any(each.needed(content(basis=found.bases[0])) for each in found.fields)
    assert any(each.path in {"targets.url", "targets.package_name", "targets.native_id"} for each in found.fields)
    assert found.unverified or found.note("zh"), "what was read and what was not is said"
    to = [each for each in found.fields if each.path == "fields.to_address"]
    assert bool(to) == (SHIPPED[recipient].address == "" and SHIPPED[recipient].channel != "api")


def test_dmca_is_for_copyright_only_and_no_recipient_takes_requests_of_depicted_persons() -> None:
    assert form("dmca").bases == ("ip_copyright",)
    assert not any("victim_ncii" in each.form(name).bases for each in SHIPPED.values() for name in [each.forms[0].id])


def test_forms_that_nobody_saw_are_marked() -> None:
    for recipient in ("cac_12377", "huawei_appgallery", "xiaomi", "vivo"):
        for each in SHIPPED[recipient].forms:
            assert each.unverified
            assert each.note("zh") and each.note("en")


def test_an_operators_own_file_is_read_after_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "forum.yml").write_text(OWN, "utf-8")
    (tmp_path / "jd.yml").write_text(OWN.replace("id: forum", "id: jd"), "utf-8")
    found = recipients(tmp_path)
    assert found["forum"].origin == found["jd"].origin == "own"
    assert found["forum"].forms[0].verified_at == "2026-11-20"
    assert found["jd"].name_en == "Example forum"
    assert set(found) == {*SHIPPED, "forum"}
    assert recipients(tmp_path / "missing") == SHIPPED


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("country: CN", "country: CN\ncolour: red", "colour"),
        ("    version:", "    colour: red\n    version:", "colour"),
        ("kind: urls,", "kind: urls, colour: red,", "colour"),
        ("{unit: working_days,", "{unit: working_days, colour: red,", "colour"),
        ("kind: urls", "kind: links", "links"),
        ("country: CN", "country: CN\nname_en: Twice", "name_en"),
        ("kind: urls", "kind: urls, id: twice", "line 20: id"),
        ("path: summary", "path: targets.colour", "targets.colour"),
        ("path: summary", "path: fields.Colour", "fields.Colour"),
        ("id: words", "id: link", "link"),
        ("limit: 200,", "limit: 0,", "limit"),
        ("limit: 200,", "limit: many,", "limit"),
        ("verified_at: 2026-11-20", "verified_at: 2026-13-20", "verified_at"),
        ("verified_at: 2026-11-20", "verified_at: lately", "verified_at"),
        ("id: forum\n", "id: forums\n", "forums"),
        ("id: report", "id: Report", "Report"),
        ("number: 3", "number: 0", "number"),
        (", number: 3", "", "working_days"),
        ("label_zh: 链接", "label_zh: ''", "label_zh"),
        ("bases: [illegal_product]", "bases: []", "bases"),
        ("bases: [illegal_product]", "bases: [dislike]", "dislike"),
        ("    title_zh: 举报", "    like: nothing", "nothing"),
        ("    title_zh: 举报", "    like: [a]", "packet"),
        ("required: true", "required: true, required_if: [dislike]", "dislike"),
        ("source: seen by us", "source: &a x\n    note_en: *a", "references"),
        ("name_zh: 示例论坛", "name_zh: [", "forum.yml"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(old: str, new: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    assert old in OWN
    with pytest.raises(ReadError) as raised:
        parse_recipient(OWN.replace(old, new, 1), "forum.yml")
    assert "forum.yml" in str(raised.value)
    assert named in str(raised.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "a: b", "forms: 3", "forms: [3]", "\x00", "a: " + "[" * 5000, "- &a [*a]"]
)
def test_no_recipient_at_all_is_an_error_with_the_file(text: str) -> None:
    with pytest.raises(ReadError, match=r"forum\.yml"):
        parse_recipient(text, "forum.yml")


def test_an_unreadable_file_is_an_error_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_bytes(b"id: \xff\xfe")
    with pytest.raises(ReadError, match=r"bad\.yml"):
        recipients(tmp_path)
    (tmp_path / "bad.yml").write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(ReadError, match=r"bad\.yml"):
        recipients(tmp_path)


def test_an_escalation_to_nobody_is_refused(tmp_path: Path) -> None:
    (tmp_path / "forum.yml").write_text(OWN.replace("forms:", "escalation: [nobody]\nforms:", 1), "utf-8")
    with pytest.raises(ReadError, match="nobody"):
        recipients(tmp_path)


def test_the_owner_is_the_principal_where_there_is_one() -> None:
    own, acted = content(), content(principal=Party(org="小舟科技（示例）"), reporter=Party(org="示例代理"))
    assert values_at(own, "owner.org") == (own.reporter.org,)
    assert values_at(own, "agent.org") == ()
    assert values_at(acted, "owner.org") == ("小舟科技（示例）",)
    assert values_at(acted, "agent.org") == ("示例代理",)
    assert (real(own, "owner.org"), real(acted, "owner.org")) == ("reporter.org", "principal.org")
    assert real(own, "allegations.title") == "allegations.title_zh"


def test_a_value_is_found_wherever_it_stands() -> None:
    said = content(
        rights=(Right(kind="trademark", title="小舟", classes=(9, 42)),),
        fields={"site": " taobao "},
        attachments=(Attachment(kind="screenshot", name="a.png", sha256="0" * 64, size=1, media_type="image/png"),),
    )
    assert values_at(said, "rights.classes") == ("9, 42",)
    assert values_at(said, "fields.site") == ("taobao",)
    assert values_at(said, "attachments.screenshot") == values_at(said, "attachments") == ("a.png",)
    assert values_at(said, "statements.good_faith") == ("true",)
    assert values_at(said, "targets.signers.sha256") == ("ab" * 32,)
    assert values_at(said, "allegations.title") == ("仿冒AI应用",)
    assert values_at(replace(said, language="en"), "allegations.title") == ("Counterfeit AI app",)
    with pytest.raises(KeyError):
        values_at(said, "targets.colour")


@pytest.mark.parametrize("path", sorted(known()))
def test_every_path_can_be_read(path: str) -> None:
    assert isinstance(values_at(content(rights=(Right(kind="trademark", title="小舟"),)), path), tuple)


def test_what_is_missing_is_named_by_target() -> None:
    said = content(target(1), target(2, package_name=""), target(3), recipient="google_play")
    missing = {each.field.id: each.missing for each in filled(form("google_play"), said) if each.missing}
    assert missing == {"package": (target(2).finding_id,), "policy": ("fields.policy",)}


def test_an_agent_needs_an_authorisation() -> None:
    acted = content(principal=Party(org="小舟科技（示例）"))
    ids = [each.field.id for each in filled(form("huawei_appgallery"), acted) if each.missing]
    assert "authorization" in ids
    assert "authorization" not in [
        each.field.id for each in filled(form("huawei_appgallery"), content()) if each.needed
    ]


def test_five_thousand_targets_are_filled_in() -> None:
    many = content(*(target(number) for number in range(1, 5001)))
    found = {each.field.id: each for each in filled(form("huawei_appgallery"), many)}
    assert len(found["item_link"].values) == 5000
    assert not found["item_link"].missing
    chosen = [proposed(SHIPPED, each)[0].recipient.id for each in many.targets]
    assert len(chosen) == 5000


@pytest.mark.parametrize(
    ("given", "first", "why"),
    [
        ({"marketplace": "huawei_appgallery"}, "huawei_appgallery", "marketplace"),
        ({"marketplace": "xianyu", "kind": "listing"}, "alibaba_ipp", "marketplace"),
        ({"marketplace": "list", "url": "https://item.taobao.com/item.htm?id=1"}, "alibaba_ipp", "host"),
        ({"marketplace": "list", "url": "https://nottaobao.com/item"}, "ecommerce_42", "kind"),
        ({"marketplace": "google_play", "url": "https://apps.apple.com/cn/app/id1"}, "google_play", "marketplace"),
        ({"marketplace": "site", "kind": "site", "url": "https://xiaozhou.example.com", "domain": "xiaozhou.example.com"}, "registrar_abuse", "kind"),
        ({"marketplace": "site", "kind": "site", "url": "http://[broken"}, "registrar_abuse", "kind"),
    ],
)  # fmt: skip
def test_the_right_recipient_is_proposed_first(given: dict[str, str], first: str, why: str) -> None:
    found = proposed(SHIPPED, target(**given))
    assert (found[0].recipient.id, found[0].why) == (first, why)
    assert len({each.recipient.id for each in found}) == len(found)


def test_a_basis_leaves_only_whoever_takes_it() -> None:
    found = [each.recipient.id for each in proposed(SHIPPED, target(marketplace="huawei_appgallery"), "ip_copyright")]
    assert found[0] == "huawei_appgallery"
    assert {"dmca", "infonet_14"} <= set(found)
    assert not {"cac_12377", "operator"} & set(found)
    assert not proposed(SHIPPED, target(), "victim_ncii")


def test_an_offer_at_an_unknown_place_goes_to_its_operator_before_it_goes_to_an_authority() -> None:
    found = [
        each.recipient.id for each in proposed(SHIPPED, target(marketplace="list", kind="listing"), "illegal_product")
    ]
    assert found.index("operator") < found.index("cac_12377")


def test_the_law_of_the_place_comes_before_that_of_others() -> None:
    found = [each.recipient.id for each in proposed(SHIPPED, target(marketplace="huawei_appgallery"))]
    assert found.index("ecommerce_42") < found.index("dsa_16")


def test_the_example_of_the_manual_can_be_read() -> None:
    manual = (ROOT / "docs/recipients.md").read_text("utf-8")
    example = manual.partition("```yaml\n")[2].partition("```")[0]
    found = parse_recipient(example, "example_forum.yml")
    assert [each.id for each in found.forms] == ["report", "complaint"]
    assert found.forms[1].unverified


@pytest.mark.parametrize(
    "path", [*SHIPPED_FILES.glob("*.yml"), *SHIPPED_FILES.glob("packets/*.yml")], ids=lambda path: path.stem
)
def test_a_damaged_file_is_read_or_refused_by_name(path: Path) -> None:
    chance, text = Random(path.stem), path.read_text("utf-8")
    for _ in range(25):
        lines = text.split("\n")
        at = chance.randrange(len(lines))
        odd = chance.choice(
            ["null", "[]", "{}", "-1", "1e999", "''", "\x00", "&a", "!!python/object:os.system", "{a: b}", "字"]
        )
        head, colon, _ = lines[at].partition(":")
        lines[at : at + 1] = chance.choice([[], [lines[at], lines[at]], [f"{head}{colon} {odd}"], [lines[at] + odd]])
        try:
            parse_recipient("\n".join(lines), path.name)
        except ReadError as error:
            assert path.name in str(error)  # noqa: PT017 - most damage is an error, some is none
