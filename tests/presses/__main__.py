"""`make presses`: counts each job again and writes the table into docs/presses.md."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.journeys.world import world
from tests.presses.hand import Count
from tests.presses.jobs import JOBS, counted

PAGE = Path(__file__).parents[2] / "docs" / "presses.md"
_TABLE = re.compile(r"(?:\|.*\n)+")


async def measured(database_url: str) -> Mapping[str, Count]:
    """What each job costs now."""
    async with world(database_url) as here:
        return {what: await counted(here, job) for what, job in JOBS.items()}


def table(costs: Mapping[str, Count]) -> str:
    rows = [f"| {what} | {cost.presses or '–'} | {cost.lines or '–'} |" for what, cost in costs.items()]
    return "\n".join(["| what | presses | typed lines |", "| --- | --- | --- |", *rows, ""])


def table_in(page: str) -> str:
    found = _TABLE.search(page)
    return found[0] if found else ""


async def write() -> None:
    with tempfile.TemporaryDirectory(prefix="bookbag-presses-") as directory:
        costs = await measured(f"sqlite+aiosqlite:///{Path(directory) / 'presses.db'}")
    page = PAGE.read_text("utf-8")
    PAGE.write_text(page.replace(table_in(page), table(costs)), "utf-8")


if __name__ == "__main__":
    asyncio.run(write())
