"""When Slack refuses for good: nothing is lost, somebody is told, and there is a way on."""

from __future__ import annotations

import pytest

from bot.blocks.elements.ids import ALLOW_AI_REPLIES, RETRY
from tests.journeys.test_written_channel import told_directly
from tests.journeys.world import CHANNEL, Chat, World


async def moved(here: World, chat: Chat) -> str:
    """Wait until the conversation has a thread elsewhere; from then on `chat` looks there."""
    old = await chat.thread.ts()

    async def elsewhere() -> bool:
        card = (await here.bridge.desk.view(chat.id)).conversation.card
        return card is not None and card.ts != old

    await here.until(elsewhere)
    chat.thread.look_again()
    return old


async def test_a_deleted_card_starts_the_thread_again_with_a_recap(outside: World) -> None:
    chat = await outside.chat(first="Where is my order?")
    await chat.customer.ai_says("Let me look.")
    await chat.taken_over(outside.ana)
    await chat.shows("took over")
    await outside.settled()
    await outside.ana.delete(CHANNEL, await chat.thread.ts())
    await chat.customer.say("Hello?")
    old = await moved(outside, chat)
    await chat.shows("Hello?")
    await outside.settled()
    assert "goes on from an earlier one" in chat.thread.rendered(chat.thread.replies()[0])
    assert chat.in_thread() == [
        ("customer", "Where is my order?"),
        ("ai", "Let me look."),
        ("customer", "Hello?"),
    ]
    assert "is answering" in await chat.thread.card_shows("Allow AI replies")
    # Who did not notice and types on in the old thread is heard all the same.
    await outside.ana.post(CHANNEL, "I am here", thread_ts=old)
    await chat.sees("I am here", author="teammate")


async def test_a_card_that_is_deleted_again_starts_the_thread_again_each_time(outside: World) -> None:
    """Also where an answer keeps its place and hardly anything of ours is left in its thread."""
    chat = await outside.chat(first="Where is my order?")
    await chat.taken_over(outside.ana)
    for number in range(3):
        await chat.reply(outside.ana, f"Answer {number}")
        await chat.sees(f"Answer {number}", author="teammate")
        await outside.settled()
        card, *replies = outside.slack.thread(CHANNEL, await chat.thread.ts())
        for one in [*(reply for reply in replies if reply.get("bot_id")), card]:
            await outside.ana.delete(CHANNEL, one["ts"])
        await chat.customer.say(f"Hello {number}?")
        await moved(outside, chat)
        await chat.shows(f"Hello {number}?")
    assert await outside.is_ready()


async def test_a_thread_that_takes_no_posts_moves_with_everything_that_waited(outside: World) -> None:
    chat = await outside.chat(first="one")
    await chat.shows("one")
    await outside.settled()
    old = await chat.thread.ts()
    outside.slack.faults.error(
        "chat.postMessage", "thread_not_found", times=100, when=lambda call: call.get("thread_ts") == old
    )
    for word in ("two", "three", "four"):
        await chat.customer.say(word)
    await moved(outside, chat)
    await chat.shows("four")
    await outside.settled()
    assert [text for _, text in chat.in_thread()] == ["one", "two", "three", "four"]


async def test_one_message_that_slack_refuses_stops_no_other_and_can_be_tried_again(outside: World) -> None:
    chat = await outside.chat(first="one")
    await chat.shows("one")
    await outside.settled()
    outside.slack.faults.error(
        "chat.postMessage",
        "invalid_blocks",
        times=100,
        when=lambda call: "two" in str(call),
    )
    for word in ("two", "three"):
        await chat.customer.say(word)
    notice = await chat.thread.shows(lambda m: "could not be posted here" in chat.thread.rendered(m))
    assert "(invalid_blocks)" in chat.thread.rendered(notice)
    await chat.shows("three")
    await outside.settled()
    assert [text for _, text in chat.in_thread()] == ["one", "three"]

    outside.slack.faults.clear()
    for _ in range(2):
        await outside.ana.press(CHANNEL, notice["ts"], RETRY)
    await chat.shows("two")
    assert "posted again already" in (await outside.prompt("ana"))["text"]
    await outside.settled()
    assert [text for _, text in chat.in_thread()] == ["one", "three", "two"]


async def test_where_nobody_may_look_the_thread_says_that_it_does_not_know(outside: World) -> None:
    chat = await outside.chat(first="one")
    await chat.shows("one")
    await outside.settled()
    outside.slack.faults.error("conversations.replies", "missing_scope", times=100)
    outside.slack.faults.drop_after("chat.postMessage")
    await chat.customer.say("two")
    notice = await chat.shows("may not have been posted here")
    assert "(missing_scope)" in notice
    assert "[Retry]" in notice
    await chat.customer.say("three")
    await chat.shows("three")


