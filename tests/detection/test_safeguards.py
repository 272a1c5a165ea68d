"""People who would be hurt by a wrong accusation, each by name. Texts are invented."""

from pathlib import Path

import pytest
import yaml

from detection import scoring
from detection.judge import by_rules, judge
from detection.subject import Subject

LAWFUL = {
    "newspaper on a gang that beat face checks": {
        "title": "男子代过人脸获刑：警方揭开“照片活化”黑产",
        "description": "本报讯 近日，某区公安分局抓获一个以“代过人脸、失败全退”为噱头的团伙，每单收费50元。（记者 李某）",
        "source_kind": "site",
    },
    "police notice quoting the trade words": {
        "title": "【反诈提醒】一键去衣、AI换脸都是坑",
        "description": "不法分子在群里叫卖“实时换脸 视频聊天不穿帮”，骗取保证金。请勿下载，如遇诈骗请拨打110。",
        "source_kind": "channel",
        "seller": "某市公安局网安支队",
    },
    "researchers with consenting participants": {
        "title": "Do listeners notice cloned voices? A study",
        "description": "We recruit consenting participants. Voice cloning of anyone is not offered; recordings are deleted.",
        "source_kind": "site",
    },
    "vendor of liveness detection": {
        "title": "活体检测SDK 拦截摄像头注入与换脸攻击",
        "description": "面向银行，识别虚拟摄像头注入、实时换脸、照片活化过认证等攻击。支持私有化部署，价格面议。",
        "source_kind": "site",
        "seller": "某盾信息安全",
    },
    "complainant who quotes the offer": {
        "title": "避雷！花200买的“代过人脸 失败全退”是骗子",
        "description": "他说包过，收了钱就拉黑我，怎么投诉？",
        "source_kind": "forum",
    },
    "bereaved family with consent": {
        "title": "逝者影像修复 家人同意后制作纪念短片",
        "description": "需直系家属授权书，成片带AI生成标识，制作完删除素材。",
        "source_kind": "shop",
        "price": "199",
    },
    "small lawful client of a model": {
        "title": "PocketChat: client for ChatGPT API",
        "description": "Unofficial app. Not affiliated with OpenAI. Bring your own key, stored on your device only.",
        "package_name": "dev.pocketchat.app",
        "seller": "Pocket Labs",
    },
    "small lawful chinese client": {
        "title": "随手问 - 接入DeepSeek的问答工具",
        "description": "本应用由我司独立开发，与深度求索无关联，使用自己的key调用。",
        "package_name": "com.suishouwen.app",
        "seller": "某软件工作室",
    },
    "authorised reseller": {
        "title": "微软365家庭版 含Copilot 官方授权经销",
        "description": "授权编号见店铺资质页，密钥自己到官网兑换，可开发票。",
        "source_kind": "shop",
        "price": "398",
        "seller": "正软专卖店",
    },
    "red bean buns": {
        "title": "手工红豆包 豆包馒头 20个装",
        "source_kind": "shop",
        "price": "29.9",
        "seller": "面点坊",
    },
    "recipe app": {"title": "豆包花卷面点大全", "package_name": "com.mianshi.daquan", "seller": "灶台工作室"},
    "person called Claude": {"title": "Claude - Portfolio of a painter", "package_name": "fr.claude.painter"},
    "first name alone": {"title": "Claude", "package_name": "com.claude.barber", "description": "Book your haircut."},
    "star sign": {"title": "Gemini Horoscope & Astrology", "package_name": "com.stars.gemini", "seller": "Star Sign"},
    "lorry navigation": {"title": "CoPilot GPS Truck Navigation", "package_name": "com.truck.copilot"},
    "game money": {"title": "三国大战 充值送元宝", "package_name": "com.sanguo.war", "seller": "某游戏"},
    "lifts": {"title": "电梯群控系统 多台联动 智能调度", "source_kind": "shop", "price": "8800"},
    "time clocks": {"title": "刷脸考勤机 通过人脸识别打卡", "source_kind": "shop", "price": "399"},
    "office worker at the gate": {
        "title": "公司进门要过人脸，戴口罩认不出怎么办",
        "description": "每次都得过人脸，没过人脸打不了卡，求助各位。",
        "source_kind": "forum",
    },
    "streaming teacher": {
        "title": "OBS虚拟摄像头 网课画面设置 远程调试",
        "description": "腾讯会议里选虚拟摄像头即可，一次30元。",
        "source_kind": "second_hand",
        "price": "30",
    },
    "filed face-swap app with consent": {
        "title": "变脸剧场 趣味换脸",
        "description": "仅可上传本人照片，单独同意后使用，成片带AI生成标识。网信算备110108000000012240001号。",
        "package_name": "com.bianlian.juchang",
        "seller": "某影像公司",
    },
    "law book": {
        "title": "换脸拟声案例解析 正版新书",
        "description": "收录判例46则，16开，可开发票。",
        "source_kind": "shop",
        "price": "79",
    },
    "trust-and-safety job": {
        "title": "招聘 内容安全策略",
        "description": "负责deepfake、undress类滥用治理，岗位职责见附件，五险一金。",
        "source_kind": "channel",
    },
    "wallpapers": {"title": "ChatGPT Wallpapers HD", "package_name": "com.wall.gptpaper", "description": "wallpapers"},
    "tutorial on labelling": {
        "title": "AI生成内容标识怎么加？求过来人",
        "description": "显式标识加在片尾可以吗？元数据字段怎么写？",
        "source_kind": "forum",
    },
    "non-native writer asking": {
        "title": "Please help, is it legal use face swap app for my wedding film?",
        "description": "I not want make bad thing, only me and my husband. Anyone know?",
        "source_kind": "forum",
    },
}


