"""What samples and names give away, detector by detector."""

from dataclasses import replace

import pytest

from apk_analysis.fingerprint import Trait
from detection.brands.packages import nearness
from detection.detectors.brand_package import STRENGTH

CHATGPT_PIN = "b24f4bfbb3cf293f938703b9d87027c1102cc36dc4fa206910e08927db40473c"


def evidence_of(judgement, detector):
    return [one for v in judgement.violations for one in v.evidence if one.detector == detector]


def probability(judgement, group) -> float:
    return max((v.probability for v in judgement.violations if v.group == group), default=0.0)


def test_a_pinned_signer_clears_the_sample_and_says_so(judged, sample) -> None:
    judgement = judged(
        "ChatGPT 官方版", package_name="com.openai.chatgpt", fingerprint=sample("com.openai.chatgpt", CHATGPT_PIN)
    )
    assert judgement.verdict == "benign"
    assert judgement.brand == "openai_chatgpt"


def test_another_signer_under_the_pinned_package_is_a_counterfeit(judged, sample) -> None:
    judgement = judged(
        "ChatGPT", package_name="com.openai.chatgpt", seller="OpenAI", fingerprint=sample("com.openai.chatgpt")
    )
    assert judgement.verdict == "violation"
    (one,) = evidence_of(judgement, "brand_signer")
    assert CHATGPT_PIN in one.expected
    assert CHATGPT_PIN in one.en
    assert "疑似" in one.zh
    assert "google_play" in one.zh  # a pin is valid for its store: the sentence says which
    assert not evidence_of(judgement, "brand_name")  # its package is the genuine one; nothing else may be said of it


def test_pins_of_another_store_make_a_lead_and_say_so(judged, sample) -> None:
    elsewhere = sample("com.google.android.apps.bard")
    listing = {"package_name": "com.google.android.apps.bard", "fingerprint": elsewhere, "marketplace": "fdroid_repo:x"}
    judgement = judged("Gemini", **listing)
    assert judgement.verdict == "lead"
    (one,) = evidence_of(judgement, "brand_signer")
    assert "未采集" in one.zh and "google_play only" in one.en
    assert judged("Gemini", **{**listing, "marketplace": "google_play"}).verdict == "violation"


@pytest.mark.parametrize("status", ["invalid", "unsigned"])
def test_a_broken_signature_under_a_pinned_package_is_suspected(status, judged, sample) -> None:
    judgement = judged("ChatGPT", fingerprint=sample("com.openai.chatgpt", status=status))
    assert evidence_of(judgement, "brand_signer")


def test_a_signature_that_could_not_be_checked_accuses_nobody(judged, sample) -> None:
    judgement = judged("ChatGPT", fingerprint=sample("com.openai.chatgpt", status="unknown"))
    assert judgement.verdict == "benign"
    assert "unseen.signature" in judgement.unseen


def test_the_rotated_key_of_a_verified_lineage_is_the_owner(judged, sample) -> None:
    rotated = sample("com.openai.chatgpt", "99" * 32)
    rotated = replace(rotated, signature=replace(rotated.signature, lineage=(CHATGPT_PIN, "99" * 32)))
    assert judged("ChatGPT", fingerprint=rotated).verdict == "benign"


def test_the_sample_counts_more_than_what_the_page_says(judged, sample) -> None:
    """A page may name the genuine package and deliver another one."""
    judgement = judged(
        "DeepSeek",
        package_name="com.deepseek.chat",
        seller="某网络",
        fingerprint=sample("com.evil.pkg", label="DeepSeek"),
    )
    assert judgement.verdict == "violation"
    assert judgement.brand == "deepseek"


def test_a_test_key_under_a_brands_name(judged, sample) -> None:
    judgement = judged("豆包", fingerprint=sample("com.larus.nova", test_key="aosp testkey"))
    assert evidence_of(judgement, "test_key")
    assert not evidence_of(judged("便签本", fingerprint=sample("org.note", test_key="aosp testkey")), "test_key")


def test_a_published_malicious_hash(judged, sample, profiles) -> None:
    (bad,) = profiles["deepseek"].known_bad
    judgement = judged("某应用", fingerprint=sample("com.some.app", md5=bad))
    assert judgement.verdict == "violation"


@pytest.mark.parametrize(
    ("package", "genuine", "near"),
    [
        ("com.deepseek.chat.pro", "com.deepseek.chat", True),
        ("com.deepseekk.chat", "com.deepseek.chat", True),
        ("com.larus.novaai", "com.larus.nova", True),
        ("com.tencents.hunyuan.chat", "com.tencent.hunyuan.app.chat", True),
        ("com.deepseek.chat", "com.deepseek.chat", False),
        ("com.tencent.mm", "com.tencent.hunyuan.app.chat", False),
        ("com.google.android.apps.maps", "com.google.android.apps.bard", False),
        ("com.box.android", "com.poe.android", False),
        ("ai.x.talk", "ai.x.grok", False),
    ],
)
def test_packages_that_squat(package, genuine, near) -> None:
    assert (nearness(package, genuine) in STRENGTH) is near


