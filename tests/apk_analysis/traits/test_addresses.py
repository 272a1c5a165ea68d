"""Hosts in own code and assets, and what their addresses are for."""

import pytest

from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, traits, values

ENDPOINTS = ("config_endpoint", "update_endpoint")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://Chat.Sample.CN:8443/a?b#c", "chat.sample.cn"),
        ("'wss://ws.sample.cn'", "ws.sample.cn"),
        ("http://8.8.8.8/x", "8.8.8.8"),
        ("https://xn--fiq228c.xn--fiqs8s/", "xn--fiq228c.xn--fiqs8s"),
        ("url=https%3A%2F%2Fh5.sample.cn%2Fa", "h5.sample.cn"),
        ("https://shop.sample.technology", "shop.sample.technology"),
    ],
)
def test_hosts(text: str, host: str) -> None:
    assert values({"assets/a.js": text.encode()}, "host") == [host]
    assert values({"classes.dex": dex({MAIN: [text]})}, "host") == [host]


@pytest.mark.parametrize(
    "text",
    [
        "https://%s/a",
        "http://localhost:8080/",
        "http://192.168.1.1/",
        "http://127.0.0.1",
        "http://1.2.3/",
        "https://example.com/a",
        "http://schemas.android.com/apk/res/android",
        "http://www.w3.org/2000/svg",
        "http://javax.xml.transform.sax.SAXSource/feature",
        "https://host.sample.{0}/x",
        "https://host.sample.cn$x",
        "https://-a.sample.cn",
        "https://" + "a" * 300 + ".cn/",
        "https://sub.domain",
        "https://www.sample.{host}",
        "http://http://",
    ],
)
def test_no_hosts(text: str) -> None:
    assert not values({"assets/a.js": text.encode()}, "host")


def test_hosts_of_libraries_and_of_their_files_do_not_count() -> None:
    files = {
        "classes.dex": dex({MAIN: ["hi"], "Lokhttp3/A;": ["https://lib.sample.cn"]}),
        "javax/servlet/a.xsd": b"https://xsd.sample.cn",
        "lib/arm64-v8a/libcurl.so": b"\x7fELF https://so.sample.cn\0",
        "lib/arm64-v8a/libapp.so": b"\x7fELF https://flutter.sample.cn\0",
    }
    assert values(files, "host") == ["flutter.sample.cn"]


def test_at_most_a_hundred_and_code_first() -> None:
    text = " ".join(f"https://h{number}.sample.cn/" for number in range(500)).encode()
    files = {"assets/a.txt": text, "classes.dex": dex({MAIN: ["https://code.sample.cn"]})}
    found = values(files, "host")
    assert len(found) == 100 and found[0] == "code.sample.cn"


@pytest.mark.parametrize(
    ("address", "kind", "value"),
    [
        ("https://a.sample.cn/api/v1/config", "config_endpoint", "a.sample.cn/api/v1/config"),
        ("https://a.sample.cn/app/getInit.php?f=appConfig", None, None),
        ("https://a.sample.cn/static/config.json?t=1", "config_endpoint", "a.sample.cn/static/config.json"),
        ("https://a.sample.cn/app/update", "update_endpoint", "a.sample.cn/app/update"),
        ("https://a.sample.cn/check_version.php", "update_endpoint", "a.sample.cn/check_version.php"),
        ("https://cdn.sample.cn/d/new.apk", "update_endpoint", "cdn.sample.cn/d/new.apk"),
        ("https://cdn.sample.cn/d/pages.wgt", "update_endpoint", "cdn.sample.cn/d/pages.wgt"),
        (
            "https://gist.githubusercontent.com/u/1/raw/x.json",
            "config_endpoint",
            "gist.githubusercontent.com/u/1/raw/x.json",
        ),
        ("https://b.oss-cn-hangzhou.aliyuncs.com/x.txt", "config_endpoint", "b.oss-cn-hangzhou.aliyuncs.com/x.txt"),
        ("https://b.oss-cn-hangzhou.aliyuncs.com/x.png", None, None),
        ("https://a.sample.cn/v1/chat", None, None),
        ("https://a.sample.cn/configuration-guide", None, None),
    ],
)
def test_what_an_address_is_for(address: str, kind: str | None, value: str | None) -> None:
    found = traits({"classes.dex": dex({MAIN: [address]})}, *ENDPOINTS)
    assert [(item.kind, item.value) for item in found] == ([(kind, value)] if kind else [])


def test_secrets_in_the_query_are_not_shown() -> None:
    found = traits({"classes.dex": dex({MAIN: ["https://a.sample.cn/config?token=abcdef"]})})
    assert found and "abcdef" not in repr(found)


def test_a_service_of_remote_configuration() -> None:
    service = ("Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;", "getString")
    assert values({"classes.dex": dex({MAIN: [service]})}, *ENDPOINTS) == ["Firebase Remote Config"]
    unused = dex({MAIN: ["x"], "Lcom/google/firebase/A;": [service]})
    assert not values({"classes.dex": unused}, *ENDPOINTS), "the library uses itself"
