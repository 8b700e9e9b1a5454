"""Slack posts into the channel what is for a thread that is gone: no words stay there, and none get lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.test_slack_says_no import moved
from tests.journeys.world import CHANNEL, SENT, Chat, World, world
from tests.web.pictures import png_of

pytestmark = pytest.mark.both_databases


async def without_a_thread(here: World) -> Chat:
    """Ana holds a conversation whose thread vanished without a word; only a post in it can find that out."""
    chat = await here.chat(first="My parcel is late")
    await chat.taken_over(here.ana)
    await chat.shows("took over")
    await here.settled()
    here.slack.faults.error("chat.update", "ratelimited", times=3)
    here.slack.retention(CHANNEL, thread=await chat.thread.ts())
    return chat


def in_channel(here: World) -> list[dict[str, Any]]:
    """What stands in the channel itself, beside cards."""
    return [
        one for one in here.slack.messages(CHANNEL) if not is_card(one) and one.get("subtype") != "tombstone"
    ]


def is_card(message: Mapping[str, Any]) -> bool:
    return bool((message.get("blocks") or [{}])[0].get("type") == "header")


async def test_what_slack_put_beside_its_thread_is_taken_away_and_said_in_a_new_one(outside: World) -> None:
    chat = await without_a_thread(outside)
    await chat.customer.say("Are you there?")
    await chat.customer.say("Hello?")
    await moved(outside, chat)
    await chat.shows("Hello?")
    await outside.settled()
    assert [said for _, said in chat.in_thread()] == ["My parcel is late", "Are you there?", "Hello?"]
    assert in_channel(outside) == []
    assert outside.slack.calls_of("chat.delete")


async def test_an_answer_under_words_beside_their_thread_reaches_the_customer(outside: World) -> None:
    chat = await without_a_thread(outside)
    outside.slack.faults.error("chat.delete", "cant_delete_message", times=100)
    await chat.customer.say("Are you there?")
    await moved(outside, chat)
    await chat.shows("Are you there?")
    await outside.settled()
    (loose,) = in_channel(outside)
    typed = await outside.ana.post(CHANNEL, "Yes, I am", thread_ts=loose["ts"])
    await chat.sees("Yes, I am", author="teammate")
    await chat.marked(typed, SENT)


async def test_a_file_beside_its_thread_is_taken_away_and_shared_in_a_new_one(outside: World) -> None:
    chat = await outside.chat(first="My parcel is late")
    await chat.shows("My parcel is late")
    await outside.settled()
    outside.slack.faults.slow("files.getUploadURLExternal", seconds=1)
    picture = png_of(b"a broken zip")
    await chat.customer.say("Look", attachments=[await chat.customer.upload("zip.png", picture)])
    await chat.shows("Look")
    outside.slack.faults.error("chat.update", "ratelimited", times=3)
    outside.slack.retention(CHANNEL, thread=await chat.thread.ts())
    await moved(outside, chat)
    await chat.thread.shows(lambda message: bool(message.get("files")))
    await outside.settled()
    shared = [one for one in chat.thread.replies() if one.get("files")]
    assert [file["name"] for one in shared for file in one["files"]] == ["zip.png"]
    assert in_channel(outside) == []


async def test_a_call_beside_its_thread_is_taken_away_and_made_from_a_new_one(database_url: str) -> None:
    async with world(database_url, ai="external", remind_after=timedelta(seconds=2)) as here:
        chat = await here.chat(first="My parcel is late")
        await chat.shows("My parcel is late")
        await chat.customer.escalate("They want a person")
        await chat.shows("They want a person")
        await here.settled()
        here.slack.retention(CHANNEL, thread=await chat.thread.ts())
        await moved(here, chat)

        def calls() -> list[dict[str, Any]]:
            return [one for one in in_channel(here) if one.get("subtype") == "thread_broadcast"]

        await here.until(calls)
        await here.settled()
        assert [one["thread_ts"] for one in in_channel(here)] == [await chat.thread.ts()]


async def test_what_a_lost_process_left_beside_the_thread_is_found(outside: World) -> None:
    chat = await without_a_thread(outside)
    outside.slack.faults.drop_after("chat.postMessage")
    await chat.customer.say("Are you there?")
    await moved(outside, chat)
    await chat.shows("Are you there?")
    await outside.settled()
    assert [said for _, said in chat.in_thread()] == ["My parcel is late", "Are you there?"]
    assert in_channel(outside) == []
