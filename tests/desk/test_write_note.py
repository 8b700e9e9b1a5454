"""The rule for a note from the window: once, of whoever may, and of nobody who has nothing to say."""

from __future__ import annotations

import pytest

from bot.desk.errors import AlreadyNoted, Blank, DeskError, MayNotAct, TooLong
from bot.desk.jobs import JobKind
from bot.desk.writing import LONGEST_NOTE
from storage.records import Kind, Person
from tests.desk.conftest import ANA, BEN, GUEST, Case


async def test_a_note_from_the_same_window_is_written_once(case: Case) -> None:
    for _ in range(2):
        await case.desk.write_note(case.id, "Ask the warehouse", by=BEN, source="note:V1")
    with pytest.raises(AlreadyNoted):
        await case.desk.write_note(case.id, "Ask somebody else", by=BEN, source="note:V1")
    await case.desk.write_note(case.id, "Ask the warehouse", by=ANA, source="note:V2")
    written = [entry for entry in await case.entries() if entry.kind is Kind.NOTE]
    assert [(entry.text, entry.name) for entry in written] == [
        ("Ask the warehouse", "Ben"),
        ("Ask the warehouse", "Ana García"),
    ]
    assert [owed["seq"] for owed in await case.owed(JobKind.ENTRY)] == [entry.seq for entry in written]
    await case.nothing_of_the_team_is_for_the_customer()


@pytest.mark.parametrize(
    ("by", "text", "refused"),
    [(GUEST, "Hello", MayNotAct), (BEN, " \n", Blank), (BEN, "x" * (LONGEST_NOTE + 1), TooLong)],
)
async def test_what_is_refused_leaves_nothing(
    case: Case, by: Person, text: str, refused: type[DeskError]
) -> None:
    with pytest.raises(refused):
        await case.desk.write_note(case.id, text, by=by, source="note:V1")
    assert await case.notes() == []
    assert await case.owed(JobKind.ENTRY) == []