@pytest.mark.parametrize("who", LAWFUL)
def test_nobody_lawful_is_called_a_violation_or_lead(who, judged) -> None:
    fields = dict(LAWFUL[who])
    judgement = judged(fields.pop("title"), **fields)
    assert judgement.verdict == "benign", judgement.violations


def test_a_warning_that_leads_to_a_seller_is_an_offer(judged) -> None:
    text = "谨防骗子！代过人脸只找我，失败全退，包过，加V：guoren_lian88"
    assert judged(text, source_kind="channel").verdict == "violation"


def test_a_lawful_word_does_not_cover_a_waived_consent(judged) -> None:
    title = "声音克隆 任何人都行 十秒语音 不用本人同意"
    assert judged(title, source_kind="second_hand", price="30").verdict == "violation"


def test_a_third_party_disclaimer_without_brand_or_offer_is_no_evidence(judged) -> None:
    assert judged("Unofficial client, bring your own key").violations == ()


HURT = yaml.safe_load(Path(__file__).with_name("safeguards.yml").read_text("utf-8"))


@pytest.mark.parametrize("who", HURT)
def test_nobody_who_would_be_hurt_is_accused(who, listing, profiles) -> None:
    fields = dict(HURT[who])
    subject = Subject(listing=listing(fields.pop("title"), **fields), profiles=profiles)
    found = scoring.score(by_rules(subject), {})
    assert scoring.verdict(found) == "benign", [(v.id, v.probability, [e.zh for e in v.evidence]) for v in found]
    assert judge(subject).verdict != "violation"


def test_there_are_enough_of_them_in_both_languages() -> None:
    titles = [case["title"] for case in (*LAWFUL.values(), *HURT.values())]
    assert len(titles) >= 60
    assert sum(title.isascii() for title in titles) >= 15


HARMLESS = yaml.safe_load(Path(__file__).with_name("harmless.yml").read_text("utf-8"))


@pytest.mark.parametrize("row", HARMLESS, ids=lambda row: row["title"])
def test_harmless_listings_are_no_violation(row, judged) -> None:
    package = "com.some.app" if row["kind"] == "app_store" else None
    judgement = judged(
        row["title"], description=row["description"], price=row["price"], source_kind=row["kind"], package_name=package
    )
    assert judgement.verdict != "violation", judgement.violations
