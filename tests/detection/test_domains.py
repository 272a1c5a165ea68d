"""Hosts that resemble a brand's domain, and many that do not."""

from collections import defaultdict

import dnstwist
import pytest

from detection.domains import Domains, readable
from index.profiles import Name, OrdinaryMeaning, Profile

HARMLESS = """
claude-monet.fr claudemonet.org claude-debussy.com jean-claude.net claudegiroux.ca chezclaude.fr claude-shannon.org
gemini-astrology.com geminihoroscope.net gemini-zodiac.info gemini-observatory.org geminicrypto.news gemini-twins.de
kimi-raikkonen.fi kimiraikkonen.info kimi-antonelli.it kimi-no-na-wa.jp kimimono.de kimikado.jp kimiko.org alkimia.com
copilot-trucking.com copilotgps.net autopilot.io pilot.com co-pilotes.fr copilotflightschool.org microsofa.de
microscopy.org microsonic.de macrosoft.it micros.com microsite.io mikrosoft.pl.example.org microloft.at
opera.com openair.com openapi.org openapis.org openaire.eu openair-frauenfeld.ch openarts.org openaid.se openalex.org
openal.org openaccess.nl open.ac.uk openbsd.org openssl.org openstreetmap.org opendata.swiss openarch.nl openair.fr
deepsea.com deepseas.net deep-sea.org deepsee.io deepset.ai deepl.com deepmind.com deepsky.org deepsleep.de deepdive.io
deepseafishing.no deep-seek-dive.org deepwater.com deeplearning.ai deepgram.com deepnote.com deepfield.net deepsource.io
tencentre.org tencents.shop.example.org tenerife.com tenement.org tencel.com ten-cent-comics.org tentacle.io
yuanbao-antiques.cn.example.org yuanbaoshan.gov.cn jinyuanbao.com yuanbaojewelry.com yuanfen.net yuantong.com
qwenya.org qwertyuiop.io qwest.net kwenda.org wenxue.com chat.org chatroulette.com chatham.edu chathamhouse.org
chatham.ca chateau.fr chatelaine.com snapchat.com chatter.com webchat.freenode.net chatglow.de chatgum.org
xinghuo-school.cn.example.org xinghua.gov.cn xinghuocun.com xinghai.org xunfei.net.example.org xfinity.com
news.ycombinator.com github.com gitee.com zhihu.com douban.com bilibili.com weibo.com csdn.net juejin.cn 36kr.com
wikipedia.org wikimedia.org huggingface.co modelscope.cn arxiv.org nature.com science.org bbc.co.uk nytimes.com
theverge.com wired.com techcrunch.com reuters.com xinhuanet.com people.com.cn gov.cn cac.gov.cn miit.gov.cn beian.gov.cn
baidu.com taobao.com jd.com pinduoduo.com amazon.com ebay.com aliexpress.com xianyu.com 58.com meituan.com
apkpure.com fdroid.org f-droid.org apkmirror.com uptodown.com softonic.com huawei.com xiaomi.com oppo.com vivo.com
sora-sushi.de sorabji.org manusia.id manus.org.example.org poesie.fr poetry.org poems.net quarkxpress.com quark.physics.org
sparkling.eu sparknotes.com spark-plug.de apache.org python.org nodejs.org rust-lang.org kernel.org debian.org ubuntu.com
mistral-wind.fr mistral-voile.com mistralhotel.it perplex.nl perplexed.org groklaw.net grok-book.org tiangong-space.cn.example.org
stanford.edu mit.edu tsinghua.edu.cn pku.edu.cn cam.ac.uk ethz.ch u-tokyo.ac.jp ieee.org acm.org who.int un.org
münchen.de café.fr bücher.de españa.es 北京大学.cn 中国移动.cn 豆腐.cn xn--mnchen-3ya.de xn--caf-dma.fr пример.рф
""".split()  # noqa: SIM905 - one word per host reads better

FEW_LETTERS = {"kimi", "qwen", "xfyun"}
"""A slip turns such labels into other words: only letters that look alike, and brand + word, are compared."""
ALWAYS = {"tld-swap": 1.0, "dictionary": 1.0, "hyphenation": 1.0, "subdomain": 1.0, "various": 1.0}
FROM_SIX = {
    "addition": 1.0,
    "insertion": 0.95,
    "omission": 0.95,
    "repetition": 0.95,
    "transposition": 0.95,
    "replacement": 0.9,
    "bitsquatting": 0.9,
    "vowel-swap": 0.9,
    "homoglyph": 0.9,
}


@pytest.fixture(scope="module")
def domains(profiles) -> Domains:
    return Domains(profiles)


def variants(domain: str) -> dict[str, list[str]]:
    fuzzer = dnstwist.Fuzzer(
        domain, dictionary=["login", "download", "app", "guanwang", "vip"], tld_dictionary=["top", "net", "cc"]
    )
    fuzzer.generate()
    made = defaultdict(list)
    for one in fuzzer.domains:
        made[one["fuzzer"]].append(one["domain"])
    made.pop("*original")
    return made


