"""A conversation's thread moves forward only, and what Slack does not show is asked about once."""

from __future__ import annotations

import pytest

from bot.desk import threads
from bot.desk.errors import AlreadyTakenBack, MayNotAct
from bot.desk.jobs import JobKind, PromptKind
from bot.desk.replies import absent
from bot.desk.timeline import Event
from storage.records import MessageRef
from tests.desk.conftest import ANA, BEN, GUEST, Case


async def said(case: Case, *texts: str) -> list[str]:
    """Ana takes over and says so; the sources."""
    await case.desk.take_over(case.id, by=ANA)
    messages = [case.message() for _ in texts]
    for message, text in zip(messages, texts, strict=True):
        await case.types(ANA, text, message=message)
    return [message.source for message in messages]


async def not_found(case: Case, *sources: str) -> list[int]:
    """Slack does not show these; the numbers of all that was asked about such so far."""
    await case.desk.database.write(lambda tx: absent.not_found(tx, case.id, sources))
    return [one.seq for one in await case.entries() if one.data.get("event") == Event.NOT_FOUND]


async def test_a_press_on_a_former_card_does_not_make_it_the_card_again(case: Case) -> None:
    database, former = case.desk.database, case.thread
    await database.write(lambda tx: tx.conversations.begin_mirroring(case.id))
    assert await case.desk.move_thread(case.id, away_from=former)
    await database.write(lambda tx: threads.card_seen(tx, case.id, former))
    assert (await case.conversation()).card is None
    new = MessageRef(former.team, former.channel, "1800000000.000100")
    await database.write(lambda tx: threads.card_seen(tx, case.id, new))
    async with database.read() as tx:
        found = await tx.conversations.threads_of([await case.conversation()])
    assert found[case.id] == [new, former]


async def test_what_slack_does_not_show_is_asked_about_once_and_stays(case: Case) -> None:
    one, two = await said(case, "We open at 8", "See you")
    (notice,) = await not_found(case, one)
    assert await not_found(case, one) == [notice]
    assert len(await not_found(case, one, two, "slack:T1/C1/1.0")) == 2
    assert await case.window() == ["We open at 8", "See you"]
    told = [entry.data for entry in await case.entries() if entry.data.get("event") == Event.NOT_FOUND]
    assert "We open" not in str(told)


async def test_what_is_held_stays_held_and_its_author_is_asked_once(case: Case) -> None:
    await said(case, "We open at 8")
    held = case.message()
    await case.types(BEN, "May I?", message=held)
    await not_found(case, held.source)
    await not_found(case, held.source)
    asked = [one["prompt"] for one in await case.owed(JobKind.PROMPT)]
    assert asked.count(PromptKind.NOT_FOUND) == 1
    async with case.desk.database.read() as tx:
        assert await tx.held.sources(case.id) == [held.source]


async def test_who_may_act_takes_back_what_slack_does_not_show_once(case: Case) -> None:
    one, _ = await said(case, "We open at 8", "See you")
    (notice,) = await not_found(case, one)
    with pytest.raises(MayNotAct):
        await case.desk.take_back_absent(case.id, notice, by=GUEST)
    assert await case.window() == ["We open at 8", "See you"]
    await case.desk.take_back_absent(case.id, notice, by=BEN)
    assert await case.window() == ["See you"]
    with pytest.raises(AlreadyTakenBack):
        await case.desk.take_back_absent(case.id, notice, by=ANA)
