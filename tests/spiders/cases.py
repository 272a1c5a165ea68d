"""Cases: folders below `fixtures` (page, facts and what must come out), and metas below `recorded`, whose pages stay apart."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, Response

from crawler.cases import BODY_HASH, differences, plain, read_case, response_of
from crawler.declarations import declared

__all__ = ["BODY_HASH", "HERE", "SPIDERS", "Case", "own_cases", "plain", "recorded_cases"]
HERE = Path(__file__).parent
SPIDERS = declared()


@dataclass(frozen=True)
class Case:
    """One folder below `fixtures`, or one meta file below `recorded`."""

    spider: str
    name: str
    meta: dict[str, Any]
    golden: Path
    folder: Path

    def __str__(self) -> str:
        return f"{self.spider}/{self.name}"

    def read(self, body: bytes, *, brief: bool) -> list[dict[str, Any]]:
        """What the spider makes of `body`."""
        return read_case(SPIDERS[self.spider](), self.meta, body, brief=brief)

    def response(self, body: bytes, request: Request) -> Response:
        """The answer of the case, to another request."""
        return response_of(self.meta, body, request)

    def compare(self, got: list[dict[str, Any]]) -> None:
        """With the golden file, field by field; writes it, and fails, where there is none yet."""
        if not self.golden.exists():
            self.golden.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n", "utf-8")
            pytest.fail(f"wrote {self.golden}: review it, then run again")
        wrong = list(differences(json.loads(self.golden.read_text("utf-8")), got))
        assert not wrong, "\n".join([str(self), *wrong])


def own_cases() -> list[Case]:
    return [
        Case(folder.parent.name, folder.name, json.loads((folder / "meta.json").read_text("utf-8")),
             folder / "expected.json", folder)
        for folder in sorted(path.parent for path in (HERE / "fixtures").glob("*/*/meta.json"))
    ]  # fmt: skip


def recorded_cases() -> list[Case]:
    return [
        Case(meta.parent.name, meta.name.removesuffix(".meta.json"), json.loads(meta.read_text("utf-8")),
             meta.with_name(meta.name.replace(".meta.json", ".expected.json")), meta.parent)
        for meta in sorted((HERE / "recorded").glob("*/*.meta.json"))
    ]  # fmt: skip
