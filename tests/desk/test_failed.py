"""A message whose files did not come: whoever may, once, and never without its files."""

from __future__ import annotations

import pytest

from bot.desk.attachments import FileRejection
from bot.desk.errors import AlreadyDecided, MayNotAct, NotYours
from bot.desk.jobs import JobKind, Reaction
from bot.desk.replies import thread_messages
from bot.desk.replies.thread_messages import Intent, Outcome
from storage.records import MessageRef
from storage.slack.slack_events import SlackEvent
from tests.desk.conftest import ANA, BEN, GUEST, Case


async def fails(case: Case, message: MessageRef) -> Outcome:
    """Deal with a message of Ana's whose file is not there."""
    delivery = SlackEvent("posted", case.thread, message, "", message.ts, {"text": "Here"})
    return await case.desk.database.write(
        lambda tx: thread_messages.thread_message(
            tx,
            case.thread,
            message,
            by=ANA,
            text="Here",
            intent=Intent.FOR_CUSTOMER,
            unfit=FileRejection.LATE,
            delivery=delivery,
        )
    )


async def waiting(case: Case) -> list[SlackEvent]:
    async with case.desk.database.read() as tx:
        return [queued.delivery for queued in await tx.slack_events.of_thread(case.thread)]


async def test_only_its_author_has_it_tried_again_and_only_once(case: Case) -> None:
    await case.desk.take_over(case.id, by=ANA)
    message = case.message()
    assert await fails(case, message) is Outcome.HELD
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
    marks = [(owed["mark"], owed["instead_of"]) for owed in await case.owed(JobKind.MARK)]
    assert marks == [(Reaction.FAILED, None), (None, Reaction.FAILED)]


async def test_what_is_only_held_is_not_tried_again(case: Case) -> None:
    message = case.message()
    assert await case.types(ANA, "Hello", message=message) is Outcome.HELD
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
    assert await fails(case, message) is Outcome.HELD
    assert await case.window() == []
