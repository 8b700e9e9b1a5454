"""Where the program's sentences stand: in its sources, found without running them."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import bot
from bot.desk.errors import DeskError

BOT = Path(bot.__path__[0])
# What a teammate reads is made in these.
SURFACES = ("blocks", "handlers")
_READS_LIKE_ENGLISH = re.compile(r"[A-Za-z]{2,} +[A-Za-z]{2,}|[A-Z][a-z]+")
_NAMES = {"Bookbag"}


@cache
def sentences() -> frozenset[str]:
    """Every sentence that is said somewhere, and what each refusal's docstring says."""
    found = {ast.literal_eval(node) for path in BOT.rglob("*.py") for node in _said_in(path, _parsed(path))}
    return frozenset(found | {kind.sentence() for kind in refusals()})


def _said_in(path: Path, tree: ast.Module) -> Iterator[ast.expr]:
    """The first argument of every `say` in a source. Raises AssertionError where it is not a literal."""
    if "say" not in _taken_from_tongues(tree):
        return
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "say":
            sentence = call.args[0]
            where = f"{path}:{call.lineno}"
            is_literal = isinstance(sentence, ast.Constant) and isinstance(sentence.value, str)
            assert is_literal, f"{where}: say takes a literal, or nobody can find it"
            yield sentence


def refusals() -> Iterator[type[DeskError]]:
    """Every way to refuse."""
    waiting = DeskError.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield kind


def unsaid_in(path: Path) -> Iterator[tuple[int, str]]:
    """What reads like English in a source without being said: its line and the words."""
    tree = _parsed(path)
    aside = {id(node) for node in _said_in(path, tree)} | _for_developers(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            text = node.value.strip()
            if _READS_LIKE_ENGLISH.search(text) and text not in _NAMES:
                yield node.lineno, text


def fields_of(sentence: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def _for_developers(tree: ast.Module) -> set[int]:
    """Docstrings, what is logged, and annotations."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                found.add(id(first.value))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Name) and of.id in ("log", "logging", "re"):
                found |= {id(part) for part in ast.walk(node)}
    return found


def _taken_from_tongues(tree: ast.Module) -> set[str]:
    return {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "bot.i18n"
        for name in node.names
    }


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
