"""Pages that could be taken for a brand's own, and those that could not."""

import tracemalloc
from dataclasses import replace

import pytest

from detection.detectors import lookalike_site
from detection.judge import judge
from detection.site import LONGEST_PAGE, LONGEST_TEXT, MOST_PARTS, listing_of, read_site
from detection.subject import Subject
from index.model import Listing
from index.profiles import Filing

FAKE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>DeepSeek 官网 - 网页版登录入口</title>
<meta name="description" content="DeepSeek 官方网页版，免费使用"><link rel="shortcut icon" href="/favicon.ico">
<script>var a = "<title>no</title>";</script></head><body><img src=l.png alt="DeepSeek 标志">
<form><input name=username placeholder=账号><input type=password><input name=phone placeholder="手机号"></form>
<a href="https://files.kuaiyun-dl.top/ds/DeepSeek_Setup.exe?c=1">立即下载</a> <a href="/a.apk">安卓版</a>
<p>粤ICP备2024123456号-1</p></body></html>"""


def page(title: str, url: str, body: str = "", **fields) -> Listing:
    html = f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"
    return replace(listing_of(read_site(html.encode(), url)), **fields)


@pytest.fixture
def judged_page(profiles):
    return lambda listing, **more: judge(Subject(listing=listing, profiles=more.pop("known", profiles), **more))


def pieces(listing, profiles, **more):
    return list(lookalike_site.detect(Subject(listing=listing, profiles=profiles, **more)))


def test_a_page_is_read_as_a_person_sees_it() -> None:
    site = read_site(FAKE.encode(), "https://deepseek-gw.top/index.html", came_from=("https://t.example/x",))
    assert site.title == "DeepSeek 官网 - 网页版登录入口"
    assert site.forms == ("login", "phone")
    assert site.downloads == (
        "https://files.kuaiyun-dl.top/ds/DeepSeek_Setup.exe?c=1",
        "https://deepseek-gw.top/a.apk",
    )
    assert site.favicon == "https://deepseek-gw.top/favicon.ico"
    assert site.icp_numbers == ("粤ICP备2024123456号-1",)
    assert site.logos == ("DeepSeek 标志",)
    assert site.lang == "zh-CN" and site.came_from == ("https://t.example/x",) and not site.cut
    assert "立即下载" in site.text and "var a" not in site.text
    listing = listing_of(site)
    assert (listing.source_kind, listing.forms, listing.download_urls) == ("site", site.forms, site.downloads[::-1])


@pytest.mark.parametrize(
    "encoded", [FAKE.replace('charset="utf-8"', 'charset="gb18030"').encode("gb18030"), FAKE.encode("utf-8-sig")]
)
def test_pages_in_other_encodings_are_read(encoded) -> None:
    assert read_site(encoded, "https://x.example/").title == "DeepSeek 官网 - 网页版登录入口"


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\0" * 1000,
        b"\xff\xfe\xff",
        b"<" * 500_000,
        b"<div>" * 200_000,
        b"<a href='" + b"a" * 1_000_000 + b"'>",
        b"<a href='http://[::1'><a href='//[x'>x",
        b"<title>" + b"x" * 1_000_000,
        b"<img alt='x'>" * 100_000,
        b"<input type=password>" * 100_000,
        b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><p>&b;&b;</p>",
        b"<p>" + "京ICP备".encode() * 100_000,
        "<title>\ud800</title>".encode("utf-8", "surrogatepass"),
        b"\x89PNG\r\n\x1a\n" + b"\0\1\2" * 1000,
    ],
    ids=range(14),
)
def test_hostile_pages_stay_within_bounds(hostile) -> None:
    tracemalloc.start()
    site = read_site(hostile, "https://x.example/")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 << 20
    assert len(site.text) <= LONGEST_TEXT and len(site.title) <= 300
    assert max(len(site.logos), len(site.downloads), len(site.forms)) <= MOST_PARTS
    listing_of(site)


def test_what_lies_beyond_the_end_is_said() -> None:
    assert read_site(b"<p>x</p>" * (LONGEST_PAGE // 8 + 1), "https://x.example/").cut


def test_domain_claim_and_form_together_are_a_violation_with_quotes(judged_page) -> None:
    listing = listing_of(read_site(FAKE.encode(), "https://deepseek-gw.top/"))
    judgement = judged_page(listing)
    assert (judgement.verdict, judgement.brand) == ("violation", "deepseek")
    said = [one for v in judgement.violations for one in v.evidence if one.detector == "lookalike_site"]
    assert all("{" not in one.zh + one.en and one.zh and one.en for one in said)
    (claim,) = [one for one in said if one.quote]
    assert listing.title[claim.start : claim.end] == claim.quote == "DeepSeek 官网"
    assert any("deepseek-gw.top" in one.zh and "www.deepseek.com" in one.en for one in said)


def test_a_domain_alone_is_a_lead(judged_page) -> None:
    judgement = judged_page(page("欢迎", "https://deepseek-download.com/"))
    assert (judgement.verdict, judgement.brand) == ("lead", "deepseek")
    assert judged_page(page("欢迎", "https://deepseek-download.com/", "<input type=password>")).verdict == "lead"


def test_a_claim_elsewhere_is_a_lead_only_with_a_program_or_form(profiles, judged_page) -> None:
    assert not pieces(page("DeepSeek官方版下载", "https://soft.example/deepseek"), profiles)
    listing = page("DeepSeek官方版下载", "https://soft.example/ds", "<a href=/ds.apk>x</a>")
    assert {one.field for one in pieces(listing, profiles)} == {"title", None}
    assert max(v.probability for v in judged_page(listing).violations if v.group == "counterfeit") < 0.8


def test_links_to_programs_in_a_description_count_too(profiles) -> None:
    listing = page(
        "DeepSeek 官网", "https://deepseek-cn.top/", description="下载：https://dl.deepseek-cn.top/DeepSeek.apk"
    )
    assert "https://dl.deepseek-cn.top/DeepSeek.apk" in {one.observed for one in pieces(listing, profiles)}


@pytest.mark.parametrize(
    "host", ["www.deepseek.com", "chat.deepseek.com", "platform.openai.com", "yuanbao.tencent.com"]
)
def test_genuine_sites_are_cleared(host, judged_page, profiles) -> None:
    listing = page(
        "DeepSeek 官网 ChatGPT 登录 腾讯元宝 官网下载",
        f"https://{host}/login",
        "<input type=password><a href=/a.apk>x</a>",
    )
    (one,) = pieces(listing, profiles)
    assert one.strength < 0 and host in one.zh
    assert judged_page(listing).verdict == "benign"


HARMLESS = {
    "news about it": ("DeepSeek 官网遭仿冒，警方提醒", "https://news.example/2026/deepseek", ""),
    "encyclopedia": ("DeepSeek - Wikipedia", "https://en.wikipedia.org/wiki/DeepSeek", ""),
    "a path": (
        "x/chatgpt-client: a ChatGPT desktop client",
        "https://github.com/x/chatgpt-client",
        "<input name=email>",
    ),
    "fan blog": ("My notes on DeepSeek", "https://deepseek-notes.example/", "Not affiliated."),
    "painter": ("Claude Monet, peintre", "https://claude-monet.fr/", "<input type=email>"),
    "astrology": ("Gemini horoscope, login for members", "https://gemini-astrology.com/", "<input type=password>"),
    "racing driver": ("Kimi Räikkönen fan club login", "https://kimi-raikkonen.fi/", "<input type=password>"),
    "a first name": ("Kimi's photographs", "https://kimi.fr/", "<input type=email>"),
    "another company": ("DeepSeed: seeds for farmers", "https://deepseed.com/", "<input type=password>"),
    "an audio library": ("OpenAL: 3D audio", "https://openal.org/", "<a href=/oalinst.exe>download</a>"),
    "a company on a hosting platform": ("Docs", "https://deepseek.github.io/", ""),
    "no address": ("DeepSeek 官网 登录", "", "<input type=password>"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_pages_are_not_called_a_look_alike(name, profiles) -> None:
    title, url, body = HARMLESS[name]
    listing = page(title, url or "https://x.example/", body)
    assert sum(one.strength for one in pieces(replace(listing, url=url), profiles)) <= 0


def test_a_reseller_who_says_so_is_spoken_for(profiles) -> None:
    said = "本站为第三方转售，与 DeepSeek 官方无关，非官方网站"
    plain = pieces(page("DeepSeek 账号 登录", "https://deepseek-shop.top/", "<input type=password>"), profiles)
    honest = pieces(
        page("DeepSeek 账号 登录", "https://deepseek-shop.top/", f"<input type=password><p>{said}</p>"), profiles
    )
    assert sum(one.strength for one in honest) < sum(one.strength for one in plain)


def test_brands_without_collected_domains_accuse_nobody(profiles) -> None:
    known = {"deepseek": replace(profiles["deepseek"], domains=())}
    assert not pieces(listing_of(read_site(FAKE.encode(), "https://deepseek-gw.top/")), known)


def test_a_borrowed_filing_number_is_named(profiles) -> None:
    filing = Filing(registry="icp", number="粤ICP备2024123456号-1")
    known = {"deepseek": replace(profiles["deepseek"], filings=(filing,))}
    found = pieces(listing_of(read_site(FAKE.encode(), "https://deepseek-gw.top/")), known)
    assert [one for one in found if one.observed == "粤ICP备2024123456号-1" and "备案号" in one.zh]


def test_other_kinds_of_places_are_not_sites(profiles) -> None:
    for kind in ("app_store", "shop", "forum", "channel", "second_hand"):
        assert not pieces(page("DeepSeek 官网", "https://deepseek-gw.top/", source_kind=kind), profiles)


def test_a_resembling_name_on_the_way_counts_like_the_page_s_own(profiles) -> None:
    plain = page("DeepSeek 官网下载", "https://cdn-dl.example.net/x", '<a href="/a.apk">下载</a>')
    led = replace(plain, came_from=("https://deepseek-guanwang.cn/",))
    told = {one.observed for one in pieces(led, profiles) if one.expected == "www.deepseek.com"}
    assert "deepseek-guanwang.cn" in told
    assert not any(one.observed == "deepseek-guanwang.cn" for one in pieces(plain, profiles))


def test_a_resembling_name_that_leads_to_the_genuine_site_accuses_nobody(profiles) -> None:
    genuine = page("DeepSeek", "https://www.deepseek.com/", came_from=("https://deepseek-guanwang.cn/",))
    assert all(one.strength < 0 for one in pieces(genuine, profiles))
