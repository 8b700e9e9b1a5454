"""What Slack did not hand over: it says so on the message, and its author can have it tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.blocks.elements.ids import KEEP_AS_NOTE, SEND_AS_ME, TRY_AGAIN
from bot.slack.inbound.event_router import DECIDED_WITHIN
from sandbox import WorkspacePerson
from storage.records import Author, Kind
from tests.clocks import RunningClock
from tests.journeys.test_files import PNG, attached, kept
from tests.journeys.test_ticket import a_guest
from tests.journeys.world import CHANNEL, FAILED, HELD, NOTE, SENT, Chat, World, world

pytestmark = pytest.mark.both_databases


async def failed(bridge: World, by: WorkspacePerson, text: str = "Here", **how: object) -> tuple[Chat, str]:
    """A message whose file Slack does not let the app read, in a conversation that Ana answers."""
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    bridge.slack.revoke_scope("files:read")
    ts = await chat.reply(by, text, files={"drawing.png": PNG}, **how)
    await chat.marked(ts, FAILED)
    return chat, ts


async def retry(bridge: World, by: WorkspacePerson, name: str) -> None:
    prompt = await bridge.prompt(name)
    assert "Nothing was sent" in prompt["text"]
    await by.press(CHANNEL, prompt["ts"], TRY_AGAIN)


def replies(chat: Chat) -> list[str]:
    return [text for who, text in chat.window() if who == "teammate"]


async def test_what_failed_is_tried_again_and_then_stands_at_the_end(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana)
    await chat.reply(bridge.ana, "Does it come through?")
    await chat.sees("Does it come through?")
    assert replies(chat) == ["Does it come through?"]
    bridge.slack.grant_scope("files:read")
    await retry(bridge, bridge.ana, "ana")
    assert bridge.slack.ephemerals("ana") == []
    entry = await attached(chat, "Here")
    assert (await chat.customer.download(entry["attachments"][0]["url"]))[2] == PNG
    await chat.marked(ts, SENT)
    await chat.reply(bridge.ana, "Now it does")
    await chat.sees("Now it does")
    await bridge.settled()
    assert replies(chat) == ["Does it come through?", "Here", "Now it does"]
    assert await kept(bridge) == 1


async def test_what_fails_again_says_so_again_and_nothing_goes_out(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana)
    for _ in range(2):
        await retry(bridge, bridge.ana, "ana")
        # The first prompt is gone with the press: this is another.
        await bridge.prompt("ana")
        await bridge.settled()
        assert chat.marks(ts) == {FAILED}
    assert replies(chat) == []
    assert await kept(bridge) == 0


async def test_a_file_that_comes_too_late_can_be_asked_for_again(
    database_url: str, hold_back: timedelta
) -> None:
    clock = RunningClock()
    async with world(database_url, clock=clock, hold_back=hold_back) as bridge:
        chat = await bridge.chat(first="Hello")
        await chat.taken_over(bridge.ana)
        bridge.slack.fail_downloads(times=1_000)
        ts = await chat.reply(bridge.ana, "Here", files={"drawing.png": PNG})
        await bridge.until(lambda: bridge.slack.message(CHANNEL, ts))
        # It waits for the file, so it is in the inbox until then.
        await bridge.until(lambda: waits(bridge))
        clock.forward(seconds=DECIDED_WITHIN.total_seconds())
        await chat.marked(ts, FAILED)
        assert "in time" in (await bridge.prompt("ana"))["text"]
        bridge.slack.fail_downloads(times=1)
        await retry(bridge, bridge.ana, "ana")
        await chat.reply(bridge.ana, "Behind it")
        await attached(chat, "Here")
        await chat.sees("Behind it")
        assert replies(chat) == ["Here", "Behind it"]


async def waits(bridge: World) -> bool:
    async with bridge.bridge.database.read() as tx:
        return await tx.slack_events.count() == 1


@pytest.fixture
async def handed_to_ben(bridge: World) -> tuple[Chat, str]:
    """Ana's message failed, and Ben answers by the time she has it tried again."""
    chat, ts = await failed(bridge, bridge.ana)
    await chat.choose(bridge.ben, "Take over from Ana")
    await chat.thread.card_shows("Ben is answering")
    bridge.slack.grant_scope("files:read")
    return chat, ts


