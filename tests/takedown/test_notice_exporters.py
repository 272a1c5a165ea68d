"""Every format of a notice is what its official schema or library says it is, whatever stands on a page."""

import csv
import email
import io
import json
import zipfile
from contextlib import closing
from dataclasses import replace
from email import policy
from pathlib import Path

import jsonschema
import openpyxl
import pytest
import stix2
import xarf
from pymisp import MISPEvent, MISPObject
from stix2validator import ValidationOptions, validate_string

from index.party import Party
from index.protocol import Stored
from takedown.exchange import misp, observed
from takedown.exchange.observed import of_notice, of_stored, values
from takedown.exporters import exporters, notice_exporters
from takedown.exporters.mail_draft import address
from takedown.exporting import ExportError, stem
from takedown.notice import Basis, Compared, Content, Signer
from takedown.personal import impersonal
from tests.conftest import ROOT
from tests.takedown.letters.notices import FIRST, HOSTILE, NOW, context, many, notice, picture, rich, supplied
from tests.takedown.objects import target
from tests.takedown.test_exporters import finding

PERSONAL = (
    "李示例",
    "legal@example.org",
    "010-00000000",
    "EXAMPLE-0001",
    "王某某",
    "13800001111",
    "someone@mail.example",
)


def export(name: str, said: Content | None = None, *, folder: Path, **given: object) -> list[Path]:
    return notice_exporters()[name].export_notice(notice(said), context(**given), folder)


def hostile(**given: object) -> Content:
    return rich(target(title=HOSTILE, seller=HOSTILE, version=HOSTILE), summary=HOSTILE, brand_name=HOSTILE, **given)


def test_every_format_offers_what_the_command_needs() -> None:
    found = notice_exporters()
    assert {"pdf", "docx", "csv", "xlsx", "xarf", "stix", "misp", "eml", "json"} <= set(found)
    for name, module in found.items():
        assert name == module.NAME and isinstance(module.FORBIDS_PERSONAL, bool) and isinstance(module.SUFFIX, str)
    assert set(exporters()) == {"csv", "xlsx", "jsonl", "stix", "misp"}


