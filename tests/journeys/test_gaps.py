"""What went down with a socket or a process is read before what was typed after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

import bot.slack.recovery.gaps
from bot.app import SOCKETS, Bridge
from bot.demo.show import NO_LIMITS
from tests.journeys.world import Chat, World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def hold_back() -> timedelta:
    return timedelta(milliseconds=250)


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it, and the thread has been looked at since the start."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.reply(outside.ana, "Hi!")
    await chat.sees("Hi!")
    return chat


def said(chat: Chat) -> list[str]:
    return [text for who, text in chat.window() if who == "teammate"]


def reads(world: World) -> int:
    return len(world.slack.calls_of("conversations.replies"))


async def goes_down(world: World, chat: Chat, text: str) -> None:
    """Ana types it, and the only delivery of it is lost."""
    await chat.reply(world.ana, text, deliveries=0)


async def test_what_went_down_with_a_socket_is_read_first(outside: World, chat: Chat) -> None:
    await goes_down(outside, chat, "First")
    outside.slack.drop_sockets(only=0)
    await chat.reply(outside.ana, "Second")
    await chat.sees("Second")
    assert said(chat) == ["Hi!", "First", "Second"]


async def test_a_thread_is_read_once_for_each_gap(outside: World, chat: Chat) -> None:
    outside.slack.drop_sockets(only=0)
    # Its coming back is a gap as well.
    await outside.until(lambda: outside.slack.open_connections == SOCKETS)
    await chat.reply(outside.ana, "One")
    await chat.sees("One")
    before = reads(outside)
    for text in ("Two", "Three"):
        await chat.reply(outside.ana, text)
        await chat.sees(text)
    assert reads(outside) == before


async def test_without_a_gap_no_thread_is_read(outside: World, chat: Chat) -> None:
    before = reads(outside)
    other = await outside.chat("Noor", first="Hello")
    await other.taken_over(outside.ana)
    await chat.reply(outside.ana, "One")
    await chat.sees("One")
    assert reads(outside) == before


@pytest.mark.parametrize("fault", ["internal_error", "ratelimited"])
async def test_a_look_that_fails_is_repeated(outside: World, chat: Chat, fault: str) -> None:
    if fault == "ratelimited":
        outside.slack.faults.rate_limit("conversations.replies", retry_after=1)
    else:
        outside.slack.faults.error("conversations.replies", fault, times=4)
    await goes_down(outside, chat, "First")
    outside.slack.drop_sockets(only=0)
    await chat.reply(outside.ana, "Second")
    await chat.sees("Second")
    assert said(chat) == ["Hi!", "First", "Second"]


async def test_a_slack_that_does_not_answer_holds_nothing_up_for_long(
    outside: World, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.slack.recovery.gaps, "LOOK_TAKES", 0.2)
    outside.slack.faults.error("conversations.replies", "internal_error", times=50)
    outside.slack.drop_sockets(only=0)
    await chat.reply(outside.ana, "Second")
    await chat.sees("Second")


async def test_an_old_gap_is_none(outside: World, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.slack.recovery.gaps, "LASTS", timedelta(0))
    before = reads(outside)
    outside.slack.drop_sockets(only=0)
    await chat.reply(outside.ana, "One")
    await chat.sees("One")
    assert reads(outside) == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_went_down_with_another_process_is_read_first(outside: World, chat: Chat) -> None:
    async with Bridge(outside.settings, limits=NO_LIMITS):
        await outside.until(lambda: outside.slack.open_connections == 4)
        # Its start is a gap of its own, which is bridged here.
        await chat.reply(outside.ana, "Who is there?")
        await chat.sees("Who is there?")
        await goes_down(outside, chat, "First")
    await chat.reply(outside.ana, "Second")
    await chat.sees("Second")
    assert said(chat) == ["Hi!", "Who is there?", "First", "Second"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_went_down_with_a_socket_of_another_process_is_read_first(
    outside: World, chat: Chat
) -> None:
    async with Bridge(outside.settings, limits=NO_LIMITS):
        await outside.until(lambda: outside.slack.open_connections == 4)
        for number in range(4):
            await goes_down(outside, chat, f"First {number}")
            outside.slack.drop_sockets(only=0)
            await chat.reply(outside.ana, f"Second {number}")
            await chat.sees(f"Second {number}")
        words = [text for number in range(4) for text in (f"First {number}", f"Second {number}")]
        assert said(chat) == ["Hi!", *words]
