"""What teammates type reaches the customer in the order they typed it, however it is delivered."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.app import Bridge
from bot.blocks.elements.ids import ALLOW_AI_REPLIES, TAKE_OVER
from bot.demo.show import NO_LIMITS
from bot.slack.inbound.event_router import delivery_of
from storage.engine.database import Database
from storage.records import Author, Kind, MessageRef
from storage.schema import entries as ledger
from storage.schema import inbox
from tests.journeys.world import CHANNEL, FAILED, HELD, NOTE, SENT, Chat, World, world

pytestmark = pytest.mark.both_databases


@pytest.fixture
def hold_back() -> timedelta:
    return timedelta(milliseconds=250)


async def replied(world: World, chat: Chat, text: str, *, at: float, by: str = "ana") -> dict[str, Any]:
    """The event of a reply that was typed at that moment."""
    return {
        "type": "message",
        "channel": world.slack.channel(CHANNEL).id,
        "channel_type": "channel",
        "user": world.slack.user_id(by),
        "text": text,
        "ts": f"{at:.6f}",
        "event_ts": f"{at:.6f}",
        "thread_ts": await chat.thread.ts(),
        "parent_user_id": world.slack.bot_user_id,
    }


def edited(event: dict[str, Any], text: str, *, at: float) -> dict[str, Any]:
    """The event of an edit of that reply."""
    mark = {"user": event["user"], "ts": f"{at:.6f}"}
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": event["channel"],
        "channel_type": "channel",
        "ts": f"{at:.6f}",
        "event_ts": f"{at:.6f}",
        "message": {**event, "text": text, "edited": mark},
    }


def deleted(event: dict[str, Any], *, at: float) -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": event["channel"],
        "channel_type": "channel",
        "deleted_ts": event["ts"],
        "ts": f"{at:.6f}",
        "event_ts": f"{at:.6f}",
        "previous_message": event,
    }


def teammates_words(chat: Chat) -> list[str]:
    return [text for who, text in chat.window() if who == "teammate"]


async def waiting(database: Database) -> int:
    """How many deliveries are in the inbox."""
    async with database.read() as tx:
        return await tx.connection.scalar(select(func.count()).select_from(inbox)) or 0


async def due(database: Database) -> tuple[datetime, datetime] | None:
    """When the only delivery in the inbox is due, and when it came."""
    async with database.read() as tx:
        row = (await tx.connection.execute(select(inbox.c.due_at, inbox.c.received_at))).one_or_none()
    return None if row is None else (row.due_at, row.received_at)


async def keep(database: Database, world: World, event: dict[str, Any]) -> None:
    """As a process leaves it that ends between its commit and anything more."""
    delivery = delivery_of(event, team=world.slack.team_id, ourselves=frozenset((world.slack.bot_user_id,)))
    assert delivery is not None
    await database.write(lambda tx: tx.slack_events.put(delivery, due_at=tx.now))


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    return chat


async def test_replies_that_are_delivered_in_another_order_are_read_as_typed(
    outside: World, chat: Chat
) -> None:
    now = time.time()
    events = [await replied(outside, chat, f"Line {number}", at=now + number / 1000) for number in range(6)]
    for number in (5, 2, 0, 4, 1, 3):
        outside.slack.publish(events[number])
    await chat.sees("Line 5")
    assert teammates_words(chat) == [f"Line {number}" for number in range(6)]


async def test_a_reply_waits_for_an_older_one_that_is_still_on_its_way(database_url: str) -> None:
    async with world(database_url, ai="external", hold_back=timedelta(seconds=2)) as outside:
        chat = await outside.chat(first="Hello")
        await chat.taken_over(outside.ana)
        now = time.time()
        outside.slack.publish(await replied(outside, chat, "Second", at=now + 0.001))
        # Long enough for a reply that waits for nothing.
        await chat.customer.say("Are you still there?")
        await chat.shows("Are you still there?")
        outside.slack.publish(await replied(outside, chat, "First", at=now))
        await chat.sees("Second")
        assert teammates_words(chat) == ["First", "Second"]


async def test_edits_and_a_deletion_come_after_what_they_are_about(outside: World, chat: Chat) -> None:
    now = time.time()
    first = await replied(outside, chat, "We open at 7", at=now)
    second = await replied(outside, chat, "Wrong chat", at=now + 0.001)
    outside.slack.publish(edited(first, "We open at 9", at=now + 0.004))
    outside.slack.publish(deleted(second, at=now + 0.005))
    outside.slack.publish(second)
    outside.slack.publish(edited(first, "We open at 8", at=now + 0.003))
    outside.slack.publish(first)
    await outside.until(lambda: teammates_words(chat) == ["We open at 9"])
    async with outside.bridge.database.read() as tx:
        written = await tx.connection.scalars(
            select(ledger.c.text).where(ledger.c.kind == Kind.EDIT).order_by(ledger.c.seq)
        )
    assert list(written) == ["We open at 8", "We open at 9"]


@pytest.mark.parametrize("typed", [0.0, 5.0], ids=["just now", "long ago"])
async def test_what_was_taken_back_before_it_went_out_goes_nowhere(
    outside: World, chat: Chat, typed: float
) -> None:
    """Delivered in time, or with a later reply ahead of it: its author thinks that nobody read it."""
    at = time.time() - typed
    message = await replied(outside, chat, "Wrong chat", at=at)
    if typed:
        outside.slack.publish(await replied(outside, chat, "We open at 7", at=at + 0.1))
        await chat.sees("We open at 7")
    outside.slack.publish(edited(message, "Wrong window", at=at + 0.05))
    outside.slack.publish(message)
    await outside.until(lambda: waiting(outside.bridge.database))
    outside.slack.publish(deleted(message, at=at + 0.2))
    await outside.slack.until(lambda: not outside.slack.events_under_way)
    await chat.reply(outside.ana, "Anything else?")
    await chat.sees("Anything else?")
    async with outside.bridge.database.read() as tx:
        entries = await tx.ledger.since(chat.id)
    said = [entry for entry in entries if entry.text and entry.author is Author.TEAMMATE]
    assert [entry.text for entry in said] == [*(["We open at 7"] if typed else []), "Anything else?"]


async def test_what_comes_late_waits_for_what_comes_late_with_it(outside: World, chat: Chat) -> None:
    at = time.time() - 5
    outside.slack.publish(await replied(outside, chat, "We open at 7", at=at))
    due_at, received_at = await outside.until(lambda: due(outside.bridge.database))
    assert due_at - received_at == outside.settings.hold_back
    outside.slack.publish(await replied(outside, chat, "Good morning", at=at - 0.1))
    await chat.sees("We open at 7")
    assert teammates_words(chat) == ["Good morning", "We open at 7"]


async def test_what_is_delivered_again_later_changes_nothing(outside: World, chat: Chat) -> None:
    now = time.time()
    message = await replied(outside, chat, "We open at 7", at=now)
    early, late = (edited(message, f"We open at {n}", at=now + n / 1000) for n in (8, 9))
    for event in (message, early, late):
        outside.slack.publish(event)
    await outside.until(lambda: teammates_words(chat) == ["We open at 9"])
    for event in (early, message, early, message):
        outside.slack.publish(event, deliveries=4)
    await chat.reply(outside.ana, "Anything else?")
    await chat.sees("Anything else?")
    assert teammates_words(chat) == ["We open at 9", "Anything else?"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_processes_share_the_sockets_and_a_burst_stays_in_order(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    async with Bridge(outside.settings, limits=NO_LIMITS):
        await outside.until(lambda: outside.slack.open_connections == 4)
        words = [f"Line {number}" for number in range(20)]
        for number, text in enumerate(words):
            await chat.reply(outside.ana, text, deliveries=4 if number % 5 == 0 else 1)
        await chat.sees(words[-1])
        await outside.settled()
        assert teammates_words(chat) == words
        assert await waiting(outside.bridge.database) == 0
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_what_a_process_kept_before_it_was_killed_is_dealt_with_by_the_next(
    outside: World, chat: Chat
) -> None:
    await outside.bridge.stop()
    database = Database(outside.settings.database_url)
    await keep(database, outside, await replied(outside, chat, "Second", at=time.time()))
    await keep(database, outside, await replied(outside, chat, "First", at=time.time() - 1))
    await database.close()
    await outside.start()
    await outside.until(lambda: nothing_waits(outside))
    entries = await outside.bridge.desk.for_customer(chat.id, after=0, limit=50)
    assert [e.text for e in entries if e.author == "teammate"] == ["First", "Second"]


async def nothing_waits(world: World) -> bool:
    return await waiting(world.bridge.database) == 0


@pytest.mark.parametrize("hold_back", [timedelta(0), timedelta(milliseconds=250)], ids=["at once", "held"])
async def test_a_message_of_somebody_unknown_holds_back_only_its_own_thread(
    database_url: str, hold_back: timedelta
) -> None:
    async with world(database_url, ai="external", hold_back=hold_back) as outside:
        chats = [await outside.chat(name, first="Hello") for name in ("Maya", "Noor")]
        for chat in chats:
            await chat.taken_over(outside.ana)
            await chat.reply(outside.ana, "Hi!")
            await chat.sees("Hi!")
        faults = outside.slack.faults
        faults.error("users.info", "internal_error", times=2)
        note = await chats[0].reply(outside.chloe, "note: I know her")
        await outside.until(lambda: faults.pending != ["error internal_error users.info ×2"])
        await chats[0].reply(outside.ana, "How can I help?")
        await chats[1].reply(outside.ana, "What happened?")
        await chats[1].sees("What happened?")
        assert teammates_words(chats[0]) == ["Hi!"]
        await chats[0].sees("How can I help?")
        await chats[0].marked(note, NOTE)
        async with outside.bridge.database.read() as tx:
            said = [entry.text for entry in await tx.ledger.since(chats[0].id) if entry.text]
        assert said[-2:] == ["note: I know her", "How can I help?"]


async def test_a_press_does_not_overtake_what_was_typed_before_it(database_url: str) -> None:
    async with world(database_url, ai="external", hold_back=timedelta(seconds=4)) as outside:
        chat = await outside.chat(first="Hello")
        await chat.taken_over(outside.ana)
        await chat.reply(outside.ana, "Goodbye!")
        await chat.press(outside.ana, ALLOW_AI_REPLIES)
        await chat.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "ai")
        assert teammates_words(chat) == ["Goodbye!"]
        # And the other way round: typed while the AI had it, it is held, whoever takes over after that.
        held = await chat.reply(outside.ana, "Is anybody there?")
        await chat.taken_over(outside.ana)
        await chat.marked(held, HELD)
        assert teammates_words(chat) == ["Goodbye!"]


async def test_what_was_typed_after_a_press_waits_for_it(database_url: str) -> None:
    async with world(database_url, ai="external", hold_back=timedelta(seconds=2)) as outside:
        chat = await outside.chat(first="Hello")
        await chat.thread.card_shows("The AI")
        outside.slack.publish(await replied(outside, chat, "It is on its way to you.", at=time.time() + 1.9))
        await outside.until(lambda: something_waits(outside))
        await chat.press(outside.ana, TAKE_OVER)
        await chat.sees("It is on its way to you.", author="teammate")


async def something_waits(world: World) -> bool:
    return await waiting(world.bridge.database) > 0


async def test_without_a_hold_back_a_reply_is_never_put_aside(database_url: str) -> None:
    async with world(database_url, ai="external", hold_back=timedelta(0)) as outside:
        chat = await outside.chat(first="Hello")
        await chat.taken_over(outside.ana)
        await chat.reply(outside.ana, "Hi!")
        await chat.sees("Hi!")
        # The first one was; from then on the thread is known to be a conversation's.
        highest = await last_number(outside)
        words = [f"Line {number}" for number in range(10)]
        for text in words:
            await chat.reply(outside.ana, text, deliveries=2)
            await chat.sees(text)
        assert teammates_words(chat) == ["Hi!", *words]
        assert await last_number(outside) == highest + 1


async def last_number(world: World) -> int:
    """The number of the row that was added to the inbox last, of those that are there or were."""
    probe = MessageRef("T", "C", f"{time.time():.6f}")
    event = {
        "type": "message",
        "channel": probe.channel,
        "user": "U",
        "ts": probe.ts,
        "thread_ts": "1.0",
        "text": "",
    }
    delivery = delivery_of(event, team=probe.team, ourselves=frozenset())
    assert delivery is not None

    async def add(tx: Any) -> int:
        await tx.slack_events.put(delivery, due_at=tx.now + timedelta(hours=1))
        number = await tx.connection.scalar(select(func.max(inbox.c.id)))
        await tx.slack_events.forget([number])
        return int(number)

    return await world.bridge.database.write(add)


async def test_chatter_elsewhere_is_not_kept(outside: World, chat: Chat) -> None:
    root = await outside.ben.post(CHANNEL, "Lunch?")
    event = await replied(outside, chat, "Yes!", at=time.time())
    before = await last_number(outside)
    outside.slack.publish({**event, "thread_ts": root, "parent_user_id": event["user"]})
    outside.slack.publish({**event, "thread_ts": event["ts"]})
    await chat.reply(outside.ana, "Hi!")
    await chat.sees("Hi!")
    assert await last_number(outside) == before + 2


async def test_a_reply_in_a_thread_that_never_becomes_a_conversations_is_dropped_and_told(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    event = await replied(outside, chat, "Hello?", at=time.time())
    await keep(outside.bridge.database, outside, {**event, "thread_ts": "1700000000.000100"})

    async def long_ago(tx: Any) -> None:
        came_at = tx.now - timedelta(seconds=3601)
        await tx.connection.execute(update(inbox).values(received_at=came_at, due_at=tx.now))

    await outside.bridge.database.write(long_ago)
    await outside.until(lambda: nothing_waits(outside))
    dropped = [record.getMessage() for record in caplog.records if "dropped" in record.getMessage()]
    assert len(dropped) == 1
    assert event["ts"] in dropped[0]
    assert "Hello?" not in dropped[0]


# PostgreSQL keeps no zero character in a text, and SQLite does.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_delivery_that_cannot_be_dealt_with_is_given_up_and_the_rest_goes_on(
    outside: World, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    database = outside.bridge.database
    outside.slack.publish(await replied(outside, chat, "Before", at=time.time()))
    broken = await chat.reply(outside.ana, "Nul \0 here")
    ts = await chat.reply(outside.ana, "After")
    await chat.sees("Before")
    assert teammates_words(chat) == ["Before"]

    async def near_the_end(tx: Any) -> None:
        await tx.connection.execute(update(inbox).values(attempts=5, due_at=datetime.now(UTC)))

    await database.write(near_the_end)
    await chat.sees("After")
    await chat.marked(ts, SENT)
    assert teammates_words(chat) == ["Before", "After"]
    await chat.marked(broken, FAILED)
    assert "did not reach the customer" in (await outside.prompt("ana"))["text"]
    assert "is given up" in caplog.text
    assert "Nul" not in caplog.text
