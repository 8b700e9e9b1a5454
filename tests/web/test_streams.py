"""The event stream: nothing missed, nothing twice, and no stream that outstays its customer."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.desk.queries.views import News
from bot.desk.replies.thread_messages import Intent
from storage.engine.database import Database
from storage.records import ConversationId

from .house import UNLIMITED, Chat, House, Stream, until

# News come by a ring or not at all.
NO_POLL = replace(UNLIMITED, poll=60)


async def _open_streams(house: House) -> int:
    text = (await house.ask("GET", "/metrics")).raw.decode()
    return int(text.split("\nbookbag_open_streams ")[1].split()[0])


async def _no_streams_left(house: House, *, within: float = 60) -> None:
    async with asyncio.timeout(within):
        while await _open_streams(house):  # noqa: ASYNC110 - the server's own count has no event
            await asyncio.sleep(0.01)


async def test_a_stream_tells_everything_in_the_order_it_happened(house: House, chat: Chat) -> None:
    await chat.say("Hello")
    async with chat.stream() as stream:
        assert stream.response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert stream.response.headers["X-Accel-Buffering"] == "no"
        assert stream.response.headers["Cache-Control"] == "no-store"
        assert (await stream.event()).entry["text"] == "Hello"
        await house.desk.escalate(chat.id, reason="x")
        await chat.taken_over()
        message = await chat.reply("Helo\u2028there\nyou")
        events = await stream.events(4)
        await chat.reword(message, "Hello")
        await chat.take_back(message)
        await chat.handed_back()
        events += await stream.events(3)
    names = [event.name for event in events]
    assert names == ["message", "state", "state", "message", "edit", "retract", "state"]
    assert events[3].entry["text"] == "Helo\u2028there\nyou"
    assert [event.id for event in events] == [event.entry["seq"] for event in events]
    # What was taken back is not told again to who comes later.
    again = (await chat.entries())[1:]
    assert [entry["seq"] for entry in again] == [event.id for event in events]
    assert "Hel" not in str(again)


async def test_a_note_wakes_the_stream_and_says_nothing(chat: Chat) -> None:
    await chat.taken_over()
    async with chat.stream() as stream:
        await stream.event()
        await chat.reply("between us", intent=Intent.NOTE)
        await chat.reply("for you")
        assert (await stream.event()).entry["text"] == "for you"


@pytest.mark.parametrize(
    ("query", "header", "first"),
    [(None, None, 1), (2, None, 3), (None, "2", 3), (1, "3", 4), (0, "0", 1)],
)
async def test_a_stream_goes_on_after_the_number_it_is_given(
    chat: Chat, query: int | None, header: str | None, first: int
) -> None:
    for number in range(4):
        await chat.say(f"m{number}")
    async with chat.stream(after=query, last_event_id=header) as stream:
        assert (await stream.event()).id == first


@pytest.mark.parametrize("header", ["", "x", "-1", "1.5", "2147483648", "1, 2"])
async def test_a_last_event_id_that_is_no_number_is_refused(chat: Chat, header: str) -> None:
    refused = await chat.get("/events", headers={"Last-Event-ID": header})
    assert (refused.status, refused.code) == (422, "invalid")


async def test_a_long_history_arrives_whole_and_at_once(database: Database) -> None:
    async with House(database, limits=NO_POLL) as house:
        chat = await house.chat()
        for number in range(250):
            await house.desk.customer_says(chat.id, "x", client_id=str(number))
        async with chat.stream() as stream:
            assert [event.id for event in await stream.events(250)] == list(range(1, 251))


async def test_streams_wake_for_their_own_conversation_alone(database: Database) -> None:
    async with House(database, limits=NO_POLL) as house:
        chat, other = await house.chat(), await house.chat()
        reads: list[ConversationId] = []
        news = house.desk.news

        async def counted(conversation_id: ConversationId, *, after: int, limit: int) -> News:
            reads.append(conversation_id)
            return await news(conversation_id, after=after, limit=limit)

        house.desk.news = counted  # type: ignore[method-assign]
        async with chat.stream() as one, chat.stream() as two, other.stream():
            await until(lambda: len(reads) == 3)
            reads.clear()
            await chat.say("Hello")
            assert [(await stream.event()).entry["text"] for stream in (one, two)] == ["Hello", "Hello"]
            # What was committed here and goes on from their number needs no look.
            assert reads == []
            house.notifier.ring(chat.id)
            await until(lambda: len(reads) == 2)
        assert set(reads) == {chat.id}


async def test_cut_again_and_again_nothing_is_missed_or_told_twice(house: House, chat: Chat) -> None:
    chance = random.Random(7)  # noqa: S311 - where to cut is no secret
    count = 60
    seen: list[int] = []

    async def talk() -> None:
        for number in range(count):
            await chat.say(f"m{number}")
            if number % 7 == 0:
                await asyncio.sleep(0.02)

    async def listen() -> int:
        """Reads raw bytes and drops the connection after any number of them, also within an event."""
        cuts = 0
        while len(seen) < count:
            async with chat.stream(last_event_id=str(seen[-1] if seen else 0)) as stream:
                left = chance.randrange(1, 2500)
                raw = b""
                while left > 0 and len(seen) < count:
                    chunk = await stream.response.content.read(min(left, chance.randrange(1, 400)))
                    left -= len(chunk)
                    raw += chunk
                    *whole, raw = raw.split(b"\n\n")
                    seen.extend(
                        int(event.split(b"\n")[0].removeprefix(b"id: "))
                        for event in whole
                        if b"id: " in event
                    )
                stream.response.close()
            cuts += 1
        return cuts

    async with asyncio.timeout(20):
        _, cuts = await asyncio.gather(talk(), listen())
    assert seen == list(range(1, count + 1))
    assert cuts > 5
    await _no_streams_left(house)


async def test_a_message_between_reading_and_waiting_is_not_lost(house: House, chat: Chat) -> None:
    """The commit falls right after the stream's read; the ring must still be heard at once."""
    news = house.desk.news
    said = False

    async def then_say(conversation_id: ConversationId, *, after: int, limit: int) -> News:
        nonlocal said
        found = await news(conversation_id, after=after, limit=limit)
        if not said:
            said = True
            await house.desk.customer_says(conversation_id, "just now", client_id="a")
        return found

    house.desk.news = then_say  # type: ignore[method-assign]
    async with chat.stream() as stream:
        assert (await stream.event(within=0.8)).entry["text"] == "just now"


