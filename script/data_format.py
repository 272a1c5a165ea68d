"""Prints docs/data-format.md from the docstrings of the domain objects."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ("index/model.py", "apk_analysis/fingerprint.py")
HEAD = """# Data format

Made from the docstrings of the domain objects by `script/data_format.py`; a test fails when it is out of date.

All objects are JSON objects in exports and `--json` output. Times are ISO 8601 in UTC with second precision. A field
that is `null` or empty was not there to be seen. Ids: `l1-` and 24 hexadecimal digits is a listing (marketplace and
native id), `f1-` and 24 digits a finding (listing, violation group and brand); the number is the version of the
scheme. Samples are named by SHA-256.
"""


def fields(node: ast.ClassDef) -> list[tuple[str, str, str]]:
    """(name, type, meaning) of each annotated field."""
    rows = []
    for here, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(here, ast.AnnAssign):
            continue
        text = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            text = " ".join(str(after.value.value).split())
        rows.append((ast.unparse(here.target), ast.unparse(here.annotation), text))
    return rows


def page() -> str:
    """The whole document."""
    parts = [HEAD]
    for source in SOURCES:
        for node in ast.parse((ROOT / source).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                parts.append(f"\n## {node.name}\n\n{' '.join((ast.get_docstring(node) or '').split())}\n")
                parts.append("\n| field | type | meaning |\n|---|---|---|\n")
                for name, kind, text in fields(node):
                    cells = (kind.replace("|", "\\|"), text.replace("|", "\\|"))
                    parts.append(f"| `{name}` | `{cells[0]}` | {cells[1]} |\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
