"""Who asks for a removal, and for whom: in the settings and in notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PartyRole = Literal["rights_owner", "agent", "regulator", "store_ts", "trusted_flagger", "individual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Reporter, principal or sender."""

    org: str = ""
    name: str = ""
    """Natural person who answers for it."""
    role: PartyRole = "rights_owner"
    email: str = ""
    phone: str = ""
    address: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    domain: str = ""
    id_kind: str = ""
    """Kind of identity document: '营业执照', '身份证', 'passport'."""
    id_number: str = ""
    uscc: str = ""
    """统一社会信用代码, 18 characters."""
