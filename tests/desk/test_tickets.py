"""Where a ticket stands, who answers beside its holder, and what of it anybody may change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.desk.errors import AlreadyTaken, Blank, CannotAnswer, MayNotAct, NotFound, Stale, TooLong
from bot.desk.replies.thread_messages import IS_NEWS_FOR, Intent, Outcome
from bot.desk.tickets import LONGEST_LINE, SummaryOrigin
from storage.records import MessageRef, Person, Status, Ticket
from storage.transaction import Transaction
from tests.clocks import HandClock
from tests.desk.conftest import ANA, BEN, GUEST, NOBODY, Case, Office

Attempt = Callable[[], Awaitable[object]]


async def epoch_of(case: Case) -> int:
    return (await case.conversation()).epoch


def everything(case: Case, *, by: Person, epoch: int) -> list[Attempt]:
    """Each rule about a ticket, with `by` as who asks for it."""
    desk, about = case.desk, case.id
    return [
        lambda: desk.put_on_hold(about, by=by, epoch=epoch, reason="The warehouse"),
        lambda: desk.take_off_hold(about, by=by, epoch=epoch),
        lambda: desk.rename_ticket(about, by=by, epoch=epoch, subject="Parcel"),
        lambda: desk.join(about, by=by, epoch=epoch),
        lambda: desk.close(about, by=by, epoch=epoch, status=Status.CLOSED),
        lambda: desk.hand_over(about, to=BEN, by=by, epoch=epoch),
    ]


async def test_somebody_who_may_not_act_changes_nothing_of_a_ticket(held: Case) -> None:
    before = await held.entries(), await held.ticket()
    for attempt in everything(held, by=GUEST, epoch=await epoch_of(held)):
        with pytest.raises(MayNotAct):
            await attempt()
    assert (await held.entries(), await held.ticket()) == before


@pytest.mark.parametrize("stale_by", [-1, 1])
async def test_a_press_on_an_old_card_changes_nothing_of_a_ticket(held: Case, stale_by: int) -> None:
    before = await held.entries(), await held.ticket()
    for attempt in everything(held, by=BEN, epoch=await epoch_of(held) + stale_by):
        with pytest.raises((Stale, AlreadyTaken)):
            await attempt()
    assert (await held.entries(), await held.ticket()) == before


async def test_nothing_is_done_with_a_ticket_that_is_closed(held: Case) -> None:
    await held.hand_back()
    before = await held.entries()
    for attempt in everything(held, by=BEN, epoch=await epoch_of(held)):
        with pytest.raises(Stale):
            await attempt()
    assert await held.entries() == before


async def test_every_rule_about_tickets_refuses_a_conversation_that_is_not_there(office: Office) -> None:
    case = await office.case()
    case.id = NOBODY
    for attempt in everything(case, by=ANA, epoch=0):
        with pytest.raises(NotFound):
            await attempt()


@pytest.mark.parametrize(("typed", "refusal"), [(" \n", Blank), ("x" * (LONGEST_LINE + 1), TooLong)])
async def test_a_reason_and_a_subject_are_one_line_of_some_length(
    held: Case, typed: str, refusal: type[Exception]
) -> None:
    epoch = await epoch_of(held)
    attempts: list[Attempt] = [
        lambda: held.desk.put_on_hold(held.id, by=ANA, epoch=epoch, reason=typed),
        lambda: held.desk.rename_ticket(held.id, by=ANA, epoch=epoch, subject=typed),
    ]
    for attempt in attempts:
        with pytest.raises(refusal):
            await attempt()
    ticket = await held.desk.put_on_hold(held.id, by=ANA, epoch=epoch, reason=f"\n{'y' * LONGEST_LINE} ")
    assert ticket.hold_reason == "y" * LONGEST_LINE


async def test_what_ends_a_hold_ends_its_reason(held: Case) -> None:
    async def on_hold() -> None:
        await held.desk.put_on_hold(held.id, by=ANA, epoch=await epoch_of(held), reason="The warehouse")

    async def now() -> Ticket:
        ticket = await held.ticket()
        assert ticket is not None
        return ticket

    await on_hold()
    await held.types(BEN, "Held, so nobody replied")
    assert (await now()).hold_reason == "The warehouse"
    await held.customer("And?")
    assert ((await now()).status, (await now()).hold_reason) == (Status.ON_YOU, None)
    await on_hold()
    await held.types(ANA, "Found it")
    assert ((await now()).status, (await now()).hold_reason) == (Status.ON_CUSTOMER, None)
    await on_hold()
    await held.desk.hand_over(held.id, to=BEN, by=ANA, epoch=await epoch_of(held))
    assert ((await now()).status, (await now()).hold_reason) == (Status.ON_YOU, None)
    await on_hold()
    await held.hand_back()
    assert ((await now()).status, (await now()).hold_reason) == (Status.CLOSED, None)
    assert (await held.events()).count("back_from_hold") == 2


async def test_a_wait_begins_with_what_the_customer_waits_for(case: Case, clock: HandClock) -> None:
    async def since() -> object:
        ticket = await case.ticket()
        assert ticket is not None
        return ticket.status_since

    await case.customer("I want a person")
    await case.desk.escalate(case.id, reason="asked for a person")
    asked = clock()
    clock.forward(minutes=5)
    await case.desk.take_over(case.id, by=ANA)
    await case.customer("Hello?")
    assert await since() == asked, "being picked up, and asking again, are no new wait"
    clock.forward(minutes=5)
    await case.types(ANA, "Here I am")
    replied = clock()
    clock.forward(minutes=5)
    await case.types(ANA, "Still here")
    assert await since() == replied
    await case.customer("One more thing")
    assert await since() == clock()


async def test_an_answer_that_was_owed_is_not_given_after_a_quiet_close(case: Case) -> None:
    # The row that owes it may still be open: the courier asks what there is to answer when it gets to it.
    await case.customer("How long does shipping take?")
    await case.desk.take_over(case.id, by=ANA)
    await case.desk.close(case.id, by=ANA, epoch=await epoch_of(case), status=Status.CLOSED)
    assert not (await case.desk.question(case.id)).is_owed
    assert len(await case.owed("answer")) == 1
    await case.customer("When are you open?")
    question = await case.desk.question(case.id)
    assert question.is_owed
    assert await case.ai("At nine.", covers=question.covers, epoch=question.conversation.epoch) is not None


async def test_a_subject_that_a_teammate_gave_survives_the_summary(held: Case) -> None:
    ticket = await held.desk.rename_ticket(held.id, by=ANA, epoch=await epoch_of(held), subject="Refund")
    for summary in ("The parcel is lost.", "Late and twice."):
        ticket = await held.desk.summarised(
            held.id, ticket.number, subject="Parcel", summary=summary, language="en", origin=SummaryOrigin.AI
        )
    assert (ticket.subject, ticket.summary) == ("Refund", "The parcel is lost.")
    assert (await held.events())[-2:] == ["renamed", "summarised"]


async def test_the_same_subject_again_is_no_event(held: Case) -> None:
    for _ in range(2):
        await held.desk.rename_ticket(held.id, by=ANA, epoch=await epoch_of(held), subject="Refund")
    assert (await held.events()).count("renamed") == 1


async def test_joining_holds_for_one_stretch_and_one_person(held: Case) -> None:
    await held.desk.join(held.id, by=BEN, epoch=await epoch_of(held))
    assert await held.types(BEN, "I know this one") is Outcome.SENT
    await held.desk.hand_over(held.id, to=BEN, by=BEN, epoch=await epoch_of(held))
    assert await held.types(ANA, "I had it before") is Outcome.HELD
    await held.desk.hand_over(held.id, to=ANA, by=ANA, epoch=await epoch_of(held))
    assert await held.types(BEN, "I joined the stretch before last") is Outcome.HELD
    await held.hand_back()
    assert await held.types(ANA, "Nobody's now") is Outcome.HELD


async def test_a_ticket_that_nobody_picked_up_is_neither_put_on_hold_nor_joined(case: Case) -> None:
    await case.desk.escalate(case.id, reason="asked for a person")
    epoch = await epoch_of(case)
    with pytest.raises(Stale):
        await case.desk.put_on_hold(case.id, by=ANA, epoch=epoch, reason="The warehouse")
    with pytest.raises(Stale):
        await case.desk.join(case.id, by=ANA, epoch=epoch)
    assert await case.status() is Status.NEW


async def test_what_is_not_on_hold_does_not_come_back_from_it(held: Case) -> None:
    await held.types(ANA, "Hello")
    with pytest.raises(Stale):
        await held.desk.take_off_hold(held.id, by=BEN, epoch=await epoch_of(held))
    assert await held.status() is Status.ON_CUSTOMER


async def test_nobody_is_handed_a_conversation_who_cannot_answer(held: Case) -> None:
    with pytest.raises(CannotAnswer, match="Gus cannot answer customers"):
        await held.desk.hand_over(held.id, to=GUEST, by=ANA, epoch=await epoch_of(held))
    assert (await held.conversation()).holder == ANA.id


async def test_what_somebody_types_before_they_can_know_that_it_is_theirs_is_held(
    held: Case, clock: HandClock
) -> None:
    def typed_now() -> MessageRef:
        return replace(held.message(), ts=f"{clock().timestamp():.6f}")

    await held.desk.hand_over(held.id, to=BEN, by=ANA, epoch=await epoch_of(held))
    clock.forward(seconds=IS_NEWS_FOR.total_seconds() - 1)
    assert await held.types(BEN, "He is a pain", message=typed_now()) is Outcome.HELD
    assert await held.prompts() == ["just_assigned"]
    note = await held.types(BEN, "Mine then", message=replace(typed_now(), ts="3.0"), intent=Intent.NOTE)
    assert note is Outcome.NOTE
    clock.forward(seconds=1)
    assert await held.types(BEN, "Hi, I am Ben", message=typed_now()) is Outcome.SENT
    await held.desk.hand_over(held.id, to=ANA, by=ANA, epoch=await epoch_of(held))
    later = replace(held.message(), ts=f"{clock().timestamp() + 1:.6f}")
    assert await held.types(ANA, "Back again", message=later) is Outcome.SENT, "she pressed for it"
    assert await held.window() == ["Hello?", "Hi, I am Ben", "Back again"]


async def test_the_summary_of_a_closed_ticket_does_not_hide_the_open_one(held: Case) -> None:
    old = await held.ticket()
    assert old is not None
    await held.hand_back()
    new = await held.desk.take_over(held.id, by=ANA)

    async def both(tx: Transaction) -> object:
        assert await tx.tickets.open_of(held.id) is not None
        await tx.tickets.describe(old.number, subject="Old", summary="Late", language="en")
        return await tx.tickets.open_of(held.id)

    assert await held.desk.database.write(both) == new


async def test_who_takes_over_from_a_former_holder_is_told_of_the_present_one(held: Case) -> None:
    seen = await epoch_of(held)
    await held.desk.hand_over(held.id, to=BEN, by=BEN, epoch=seen)
    await held.desk.hand_over(held.id, to=BEN, by=BEN, epoch=seen)
    with pytest.raises(AlreadyTaken, match="Ben is already answering"):
        await held.desk.hand_over(held.id, to=ANA, by=ANA, epoch=seen)
    assert (await held.conversation()).holder == BEN.id
    assert (await held.events()).count("taken_over") == 2