@pytest.mark.parametrize("name", sorted(set(notice_exporters()) - {"portal"}))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_files_are_new_private_named_and_the_same_every_time(name: str, lang: str, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    first = export(name, hostile(), folder=tmp_path / "a", language=lang)
    again = export(name, hostile(), folder=tmp_path / "b", language=lang)
    assert first and [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert {path.name for path in (tmp_path / "a").iterdir()} == {path.name for path in first}, "nothing is left behind"
    for path in first:
        assert path.name.startswith(stem(notice())) and path.stat().st_mode & 0o777 == 0o600


def test_names_of_files_are_safe() -> None:
    assert stem(notice(rich(recipient="../../etc/x\x00华为"))) == "n1-0123456789ab-etcx"


@pytest.mark.parametrize("name", sorted(name for name, one in notice_exporters().items() if one.FORBIDS_PERSONAL))
def test_formats_that_forbid_personal_data_hold_none(name: str, tmp_path: Path) -> None:
    said = rich(
        replace(supplied(), title="加V 13800001111", seller="someone@mail.example"),
        summary="卖家电话13800001111，邮箱 someone@mail.example，微信：abc_12345",
        overrides={"freshness": "王某某: reason"},
    )
    for path in export(name, said, folder=tmp_path):
        written = json.dumps(json.loads(path.read_bytes()), ensure_ascii=False)
        assert not [each for each in (*PERSONAL, "abc_12345") if each in written]
        assert "小舟科技（示例）有限公司" not in written or name != "misp"


def test_a_line_of_comparison_holds_none_either() -> None:
    line = Compared(
        finding_id=FIRST, part="developer", observed="示例小铺 微信：abc_12345", genuine="a@b.example", differs=True
    )
    unknown = replace(line, observed="13800001111", genuine=None)
    bare = impersonal(rich(comparison=(line, unknown)))
    assert [(one.observed, one.genuine) for one in bare.comparison] == [("示例小铺 […]", "[…]"), ("[…]", None)]
    assert impersonal(bare) == bare


def test_a_notice_without_personal_data_keeps_its_facts() -> None:
    person = rich(
        reporter=Party(name="李示例", role="individual", uscc="1"), principal=Party(org="小舟", name="赵示例")
    )
    bare = impersonal(person)
    assert bare.reporter == Party(role="individual") and bare.principal == Party(org="小舟")
    assert bare.targets[0].url == person.targets[0].url and bare.targets[0].sample_sha256
    assert impersonal(bare) == bare


# Sheets


@pytest.mark.parametrize("number", [1, 5_000])
def test_batch_sheets_have_a_row_for_each_target(number: int, tmp_path: Path) -> None:
    said = many(number)
    (sheet,) = export("csv", said, folder=tmp_path)
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    assert len(rows) == number + 1 and {len(row) for row in rows} == {len(rows[0])}
    assert rows[-1][0] == str(number) and f"https://apps.example.org/app/{number}" in rows[-1]
    (book,) = export("xlsx", said, folder=tmp_path)
    with closing(openpyxl.load_workbook(book, read_only=True)) as sheets:
        assert sum(1 for _ in sheets["对象"].iter_rows()) == number + 1


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    said = rich(target(title="=HYPERLINK(1)", seller="@SUM(1)", price="＝1", native_id="\t-1"))
    (sheet,) = export("csv", said, folder=tmp_path)
    (_, row) = csv.reader(io.StringIO(sheet.read_text("utf-8-sig"), newline=""))
    assert "'=HYPERLINK(1)" in row and "'@SUM(1)" in row and "'＝1" in row
    (book,) = export("xlsx", said, folder=tmp_path)
    cells = [cell for each in openpyxl.load_workbook(book) for row in each.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}


# JSON


@pytest.mark.parametrize("said", [rich(), hostile(), many(50), rich(supplied())])
def test_json_follows_our_schema(said: Content, tmp_path: Path) -> None:
    schema = json.loads((ROOT / "docs/schema/notice.json").read_text("utf-8"))
    (path,) = export("json", replace(said, overrides={"gate": "a: b"}), folder=tmp_path)
    document = json.loads(path.read_bytes())
    jsonschema.validate(document, schema)
    assert document["content"]["overrides"] == {} and document["recipient_name"] == "华为应用市场"
    assert all(line["genuine"] is not None for line in document["content"]["comparison"])
    assert not set(path.read_text("utf-8")) & set("\u202e\x00")


# Mail


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mail_draft_opens_with_letter_and_attachments(lang: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    known = picture(tmp_path)
    shown = replace(known, language=lang, form=replace(known.form, address="abuse@host.example"))  # type: ignore[type-var, arg-type] # a form of the recipient
    (path,) = notice_exporters()["eml"].export_notice(notice(), shown, tmp_path / "out")
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["X-Unsent"] == "1" and mail["To"].addresses[0].addr_spec == "abuse@host.example"
    assert mail["From"].addresses[0].addr_spec == "legal@example.org"
    assert ("小舟智聊" in mail["Subject"]) and "n1-0123456789abcdef" in mail["Subject"]
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert files["screenshot-1.png"] == (tmp_path / "kept").read_bytes()
    assert files[f"{stem(notice())}.pdf"].startswith(b"%PDF") and len(files) == 2
    text = mail.get_body().get_content()  # type: ignore[union-attr] # it is there
    assert ("华为应用市场：" if lang == "zh" else "To: Huawei AppGallery") in text
    said = "以下文件未随本邮件附上：" if lang == "zh" else "Not enclosed with this mail:"
    assert said in text and f"evidence.wacz  SHA-256 {'7a' * 32}" in text.partition(said)[2]


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_header_can_be_injected(break_: str, tmp_path: Path) -> None:
    evil = f"x{break_}Bcc: thief@example.net{break_}{break_}<script>"
    said = rich(
        brand_name=evil,
        reporter=replace(rich().reporter, org=evil, name=evil, email="a@b.example"),
        fields={"to_name": evil, "to_address": f"a@b.example{break_}Bcc: thief@example.net"},
    )
    (path,) = export("eml", said, folder=tmp_path)
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert set(mail.keys()) <= {"X-Unsent", "Date", "Subject", "From", "To", "MIME-Version", "Content-Type"}
    assert "Bcc" not in mail and mail["To"] is None


def test_addresses_that_are_none_are_left_to_the_sender() -> None:
    for wrong in ("", "a", "a@b", "a b@c.example", "a@b.example, c@d.example", "..@b.example", "<a@b.example>", "a@" + "b" * 99 + ".example"):  # fmt: skip
        assert address(wrong, "x") is None
    assert str(address(" a.b+c@d.example ", '王"某')) == '"王\\"某" <a.b+c@d.example>'


def test_a_mail_holds_no_more_than_servers_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("takedown.exporters.mail_draft.MOST", 1000)
    (tmp_path / "out").mkdir()
    (path,) = notice_exporters()["eml"].export_notice(notice(), picture(tmp_path), tmp_path / "out")
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert [part.get_filename() for part in mail.iter_attachments()] == [f"{stem(notice())}.pdf"]
    assert "screenshot-1.png" in mail.get_body().get_content()  # type: ignore[union-attr] # it is there


# X-ARF


def reports(paths: list[Path]) -> list[dict[str, object]]:
    (path,) = paths
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            return [json.loads(packed.read(name)) for name in packed.namelist()]
    return [json.loads(path.read_bytes())]


@pytest.mark.parametrize(
    ("basis", "kind"),
    [("impersonation", "brand_infringement"), ("ip_trademark", "brand_infringement"), ("malware", "malware"), ("ip_copyright", "copyright")],
)  # fmt: skip
def test_x_arf_is_accepted_by_the_official_schemas(basis: Basis, kind: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    said = notice(rich(basis=basis))
    (report,) = reports(notice_exporters()["xarf"].export_notice(said, picture(tmp_path), tmp_path / "out"))
    result = xarf.parse(json.dumps(report))
    assert (result.errors, result.warnings) == ([], []) and result.report is not None
    assert report["type"] == kind and report["xarf_version"] == "4.2.0"
    assert [each["content_type"] for each in report["evidence"]] == ["application/json", "image/png"]  # type: ignore[attr-defined] # of JSON or a plain object


def test_x_arf_writes_one_report_for_each_target(tmp_path: Path) -> None:
    found = reports(export("xarf", many(30), folder=tmp_path))
    assert len(found) == 30 == len({report["report_id"] for report in found})
    assert all(xarf.parse(report).errors == [] for report in found)


@pytest.mark.parametrize("host", ["xn--fiqs8s.example", "a.xn--fiqs8s", "小舟.example", "127.0.0.1", "apps--x.example"])
def test_x_arf_leaves_out_a_domain_that_its_schema_refuses(host: str, tmp_path: Path) -> None:
    (report,) = reports(export("xarf", rich(target(url=f"https://{host}/app?q=小舟")), folder=tmp_path))
    assert "domain" not in report and xarf.parse(report).errors == []
    assert report["url"].isascii() and report["source_identifier"].isascii()  # type: ignore[attr-defined] # of JSON or a plain object


def test_x_arf_takes_the_genuine_site_of_a_form(tmp_path: Path) -> None:
    said = rich(rights=(), fields={"genuine_url": "https://xiaozhou.example.org/app"})
    (report,) = reports(export("xarf", said, folder=tmp_path))
    assert report["legitimate_site"] == "https://xiaozhou.example.org/app"


def test_x_arf_takes_no_evidence_above_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("takedown.exporters.x_arf.MOST_BYTES", 1233)
    (tmp_path / "out").mkdir()
    (report,) = reports(notice_exporters()["xarf"].export_notice(notice(), picture(tmp_path), tmp_path / "out"))
    assert len(report["evidence"]) == 1  # type: ignore[arg-type] # one of the literals, or refused


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (rich(basis="illegal_product"), "illegal_product"),
        (rich(rights=()), "rights.original_url"),
        (rich(rights=(replace(rich().rights[0], original_url="http://[::1"),)), "rights.original_url"),
        (rich(reporter=replace(rich().reporter, domain="")), "reporter.domain"),
        (rich(reporter=replace(rich().reporter, email="")), "reporter.email"),
        (rich(reporter=replace(rich().reporter, email="no mail")), "contact"),
        (rich(target(url="weixin://app/1")), "weixin://app/1"),
    ],
)
def test_what_x_arf_cannot_say_is_refused_by_name(said: Content, named: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=named):
        export("xarf", said, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


# STIX


def valid(bundle: str) -> dict[str, object]:
    result = validate_string(bundle, ValidationOptions(version="2.1", strict=True, enforce_refs=True))
    assert result.is_valid, [str(error) for error in (*result.errors, *result.warnings)]
    stix2.parse(bundle, allow_custom=False, version="2.1")
    return json.loads(bundle)  # type: ignore[no-any-return] # JSON


def patterns(bundle: dict[str, object]) -> set[str]:
    return {each["pattern"] for each in bundle["objects"] if each["type"] == "indicator"}  # type: ignore[attr-defined] # of JSON or a plain object


@pytest.mark.parametrize("tlp", ["clear", "green", "amber", "red"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_stix_is_accepted_by_library_and_validator(tlp: str, lang: str, tmp_path: Path) -> None:
    said = rich(*map(target, range(1, 4)), tlp=tlp)
    bundle, phone = export("stix", said, folder=tmp_path, language=lang)
    found = valid(bundle.read_text("utf-8"))
    assert f"[file:hashes.'SHA-256' = '{1:064x}']" in patterns(found)
    assert f"[app:cert.sha256 = '{'ab' * 32}']" in patterns(found)
    stix2.parse(phone.read_text("utf-8"), allow_custom=False, version="2.1")
    assert "[app:id='org.example.xiaozhou1']" in patterns(json.loads(phone.read_text("utf-8")))


def test_the_file_for_mvt_is_read_as_mvt_reads(tmp_path: Path) -> None:
    said = rich(target(package_name="a='b"), target(2), replace(target(3), domain="look.alike.example", kind="site"))
    phone = export("stix", said, folder=tmp_path)[1]
    kinds = set()
    for pattern in patterns(json.loads(phone.read_text("utf-8"))):
        key, value = pattern.strip("[]").split("=")  # it takes every '=' for the end of the name
        assert value.startswith("'") and value.endswith("'") and key == key.strip()
        kinds.add(key)
    expected = {"app:id", "app:cert.sha256", "app:cert.sha1", "app:cert.md5", "file:hashes.sha256", "domain-name:value"}
    assert kinds == expected


@pytest.mark.parametrize(
    "url", ["https://x.example/'] OR [file:name = 'a\\", "https://小舟.example/应用?q=1", "no address", "", "weixin://app/1", "http://[::1", "a:\n"]
)  # fmt: skip
def test_hostile_addresses_make_one_whole_pattern(url: str, tmp_path: Path) -> None:
    said = rich(target(url=url, domain="a'b.example", kind="site", title=HOSTILE, seller=HOSTILE))
    found = valid(export("stix", said, folder=tmp_path)[0].read_text("utf-8"))
    addresses = [each for each in patterns(found) if each.startswith("[url:value")]
    assert len(addresses) == ("://x" in url or "://小" in url or "://app" in url)
    assert all(each.count("'") - each.count("\\'") == 2 for each in addresses)
    assert not any(each.startswith("[domain-name") for each in patterns(found))


def test_ids_follow_from_what_they_name(tmp_path: Path) -> None:
    first = export("stix", rich(*map(target, (1, 2))), folder=tmp_path)[0].read_text("utf-8")
    second = export("stix", rich(*map(target, (2, 3))), folder=tmp_path)[0].read_text("utf-8")
    ids = [{each["id"] for each in json.loads(text)["objects"]} for text in (first, second)]
    assert {each.partition("--")[0] for each in ids[0] & ids[1]} >= {"identity", "indicator", "file", "url", "note"}


def test_what_belongs_to_others_is_no_indicator() -> None:
    def kinds(**given: object) -> set[str]:
        comparison = given.pop("comparison", ())
        (one,) = of_notice(rich(target(**given), comparison=comparison))
        return {kind for kind, _ in values(one)}

    everything = {"url", "file", "app", "cert_sha256", "cert_sha1", "cert_md5"}
    assert kinds() == everything
    testkey = "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc"
    assert kinds(signers=(Signer(sha256=testkey),)) == {"url", "file", "app"}, "a key that everybody has"
    assert kinds(package_name="com.larus.nova") == everything - {"app"}, "the genuine package"
    same = (Compared(finding_id=FIRST, part="signer", observed="ab" * 32, genuine="ab" * 32, differs=False),)
    assert kinds(comparison=same) == {"url"}, "signed by the genuine brand"
    assert "domain" not in kinds(kind="site", domain="api.deepseek.com")
    assert "domain" in kinds(kind="site", domain="deepseek.com.example")


def test_a_stored_finding_indicates_only_as_far_as_it_is_a_violation() -> None:
    said = {"url": "https://x.example/1", "marketplace": "m", "signer_sha256": "12" * 32, "sample_sha256": "34" * 32}
    assert values(of_stored(finding(**said), "zh"))
    assert not values(of_stored(finding(**{**said, "verdict": "lead"}), "zh"))
    allowed = [{"id": "a1", "reason": "own", "expires": "2027-01-01", "by": "li"}]
    assert not values(of_stored(finding(**{**said, "allowed": allowed}), "zh"))
    assert not of_stored(finding(**said), "zh").confirmed


# MISP


def test_misp_takes_the_event_and_our_template(tmp_path: Path) -> None:
    said = rich(*map(target, (1, 2)))
    (path,) = export("misp", said, folder=tmp_path)
    event = MISPEvent(strict_validation=True)
    event.load_file(path)
    assert [each.name for each in event.objects] == ["marketplace-listing", "android-app", "x509"] * 2
    assert {tag.name for tag in event.tags} == {
        "tlp:amber",
        "qinglang25:p2-6a",
        "qinglang25:p2-7",
        'rsit:fraud="masquerade"',
    }
    listing, app, _ = event.objects[:3]
    assert listing.references[0].referenced_uuid == app.uuid
    detected = {each.object_relation for each in app.attributes if each.to_ids}
    assert detected == {"appid", "sha256", "certificate", "certificate-sha256"}
    assert not [each for each in listing.attributes if each.to_ids and each.object_relation != "url"]


def test_our_template_is_one_by_the_schema_of_templates() -> None:
    import pymisp  # noqa: PLC0415 - of this test alone

    schema = Path(pymisp.__file__).parent / "data/misp-objects/schema_objects.json"
    template = json.loads((misp.TEMPLATES / "marketplace-listing/definition.json").read_text("utf-8"))
    jsonschema.Draft7Validator(json.loads(schema.read_text("utf-8"))).validate(template)
    types = json.loads((Path(pymisp.__file__).parent / "data/describeTypes.json").read_text("utf-8"))["result"]["types"]
    assert {each["misp-attribute"] for each in template["attributes"].values()} <= set(types)
    assert list(template["attributes"]) == sorted(template["attributes"])
    empty = MISPObject("marketplace-listing", strict=True, misp_objects_path_custom=misp.TEMPLATES)
    with pytest.raises(Exception, match=r"requiredOneOf|[Aa]t least one"):
        empty.to_json()


# Tables


@pytest.mark.parametrize("kind", ["findings", "listings"])
def test_stored_rows_become_stix_and_misp(kind: str) -> None:
    rows = [
        finding(HOSTILE, each, url=f"https://x.example/{each}", marketplace="m", sample_sha256=f"{each:064x}", signer_sha256="12" * 32)
        for each in range(5)
    ]  # fmt: skip
    rows = [replace(row, kind=kind) for row in rows] if kind == "findings" else [_listing(row, kind) for row in rows]
    out = io.BytesIO()
    assert exporters()["stix"].export(iter(rows), out, kind) == 5  # type: ignore[arg-type] # one of the literals, or refused
    bundle = valid(out.getvalue().decode())
    labels = {label for each in bundle["objects"] for label in each.get("labels", ())}  # type: ignore[attr-defined] # of JSON or a plain object
    assert "machine-proposal" in labels and "person-reviewed" not in labels
    assert bool(patterns(bundle)) == (kind == "findings")
    out = io.BytesIO()
    assert exporters()["misp"].export(iter(rows), out, kind) == 5  # type: ignore[arg-type] # one of the literals, or refused
    event = MISPEvent(strict_validation=True)
    event.load(json.loads(out.getvalue()))
    assert sum(each.name == "marketplace-listing" for each in event.objects) == 5


def _listing(row: Stored, kind: str) -> Stored:
    value = {name: row.value[name] for name in ("title", "url", "marketplace", "sample_sha256")}
    return replace(row, kind=kind, value={**value, "source_kind": "app_store", "package_name": "org.example"})


@pytest.mark.parametrize("name", ["stix", "misp"])
def test_an_export_of_nothing_is_still_a_document(name: str) -> None:
    out = io.BytesIO()
    assert exporters()[name].export(iter(()), out, "findings") == 0
    assert json.loads(out.getvalue())


def test_shipped_profiles_are_read_once() -> None:
    assert observed._genuine() is observed._genuine()
    assert NOW.endswith("Z")
