"""Every problem kind that the room's code can name, read from its source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOM = Path(__file__).parent.parent.parent / "apk_analysis"
KIND = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
PLACE = {"Defect": 0, "WorkerLost": 0, "note": 0, "problem": 1}
OF_TRAITS = {"traits", "leads.py"}
"""There, kinds that are yielded or assigned are those of traits."""


def kinds() -> dict[str, str]:
    """Kind -> file and line that names it."""
    found: dict[str, str] = {}
    for path in sorted(ROOM.rglob("*.py")):
        of_traits = not OF_TRAITS.isdisjoint(path.parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for kind in _named(node) if isinstance(node, ast.Call) or not of_traits else ():
                found.setdefault(kind, f"{path.name}:{getattr(node, 'lineno', 0)}")
    return found


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in PLACE and len(node.args) > PLACE[name]:
            yield from _branches(node.args[PLACE[name]])
    elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
        yield from _branches(node.value.elts[0])
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
        first = target.elts[0] if isinstance(target, ast.Tuple) else target
        if getattr(first, "id", "") == "kind":
            yield from _branches(node.value)
        if getattr(first, "id", "") == "_WORDS" and isinstance(node.value, ast.Dict):
            yield from _branches(*node.value.values)


def _branches(*nodes: ast.expr) -> Iterator[str]:
    """The constants an expression can turn into; of a pair the first."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from _branches(node.body, node.orelse)
        elif isinstance(node, ast.Tuple):
            yield from _branches(node.elts[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            yield from _branches(
                *(node.func.value.values if isinstance(node.func.value, ast.Dict) else ()), *node.args[1:]
            )
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "next":
            yield from _branches(*node.args[1:])
