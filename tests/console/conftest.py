"""Running commands as users do, in this process, and checking what they print against docs/schema."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import jsonschema
import pytest

from console.cli import main
from tests.conftest import ROOT


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def documents(self) -> list:
        return [json.loads(line) for line in self.out.splitlines()]

    def fits(self, schema: str) -> list:
        """The documents, after checking that there are some and that each follows the schema."""
        found = self.documents
        assert found, self.err
        for document in found:
            validator(schema).validate(document)
        return found


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / f"docs/schema/{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def copycatch(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("COPYCATCH_DEBUG", raising=False)

    def run(*argv: object, stdin: bytes = b"") -> Answer:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            code = main([str(word) for word in argv])
        out, err = capfd.readouterr()
        return Answer(code=code, out=out, err=err)

    return run
