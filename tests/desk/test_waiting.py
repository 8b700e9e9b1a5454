"""The wait: who is reminded and when, who is given what waits, and what its customer may do."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.desk.desk import Desk
from bot.desk.errors import MayNotAct, NotFound, NotWaiting
from bot.desk.jobs import JobKind
from bot.desk.ownership.assignment import Assignment, Order
from bot.desk.ownership.waiting import call_placed
from storage.engine.database import Database
from storage.records import Audience, Author, ConversationState, Person, Status, TeammateCall
from storage.tickets.tickets import MOST_REMINDERS
from tests.clocks import HandClock
from tests.desk.conftest import ANA, BEN, GUEST, NOBODY, Case, Office

FIVE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


async def remind(case: Case) -> bool:
    return await case.desk.remind(case.id, after=FIVE)


async def due(case: Case) -> bool:
    """Whether the query finds it, which must always agree with the rule."""
    async with case.desk.database.read() as tx:
        return case.id in await tx.tickets.unanswered(after=FIVE, limit=10)


async def test_reminders_come_after_growing_pauses_and_end(case: Case, clock: HandClock) -> None:
    await case.desk.escalate(case.id, reason="")
    for sent in range(MOST_REMINDERS):
        clock.now += FIVE * 2**sent - SECOND
        assert (await due(case), await remind(case)) == (False, False)
        clock.now += SECOND
        assert (await due(case), await remind(case)) == (True, True)
        assert (await due(case), await remind(case)) == (False, False)
    clock.now += timedelta(days=30)
    assert (await due(case), await remind(case)) == (False, False)
    # The escalation itself is the first call.
    assert len(await case.owed(JobKind.ANNOUNCE)) == MOST_REMINDERS + 1
    assert (await case.events()).count("still_waiting") == MOST_REMINDERS


async def test_of_many_who_remind_at_once_one_does(case: Case, clock: HandClock) -> None:
    await case.desk.escalate(case.id, reason="")
    clock.now += FIVE
    done = await asyncio.gather(*(remind(case) for _ in range(8)))
    assert sorted(done) == [False] * 7 + [True]
    assert len(await case.owed(JobKind.ANNOUNCE)) == 2


@pytest.mark.parametrize("end", ["taken over", "gone back"])
async def test_a_call_that_lands_after_the_wait_is_taken_down_at_once(case: Case, end: str) -> None:
    await case.desk.escalate(case.id, reason="")
    if end == "taken over":
        await case.desk.take_over(case.id, by=ANA)
    else:
        await case.desk.go_back(case.id)
    await case.desk.database.write(lambda tx: call_placed(tx, case.id, TeammateCall("C1", "9.000001")))
    assert await case.owed(JobKind.TAKE_DOWN) == [{"ts": "9.000001"}]
    async with case.desk.database.read() as tx:
        assert await tx.tickets.calls_over(limit=10) == []


async def test_a_reminder_is_the_teams_alone(case: Case, clock: HandClock) -> None:
    await case.desk.escalate(case.id, reason="")
    clock.now += FIVE
    await remind(case)
    last = (await case.entries())[-1]
    assert (last.data["event"], last.audience, last.data["seconds"]) == ("still_waiting", Audience.TEAM, 300)


async def test_whoever_takes_it_counts_anew_and_whoever_answers_is_left_alone(
    case: Case, clock: HandClock
) -> None:
    await case.customer("Hello?")
    await case.desk.escalate(case.id, reason="")
    clock.now += FIVE - SECOND
    await case.desk.take_over(case.id, by=ANA)
    clock.now += FIVE - SECOND
    assert not await remind(case)
    clock.now += SECOND
    assert await remind(case)
    assert [row["told"] for row in await case.owed(JobKind.DIRECT)] == ["still_waiting"]
    await case.types(ANA, "Here I am")
    clock.now += timedelta(days=1)
    assert not await remind(case)
    await case.customer("Thanks, and?")
    clock.now += FIVE
    assert await remind(case)


@pytest.mark.parametrize("end", ["hold", "close", "hand back"])
async def test_nobody_is_reminded_of_what_waits_for_nobody(case: Case, clock: HandClock, end: str) -> None:
    await case.customer("Hello?")
    await case.desk.take_over(case.id, by=ANA)
    epoch = (await case.conversation()).epoch
    match end:
        case "hold":
            await case.desk.put_on_hold(case.id, by=ANA, epoch=epoch, reason="the carrier")
        case "close":
            await case.desk.close(case.id, by=ANA, epoch=epoch, status=Status.CLOSED)
        case _:
            await case.hand_back()
    clock.now += timedelta(days=1)
    assert (await due(case), await remind(case)) == (False, False)


async def test_of_a_take_over_and_a_going_back_at_once_both_sides_hear_the_same(case: Case) -> None:
    await case.desk.escalate(case.id, reason="")
    went, took = await asyncio.gather(
        case.desk.go_back(case.id), case.desk.take_over(case.id, by=ANA), return_exceptions=True
    )
    assert not isinstance(took, BaseException)
    assert isinstance(went, NotWaiting) or not isinstance(went, BaseException)
    assert await case.state() is ConversationState.TEAMMATE
    assert await case.status() is Status.ON_YOU
    tickets = (await case.desk.open_tickets(limit=10)).total
    assert tickets == 1


async def test_an_ai_that_thinks_over_a_going_back_is_fenced(case: Case) -> None:
    await case.customer("Hello?")
    await case.desk.escalate(case.id, reason="", epoch=0)
    await case.desk.go_back(case.id)
    assert await case.ai("Too late.", covers=1, epoch=0) is None
    assert (await case.conversation()).epoch == 2


@pytest.mark.parametrize("wrote", [False, True])
async def test_the_ai_owes_an_answer_to_what_was_written_during_the_wait_only(
    case: Case, wrote: bool
) -> None:
    # Nothing is owed for it: the hand over was the answer.
    quiet = Desk(case.desk.database, ai_answers=False)
    await quiet.customer_says(case.id, "I want a person", client_id="1")
    await case.desk.escalate(case.id, reason="")
    if wrote:
        await case.customer("How long does shipping take?")
    await case.desk.go_back(case.id)
    assert len(await case.owed(JobKind.ANSWER)) == wrote


async def test_where_another_program_answers_nothing_is_owed(case: Case) -> None:
    desk = Desk(case.desk.database, ai_answers=False)
    await desk.escalate(case.id, reason="")
    await desk.customer_says(case.id, "Hello?", client_id="1")
    await desk.go_back(case.id)
    assert await case.owed(JobKind.ANSWER) == []


async def test_an_address_is_in_the_ledger_once(case: Case) -> None:
    await case.desk.escalate(case.id, reason="")
    await asyncio.gather(*(case.desk.leave_address(case.id, email="m@example.com") for _ in range(4)))
    entries = [e for e in await case.entries() if e.data.get("event") == "address_left"]
    assert [one.audience for one in entries] == [Audience.TEAM, Audience.CUSTOMER]
    assert "email" not in entries[1].data
    assert all(one.author is Author.SYSTEM for one in entries)
    assert (await case.conversation()).customer.email == "m@example.com"


async def test_what_is_unknown_is_not_found(case: Case) -> None:
    for attempt in (
        lambda: case.desk.go_back(NOBODY),
        lambda: case.desk.leave_address(NOBODY, email="m@example.com"),
        lambda: case.desk.remind(NOBODY, after=FIVE),
    ):
        with pytest.raises(NotFound):
            await attempt()


async def available(desk: Desk, *people: Person) -> None:
    for person in people:
        await desk.be_available(by=person, available=True)


@pytest.mark.parametrize("order", [Order.BALANCED, Order.ROUND_ROBIN])
async def test_of_many_at_once_nobody_gets_more_than_the_cap(
    office: Office, database: Database, order: Order
) -> None:
    desk = Desk(database, ai_answers=True, assignment=Assignment(order, cap=2))
    await available(desk, ANA, BEN)
    cases = [await office.case() for _ in range(7)]
    await asyncio.gather(*(desk.escalate(case.id, reason="") for case in cases))
    holders = Counter([(await case.conversation()).holder for case in cases])
    assert holders == {ANA.id: 2, BEN.id: 2, None: 3}


async def test_of_several_processes_nobody_gives_more_than_the_cap(
    office: Office, address: str, clock: HandClock
) -> None:
    if address.startswith("sqlite"):
        pytest.skip("one process at a time")
    await available(office.desk, ANA, BEN)
    cases = [await office.case() for _ in range(24)]
    databases = [Database(address, clock=clock) for _ in range(6)]
    assignment = Assignment(Order.BALANCED, cap=1)
    desks = [Desk(one, ai_answers=True, assignment=assignment) for one in databases]
    try:
        # Each has a connection at hand, so that they begin at the same moment.
        await asyncio.gather(*(desk.waiting() for desk in desks))
        await asyncio.gather(
            *(desks[number % 6].escalate(case.id, reason="") for number, case in enumerate(cases))
        )
    finally:
        for one in databases:
            await one.close()
    holders = Counter([(await case.conversation()).holder for case in cases])
    assert holders == {ANA.id: 1, BEN.id: 1, None: 22}


async def test_two_who_assign_the_same_assign_it_once(office: Office, database: Database) -> None:
    desk = Desk(database, ai_answers=True, assignment=Assignment(Order.BALANCED))
    case = await office.case()
    await desk.escalate(case.id, reason="")
    await available(desk, ANA, BEN)
    done = await asyncio.gather(*(desk.assign_waiting(case.id) for _ in range(6)))
    assert sum(done) == 1
    assert (await case.events()).count("assigned") == 1
    assert len(await case.owed(JobKind.DIRECT)) == 1


async def test_who_may_not_act_is_not_available(office: Office, database: Database) -> None:
    desk = Desk(database, ai_answers=True, assignment=Assignment(Order.BALANCED))
    with pytest.raises(MayNotAct):
        await available(desk, GUEST)
    await available(desk, ANA)
    # Slack said since that they are a guest now.
    guest = Person(ANA.id, ANA.name, None, may_act=False, fetched_at=ANA.fetched_at)
    await database.write(lambda tx: tx.people.remember(guest))
    case = await office.case()
    await desk.escalate(case.id, reason="")
    assert await case.state() is ConversationState.WAITING


async def test_what_slack_says_of_somebody_leaves_their_own_word(office: Office, database: Database) -> None:
    await available(office.desk, ANA)
    await database.write(lambda tx: tx.people.remember(ANA))
    assert await office.desk.is_available(ANA.id)
    assert not await office.desk.is_available(BEN.id)


async def test_an_assigned_conversation_waits_in_no_moment_for_the_ai(
    office: Office, database: Database
) -> None:
    desk = Desk(database, ai_answers=True, assignment=Assignment(Order.ROUND_ROBIN))
    await available(desk, BEN)
    case = await office.case()
    await case.customer("I want a person")
    given = await desk.escalate(case.id, reason="asked", epoch=0)
    assert (given.state, given.holder, given.epoch) == (ConversationState.TEAMMATE, BEN.id, 2)
    assert await case.events() == ["escalated", "assigned"]
    assert (await case.desk.view(case.id)).ticket is not None
    assert await case.ai("Too late.", covers=1, epoch=1) is None
