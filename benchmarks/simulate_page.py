"""docs/scaling.md: what the program writes into it, and whether it is still what a run would say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import simulate_tables as tables
from benchmarks.simulate_figures import Table

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "scaling.md"
PICTURE = HERE.parent / "docs" / "scaling.svg"

TABLES: Mapping[str, Callable[[], Table]] = {
    "choices": tables.choices,
    "channel": tables.channel,
    "workspace": tables.workspace,
    "cards": tables.cards,
    "machines": tables.machines,
    "assumed": tables.assumed,
}
ANSWERS = "answers"
RUN = "run"
# All that the figures depend on. The picture and the page show them and change none.
SOURCES = ("channel", "workload", "sizes", "costs", "designs", "capacity", "figures", "tables")


def fingerprint() -> str:
    """Changes with the parameters and the program, so that a page that was not made anew is found out."""
    text = b"".join((HERE / f"simulate_{name}.py").read_bytes() for name in SOURCES)
    return hashlib.sha256(text).hexdigest()[:16]


def stamp() -> str:
    return f"<!-- figures of run {fingerprint()} -->"


def markdown(table: Table) -> str:
    rest = "---:" if table.figures else "---"
    lines = [table.header, ("---", *[rest] * (len(table.header) - 1)), *table.rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def section(page: str, name: str) -> str:
    """What stands between the marks of that name."""
    found = _marked(name).search(page)
    if found is None:
        raise LookupError(f"the page has no section {name}")
    return found[2].strip("\n")


def with_section(page: str, name: str, content: str) -> str:
    """The page with that section replaced; raises LookupError if it has none."""
    section(page, name)
    return _marked(name).sub(lambda found: f"{found[1]}\n{content}\n{found[3]}", page)


def _marked(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- simulated: {name} -->)\n(.*?)\n?(<!-- end -->)", re.DOTALL)
