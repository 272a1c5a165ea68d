"""Notices and their parts, made for tests. All names are invented."""

from __future__ import annotations

from typing import Any

from index.party import Party
from takedown.notice import Allegation, Content, Law, Look, Quote, Signer, Statements, Target

AT = "2026-11-25T08:00:00Z"


def target(number: int = 1, **given: Any) -> Target:
    said: dict[str, Any] = {
        "finding_id": f"f1-{number:024x}",
        "listing_id": f"l1-{number:024x}",
        "kind": "app",
        "marketplace": "fdroid_repo:apps.example.org",
        "url": f"https://apps.example.org/app/{number}",
        "title": f"小舟智聊官方版 {number}",
        "native_id": f"org.example.xiaozhou{number}",
        "seller": "好应用工作室",
        "package_name": f"org.example.xiaozhou{number}",
        "version": "2.1.0",
        "version_code": 210,
        "sample_sha256": f"{number:064x}",
        "sample_sha1": f"{number:040x}",
        "sample_md5": f"{number:032x}",
        "sample_size": 123_456,
        "signers": (Signer(sha256="ab" * 32, sha1="cd" * 20, md5="ef" * 16, subject="CN=example"),),
        "first_seen": "2026-11-20T08:00:00Z",
        "last_seen": AT,
        "look": Look(at=AT, state="seen"),
    }
    return Target(**{**said, **given})


def allegation(**given: Any) -> Allegation:
    said: dict[str, Any] = {
        "violation": "p2-6a",
        "title_zh": "仿冒AI应用",
        "title_en": "Counterfeit AI app",
        "observability": "direct",
        "probability": 0.97,
        "reasons_zh": ("自称官方，但签名不是小舟科技的",),
        "reasons_en": ("says it is official, but is not signed by Xiaozhou Technology",),
        "quotes": (Quote(finding_id=f"f1-{1:024x}", field="title", text="小舟智聊官方版"),),
        "laws": (Law(id="cn-ecommerce", article="42", title_zh="电子商务法", title_en="E-Commerce Law"),),
    }
    return Allegation(**{**said, **given})


def content(*targets: Target, **given: Any) -> Content:
    said: dict[str, Any] = {
        "recipient": "huawei_appgallery",
        "form": "complaint",
        "form_version": "2026-11",
        "basis": "impersonation",
        "jurisdiction": "CN",
        "language": "zh",
        "action": "remove",
        "targets": targets or (target(),),
        "allegations": (allegation(),),
        "decisions": ("u1-00000000000000000000aaaa:1",),
        "brand": "xiaozhou",
        "brand_name": "小舟智聊",
        "summary": "该应用冒用小舟智聊的名称和图标，签名与官方不同。",
        "reporter": Party(
            org="小舟科技（示例）有限公司",
            name="李示例",
            email="legal@example.org",
            phone="010-00000000",
            address="示例市示例路 1 号",
            country="CN",
            domain="example.org",
            id_kind="营业执照",
            id_number="EXAMPLE-0001",
        ),
        "statements": Statements(
            good_faith=True, accuracy=True, liability=True, signed_by="李示例", signed_at="2026-11-25T09:00:00Z"
        ),
    }
    return Content(**{**said, **given})
