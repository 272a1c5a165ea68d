"""Filing numbers of apps, websites, algorithms and models."""

import pytest

from tests.apk_analysis.dexes import dex
from tests.apk_analysis.traits.samples import MAIN, traits, values

KINDS = ("app_filing", "site_filing", "algorithm_filing", "model_filing", "online_number")


def found(text: str) -> list[tuple[str, str]]:
    return [(item.kind, item.value) for item in traits({"assets/about.html": text.encode()}, *KINDS)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("备案号：京ICP备2026031728号-2A", "app_filing", "京ICP备2026031728号-2A"),
        ("蜀ICP备 2026054850 号 - 12A", "app_filing", "蜀ICP备2026054850号-12A"),
        ("辽ICP备2023009191号－2A", "app_filing", "辽ICP备2023009191号-2A"),
        ("京ICP备12345678号-1", "site_filing", "京ICP备12345678号-1"),
        ("桂 ICP备2026011230号", "site_filing", "桂ICP备2026011230号"),
        ("粤ICP备2026011230号-3X", "site_filing", "粤ICP备2026011230号-3X"),
        ("算法：网信算备110108823483901230031号", "algorithm_filing", "110108823483901230031"),
        ("模型 Beijing-YunQue-20230821", "model_filing", "Beijing-YunQue-20230821"),
        ("ZheJiang-TongYiQianWen-20230901", "model_filing", "ZheJiang-TongYiQianWen-20230901"),
        ("Beijing-DeepseekChat-202404280016 ", "model_filing", "Beijing-DeepseekChat-202404280016"),
        ("ZhongYangQiYe-JiuTian-20240123", "model_filing", "ZhongYangQiYe-JiuTian-20240123"),
        ("上线编号：Beijing-AB_12-345678", "online_number", "Beijing-AB_12-345678"),
    ],
)
def test_numbers_in_their_usual_form(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "ICP备2026031728号-2A",
        "美ICP备2026031728号-2A",
        "京ICP备20260号-2A",
        "网信算备1101088234839012300号",
        "Beijing-YunQue",
        "NewBeijing-YunQue-20230821",
        "Beijing-YunQue-20991399",
        "模型上线编号规则见公告",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert not found(text)


def test_in_code_too_and_once() -> None:
    number = "粤ICP备2026031728号-2A"
    files = {"classes.dex": dex({MAIN: [f"备案号 {number}"]}), "assets/a.txt": f"{number} {number}".encode()}
    assert values(files, "app_filing") == [number]
