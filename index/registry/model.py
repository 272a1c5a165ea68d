"""What a copy of a register holds, and the look-up that detectors see. A copy is never complete, and says its date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Register = Literal["generative_ai", "algorithm", "app", "icp", "registration"]
REGISTERS: tuple[Register, ...] = ("generative_ai", "algorithm", "app", "icp", "registration")
"""备案 of generative services, 算法备案, APP备案, ICP备案 of websites, 登记 of services that call a filed model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of one list as it stood there, and where it stood."""

    register: Register
    number: str | None = None
    """In its usual spelling; None where the list has no column for it."""
    name: str = ""
    """Model, algorithm, app, service or website."""
    entity: str = ""
    """Who filed, as written."""
    region: str = ""
    date: str = ""
    """Day of the filing, ISO 8601; as written where it is no date."""
    product: str = ""
    role: str = ""
    """Of the filer of an algorithm: provider or technical supporter (服务提供者, 服务技术支持者)."""
    purpose: str = ""
    base_model: str = ""
    """The filed model that a registered service calls."""
    package: str = ""
    credit_code: str = ""
    remark: str = ""
    file: str
    """Name of the imported file, without its folder."""
    sha256: str
    """Of the imported file."""
    place: str
    """Table and row inside it, 'Sheet1:7'; the line of a csv file, '7'."""
    imported: str
    """Day of the import, ISO 8601."""
    as_of: str | None = None
    """Day for which the list speaks, ISO 8601; None when neither the list nor whoever imported it said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """How far our copy of one register goes."""

    register: Register
    records: int
    imported: str
    """Day of the last import."""
    as_of: str | None
    """Newest day for which an imported list speaks; None when no list said."""

    @property
    def date(self) -> str:
        """The day that every sentence about the copy carries."""
        return self.as_of or self.imported


class Registry(Protocol):
    """A look-up that opens and changes nothing; made by `index.open.open_registry`."""

    def find(self, number: str) -> tuple[Record, ...]:
        """Records under a number's key (see `numbers.Number.key`), the one of the newest list first."""

    def of_entity(self, name: str) -> tuple[Record, ...]:
        """Records of whoever filed under that name, spelling aside."""

    def named(self, name: str) -> tuple[Record, ...]:
        """Records of a model, algorithm, app or site of that name, spelling aside."""

    def state(self, register: Register) -> CopyState | None:
        """None when nothing of that register was imported: 'not collected'."""