async def test_whoever_holds_a_conversation_is_told_when_its_channel_is_closed(outside: World) -> None:
    chat = await outside.chat(first="one")
    await chat.taken_over(outside.ana)
    await chat.shows("took over")
    await outside.settled()
    outside.slack.archive(CHANNEL)
    await chat.customer.say("two")
    told = await outside.until(
        lambda: [
            call
            for call in outside.slack.calls_of("chat.postMessage")
            if call.arguments["channel"][:1] == "U"
        ]
    )
    assert "I cannot post in #live-chat any more (is_archived)" in told[0].arguments["text"]
    assert "archived" in (await outside.bridge.ready())["slack"]
    outside.slack.archive(CHANNEL, archived=False)
    await chat.shows("two")
    await outside.until(outside.is_ready)
    assert len(told) == 1


async def test_a_slack_that_stumbles_at_the_start_is_asked_again(outside: World) -> None:
    await outside.bridge.stop()
    outside.slack.faults.server_error("auth.test")
    outside.slack.faults.rate_limit("conversations.list")
    outside.slack.faults.drop_before("apps.connections.open")
    await outside.start()
    chat = await outside.chat(first="Hello")
    await chat.shows("Hello")
    assert outside.slack.faults.pending == []


async def test_a_channel_that_outsiders_read_gets_nothing_until_they_are_gone(outside: World) -> None:
    chat = await outside.chat(first="one")
    await chat.shows("one")
    await outside.settled()
    channel = outside.slack.channel(CHANNEL)
    channel.is_ext_shared = True
    outside.slack.publish({"type": "channel_shared", "channel": channel.id, "connected_team_id": "T9"})

    async def is_told() -> bool:
        return "shared with another organisation" in (await outside.bridge.ready()).get("slack", "")

    await outside.until(is_told)
    posts = len(outside.slack.calls_of("chat.postMessage"))
    await chat.customer.say("two")
    await chat.customer.ai_says("three")
    await chat.customer.sees(lambda e: e["text"] == "three")
    assert len(outside.slack.calls_of("chat.postMessage")) == posts

    channel.is_ext_shared = False
    outside.slack.publish({"type": "channel_unshared", "channel": channel.id})
    await chat.shows("three")
    await outside.settled()
    assert [text for _, text in chat.in_thread()] == ["one", "two", "three"]


@pytest.mark.parametrize("code", ["thread_locked", "restricted_action_thread_locked", "too_many_emoji"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("On its way!", "Slack takes no ✅ on your message. It was sent to the customer."),
        ("note: third one", "Slack takes no 🔒 on your message. It stays within the team."),
    ],
)
async def test_a_mark_that_slack_does_not_take_is_said_to_the_author_in_words(
    outside: World, code: str, text: str, told: str
) -> None:
    chat = await outside.chat(first="Where is my order?")
    await chat.taken_over(outside.ana)
    await outside.settled()
    outside.slack.faults.error("reactions.add", code)
    typed = await chat.reply(outside.ana, text)
    await outside.until(lambda: told in told_directly(outside.slack, "ana"))
    await outside.settled()
    assert chat.marks(typed) == set()
    assert told_directly(outside.slack, "ana").count(told) == 1
    assert (text in str(chat.window())) is (text == "On its way!")


async def test_a_mark_on_a_message_that_is_gone_by_then_is_nobodys_news(outside: World) -> None:
    chat = await outside.chat(first="Where is my order?")
    await chat.taken_over(outside.ana)
    await outside.settled()
    outside.slack.faults.error("reactions.add", "message_not_found")
    await chat.reply(outside.ana, "On its way!")
    await chat.sees("On its way!")
    await outside.settled()
    assert told_directly(outside.slack, "ana") == []


async def test_a_card_that_may_not_be_changed_any_more_is_said_in_its_thread_once(outside: World) -> None:
    chat = await outside.chat(first="Where is my order?")
    await chat.thread.ts()
    await outside.settled()
    outside.slack.faults.error("chat.update", "edit_window_closed", times=50)
    await chat.taken_over(outside.ana)
    said = await chat.shows("Slack does not let the card of this thread be changed any more")
    assert "/bookbag rebuild 1" in said
    await chat.customer.say("Hello?")
    await chat.shows("Hello?")
    await outside.settled()
    lines = [chat.thread.rendered(one) for one in chat.thread.replies()]
    assert len([one for one in lines if "may be out of date" in one]) == 1
    # What the card does not offer, that line does.
    line = next(one for one in chat.thread.replies() if "may be out of date" in chat.thread.rendered(one))
    await outside.ana.press(CHANNEL, line["ts"], ALLOW_AI_REPLIES)
    assert (await outside.bridge.desk.view(chat.id)).conversation.state == "ai"
    outside.slack.faults.clear()
    await outside.ben.command("/bookbag", "rebuild 1", channel=CHANNEL)
    await moved(outside, chat)
    await chat.thread.card_shows("The AI is answering")
