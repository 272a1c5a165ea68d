"""How the robots of group chats want a message, by their public documentation: body, signature, and what they answer.

企业微信: developer.work.weixin.qq.com/document/path/91770; 钉钉: open.dingtalk.com, 自定义机器人; 飞书:
open.feishu.cn, 自定义机器人使用指南. Plain: our own JSON document, for whatever listens.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawler.alerts.words import Alert

Kind = Literal["wecom", "dingtalk", "feishu", "plain"]
LONGEST = 2000
"""Bytes of text; 企业微信 takes 2048, the others more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be posted where."""

    url: str
    body: dict[str, Any]


def _wecom(url: str, said: str, _alert: Alert, _secret: str, _now: float) -> Message:
    return Message(url=url, body={"msgtype": "text", "text": {"content": said}})


def _dingtalk(url: str, said: str, _alert: Alert, secret: str, now: float) -> Message:
    if secret:
        at = str(int(now * 1000))
        url = _with(url, timestamp=at, sign=_sign(secret.encode(), f"{at}\n{secret}".encode()))
    return Message(url=url, body={"msgtype": "text", "text": {"content": said}})


def _feishu(url: str, said: str, _alert: Alert, secret: str, now: float) -> Message:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": said}}
    if secret:
        at = str(int(now))
        body |= {"timestamp": at, "sign": _sign(f"{at}\n{secret}".encode(), b"")}
    return Message(url=url, body=body)


def _plain(url: str, said: str, alert: Alert, _secret: str, _now: float) -> Message:
    return Message(url=url, body={"text": said, **asdict(alert)})


ROBOTS: dict[Kind, Callable[[str, str, Alert, str, float], Message]] = {
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "plain": _plain,
}


def message(kind: Kind, url: str, said: str, alert: Alert, *, secret: str, now: float) -> Message:
    """The message in the form that the robot wants; `now` in POSIX seconds."""
    short = said.encode("utf-8", "replace")[:LONGEST].decode("utf-8", "ignore")
    return ROBOTS[kind](url, short, alert, secret, now)


def taken(kind: Kind, status: int, answer: Any) -> str | None:
    """None where the robot has taken the message, else why not."""
    if not 200 <= status < 300:
        return f"status {status}"
    if kind == "plain":
        return None
    code = answer.get("code" if kind == "feishu" else "errcode") if isinstance(answer, dict) else None
    return None if code == 0 else f"status {status}, code {code}"


def _sign(key: bytes, text: bytes) -> str:
    return b64encode(hmac.new(key, text, sha256).digest()).decode()


def _with(url: str, **parameters: str) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(parameters)) if part)
    return urlunsplit(parts._replace(query=query))