async def test_who_does_not_answer_any_more_is_asked_as_for_anything_they_type(
    bridge: World, handed_to_ben: tuple[Chat, str]
) -> None:
    chat, ts = handed_to_ben
    await retry(bridge, bridge.ana, "ana")
    await chat.marked(ts, HELD)
    prompt = await bridge.prompt("ana")
    assert "Ben is answering" in prompt["text"]
    assert replies(chat) == []
    await bridge.ana.press(CHANNEL, prompt["ts"], SEND_AS_ME)
    assert (await attached(chat, "Here"))["name"] == "Ana"
    await chat.marked(ts, SENT)


async def test_who_may_not_act_any_more_has_nothing_tried_again(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ben)
    bridge.slack.grant_scope("files:read")
    prompt = await bridge.prompt("ben")
    bridge.slack.change_person("ben", is_restricted=True)
    await bridge.settled()
    await bridge.ben.press(CHANNEL, prompt["ts"], TRY_AGAIN)
    await bridge.until(lambda: "Only full members" in str(bridge.slack.ephemerals("ben")))
    await bridge.settled()
    assert chat.marks(ts) == {FAILED}
    assert replies(chat) == []


async def test_it_is_kept_as_a_note_where_its_author_says_so(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana)
    prompt = await bridge.prompt("ana")
    await bridge.ana.press(CHANNEL, prompt["ts"], KEEP_AS_NOTE)
    await chat.marked(ts, NOTE)
    assert await notes(bridge, chat) == ["Here"]
    assert replies(chat) == []


async def notes(bridge: World, chat: Chat) -> list[str]:
    async with bridge.bridge.database.read() as tx:
        return [entry.text for entry in await tx.ledger.since(chat.id) if entry.kind is Kind.NOTE]


async def test_what_is_tried_again_are_its_latest_words(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana, "Heer")
    await bridge.ana.edit(CHANNEL, ts, "Here it is")
    await bridge.settled()
    assert chat.marks(ts) == {FAILED}
    bridge.slack.grant_scope("files:read")
    await retry(bridge, bridge.ana, "ana")
    await attached(chat, "Here it is")
    await bridge.settled()
    assert replies(chat) == ["Here it is"]


async def test_what_reads_like_a_note_by_then_is_one(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana)
    await bridge.ana.edit(CHANNEL, ts, "note: not for her")
    await chat.marked(ts, NOTE)
    prompt = await bridge.prompt("ana")
    await bridge.ana.press(CHANNEL, prompt["ts"], TRY_AGAIN)
    await bridge.until(lambda: "decided already" in str(bridge.slack.ephemerals("ana")))
    await bridge.settled()
    assert replies(chat) == []


async def test_what_was_deleted_is_tried_no_more(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana)
    prompt = await bridge.prompt("ana")
    await bridge.ana.delete(CHANNEL, ts)
    await bridge.settled()
    bridge.slack.grant_scope("files:read")
    await bridge.ana.press(CHANNEL, prompt["ts"], TRY_AGAIN)
    await bridge.until(lambda: "decided already" in str(bridge.slack.ephemerals("ana")))
    await bridge.settled()
    assert replies(chat) == []
    assert "Here" not in str(chat.customer.seen)


async def test_a_restart_between_the_press_and_the_file_loses_nothing(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana)
    bridge.slack.grant_scope("files:read")
    bridge.slack.fail_downloads(times=1)
    await retry(bridge, bridge.ana, "ana")
    await bridge.restart()
    await chat.marked(ts, SENT)
    await bridge.settled()
    said = await bridge.bridge.desk.for_customer(chat.id, after=0, limit=100)
    (entry,) = [entry for entry in said if entry.author is Author.TEAMMATE]
    assert (entry.text, [file["name"] for file in entry.attachments]) == ("Here", ["drawing.png"])
    assert await kept(bridge) == 1


async def test_redelivered_it_neither_goes_out_nor_is_it_doubled(bridge: World) -> None:
    chat, ts = await failed(bridge, bridge.ana, deliveries=3)
    await bridge.settled()
    assert len(bridge.slack.ephemerals("ana")) == 1
    assert replies(chat) == []
    bridge.slack.grant_scope("files:read")
    await retry(bridge, bridge.ana, "ana")
    await attached(chat, "Here")
    await chat.marked(ts, SENT)
    await bridge.settled()
    assert replies(chat) == ["Here"]


async def test_a_guests_file_is_a_note_and_not_a_failure(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    bridge.slack.revoke_scope("files:read")
    ts = await chat.reply(a_guest(bridge), "Here", files={"drawing.png": PNG})
    await chat.marked(ts, NOTE)