def test_what_dnstwist_makes_of_our_domains_is_found_again(domains, profiles, capsys) -> None:
    met, made = defaultdict(int), defaultdict(int)
    for profile in profiles.values():
        for genuine in profile.domains:
            registered = ".".join(readable(genuine).split(".")[-2:])
            few = registered.partition(".")[0] in FEW_LETTERS
            for fuzzer, hosts in variants(registered).items():
                if fuzzer in ALWAYS or (fuzzer in FROM_SIX and not few):
                    made[fuzzer] += len(hosts)
                    met[fuzzer] += sum(profile.id in {one.profile.id for one in domains.resembling(h)} for h in hosts)
    recall = {fuzzer: met[fuzzer] / made[fuzzer] for fuzzer in made}
    with capsys.disabled():
        print("\nrecall per fuzzer:", {name: f"{met[name]}/{made[name]}" for name in sorted(made)})  # noqa: T201 - figures for people
    assert len(made) >= 12
    assert not {name: rate for name, rate in recall.items() if rate < {**ALWAYS, **FROM_SIX}[name]}


def test_harmless_hosts_resemble_nothing_surely(domains) -> None:
    assert len(set(HARMLESS)) >= 150
    surely = {host for host in HARMLESS for one in domains.resembling(host) if one.sure}
    assert surely <= {"openal.org", "macrosoft.it", "microloft.at"}  # one stroke away: a lead, which the page settles
    assert sum(bool(domains.resembling(host)) for host in HARMLESS) <= len(HARMLESS) * 0.1  # a few leave room for doubt


def test_genuine_hosts_and_all_below_them_resemble_nothing(domains, profiles) -> None:
    for profile in profiles.values():
        for genuine in profile.domains:
            for host in (genuine, f"login.{genuine}", f"https://{genuine}:443/path", genuine.upper() + "."):
                assert not domains.resembling(host)
                assert profile in domains.owners(host)


@pytest.mark.parametrize(
    ("host", "technique"),
    [
        ("deepseek.top", "other_suffix"),
        ("deepsеek.com", "look_alike"),
        ("xn--" + "deeps\u0435ek".encode("punycode").decode() + ".com", "look_alike"),
        ("deeρseek.com", "look_alike"),
        ("rnicrosoft.com", "look_alike"),
        ("deepseak.com", "slip"),
        ("deep-seek.com", "split"),
        ("www.deepseek.com.login-cn.top", "embedded"),
        ("deepseek-guanwang.cn", "with_word"),
        ("deepseekapp.net", "with_word"),
        ("chatglm2-download.com", "with_word"),
    ],
)
def test_techniques_have_names(host, technique, domains) -> None:
    found = domains.resembling(host)
    assert found, host
    assert found[0].technique == technique and found[0].sure


def test_a_name_below_somebody_elses_domain_or_on_a_hosting_platform_is_not_sure(domains) -> None:
    assert not domains.resembling("deepseek.csdn.net")
    assert not [one for one in domains.resembling("deepseek.github.io") if one.sure]


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "..",
        "a" * 300,
        "http://",
        "http://[::1",
        "xn--",
        "xn--" + "9" * 59,
        "xn--�.com",
        "127.0.0.1",
        "[::1]:80",
        "-" * 63 + ".com",
        "deepseek" * 7 + ".com",
        "." * 250,
        "\x00.com",
        "//",
        "xn--deepseek-а.com",
        "com",
        "co.uk",
    ],
)
def test_hostile_hosts_are_no_trouble(host, domains) -> None:
    assert not [one for one in domains.resembling(host) if one.sure]
    domains.owners(host)


def test_brands_without_collected_domains_name_nobody() -> None:
    nobody = Domains({"x": Profile(id="x", names=(Name(text="DeepSeek"),))})
    assert not nobody.resembling("deepseek.top")


def test_thousands_of_brands_are_looked_up_not_compared() -> None:
    """The work for one host does not grow with the number of brands: every candidate it touches is counted."""
    made = {
        f"b{n}": Profile(id=f"b{n}", names=(Name(text="x"),), domains=(f"brand{n:05}word.com",)) for n in range(3000)
    }
    many = Domains(made)
    assert [one.profile.id for one in many.resembling("brand01234word.top")][:1] == ["b1234"]
    assert not many.resembling("something-else.org")


def test_a_word_that_means_something_else_is_not_sure_under_another_suffix() -> None:
    meaning = OrdinaryMeaning(meaning="first name", names=("Claude",))
    one = Domains(
        {"c": Profile(id="c", names=(Name(text="Claude"),), domains=("claude.example",), ordinary_meanings=(meaning,))}
    )
    assert not [found for found in one.resembling("claude.fr") if found.sure]
    assert [found for found in one.resembling("claude-download.top") if found.sure]
    assert not [found for found in one.resembling("claude-monet.fr") if found.sure]
