"""A message whose files did not come: whoever may, once, and never without its files."""

from __future__ import annotations

import pytest

from bot.desk import replies
from bot.desk.attachments import Unfit
from bot.desk.errors import AlreadyDecided, MayNotAct, NotYours
from bot.desk.outgoing import Mark, Owed
from bot.desk.replies import Fate, Meant
from storage.inbox import Delivery
from storage.records import MessageRef
from tests.desk.conftest import ANA, BEN, GUEST, Case


async def fails(case: Case, message: MessageRef) -> Fate:
    """Deal with a message of Ana's whose file is not there."""
    delivery = Delivery("posted", case.thread, message, "", message.ts, {"text": "Here"})
    return await case.desk.database.write(
        lambda tx: replies.thread_message(
            tx,
            case.thread,
            message,
            by=ANA,
            text="Here",
            meant=Meant.FOR_CUSTOMER,
            unfit=Unfit.LATE,
            delivery=delivery,
        )
    )


async def waiting(case: Case) -> list[Delivery]:
    async with case.desk.database.read() as tx:
        return [letter.delivery for letter in await tx.inbox.of_thread(case.thread)]


async def test_only_its_author_has_it_tried_again_and_only_once(case: Case) -> None:
    await case.desk.take_over(case.id, by=ANA)
    message = case.message()
    assert await fails(case, message) is Fate.HELD
    for by, refused in ((BEN, NotYours), (GUEST, MayNotAct)):
        with pytest.raises(refused):
            await case.desk.try_again(case.id, message.source, by=by)
    assert await waiting(case) == []
    await case.desk.try_again(case.id, message.source, by=ANA)
    (again,) = await waiting(case)
    assert (again.thread, again.message, again.event["text"]) == (case.thread, message, "Here")
    assert again.event["channel"] == message.channel
    with pytest.raises(AlreadyDecided):
        await case.desk.try_again(case.id, message.source, by=ANA)
    marks = [(owed["mark"], owed["instead_of"]) for owed in await case.owed(Owed.MARK)]
    assert marks == [(Mark.FAILED, None), (None, Mark.FAILED)]


async def test_what_is_only_held_is_not_tried_again(case: Case) -> None:
    message = case.message()
    assert await case.types(ANA, "Hello", message=message) is Fate.HELD
    with pytest.raises(AlreadyDecided):
        await case.desk.try_again(case.id, message.source, by=ANA)


async def test_a_delivery_that_is_dealt_with_beside_the_press_does_not_go_out_without_its_file(
    case: Case,
) -> None:
    await case.desk.take_over(case.id, by=ANA)
    message = case.message()
    await fails(case, message)
    await case.desk.try_again(case.id, message.source, by=ANA)
    # Its files were looked for while the message was still known, so they are not there.
    assert await fails(case, message) is Fate.HELD
    assert await case.window() == []
