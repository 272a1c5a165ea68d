"""Whose a host is, and which hosts tell nothing about whoever uses them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.hosts import _lists, owned, registered

OWN = "example-faceswap.cn"


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        (f"https://dl.{OWN}/a.apk?x=1", OWN),
        (f"DL.{OWN.upper()}.", OWN),
        ("https://a.b.example.com.cn:8443/x", "example.com.cn"),
        ("http://someone.github.io/app", "someone.github.io"),
        ("http://小舟.中国/", "xn--yets99f.xn--fiqs8s"),
        ("http://93.184.216.34/app.apk", "93.184.216.34"),
        ("https://genuine.example@evil-example.net/", "evil-example.net"),
        ("http://127.0.0.1:8000/", None),
        ("http://10.0.0.8/", None),
        ("http://[::1/", None),
        ("http://shop.seller.unheard-of/", "seller.unheard-of"),
        ("http://10.0.3/", None),
        ("localhost", None),
        ("com.cn", None),
        ("", None),
        ("http://a..b/", None),
        ("x" * 300 + ".com", None),
    ],
)
def test_the_registered_domain(address: str, domain: str | None) -> None:
    assert registered(address) == domain


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        (f"https://www.{OWN}/", OWN),
        ("https://pan.baidu.com/s/1abc", None),
        ("https://raw.githubusercontent.com/a/b/c.apk", None),
        ("https://t.cn/A1b2", None),
        ("https://mybucket-125.cos.ap-guangzhou.myqcloud.com/a.apk", "mybucket-125.cos.ap-guangzhou.myqcloud.com"),
        ("https://myqcloud.com/", None),
    ],
)
def test_whose_it_is(address: str, whose: str | None) -> None:
    assert owned(address) == whose


def test_no_line_of_the_list_is_dead() -> None:
    shared, by_name = _lists()
    assert not shared & by_name
    assert all(owned(f"any-name.{name}") is None for name in shared)
    assert all(owned(f"any-name.{name}") == f"any-name.{name}" for name in by_name)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert owned(text) is None or registered(text) is not None
