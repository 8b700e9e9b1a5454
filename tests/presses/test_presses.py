"""The table of presses says what is true of the program beside it, on either database."""

from __future__ import annotations

from tests.presses.__main__ import PAGE, measured, table, table_in


async def test_the_page_counts_what_the_program_asks_for(database_url: str) -> None:
    assert table_in(PAGE.read_text("utf-8")) == table(await measured(database_url)), "run `make presses`"
