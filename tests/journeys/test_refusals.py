"""What Slack refuses is split, made plainer, moved, or told to a person. Nothing is given up in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements.budget import Room
from bot.blocks.elements.ids import TAKE_OVER_AND_SEND
from bot.blocks.elements.message import ai_words
from sandbox.content.stored import MAX_BLOCKS_SIZE, size_of_blocks
from sandbox.rules import Counting
from tests.journeys.test_slack_says_no import moved
from tests.journeys.world import CHANNEL, Chat, World

POST = "chat.postMessage"
READINGS: tuple[Counting, ...] = ("unescaped", "escaped")


def count_as(here: World, reading: Counting) -> None:
    here.slack.rules.set(blocks_counted=reading)


async def parked(here: World) -> int:
    async with here.bridge.database.read() as tx:
        return (await tx.outbox.counts())["parked"]


def said(chat: Chat, who: str) -> str:
    """All that somebody says in the thread, in its order."""
    return "".join(words for author, words in chat.in_thread() if author == who)


def told(here: World, name: str) -> list[str]:
    """What the bot told somebody in direct messages."""
    user = here.slack.user_id(name)
    return [
        str(call.arguments["text"]) for call in here.slack.calls_of(POST) if call.arguments["channel"] == user
    ]


# ─── Too long ───


@pytest.mark.parametrize("reading", READINGS)
async def test_an_outage_of_48_long_messages_is_shown_whole_in_a_few_posts(
    outside: World, reading: Counting
) -> None:
    count_as(outside, reading)
    chat = await outside.chat(first="Hello")
    await chat.shows("Hello")
    await outside.settled()
    outside.slack.faults.error(POST, "is_archived", times=1000)
    words: list[tuple[str, str]] = []
    for number in range(24):
        question, answer = (f"{kind} {number}: ".ljust(250, "ä") for kind in ("question", "answer"))
        await chat.customer.say(question)
        await chat.customer.ai_says(answer)
        words += [("customer", question), ("ai", answer)]
    await outside.until(lambda: outside.slack.calls_of(POST)[-1].arguments.get("thread_ts"))
    before = len(outside.slack.calls_of(POST))
    outside.slack.faults.clear()
    await chat.shows("answer 23")
    await outside.settled()
    assert chat.in_thread() == [("customer", "Hello"), *words]
    # At one a second; counted escaped, each of these letters is six characters.
    assert len(outside.slack.calls_of(POST)) - before <= (4 if reading == "unescaped" else 12)
    assert await parked(outside) == 0


@pytest.mark.parametrize("reading", READINGS)
async def test_an_answer_with_many_links_keeps_its_formatting_where_its_blocks_are_too_long_for_one_post(
    outside: World, reading: Counting
) -> None:
    count_as(outside, reading)
    chat = await outside.chat(first="Where do I find it?")
    line = "**See** [this page on orders](https://shop.example/help/orders/{0}) _and_ `then` **do** write."
    answer = "\n\n".join(line.format(number) for number in range(33))
    assert Room().size(ai_words(answer)) > MAX_BLOCKS_SIZE
    await chat.customer.ai_says(answer)
    await chat.customer.say("Thanks")
    await chat.shows("Thanks")
    await outside.settled()
    read = "See this page on orders (https://shop.example/help/orders/{0}) and then do write."
    assert "".join(said(chat, "ai").split()) == "".join(read.format(n) for n in range(33)).replace(" ", "")
    of_the_ai = [one for one in chat.thread.replies() if "orders" in str(one.get("blocks"))]
    assert len(of_the_ai) > 1
    assert max(size_of_blocks(list(one["blocks"]), reading) for one in of_the_ai) <= MAX_BLOCKS_SIZE
    assert await parked(outside) == 0


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("queued", ["x", "語", "🎉", "&"])
async def test_the_longest_message_arrives_whole_whatever_it_is_made_of(
    outside: World, reading: Counting, queued: str
) -> None:
    count_as(outside, reading)
    chat = await outside.chat(first="Hello")
    text = "".join(f"{number} {queued * 60}\n" for number in range(8000 // 66)).strip()
    await chat.customer.say(text)
    await chat.customer.say("After")
    await chat.shows("After")
    await outside.settled()
    assert chat.in_thread()[-1] == ("customer", "After")
    assert said(chat, "customer") == f"Hello{text}After"
    sizes = [size_of_blocks(list(m.get("blocks", [])), reading) for m in chat.thread.replies()]
    assert max(sizes) <= MAX_BLOCKS_SIZE
    assert await parked(outside) == 0


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.both_databases
async def test_a_lost_answer_amid_the_posts_of_one_message_loses_and_doubles_nothing(
    outside: World, lost: int, restarted: bool
) -> None:
    count_as(outside, "escaped")
    chat = await outside.chat(first="Hello")
    await chat.shows("Hello")
    await outside.settled()
    text = "".join(f"{number} {'語' * 60}\n" for number in range(100)).strip()
    seen: list[object] = []

    def is_that_part(call: Mapping[str, Any]) -> bool:
        if (
            "語" not in str(call.get("blocks"))
            or size_of_blocks(list(_blocks(call)), "escaped") > MAX_BLOCKS_SIZE
        ):
            return False
        seen.append(call)
        return len(seen) == lost

    outside.slack.faults.drop_after(POST, when=is_that_part)
    if restarted:
        outside.slack.faults.drop_before("conversations.replies", times=1000)
    await chat.customer.say(text)
    await chat.customer.say("After")
    await outside.until(lambda: outside.slack.faults.met["drop_after"])
    if restarted:
        await outside.restart()
        outside.slack.faults.clear()
    await chat.shows("After")
    await outside.settled()
    assert said(chat, "customer") == f"Hello{text}After"
    assert await parked(outside) == 0


def _blocks(call: Mapping[str, Any]) -> list[dict[str, Any]]:
    blocks = call.get("blocks") or []
    return list(blocks) if not isinstance(blocks, str) else []


async def test_what_the_team_reads_alone_is_never_too_long_either(outside: World) -> None:
    count_as(outside, "escaped")
    chat = await outside.chat(name="語" * 80, first="語" * 4000)
    await chat.taken_over(outside.ana)
    await chat.shows("took over")
    await outside.settled()
    assert await parked(outside) == 0
    assert said(chat, "customer") == "語" * 4000


# ─── Another form ───


@pytest.mark.parametrize(
    "code",
    [
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "an_error_of_tomorrow",
        "block_mismatch", "invalid_charset",
    ],
)  # fmt: skip
async def test_what_is_refused_as_blocks_is_posted_as_text(outside: World, code: str) -> None:
    chat = await outside.chat(first="Hello")
    await chat.shows("Hello")
    await outside.settled()
    outside.slack.faults.error(POST, code, times=100, when=lambda call: "**two**" in str(call.get("blocks")))
    outside.slack.faults.error(
        POST, code, times=100, when=lambda call: "rich_text" in str(call.get("blocks"))
    )
    await chat.customer.ai_says("**two** <!here>")
    await chat.customer.say("three")
    await chat.shows("two")
    await chat.shows("three")
    await outside.settled()
    assert await parked(outside) == 0
    (post,) = [m for m in chat.thread.replies() if "two" in chat.thread.rendered(m)]
    assert "&lt;!here&gt;" in post["text"]


@pytest.mark.parametrize(
    "code", ["metadata_too_large", "metadata_must_be_sent_from_app", "invalid_metadata_schema"]
)
@pytest.mark.both_databases
async def test_without_metadata_a_post_whose_answer_is_lost_is_found_all_the_same(
    outside: World, code: str
) -> None:
    outside.slack.faults.error(POST, code, times=100, when=lambda call: bool(call.get("metadata")))
    chat = await outside.chat(first="one")
    await chat.shows("one")
    await outside.settled()
    outside.slack.faults.drop_after(POST, when=lambda call: not call.get("metadata"))
    await chat.customer.say("two")
    await chat.customer.say("three")
    await chat.shows("three")
    await outside.settled()
    assert [text for _, text in chat.in_thread()] == ["one", "two", "three"]
    assert len(outside.slack.messages(CHANNEL)) == 1
    assert await parked(outside) == 0


async def test_a_card_that_is_refused_is_posted_plainer(outside: World) -> None:
    outside.slack.faults.error(POST, "invalid_blocks", times=2)
    await outside.chat(first="one")
    await outside.until(lambda: outside.slack.messages(CHANNEL))
    await outside.settled()
    (card,) = outside.slack.messages(CHANNEL)
    replies = outside.slack.thread(CHANNEL, card["ts"])[1:]
    assert "one" in outside.slack.rendered(replies[0])
    assert await parked(outside) == 0


# ─── A thread that takes nothing ───

OF_A_THREAD = [
    "restricted_action_thread_locked", "cannot_reply_to_message", "channel_type_not_supported", "is_inactive",
    "an_error_of_tomorrow", "restricted_action_of_tomorrow",
]  # fmt: skip


@pytest.mark.parametrize("code", OF_A_THREAD)
async def test_a_thread_that_takes_nothing_for_good_goes_on_in_another_one(outside: World, code: str) -> None:
    chat = await outside.chat(first="one")
    await chat.taken_over(outside.ana)
    await chat.shows("took over")
    await outside.settled()
    old = await chat.thread.ts()
    outside.slack.faults.error(POST, code, times=1000, when=lambda call: call.get("thread_ts") == old)
    for word in ("two", "three"):
        await chat.customer.say(word)
    await moved(outside, chat)
    await chat.shows("three")
    await outside.settled()
    assert [text for _, text in chat.in_thread()] == ["one", "two", "three"]
    assert await outside.bridge.ready() == {}


@pytest.mark.parametrize(
    "code", [*OF_A_THREAD, "restricted_action", "ekm_access_denied", "message_limit_exceeded"]
)
@pytest.mark.both_databases
async def test_where_no_thread_takes_anything_the_holder_and_the_operator_are_told_and_nothing_is_lost(
    outside: World, code: str
) -> None:
    chat = await outside.chat(first="one")
    await chat.taken_over(outside.ana)
    await chat.shows("took over")
    await outside.settled()
    outside.slack.faults.error(POST, code, times=100_000, when=lambda call: bool(call.get("thread_ts")))
    await chat.customer.say("two")
    (words,) = await outside.until(lambda: told(outside, "ana"))
    assert f"I cannot post in #live-chat any more ({code})" in words
    assert code in (await outside.bridge.ready())["slack"]
    await chat.customer.say("three")
    # However long it lasts, the channel is not filled with cards.
    tries = len(outside.slack.calls_of(POST))
    await outside.until(lambda: len(outside.slack.calls_of(POST)) > tries + 3)
    assert len(outside.slack.messages(CHANNEL)) <= 2
    assert len(told(outside, "ana")) == 1

    outside.slack.faults.clear()
    if len(outside.slack.messages(CHANNEL)) == 2:
        chat.thread.look_again()
    await chat.shows("three")
    await outside.settled()
    assert [text for _, text in chat.in_thread()] == ["one", "two", "three"]
    await outside.until(outside.is_ready)
    assert await parked(outside) == 0


@pytest.mark.parametrize(
    "code", ["invalid_blocks", "an_error_of_tomorrow", "restricted_action_thread_only_channel"]
)
async def test_a_card_that_no_form_helps_waits_and_is_told_of(outside: World, code: str) -> None:
    outside.slack.faults.error(POST, code, times=100_000)
    chat = await outside.chat(first="one")

    async def is_told() -> bool:
        return code in (await outside.bridge.ready()).get("slack", "")

    await outside.until(is_told)
    outside.slack.faults.clear()
    await chat.shows("one")
    await outside.settled()
    assert await parked(outside) == 0


# ─── What one person is told ───


@pytest.mark.parametrize("code", ["cannot_reply_to_message", "invalid_blocks", "an_error_of_tomorrow"])
async def test_a_question_that_slack_does_not_show_beside_the_message_is_asked_directly(
    outside: World, code: str
) -> None:
    chat = await outside.chat(first="Hello")
    await chat.shows("Hello")
    outside.slack.faults.error("chat.postEphemeral", code, times=1000)
    await chat.reply(outside.ana, "Hi, I am Ana")
    (words,) = await outside.until(lambda: told(outside, "ana"))
    assert "the AI is still answering this customer" in words
    await outside.settled()
    assert await parked(outside) == 0
    (asked,) = outside.slack.direct_messages("ana")
    async with aiohttp.ClientSession() as http:
        client = AsyncWebClient(outside.slack.bot_token, base_url=outside.slack.api_url, session=http)
        there = await client.conversations_open(users=outside.slack.user_id("ana"))
    await outside.ana.press(there["channel"]["id"], asked["ts"], TAKE_OVER_AND_SEND)
    await chat.sees("Hi, I am Ana", author="teammate")


async def test_what_is_given_up_is_said_to_the_operator(outside: World) -> None:
    chat = await outside.chat(first="one")
    await chat.shows("one")
    await outside.settled()
    outside.slack.faults.error(POST, "invalid_blocks", times=1000, when=lambda call: "two" in str(call))
    await chat.customer.say("two")
    await chat.shows("could not be posted here")
    await outside.settled()
    assert "invalid_blocks" in (await outside.bridge.ready())["refused"]