@pytest.mark.parametrize(
    ("title", "brand"),
    [
        ("DeepSееk R1", "deepseek"),
        ("СhatGРT", "openai_chatgpt"),
        ("ChatGTP AI", "openai_chatgpt"),
        ("豆\u200b包AI助手", "doubao"),
        ("豆苞AI", "doubao"),
        ("深度求锁 智能助手", "deepseek"),
        ("Kirni智能助手", "kimi"),
        ("通意千问AI", "qwen"),
        ("𝐃𝐞𝐞𝐩𝐒𝐞𝐞𝐤", "deepseek"),
        ("EIevenLabs", "elevenlabs"),
    ],
)
def test_disguised_names_are_suspected_with_quote_and_path(title, brand, judged) -> None:
    judgement = judged(title, package_name="com.some.pkg", seller="某工作室")
    assert judgement.verdict == "violation"
    assert judgement.brand == brand
    (one,) = evidence_of(judgement, "brand_name")
    assert title[one.start : one.end] == one.quote
    assert "疑似" in one.zh
    assert "Suspected" in one.en


def test_the_label_inside_the_sample_is_read_too(judged, sample) -> None:
    judgement = judged("好用的工具", fingerprint=sample("com.some.pkg", label="豆苞AI"))
    (one,) = evidence_of(judgement, "brand_name")
    assert one.field == "label"


def test_a_claim_to_be_official_needs_a_collected_owner(judged) -> None:
    assert evidence_of(judged("DeepSeek官方正版", seller="某网络"), "brand_developer")
    assert not evidence_of(judged("DeepSeek官方正版", seller=None), "brand_developer")
    assert not evidence_of(judged("可灵AI官方正版", seller="某网络"), "brand_developer")  # owner not collected
    assert not evidence_of(judged("DeepSeek 非官方客户端", seller="某网络"), "brand_developer")
    assert not evidence_of(judged("Unofficial DeepSeek client", seller="Some"), "brand_developer")


TRAITS = (("relay_host", "api.relay.example"), ("hardcoded_key", "sk-abc..."), ("webview_only", "1 activity"))


def test_a_wrapper_sold_under_a_brands_name_is_a_shell(judged, sample) -> None:
    judgement = judged("GPT中文助手", fingerprint=sample("com.some.gpt", traits=TRAITS))
    assert probability(judgement, "shell") >= 0.8
    assert {one.observed for one in evidence_of(judgement, "shell_traits")} == {value for _, value in TRAITS}


def test_a_wrapper_that_claims_a_model_of_its_own_is_a_shell(judged, sample) -> None:
    judgement = judged("智聊", description="采用自研大模型", fingerprint=sample("com.some.app", traits=TRAITS))
    assert probability(judgement, "shell") >= 0.8


def test_a_wrapper_that_claims_nothing_is_none_of_our_business(judged, sample) -> None:
    assert probability(judged("聊天工具", fingerprint=sample("com.some.app", traits=TRAITS)), "shell") == 0


def test_an_honest_client_is_no_shell(judged, sample) -> None:
    judgement = judged(
        "KeyChat for ChatGPT API",
        description="Unofficial client. Bring your own key.",
        fingerprint=sample("dev.keychat", traits=(("model_api_host", "api.openai.com"),)),
    )
    assert judgement.verdict == "benign"


def test_a_model_host_alone_is_ordinary(judged, sample) -> None:
    judgement = judged("GPT助手", fingerprint=sample("com.some.gpt", traits=(("model_api_host", "api.openai.com"),)))
    assert probability(judgement, "shell") < 0.8


def test_mirror_sites_are_shell_offers(judged) -> None:
    judgement = judged("ChatGPT国内镜像站 官方UI 永久会员卡密", source_kind="shop", price="39")
    assert probability(judgement, "shell") >= 0.8
    assert judgement.brand == "openai_chatgpt"


def test_what_a_sample_hides_is_said_and_lowers_nothing(judged, sample) -> None:
    kinds = ("code_hidden", "code_loaded_later", "address_from_config", "incomplete_set")
    shown = sample("com.openai.chatgpt")
    hiding = replace(shown, traits=tuple(Trait(kind=kind, value="x", where="classes.dex") for kind in kinds))
    before, after = (judged("ChatGPT", seller="OpenAI", fingerprint=print_) for print_ in (shown, hiding))
    assert {"unseen.code", "unseen.later_code", "unseen.address", "unseen.parts"} <= set(after.unseen)
    assert after.priority >= before.priority and after.verdict == before.verdict


@pytest.mark.parametrize(
    ("title", "package", "brand"),
    [
        ("Deepsekk", "com.fast.ds", "deepseek"),
        ("豆宝AI助手", "com.db.aihelper", "doubao"),
    ],
)
def test_a_row_is_suspected_where_no_name_stands_out(title, package, brand, judged) -> None:
    judgement = judged(title, package_name=package, seller="某工作室")
    assert judgement.verdict != "benign" and judgement.brand == brand
    (one,) = evidence_of(judgement, "brand_row")
    assert one.quote == title and package in one.zh and package in one.en


@pytest.mark.parametrize("title", ["ChatGPT使用技巧100例", "Claude AI Guide", "Kimi AI 使用指南", "DeepSeek AI 壁纸"])
def test_a_book_or_wallpaper_that_begins_with_a_name_is_none_of_it(title, judged) -> None:
    assert judged(title, package_name="com.book.house", seller="清河读书").verdict == "benign"