async def test_news_that_no_ring_announced_are_found_by_looking(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, poll=0.05)) as house:
        database.on_commit.clear()
        chat = await house.chat()
        async with chat.stream() as stream:
            await chat.say("one")
            assert (await stream.event()).entry["text"] == "one"
            await chat.say("two")
            assert (await stream.event()).entry["text"] == "two"
        database.on_commit.append(house.notifier.after_commit)


async def test_an_idle_stream_pings(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, ping=0.1)) as house:
        chat = await house.chat()
        async with chat.stream() as stream, asyncio.timeout(10):
            assert await stream.block() == ["retry: 2000"]
            assert await stream.block() == [": ping"]
            assert await stream.block() == [": ping"]
            await chat.say("still here")
            assert (await stream.event()).entry["text"] == "still here"


async def test_a_stream_beats_as_often_as_asked_whatever_else_it_sends(house: House, chat: Chat) -> None:
    begun = time.monotonic()
    headers = {"Authorization": f"Bearer {chat.token}", "Last-Event-ID": "0"}
    async with house.session.get(f"{chat.path}/events?beat=1", headers=headers) as response:
        stream = Stream(response)
        first = await stream.block()
        beats = [await stream.block()]
        assert first == ["retry: 2000"]
        said = 0
        async with asyncio.timeout(8):
            while len(beats) < 3:
                await chat.say(f"m{said}")
                said += 1
                while (block := await stream.block())[0] == "event: beat":
                    beats.append(block)
                assert block[1] == "event: message"
        assert {beat[0] for beat in beats} == {"event: beat"}
        ages = [int(beat[1].removeprefix("data: ")) for beat in beats]
        assert all(later - earlier >= 1000 for earlier, later in pairwise(ages))
        assert 0 <= ages[0] < ages[-1] <= 1000 * (time.monotonic() - begun)


@pytest.mark.parametrize("beat", ["-1", "61", "x", "1.5", ""])
async def test_a_beat_that_is_no_number_of_seconds_is_refused(chat: Chat, beat: str) -> None:
    refused = await chat.get(f"/events?beat={beat}")
    assert (refused.status, refused.code) == (422, "invalid")


