"""The day in figures."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from bot.desk.queries.stats import today
from tests.clocks import HandClock
from tests.desk.conftest import ANA, BEN, Office


async def test_a_day_without_anything_has_no_times(office: Office) -> None:
    day = await today(office.desk.database, UTC)
    assert (day.conversations, day.taken_over, day.waiting) == (0, 0, 0)
    assert (day.longest_wait, day.first_reply, day.resolution) == (None, None, None)


async def test_the_day_counts_what_happened_since_midnight_where_the_asker_is(
    office: Office, clock: HandClock
) -> None:
    # Noon in UTC. Yesterday's: taken over, answered and closed before midnight anywhere near.
    old = await office.case()
    await old.customer("Hello?")
    await office.desk.take_over(old.id, by=ANA)
    await old.types(ANA, "Yes")
    await old.hand_back()
    clock.forward(hours=20)
    first, second = await office.case(), await office.case()
    for case, minutes in ((first, 10), (second, 20)):
        await case.customer("Hello?")
        await office.desk.take_over(case.id, by=ANA)
        clock.forward(minutes=minutes)
        await case.types(ANA, "Yes")
        clock.forward(minutes=5)
        await case.hand_back()
    # Taken over a second time: one conversation, another ticket.
    await office.desk.take_over(second.id, by=BEN)
    for number in range(2):
        waiting = await office.case()
        await waiting.customer("A person, please")
        await office.desk.escalate(waiting.id, reason="")
        clock.forward(minutes=30 + number)

    day = await today(office.desk.database, UTC)
    assert (day.conversations, day.taken_over, day.waiting) == (4, 2, 2)
    assert day.longest_wait == timedelta(minutes=61)
    assert day.first_reply == timedelta(minutes=15)
    assert day.resolution == timedelta(minutes=20)
    # In Honolulu it is still yesterday, from which the first conversation is.
    assert (await today(office.desk.database, ZoneInfo("Pacific/Honolulu"))).conversations == 5
    assert (await today(office.desk.database, ZoneInfo("Pacific/Honolulu"))).taken_over == 3
