"""Gates: what keeps a notice in the house. Every refusal is provoked by one change to a notice that passes."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from index.allowed import Scope
from index.messages import LANGUAGES
from index.party import Party
from index.protocol import Index
from index.records import Decisions
from takedown.answers import all_answers
from takedown.decision import Decision
from takedown.gates import check, gates, passes
from takedown.gating import Authors, Case, Refusal, authors
from takedown.lifecycle.asks import Ask
from takedown.material import material
from takedown.moved import Moved, moved
from takedown.named_before import named_before
from takedown.notice import Attachment, Content, Look, Notice, Quote, Right, Statements, Step
from takedown.notices import NoticeBook
from takedown.papers import Paper
from takedown.recipients import Field, Form, Recipient, filled, real, recipients
from takedown.targets import Targets
from tests.takedown.objects import AT, allegation, content, target
from tests.takedown.stored import counterfeit, fingerprint, put

NOW = "2026-11-25T10:00:00Z"
KNOWN = recipients()
FORMS = [(each, form) for each in KNOWN.values() for form in each.forms]
CASES = [(each, form, basis) for each, form in FORMS for basis in form.bases]


def paper(**given: Any) -> Paper:
    said: dict[str, Any] = {
        "id": "p1-mark",
        "kind": "mark",
        "title": "小舟智聊",
        "owner": "委托方（示例）",
        "valid_to": "2030-01-01",
        "sha256": "aa" * 32,
        "size": 10,
    }
    return Paper(**{**said, **given})


PAPERS = {
    "p1-mark": paper(),
    "p1-letter": paper(id="p1-letter", kind="authorisation", title="授权委托书", agent="小舟科技（示例）有限公司"),
}


def full(recipient: Recipient, form: Form, basis: Any) -> Content:
    """A notice that says everything that this form could ask."""
    party = content().reporter
    reporter = replace(party, role="regulator" if basis == "administrative_referral" else "agent", uscc="EXAMPLE")
    kind = "copyright" if basis == "ip_copyright" else "trademark"
    region = recipient.country or "CN"
    right = Right(
        kind=kind,
        title="小舟智聊",
        number="EXAMPLE-1",
        jurisdiction=region,
        classes=(9, 35, 42),
        owner="委托方（示例）",
        valid_from="2020-01-01",
        valid_to="2030-01-01",
        paper="p1-mark",
        original_url="https://genuine.example.org/",
    )
    rights = (right,) if basis.startswith("ip_") or form.needs_rights else ()
    kinds = ("screenshot", "page", "fingerprint", "comparison", "certificate", "paper", "custody", "letter", "other")
    files = tuple(
        Attachment(kind=each, name=f"{each}.png", sha256="aa" * 32, size=10, media_type="image/png") for each in kinds
    )
    one = target(
        kind=(recipient.kinds or ("app",))[0],
        marketplace=recipient.marketplaces[0].replace("*", "x") if recipient.marketplaces else "a:b",
        price="￥9",
        domain="apps.example.org",
        filings=("粤ICP备2025000001号",),
    )
    made = content(
        one,
        recipient=recipient.id,
        form=form.id,
        form_version=form.version,
        basis=basis,
        jurisdiction=region,
        language=form.languages[0],
        action=form.actions[0],
        reporter=reporter,
        principal=replace(party, org="委托方（示例）", uscc="EXAMPLE"),
        authorization="p1-letter",
        rights=rights,
        attachments=files,
        statements=Statements(
            good_faith=True, accuracy=True, perjury="perjury" in form.statements, liability=True, signed_by="李示例", signed_at=AT
        ),
        resubmits="EXAMPLE-0",
    )  # fmt: skip
    free = {each.path.partition(".")[2]: _answer(each) for each in form.fields if each.path.startswith("fields.")}
    return replace(made, fields=free)


def _answer(field: Field) -> str:
    return field.choices[0].value if field.choices else "甲"


def case(made: Content, **given: Any) -> Case:
    """The notice as lin drafted and wang approved it."""
    steps = (
        Step(state="draft", at=AT, by="lin", digest=made.digest),
        Step(state="approved", at=AT, by="wang", digest=made.digest),
    )
    recipient = KNOWN.get(made.recipient)
    said: dict[str, Any] = {
        "notice": Notice(id="n1-test", version=1, content=made, steps=steps),
        "now": NOW,
        "recipient": recipient,
        "form": recipient.form(made.form) if recipient else None,
        "authors": Authors(drafter="lin", last="lin"),
        "roles": {"lin": ("analyst",), "wang": ("reviewer",), "zhao": ("admin",)},
        "confirmed": {each.finding_id: "u1-a:1" for each in made.targets},
        "papers": PAPERS,
        "kept": {"aa" * 32: 10, "bb" * 32: 20}.get,
    }
    return Case(**{**said, **given})


def huawei(basis: Any = "ip_trademark", **given: Any) -> Content:
    recipient = KNOWN["huawei_appgallery"]
    return replace(full(recipient, recipient.forms[0], basis), **given)


def blocking(made: Content, **given: Any) -> list[Refusal]:
    return [one for one in check(case(made, **given)) if one.blocks]


def only(made: Content, message: str, **given: Any) -> list[Refusal]:
    """The refusals, which are all of this one kind and speak both languages."""
    found = blocking(made, **given)
    assert {one.message for one in found} == {f"gate.{message}"}, found
    assert all(one.zh and one.en and one.zh != one.en for one in found)
    return found


@pytest.mark.parametrize(("recipient", "form", "basis"), CASES, ids=lambda one: getattr(one, "id", one))
def test_a_complete_notice_passes_for_every_form_and_basis(recipient: Recipient, form: Form, basis: str) -> None:
    assert blocking(full(recipient, form, basis)) == []


def _required() -> Iterator[Any]:
    for recipient, form, basis in CASES:
        made = full(recipient, form, basis)
        for each in form.fields:
            if each.needed(made):
                yield pytest.param(recipient, form, basis, each, id=f"{recipient.id}-{form.id}-{basis}-{each.id}")


@pytest.mark.parametrize(("recipient", "form", "basis", "field"), list(_required()))
def test_every_required_field_of_every_recipient_is_missed_by_its_name(
    recipient: Recipient, form: Form, basis: str, field: Field
) -> None:
    made = full(recipient, form, basis)
    emptied = without(made, real(made, field.path))
    assert next(one for one in filled(form, emptied) if one.field == field).missing
    named = [one for one in blocking(emptied) if one.field == real(emptied, field.path) and one.gate == "fields"]
    assert any(field.label_zh in one.zh and field.label_en in one.en for one in named), named


@pytest.mark.parametrize(("recipient", "form"), FORMS, ids=lambda one: one.id)
def test_every_statement_that_a_form_wants_is_missed_by_its_name(recipient: Recipient, form: Form) -> None:
    made = full(recipient, form, form.bases[0])
    for name in form.statements:
        silent = replace(made, statements=replace(made.statements, **{name: False}))
        assert f"statements.{name}" in {one.field for one in blocking(silent)}
    if form.statements:
        unsigned = replace(made, statements=replace(made.statements, signed_by=" "))
        assert "statements.signed_by" in {one.field for one in blocking(unsigned)}


def without(made: Any, path: str) -> Any:
    """The content with nothing at that path, wherever it leads."""
    head, _, rest = path.partition(".")
    if head == "fields":
        return replace(made, fields={name: value for name, value in made.fields.items() if name != rest})
    if head == "attachments":
        return replace(made, attachments=tuple(one for one in made.attachments if rest not in {"", one.kind}))
    held = getattr(made, head)
    if rest and isinstance(held, tuple):
        return replace(made, **{head: tuple(without(one, rest) for one in held)})
    if rest:
        return replace(made, **{head: without(held, rest)})
    return replace(made, **{head: _nothing(held)})


def _nothing(held: Any) -> Any:
    if is_dataclass(held) and not isinstance(held, type):
        return type(held)(**{each.name: _nothing(getattr(held, each.name)) for each in fields(held)})
    return None if isinstance(held, int) and not isinstance(held, bool) else type(held)()


def test_every_gate_has_a_name_in_both_languages() -> None:
    from index.messages import text  # noqa: PLC0415 - for this test only

    assert {"approval", "fields", "looks", "papers"} <= set(gates())
    assert all(text(f"gate.name.{name}", lang) for name in gates() for lang in LANGUAGES)


# approval


def test_nobody_approves_alone() -> None:
    made = huawei()
    draft = Notice(id="n1-a", version=1, content=made, steps=(Step(state="draft", at=AT, by="lin"),))
    only(made, "no_approval", notice=draft)
    only(made, "own_approval", authors=Authors(drafter="wang", last="lin"))
    only(made, "own_approval", authors=Authors(drafter="lin", last="wang"))
    only(made, "approver_role", roles={"wang": ("analyst",)})
    only(made, "approver_role", roles={})


def test_any_later_edit_voids_the_approval() -> None:
    made = huawei()
    seen = case(made).notice
    only(replace(made, summary=made.summary + " "), "approval_void", notice=replace(seen, content=replace(made, summary=made.summary + " ")))  # fmt: skip


def test_who_wrote_it_is_read_from_the_records(records: Decisions) -> None:
    book = NoticeBook(records)
    notice = book.draft(huawei(), at=AT, by="lin")
    assert authors(records, notice) == Authors(drafter="lin", last="lin")
    notice = book.edit(notice, replace(notice.content, overrides={"observed": "wang: x"}), at=AT, by="wang")
    assert authors(records, notice) == Authors(drafter="lin", last="lin"), "an override is no authorship"
    notice = book.edit(notice, replace(notice.content, summary="改"), at=AT, by="wang")
    assert authors(records, notice) == Authors(drafter="lin", last="wang")
    notice = book.edit(notice, notice.content, at=AT, by="lin")
    assert authors(records, notice) == Authors(drafter="lin", last="lin"), "who saves it again stands for it"


# basis, one right, recipient


def test_the_basis_fits_the_form_and_the_sender() -> None:
    assert {one.message for one in blocking(huawei(basis="malware", rights=()))} == {"gate.basis_not_taken"}
    assert "gate.no_right" in {one.message for one in blocking(huawei(rights=()))}
    referral = full(KNOWN["cac_12377"], KNOWN["cac_12377"].forms[0], "administrative_referral")
    only(replace(referral, reporter=replace(referral.reporter, role="agent")), "no_authority")


def test_dmca_is_for_copyright_only() -> None:
    recipient = KNOWN["dmca"]
    made = full(recipient, recipient.forms[0], "ip_copyright")
    widened = replace(recipient.forms[0], bases=("ip_copyright", "ip_trademark"))
    said = {one.message for one in blocking(replace(made, basis="ip_trademark"), form=widened)}
    assert "gate.copyright_only" in said, "even where somebody's own file says otherwise"


def test_take_it_down_is_never_for_a_listing() -> None:
    recipient = KNOWN["operator"]
    form = replace(recipient.forms[0], bases=("victim_ncii",))
    made = replace(full(recipient, recipient.forms[0], "malware"), basis="victim_ncii", principal=None)
    person = replace(made, reporter=replace(made.reporter, role="individual"))
    for kind in ("app", "listing", "site", "bot", "mini_program", "account"):
        held = replace(person, targets=(replace(person.targets[0], kind=kind),))  # type: ignore[arg-type] # one of the literals, or refused
        assert "gate.ncii_listing" in {one.message for one in blocking(held, form=form)}
    post = replace(person, targets=(replace(person.targets[0], kind="post"),))
    assert blocking(post, form=form) == []
    assert "gate.ncii_person" in {one.message for one in blocking(replace(post, reporter=made.reporter), form=form)}


def test_one_kind_of_right_per_notice() -> None:
    made = huawei()
    right = made.rights[0]
    only(replace(made, rights=(right, replace(right, kind="copyright"))), "several_rights")
    only(replace(made, rights=(replace(right, kind="copyright"),)), "other_right")


def test_a_form_that_moved_or_is_gone_is_said() -> None:
    only(huawei(form_version="2020-01"), "form_moved")
    only(huawei(recipient="nobody"), "no_recipient")
    only(huawei(form="none"), "no_form")
    assert [one.field for one in only(huawei(language="en"), "language", form=replace(KNOWN["huawei_appgallery"].forms[0], languages=("zh",)))] == ["language"]  # fmt: skip
    only(huawei(action="label"), "action")
    some = tuple(target(number) for number in range(3))
    only(huawei(targets=some), "too_many", form=replace(KNOWN["huawei_appgallery"].forms[0], max_targets=2))


def test_the_wrong_desk_and_an_unverified_form_are_said_and_block_nothing() -> None:
    said = check(case(huawei(targets=(target(marketplace="shop:other.example", url="https://other.example/1"),))))
    assert {"gate.other_desk", "gate.unverified"} <= {one.message for one in said} and passes(said)


# fields


def test_answers_that_the_form_does_not_offer_or_know_are_refused() -> None:
    assert [one.field for one in only(huawei(fields={"colour": "red"}), "unknown_field")] == ["fields.colour"]
    recipient, form, field = next(
        (each, form, field)
        for each, form in FORMS
        for field in form.fields
        if field.choices and field.path.startswith("fields.")
    )
    made = full(recipient, form, form.bases[0])
    wrong = replace(made, fields={**made.fields, field.path.partition(".")[2]: "=cmd()"})
    assert [one.field for one in only(wrong, "not_offered")] == [field.path]


def test_statements_are_signed_by_somebody() -> None:
    made = huawei()
    said = {one.field for one in blocking(replace(made, statements=Statements()))}
    assert {"statements.accuracy", "statements.good_faith", "statements.liability", "statements.signed_by"} <= said


def test_what_is_missing_of_some_targets_names_each() -> None:
    some = tuple(target(number, title="" if number % 2 else "甲") for number in range(6))
    found = only(huawei(targets=some), "missing_of_target")
    assert [one.finding_id for one in found] == [some[number].finding_id for number in (1, 3, 5)]
    assert all(one.field == "targets.title" for one in found)


def test_too_long_is_said_and_left_to_the_sheet() -> None:
    recipient, form, field = next(
        (each, form, field)
        for each, form in FORMS
        for field in form.fields
        if field.limit and field.path in {"summary", "targets.title"}
    )
    made = full(recipient, form, form.bases[0])
    long = "长" * (field.limit or 0) * 2
    held = replace(made, summary=long) if field.path == "summary" else replace(made, targets=(replace(made.targets[0], title=long),))  # fmt: skip
    said = [one for one in check(case(held)) if one.message == "gate.too_long"]
    assert said and not said[0].blocks and said[0].field == field.path


# looks


@pytest.mark.parametrize(
    ("look", "newer", "message"),
    [
        (None, (), "look_never"),
        (Look(at="2026-11-24T10:00:00Z", state="seen"), (), "look_old"),
        (Look(at="2026-11-24T10:00:01Z", state="seen"), (), None),
        (None, (Look(at="2026-11-25T09:00:00Z", state="seen"),), None),
        (Look(at=AT, state="seen"), (Look(at="2026-11-25T09:00:00Z", state="gone"),), "look_absent"),
        (Look(at=AT, state="seen"), (Look(at="2026-11-25T09:00:00Z", state="off_shelf"),), "look_absent"),
        (Look(at=AT, state="gone"), (Look(at="2026-11-25T09:00:00Z", state="seen"),), None),
        (Look(at=AT, state="blocked"), (), "look_blocked"),
        (Look(at=AT, state="seen"), (Look(at="2026-11-25T09:00:00Z", state="blocked"),), None),
        (Look(at="2026-11-25T10:05:01Z", state="seen"), (), "look_ahead"),
        (Look(at="2099-01-01T00:00:00Z", state="seen"), (Look(at=AT, state="seen"),), "look_ahead"),
        (Look(at="2026-11-25T10:04:59Z", state="seen"), (), None),
    ],
)
def test_every_address_was_seen_lately(look: Look | None, newer: tuple[Look, ...], message: str | None) -> None:
    held = target(2, look=look)
    made = huawei(targets=(target(1), held))
    if message is None:
        assert blocking(made, looks={held.finding_id: newer}) == []
    else:
        found = only(made, message, looks={held.finding_id: newer})
        assert [one.finding_id for one in found] == [held.finding_id] and held.url in found[0].zh


SAID = Look(at=AT, state="seen", by="陈示例", statement="应用仍在架，可以下载", picture_sha256="bb" * 32)
BLOCKED = (Look(at="2026-11-23T00:00:00Z", state="seen"), Look(at="2026-11-25T07:00:00Z", state="blocked"))


@pytest.mark.parametrize(
    ("change", "machine", "message"),
    [
        ({}, BLOCKED, None),
        ({}, (), None),
        ({}, BLOCKED[:1], "look_by_machine"),
        ({"statement": " "}, BLOCKED, "look_no_words"),
        ({"picture_sha256": ""}, BLOCKED, "look_no_picture"),
        ({"picture_sha256": "cc" * 32}, BLOCKED, "look_picture_gone"),
        ({"at": "2026-11-24T09:00:00Z"}, BLOCKED, "look_old"),
        ({"at": "2026-11-26T09:00:00Z"}, BLOCKED, "look_ahead"),
        ({}, (Look(at="2026-11-25T09:00:00Z", state="gone"),), "look_absent"),
    ],
)
def test_where_a_machine_is_blocked_a_named_person_shows_what_they_saw(
    change: Mapping[str, str], machine: tuple[Look, ...], message: str | None
) -> None:
    one = target(look=replace(SAID, **change))  # type: ignore[arg-type] # one of the literals, or refused
    made = huawei(targets=(one,))
    if message is None:
        assert blocking(made, looks={one.finding_id: machine}) == []
    else:
        only(made, message, looks={one.finding_id: machine})


# observed


LEAD = allegation(violation="p1-4d", observability="lead")


def test_leads_alone_need_a_reviewer_with_a_reason() -> None:
    only(huawei(allegations=(LEAD,)), "only_leads")
    only(huawei(allegations=(replace(LEAD, observability="direct"),)), "only_leads")
    said = check(case(huawei(allegations=(LEAD,), overrides={"observed": "wang: 已向厂商核实"})))
    assert passes(said) and [one.overridden for one in said if one.gate == "observed"] == ["wang: 已向厂商核实"]
    for wrong in ("lin: 理由", "nobody: 理由", "wang: ", "wang:理由", "理由"):
        only(huawei(allegations=(LEAD,), overrides={"observed": wrong}), "only_leads")


def test_only_some_gates_can_be_overridden() -> None:
    made = huawei(rights=(), overrides=dict.fromkeys(gates(), "wang: 理由"))
    assert not passes(check(case(made)))


def test_every_target_needs_something_that_was_seen() -> None:
    some = (target(1), target(2))
    alleged = (allegation(targets=(some[0].finding_id,)), replace(LEAD, targets=(some[1].finding_id,)))
    found = only(huawei(targets=some, allegations=alleged), "only_leads_here")
    assert [one.finding_id for one in found] == [some[1].finding_id]


def test_a_confirmation_that_was_taken_back_stops_the_notice() -> None:
    only(huawei(), "not_confirmed", confirmed={})
    one = huawei().targets[0].finding_id
    assert blocking(huawei(), confirmed={"f1-now": "u1-a:1"}, current={one: "f1-now"}.get) == []


def test_what_changed_since_it_was_confirmed_or_written_down_stops_the_notice() -> None:
    one = huawei().targets[0].finding_id
    found = only(huawei(), "reopened", moved={one: Moved(decided=("signer", "price"), written=("sample",))})
    assert "signer" in found[0].en and "价位" in found[0].zh
    assert only(huawei(), "outdated", moved={one: Moved(written=("sample",))})[0].field == "targets"


def test_counters_and_dates_move_nothing_and_a_new_sample_does(index: Index, records: Decisions) -> None:
    one = counterfeit(1)
    (name,) = put(index, one)
    hit, listing = index.get(name), index.get(one.findings[0].listing_id)
    assert hit is not None and listing is not None
    scope = Scope(kind="offer", value=listing.id)
    said = Decision(
        unit="u1-a", finding_ids=(name,), kind="confirm", scope=scope, decided_by="lin", decided_at=AT,
        material={name: material(hit.value, listing.value, index.ties([listing.id]).get(listing.id, ()))},
    )  # fmt: skip
    records.append("decision", "u1-a", said, at=AT, by="lin", about=(name,))
    written = Targets(index).make(hit, listing, ())
    counted = replace(one, listing=replace(one.listing, counters={"downloads": 9.0}, version="2.2"))
    put(index, counted, at="2026-11-26T08:00:00Z")
    assert moved(index, all_answers(records), [written]) == {}
    other = counterfeit(1, package_name="org.example.else")
    sample = replace(fingerprint(7), package="org.example.else")
    put(index, replace(other, sample=sample, findings=(replace(other.findings[0], sample_sha256=sample.sha256),)))
    found = moved(index, all_answers(records), [written])[name]
    assert {"package", "sample"} <= set(found.decided) and set(found.written) == {"package", "sample"}


# papers, reach


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"valid_to": "2026-11-24"}, "paper_expired"),
        ({"valid_from": "2026-12-01"}, "paper_not_yet"),
        ({"removed": True}, "paper_missing"),
        ({"sha256": ""}, "paper_no_file"),
        ({"sha256": "dd" * 32}, "paper_no_file"),
    ],
)
@pytest.mark.parametrize(("name", "path"), [("p1-mark", "rights.paper"), ("p1-letter", "authorization")])
def test_a_paper_that_does_not_hold_is_refused(change: Any, message: str, name: str, path: str) -> None:
    held = {**PAPERS, name: replace(PAPERS[name], **change)}
    assert {one.field for one in only(huawei(), message, papers=held)} == {path}


def test_a_paper_that_ends_soon_is_said_before_it_does() -> None:
    held = {**PAPERS, "p1-mark": paper(valid_to="2026-12-24")}
    said = check(case(huawei(), papers=held))
    assert passes(said) and "gate.paper_expiring" in {one.message for one in said}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "mark"}, "no_authorisation_paper"),
        ({"owner": "别人"}, "authority_of_another"),
        ({"agent": "别人"}, "authority_for_another"),
        ({"brand": "dabo"}, "authority_other_brand"),
    ],
)
def test_authority_is_for_this_sender_principal_and_brand(change: Any, message: str) -> None:
    only(huawei(), message, papers={**PAPERS, "p1-letter": replace(PAPERS["p1-letter"], **change)})


def test_a_right_of_somebody_else_or_without_proof_is_refused() -> None:
    made = huawei()
    right = made.rights[0]
    only(replace(made, rights=(replace(right, paper=""),)), "right_unproven")
    only(replace(made, rights=(replace(right, owner="别人"),)), "other_owner")
    only(replace(made, rights=(replace(right, jurisdiction="US"),)), "region")
    only(replace(made, rights=(replace(right, classes=(25, 30)),)), "class")
    only(replace(made, rights=(replace(right, classes=()),)), "no_class")
    assert {one.message for one in blocking(replace(made, authorization=""))} == {"gate.no_authorization", "gate.missing"}  # fmt: skip
    let = replace(made, rights=(replace(right, classes=(25,)),), overrides={"reach": "wang: 驰名商标"})
    assert blocking(let) == []


# files, media, personal, asked


def test_attachments_are_the_files_that_were_attached() -> None:
    made = huawei()
    lost = replace(made.attachments[0], sha256="ee" * 32)
    only(replace(made, attachments=(lost, *made.attachments[1:], made.attachments[0])), "file_missing")
    grown = replace(made.attachments[0], size=11)
    only(replace(made, attachments=(grown, *made.attachments[1:])), "file_changed")


@pytest.mark.parametrize("violation", ["p1-1b", "p2-3", "p2-3a"])
def test_no_sexual_media_leaves_the_house(violation: str) -> None:
    alleged = (allegation(violation=violation),)
    shot = Attachment(kind="screenshot", name="a.png", sha256="bb" * 32, size=20, media_type="image/png")
    made = huawei(allegations=alleged)
    papers = tuple(one for one in made.attachments if one.kind == "paper")
    held = replace(made, attachments=(*papers, shot))
    only(held, "sexual_media")
    assert blocking(held, masked=frozenset({"bb" * 32})) == []
    clip = replace(shot, kind="page", media_type="video/mp4")
    assert "gate.sexual_media" in {one.message for one in blocking(replace(held, attachments=(*papers, shot, replace(clip, kind="other"))))}  # fmt: skip
    assert blocking(replace(held, allegations=(allegation(),))) == []


def test_a_form_without_place_for_personal_data_gets_none() -> None:
    quote = Quote(finding_id="f1-a", field="title", text="联系微信 abc12345")
    form = replace(KNOWN["huawei_appgallery"].forms[0], forbids_personal=True, fields=())
    made = huawei(summary="致电 13800000000", allegations=(allegation(quotes=(quote,)),))
    found = [one for one in blocking(made, form=form) if one.gate == "personal"]
    said = {one.field for one in found}
    assert {"reporter.name", "reporter.email", "principal.phone", "summary", "allegations.quotes.text"} <= said
    from takedown.personal import impersonal  # noqa: PLC0415 - what `edit --redact` does

    assert [one for one in blocking(impersonal(made), form=form) if one.gate == "personal"] == []


def test_an_earlier_notice_that_names_the_same_is_shown_and_blocks_nothing(records: Decisions) -> None:
    book = NoticeBook(records)
    first = book.draft(content(target(1), target(2)), at=AT, by="lin")
    for state in ("approved", "exported", "sent", "acknowledged"):
        receipt = "EXAMPLE-7" if state == "acknowledged" else ""
        first = book.step(first, Step(state=state, at=AT, by="lin", receipt=receipt), by="lin")
    other = content(target(1), recipient="vivo")
    gone = book.draft(content(target(1)), at=AT, by="lin")
    book.step(gone, Step(state="withdrawn", at=AT, by="lin", reason="示例"), by="lin")
    second = book.draft(content(target(2), target(3)), at=AT, by="lin")
    book.draft(content(target(2)), at=AT, by="lin")

    assert named_before(records, first) == () == named_before(records, book.draft(other, at=AT, by="lin"))
    found = named_before(records, second)
    assert [(one.notice, one.state, one.listings) for one in found] == [
        (first.id, "acknowledged", frozenset({target(2).listing_id}))
    ]
    (said,) = [one for one in check(case(second.content, named_before=found)) if one.gate == "named_before"]
    assert not said.blocks and first.id[:15] in said.zh and "已受理" in said.zh and "1 of these 2 targets" in said.en
    assert said.finding_id == target(2).finding_id
    continued = replace(second.content, resubmits="EXAMPLE-7")
    assert not [one for one in check(case(continued, named_before=found)) if one.gate == "named_before"]
    twice = check(case(second.content, named_before=found * 5))
    assert len([one for one in twice if one.gate == "named_before"]) == 3


def test_what_was_asked_back_is_shown_and_blocks_nothing() -> None:
    asks = [Ask(notice="n1-old", at=AT, reason="材料不全", asked=("加盖公章\u202e",))] * 5
    said = [one for one in check(case(huawei(), asks=asks)) if one.gate == "asked"]
    assert len(said) == 3 and not any(one.blocks for one in said)
    assert "加盖公章" in said[0].zh and "\u202e" not in said[0].zh


def test_five_thousand_targets_are_checked_one_by_one() -> None:
    some = tuple(target(number, look=None) for number in range(5000))
    found = only(
        huawei(targets=some), "look_never", form=replace(KNOWN["huawei_appgallery"].forms[0], max_targets=None)
    )
    assert len(found) == 5000


def test_a_party_of_hostile_text_stays_one_line() -> None:
    made = huawei(principal=Party(org="恶\n意\u202e" + "长" * 5000))
    assert all("\u202e" not in one.zh and "\n" not in one.zh and len(one.zh) < 500 for one in blocking(made))
