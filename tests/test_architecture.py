"""What the architecture page and the contributor's guide name is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md")
NAME = re.compile(r"`((?:bot|storage|sandbox|tests)\.[\w.]+)`")
PLACE = re.compile(r"`((?:bot|storage|sandbox|tests|docs|benchmarks)/[\w./]+)`")


def found(page: Path, what: re.Pattern[str]) -> list[str]:
    return sorted(set(what.findall(page.read_text("utf-8"))))


def is_there(name: str) -> bool:
    """Whether a dotted name leads to a module, or to something that is defined in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        module = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if module.is_file():
            return defines(ast.parse(module.read_text("utf-8")).body, parts[length:])
    return False


def defines(body: list[ast.stmt], names: list[str]) -> bool:
    if not names:
        return True
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == names[0]:
            return defines(node.body, names[1:])
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_name_in_the_page_exists(page: Path) -> None:
    names = found(page, NAME)
    assert [name for name in names if not is_there(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_path_in_the_page_exists(page: Path) -> None:
    paths = found(page, PLACE)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_a_name_that_is_not_there_is_noticed() -> None:
    assert is_there("bot.desk.ownership.takeover.take_over")
    assert not is_there("bot.desk.ownership.takeover.take_under")
    assert not is_there("bot.no_such_module")