async def test_a_stream_ends_when_its_customer_leaves(house: House, chat: Chat) -> None:
    async with chat.stream() as stream:
        await stream.block()
        assert await _open_streams(house) == 1
        stream.response.close()
        await _no_streams_left(house, within=2)


async def test_streams_end_at_once_when_the_server_stops(database: Database) -> None:
    async with House(database, limits=NO_POLL) as house:
        chat = await house.chat()
        async with chat.stream() as one, chat.stream() as two:
            await one.block()
            await two.block()
            async with asyncio.timeout(2):
                await house.runner.cleanup()
            assert await one.ended()
            assert await two.ended()


async def test_a_customer_who_does_not_read_is_let_go(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, send_timeout=0.2)) as house:
        chat = await house.chat()
        for number in range(60):
            await house.desk.customer_says(chat.id, "x" * 8000, client_id=str(number))
        narrow = socket.create_server(("127.0.0.1", 0))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        await web.SockSite(house.runner, narrow).start()
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(narrow.getsockname())
        head = f"GET {chat.path}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {chat.token}\r\n\r\n"
        client.sendall(head.encode())
        async with asyncio.timeout(60):
            while not await _open_streams(house):  # noqa: ASYNC110 - the server's own count has no event
                await asyncio.sleep(0.01)
        await _no_streams_left(house)
        client.close()


async def test_a_full_server_says_so(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, open_streams=1)) as house:
        chat, other = await house.chat(), await house.chat()
        async with chat.stream():
            refused = await other.get("/events")
            assert (refused.status, refused.code) == (503, "unavailable")
            assert int(refused.headers["Retry-After"]) >= 1
        await _no_streams_left(house)
        async with other.stream():
            pass


async def test_one_conversation_cannot_take_every_stream(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, streams_each=1)) as house:
        chat, other = await house.chat(), await house.chat()
        async with chat.stream():
            refused = await chat.get("/events")
            assert (refused.status, refused.code) == (429, "rate_limited")
            async with other.stream():
                pass
        await _no_streams_left(house)
        async with chat.stream():
            pass


async def test_a_database_that_hangs_opens_no_stream(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, deadline=0.5)) as house:
        chat = await house.chat()

        async def hangs(*_args: Any, **_more: Any) -> Any:
            await asyncio.Event().wait()

        house.desk.news = hangs  # type: ignore[method-assign]
        refused = await chat.get("/events")
        assert (refused.status, refused.code) == (503, "unavailable")


async def test_a_database_that_goes_away_ends_the_stream_and_the_client_resumes(
    house: House, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    await chat.say("one")
    news = house.desk.news

    async def gone(*_args: Any, **_more: Any) -> News:
        raise ConnectionRefusedError("secret-host:5432")

    async with chat.stream() as stream:
        assert (await stream.event()).id == 1
        house.desk.news = gone  # type: ignore[method-assign]
        house.notifier.ring(chat.id)
        await house.desk.customer_says(chat.id, "two", client_id="b")
        assert await stream.ended()
    refused = await chat.get("/events")
    assert (refused.status, refused.code) == (503, "unavailable")
    house.desk.news = news  # type: ignore[method-assign]
    async with chat.stream(after=1) as stream:
        assert (await stream.event()).entry["text"] == "two"
    assert chat.id in caplog.text
    assert "secret-host" not in caplog.text


async def test_a_stream_answers_no_head_request(chat: Chat) -> None:
    headers = {"Authorization": f"Bearer {chat.token}"}
    async with chat.house.session.head(f"{chat.path}/events", headers=headers) as response:
        assert response.status == 405


async def test_a_hundred_streams_hear_one_message(database: Database) -> None:
    async with (
        House(database, limits=replace(UNLIMITED, streams_each=100)) as house,
        AsyncExitStack() as stack,
    ):
        chat = await house.chat()
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(house.base, connector=connector))
        headers = {"Authorization": f"Bearer {chat.token}"}
        streams = [
            Stream(await stack.enter_async_context(session.get(f"{chat.path}/events", headers=headers)))
            for _ in range(100)
        ]
        await chat.say("Hello")
        events = await asyncio.gather(*(stream.event() for stream in streams))
        assert {event.entry["text"] for event in events} == {"Hello"}
