"""The table of presses says what is true of the program beside it."""

from __future__ import annotations

from pathlib import Path

from tests.presses.__main__ import PAGE, measured, table, table_in


async def test_the_page_counts_what_the_program_asks_for(tmp_path: Path) -> None:
    costs = await measured(f"sqlite+aiosqlite:///{tmp_path / 'presses.db'}")
    assert table_in(PAGE.read_text("utf-8")) == table(costs), "run `make presses`"
