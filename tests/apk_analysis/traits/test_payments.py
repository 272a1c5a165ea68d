"""Ways to take money."""

import pytest

from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, traits


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("alipays://platformapi/startapp?appId=1", "payment", "Alipay 支付宝"),
        ("weixin://wxpay/bizpayurl", "payment", "WeChat Pay 微信支付"),
        ("https://js.stripe.com/v3/", "payment", "Stripe"),
        (
            "https://pay.sample.cn/submit.php?pid=1001&type=alipay",
            "payment_collector",
            "易支付 (third-party collector)",
        ),
        ("码支付", "payment_collector", "码支付 (third-party collector)"),
    ],
)
def test_addresses_and_words(text: str, kind: str, value: str) -> None:
    found = traits({"assets/pay.js": text.encode()}, "payment", "payment_collector")
    assert [(item.kind, item.value, item.where) for item in found] == [(kind, value, "assets/pay.js")]


def test_classes_of_a_payment_library() -> None:
    found = traits({"classes.dex": dex({MAIN: [("Lcom/alipay/sdk/app/PayTask;", "payV2")]})}, "payment")
    assert [item.value for item in found] == ["Alipay 支付宝"]


def test_nothing_by_the_name_of_a_file() -> None:
    assert not traits({"assets/js.stripe.com.txt": b"x"}, "payment")
