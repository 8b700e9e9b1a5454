"""A reply that is written in a window: the same rule as for one that is typed, and sent once."""

from __future__ import annotations

import asyncio

import pytest

from bot.desk.errors import (
    AlreadySent,
    AlreadyTaken,
    DeskError,
    MayNotAct,
    NotFound,
    NotTaken,
    SomebodyElseAnswers,
    Stale,
)
from storage.records import ConversationId, ConversationState, Person, Status
from tests.desk.conftest import ANA, BEN, GUEST, NOBODY, Case


async def send(
    case: Case,
    by: Person = ANA,
    *,
    text: str = "On its way!",
    to: ConversationId | None = None,
    source: str = "composed:V1",
    taking_over: bool = False,
    epoch: int = 1,
    anyone: bool = False,
) -> None:
    await case.desk.send_composed(
        to or case.id,
        text,
        by=by,
        source=source,
        taking_over=taking_over,
        epoch=epoch,
        anyone=anyone,
    )


async def test_it_is_sent_once_for_each_window(held: Case) -> None:
    await asyncio.gather(*(send(held) for _ in range(3)))
    await send(held)
    assert await held.window() == ["Hello?", "On its way!"]
    assert await held.status() is Status.ON_CUSTOMER
    with pytest.raises(AlreadySent):
        await send(held, text="On its way?")
    await send(held, source="composed:V2")
    assert await held.window() == ["Hello?", "On its way!", "On its way!"]


@pytest.mark.parametrize(
    ("by", "refusal"), [(GUEST, MayNotAct), (BEN, SomebodyElseAnswers)], ids=["guest", "not the holder"]
)
async def test_who_does_not_answer_this_customer_sends_nothing(
    held: Case, by: Person, refusal: type[DeskError]
) -> None:
    with pytest.raises(refusal):
        await send(held, by)
    assert await held.window() == ["Hello?"]


async def test_a_guest_is_not_shown_what_to_send_either(held: Case) -> None:
    with pytest.raises(MayNotAct):
        await held.desk.composing(held.id, by=GUEST, anyone=True)
    with pytest.raises(NotFound):
        await send(held, to=NOBODY)


async def test_where_anyone_replies_who_may_act_sends_beside_the_holder_and_never_beside_the_ai(
    held: Case,
) -> None:
    assert (await held.desk.composing(held.id, by=BEN, anyone=True)).is_theirs
    await send(held, BEN, anyone=True)
    assert await held.window() == ["Hello?", "On its way!"]
    await held.hand_back()
    assert not (await held.desk.composing(held.id, by=BEN, anyone=True)).is_theirs
    with pytest.raises(NotTaken):
        await send(held, BEN, source="composed:V2", anyone=True)


async def test_taking_over_goes_by_what_they_saw(held: Case) -> None:
    await held.desk.hand_over(held.id, to=BEN, by=BEN, epoch=1)
    with pytest.raises(AlreadyTaken):
        await send(held, taking_over=True, epoch=1)
    await held.hand_back(BEN)
    with pytest.raises(Stale):
        await send(held, taking_over=True, epoch=2)
    assert await held.state() is ConversationState.AI
    assert await held.window() == ["Hello?"]
    await send(held, taking_over=True, epoch=3)
    assert (await held.conversation()).holder == ANA.id
    assert await held.window() == ["Hello?", "On its way!"]
