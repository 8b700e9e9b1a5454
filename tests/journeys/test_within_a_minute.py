"""Whatever Slack or the database does not say about one message, it is decided, and the next goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.blocks.elements.ids import TRY_AGAIN
from storage.records import MessageRef
from tests.clocks import RunningClock
from tests.journeys.test_files import PNG
from tests.journeys.world import CHANNEL, FAILED, HELD, NOTE, SENT, Chat, World, world

pytestmark = pytest.mark.both_databases

ALWAYS = 10_000
A_MINUTE = 59.0
NOWHERE = MessageRef("T", "C", "1.0")


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
async def office(database_url: str, clock: RunningClock, hold_back: timedelta) -> AsyncIterator[World]:
    async with world(database_url, ai="external", clock=clock, hold_back=hold_back) as office:
        yield office


@pytest.fixture
async def chat(office: World) -> Chat:
    """Ana holds it."""
    chat = await office.chat(first="Hello")
    await chat.taken_over(office.ana)
    return chat


def about(office: World, name: str) -> Callable[[dict[str, Any]], bool]:
    user = office.slack.user_id(name)
    return lambda arguments: arguments.get("user") == user


def silent(office: World, how: str) -> None:
    """Slack describes everybody but Chloe."""
    faults, who = office.slack.faults, about(office, "chloe")
    match how:
        case "not found":
            faults.error("users.info", "user_not_found", times=ALWAYS, when=who)
        case "internal error":
            faults.error("users.info", "internal_error", times=ALWAYS, when=who)
        case "broken":
            faults.server_error("users.info", times=ALWAYS, when=who)
        case "throttled":
            faults.rate_limit("users.info", times=ALWAYS, retry_after=1, when=who)
        case "slow":
            faults.slow("users.info", seconds=1, times=ALWAYS, when=who)
        case _:
            faults.answer("users.info", {"ok": True}, times=ALWAYS, when=who)


def read(chat: Chat) -> list[str]:
    return [text for who, text in chat.window() if who == "teammate"]


async def waiting(office: World) -> int:
    async with office.bridge.database.read() as tx:
        return await tx.slack_events.count()


async def waits(office: World) -> bool:
    return await waiting(office) > 0


WAYS = ["not found", "internal error", "broken", "throttled", "slow", "odd"]


@pytest.mark.parametrize("how", WAYS)
async def test_an_author_whom_slack_does_not_describe_holds_nobody_up(
    office: World, chat: Chat, clock: RunningClock, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    for one in ("AUTHOR_TAKES", "IN_A_HURRY"):
        monkeypatch.setattr(f"bot.slack.inbound.event_router.{one}", 0.2)
    silent(office, how)
    strange = await chat.reply(office.chloe, "Let me answer that")
    note = await chat.reply(office.chloe, "note: he is angry")
    behind = await chat.reply(office.ana, "How can I help?")
    await office.until(lambda: waits(office))
    await passes(office, clock)
    await chat.marked(strange, FAILED)
    await chat.marked(note, NOTE)
    await chat.marked(behind, SENT)
    assert read(chat) == ["How can I help?"]
    told = [one["text"] for one in office.slack.ephemerals("chloe")]
    assert any("did not say who wrote" in one for one in told)


async def passes(office: World, clock: RunningClock, seconds: float = A_MINUTE) -> None:
    """So much time, and everything that is due in it when it is."""
    until = clock() + timedelta(seconds=seconds)
    while (due := await due_at(office)) is not None and max(due, clock()) < until:
        clock.forward(seconds=max((due - clock()).total_seconds(), 0))
        await office.bridge.database.write(lambda tx: tx.slack_events.wake(NOWHERE))
        await office.slack.until(partial(looked, office))
    clock.forward(seconds=max((until - clock()).total_seconds(), 0))


async def looked(office: World) -> bool:
    """Whether nothing is due that was not looked at."""
    due = await due_at(office)
    return due is None or due > office.bridge.database.clock()


async def due_at(office: World) -> datetime | None:
    async with office.bridge.database.read() as tx:
        return next((due for _, due in await tx.slack_events.next(limit=1)), None)


async def test_many_of_an_author_whom_slack_does_not_describe_are_decided_in_that_minute(
    office: World, chat: Chat, clock: RunningClock
) -> None:
    silent(office, "not found")
    strange = [await chat.reply(office.chloe, f"Let me answer that {number}") for number in range(12)]
    behind = await chat.reply(office.ana, "How can I help?")
    await office.until(lambda: waits(office))
    await passes(office, clock)
    await chat.marked(behind, SENT)
    for ts in strange:
        await chat.marked(ts, FAILED)


async def test_who_is_known_again_can_have_it_tried_again(
    office: World, chat: Chat, clock: RunningClock
) -> None:
    silent(office, "not found")
    strange = await chat.reply(office.chloe, "Let me answer that")
    await office.until(lambda: waits(office))
    await passes(office, clock)
    await chat.marked(strange, FAILED)
    office.slack.faults.clear()
    asked = await office.prompt("chloe", offering=TRY_AGAIN)
    await office.chloe.press(CHANNEL, asked["ts"], TRY_AGAIN)
    await chat.marked(strange, HELD)
    assert "Ana is answering" in (await office.prompt("chloe"))["text"]
    assert read(chat) == []


async def test_while_slack_answers_nothing_at_all_everything_waits_and_then_goes_out_in_order(
    office: World, chat: Chat, clock: RunningClock
) -> None:
    # Who may act is good for a minute.
    clock.forward(seconds=61)
    for method in ("users.info", "conversations.members", "auth.test"):
        office.slack.faults.server_error(method, times=ALWAYS)
    posted = [await chat.reply(office.ana, f"Line {number}") for number in range(3)]
    await office.until(lambda: waits(office))
    await passes(office, clock, seconds=120)
    assert await waiting(office) == 3
    office.slack.faults.clear()
    await passes(office, clock, seconds=15)
    await chat.sees("Line 2")
    assert read(chat) == ["Line 0", "Line 1", "Line 2"]
    for ts in posted:
        await chat.marked(ts, SENT)


@pytest.mark.parametrize("how", ["slow", "throttled", "broken"])
async def test_a_file_that_does_not_come_holds_nobody_up(
    office: World, chat: Chat, clock: RunningClock, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("bot.slack.inbound.event_router.DECIDED_WITHIN", timedelta(seconds=1))
    faults = office.slack.faults
    match how:
        case "slow":
            faults.slow("files.info", seconds=5, times=ALWAYS)
        case "throttled":
            faults.rate_limit("files.info", times=ALWAYS)
        case _:
            faults.server_error("files.info", times=ALWAYS)
    sample = await chat.reply(office.ana, "note: x", files={"label.png": PNG})
    (file,) = office.slack.message(CHANNEL, sample)["files"]
    files = [{"id": file["id"], "file_access": "check_file_info"}]
    posted = [await chat.reply(office.ana, "Here", as_={"files": files}) for _ in range(3)]
    await chat.reply(office.ana, "Sorry for the wait")
    await office.until(lambda: waits(office))
    await passes(office, clock)
    await chat.sees("Sorry for the wait")
    assert read(chat) == ["Sorry for the wait"]
    for ts in posted:
        await chat.marked(ts, FAILED)


async def test_a_name_that_does_not_come_holds_nobody_up(
    office: World, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.workspace.user_cache.NAMES_TAKE", 0.2)
    office.slack.faults.slow("users.info", seconds=20, times=ALWAYS, when=about(office, "ben"))
    held = [await chat.reply(office.ana, "I ask @ben about it") for _ in range(50)]
    behind = await chat.reply(office.ana, "One moment")
    await chat.marked(behind, SENT)
    for ts in held:
        await chat.marked(ts, HELD)


# PostgreSQL keeps no zero character in a text, and SQLite does.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_the_database_refuses_holds_nobody_up_and_is_not_brought_back(
    office: World, chat: Chat, clock: RunningClock
) -> None:
    broken = [await chat.reply(office.ana, f"Nul \0 {number}") for number in range(3)]
    behind = await chat.reply(office.ana, "Sorry for the wait")
    await office.until(lambda: waits(office))
    await passes(office, clock)
    await chat.marked(behind, SENT)
    for ts in broken:
        await chat.marked(ts, FAILED)
    # Slack delivers it again, or it is found again after a restart: it stays as it is.
    place = {"channel": office.slack.channel(CHANNEL).id, "channel_type": "channel"}
    event = {**office.slack.message(CHANNEL, broken[0]), **place}
    office.slack.publish({**event, "text": "Nul, and now it could be kept"})
    await chat.reply(office.ana, "The end")
    await chat.sees("The end")
    await office.settled()
    assert read(chat) == ["Sorry for the wait", "The end"]
    assert chat.marks(broken[0]) == {FAILED}


async def test_what_is_typed_while_slack_is_asked_who_reads_the_channel_waits_for_the_answer(
    office: World, chat: Chat
) -> None:
    office.slack.faults.slow("conversations.info", seconds=1.5, times=3)
    office.slack.drop_sockets()
    channels = office.bridge.channels
    await office.until(lambda: channels.exposure.is_unseen(channels.configured_id))
    await office.until(lambda: office.slack.open_connections == 2)
    typed = [await chat.reply(office.ana, f"Line {number}") for number in range(3)]
    for ts in typed:
        await chat.marked(ts, SENT)
    assert read(chat) == ["Line 0", "Line 1", "Line 2"]
