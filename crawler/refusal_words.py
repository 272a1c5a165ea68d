"""What people and programs write when they refuse a visitor, in Chinese and English: words -> kind of refusal.

Words alone prove nothing, since sellers write about captchas too: whoever asks here has made sure that the text is a
message and not an offer (`crawler.blocked`, `crawler.notices`, `crawler.silence`).
"""

from __future__ import annotations

import re

KINDS = (
    "captcha",
    "challenge",
    "login_wall",
    "rate_limited",
    "regional_block",
    "age_gate",
    "refusal",
    "empty_answer",
    "script_shell",
)
"""Kinds of refusal; each is a problem kind, and `blocked` in a run's counts is their sum."""
OF_THE_VISIT = frozenset({"captcha", "challenge", "rate_limited", "refusal", "empty_answer"})
"""Those that refuse the visitor rather than guard one page: they are waited for, and end a run when they go on."""

_WORDS: tuple[tuple[str, str], ...] = (
    (
        "regional_block",
        (
            "所在地区|所在的地区|所在地區|所在的地區|您的地区|国家或地区|國家或地區"
            "|your country|your region|your location|in this country|in this region|geo.?block|country or region"
        ),
    ),
    (
        "age_gate",
        (
            "年满18|年满 18|已满18|满十八|年满十八|未成年|18岁以上|年齡確認|年龄确认|年龄验证|over 18|18 or older"
            "|18 years|age verification|verify your age|confirm your age|adults only"
        ),
    ),
    (
        "captcha",
        (
            "验证码|驗證碼|人机验证|人機驗證|滑块|拖动滑|滑动验证|完成验证|通过验证|安全验证|安全驗證|不是机器人|不是機器人"
            "|captcha|not a robot|are you a robot|are you human|human verification|verify you are|unusual traffic"
        ),
    ),
    (
        "rate_limited",
        (
            "过于频繁|過於頻繁|太频繁|太頻繁|频率过|頻率過|秒内只能|秒內只能|请求过多|访问过快|操作过快"
            "|too many requests|rate limit|ratelimit|slow down|too often|too quickly|cannot use search at this time"
            "|try again in "
        ),
    ),
    (
        "challenge",
        (
            "正在检查您的浏览器|浏览器安全检查|正在进行安全检查|checking your browser|verifying your browser"
            "|checking if the site connection|enable javascript and cookies|ddos protection"
        ),
    ),
    (
        "login_wall",
        (
            "请登录|请登陆|請登錄|請登入|请先登|請先登|需要登录|需要登入|尚未登录|尚未登入|未登录|登录后|登入後|没有权限"
            "|沒有權限|无权|無權|用户组|用戶組|游客|log in to|login to|logged in|logged-in|sign in to|must register"
            "|be registered|not authori[sz]ed|not permitted to|have permission|login required|not_logged_in|need_login"
        ),
    ),
    (
        "refusal",
        (
            "拦截|攔截|阻断|访问被拒|拒绝访问|拒絕訪問|禁止访问|禁止訪問|访问受限|限制访问|访问异常|异常访问|黑名单|黑名單"
            "|access denied|access to this page has been denied|forbidden|been blocked|request blocked|security policy"
            "|illegal access|attention required|web application firewall"
        ),
    ),
)
_SAID = tuple((kind, re.compile(words)) for kind, words in _WORDS)
_GONE = re.compile(
    "不存在|已被删除|已删除|已被刪除|已下架|找不到该|not exist|been deleted|could not be found|no longer available"
)
_NOTHING = re.compile(
    "没有找到|沒有找到|没有匹配|未找到|暂无|暫無|无搜索结果|没有相关|no results|no suitable matches|no matches"
    "|nothing (?:was )?found|no (?:products|posts|topics|threads|items)|not found|returned no"
)


def refusal_in(text: str) -> str | None:
    """Kind of the refusal that a short message expresses, or None."""
    folded = text.casefold()
    return next((kind for kind, words in _SAID if words.search(folded)), None)


def says_gone(text: str) -> bool:
    """Whether a message says that the thing is not there any more."""
    return _GONE.search(text.casefold()) is not None


def says_nothing_found(text: str) -> bool:
    """Whether a message says, honestly, that there is nothing."""
    return _NOTHING.search(text.casefold()) is not None
