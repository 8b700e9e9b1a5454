"""Every message of a person ends in one way, whatever it carries, and nothing is carried in part."""

from __future__ import annotations

import pytest

from bot.blocks.elements.ids import SEND_AS_ME, TRY_AGAIN
from tests.journeys.test_files import PNG
from tests.journeys.world import CHANNEL, FAILED, HELD, NOTE, SENT, Chat, World
from tests.slack.shapes import MORE, WHOLE, Fields

ENDINGS = {SENT, NOTE, HELD, FAILED}
TEAMS = "Ben says the margin is 60 %"


@pytest.fixture
async def chat(outside: World) -> Chat:
    """Ana holds it."""
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    return chat


async def post(world: World, chat: Chat, fields: Fields) -> str:
    return await chat.reply(world.ana, "", as_=fields)


def read(chat: Chat) -> list[str]:
    return [text for who, text in chat.window() if who == "teammate"]


async def test_what_shows_more_than_its_words_fails_whole_and_its_author_is_told(
    outside: World, chat: Chat
) -> None:
    posted = {
        name: await post(outside, chat, shape(f"Words of {number}", TEAMS))
        for number, (name, shape) in enumerate(MORE.items())
    }
    await chat.reply(outside.ana, "Behind all of them")
    await chat.sees("Behind all of them")
    await outside.settled()
    assert {name: chat.marks(ts) for name, ts in posted.items()} == {one: {FAILED} for one in MORE}
    assert read(chat) == ["Behind all of them"]
    told = outside.slack.ephemerals("ana")
    assert len(told) == len(MORE)
    assert all("Nothing was sent" in one["text"] for one in told)


async def test_what_its_words_are_all_of_is_sent(outside: World, chat: Chat) -> None:
    posted = {
        name: await post(outside, chat, shape(f"Words of {number}", TEAMS))
        for number, (name, shape) in enumerate(WHOLE.items())
    }
    await chat.reply(outside.ana, "Behind all of them")
    await chat.sees("Behind all of them")
    await outside.settled()
    assert {name: chat.marks(ts) for name, ts in posted.items()} == {one: {SENT} for one in WHOLE}
    assert len(read(chat)) == len(WHOLE) + 1


async def test_what_an_app_posts_in_a_persons_name_is_held_until_they_say_it_is_theirs(
    outside: World, chat: Chat
) -> None:
    shapes: list[Fields] = [
        {"bot_id": "B0OTHER001", "app_id": "A0OTHER001"},
        {"bot_id": "B0OTHER001", "subtype": "bot_message"},
        {"bot_profile": {"id": "B0OTHER001", "name": "Assistant"}},
        {"subtype": "bot_message", "username": "Ana"},
        {"app_id": "A0OTHER001"},
    ]
    posted = [
        await post(outside, chat, {"text": f"Words of {number}", **fields})
        for number, fields in enumerate(shapes)
    ]
    note = await post(outside, chat, {"text": "note: he is angry", "bot_id": "B0OTHER001"})
    for ts in posted:
        await chat.marked(ts, HELD)
    await chat.marked(note, NOTE)
    assert read(chat) == []
    asked = await outside.until(
        lambda: [one for one in outside.slack.ephemerals("ana") if "app posted this" in one["text"]]
    )
    await outside.ana.press(CHANNEL, asked[0]["ts"], SEND_AS_ME)
    await outside.until(lambda: len(read(chat)) == 1)
    await outside.settled()
    (sent,) = (ts for ts in posted if chat.marks(ts) == {SENT})
    # An edit may be the app's; what is deleted is taken back like any other.
    await outside.ana.edit(CHANNEL, sent, "Words of somebody")
    await outside.until(lambda: "as it last reached them" in str(outside.slack.ephemerals("ana")))
    assert read(chat) == [f"Words of {posted.index(sent)}"]
    await outside.ana.delete(CHANNEL, sent)
    await outside.until(lambda: read(chat) == [])


async def test_what_apps_and_slack_say_stays_with_the_team_and_nobody_is_asked(
    outside: World, chat: Chat
) -> None:
    tracker = outside.slack.add_person("tracker", real_name="Tracker")
    outside.slack.change_person("tracker", is_bot=True)
    apps: list[Fields] = [
        {"user": tracker, "bot_id": "B0OTHER001"},
        {"user": tracker},
        {"user": None, "bot_id": "B0OTHER001", "subtype": "bot_message", "username": "Ana"},
        {"user": None, "bot_id": "B0OTHER001"},
    ]
    slacks: list[Fields] = [
        {"user": "USLACKBOT"},
        {"user": "USLACKBOT", "subtype": "slackbot_response"},
        {"subtype": "reminder_add"},
        {"subtype": "channel_topic", "topic": TEAMS},
    ]
    by_apps = [await post(outside, chat, {"text": TEAMS, **fields}) for fields in apps]
    by_slack = [await post(outside, chat, {"text": TEAMS, **fields}) for fields in slacks]
    await chat.reply(outside.ana, "Behind all of them")
    await chat.sees("Behind all of them")
    await outside.settled()
    assert [chat.marks(ts) for ts in by_apps] == [{NOTE}] * len(apps)
    assert [chat.marks(ts) for ts in by_slack] == [set()] * len(slacks)
    assert read(chat) == ["Behind all of them"]
    assert outside.slack.ephemerals("ana") == []


@pytest.mark.parametrize("name", ["a forwarded message", "a pasted table", "a block that nobody knows"])
async def test_what_is_added_to_a_message_later_does_not_reach_the_customer_and_its_author_is_told(
    outside: World, chat: Chat, name: str
) -> None:
    sent = await chat.reply(outside.ana, "We open at 8")
    held = await chat.reply(outside.ana, "I ask @ben")
    note = await chat.reply(outside.ana, "note: he is angry")
    for ts, mark in ((sent, SENT), (held, HELD), (note, NOTE)):
        await chat.marked(ts, mark)
    asked = await outside.prompt("ana")
    for ts, words in ((sent, "We open at 9"), (held, None), (note, "We open at 9")):
        await outside.ana.edit(CHANNEL, ts, words, as_=MORE[name]("We open at 9", TEAMS))
    await chat.marked(held, FAILED)
    await outside.settled()
    assert (chat.marks(sent), chat.marks(note)) == ({SENT}, {NOTE})
    told = [one["text"] for one in outside.slack.ephemerals("ana")]
    assert sum("as it last reached them" in one for one in told) == 1
    assert sum("Nothing was sent" in one for one in told) == 1
    # The button of the first question is there still.
    if any(one["ts"] == asked["ts"] for one in outside.slack.ephemerals("ana")):
        await outside.ana.press(CHANNEL, asked["ts"], SEND_AS_ME)
    await outside.settled()
    assert read(chat) == ["We open at 8"]


async def test_a_file_that_is_added_later_goes_out_with_the_words_or_not_at_all(
    outside: World, chat: Chat
) -> None:
    sent = await chat.reply(outside.ana, "Here is the label")
    held = await chat.reply(outside.ana, "I asked @ben: here it is")
    for ts, mark in ((sent, SENT), (held, HELD)):
        await chat.marked(ts, mark)
    asked = await outside.prompt("ana", offering=SEND_AS_ME)
    await outside.ana.edit(CHANNEL, sent, "Here is your label", files={"label.png": PNG})
    await outside.ana.edit(CHANNEL, held, files={"label.png": PNG})
    await chat.marked(held, FAILED)
    told = [one["text"] for one in outside.slack.ephemerals("ana")]
    assert sum("as it last reached them" in one for one in told) == 1
    await outside.ana.press(CHANNEL, asked["ts"], SEND_AS_ME)
    await outside.until(lambda: "changed since you were asked" in str(outside.slack.ephemerals("ana")))
    assert read(chat) == ["Here is the label"]
    again = await outside.prompt("ana", offering=TRY_AGAIN)
    await outside.ana.press(CHANNEL, again["ts"], TRY_AGAIN)
    # It mentions somebody still.
    await chat.marked(held, HELD)
    asked = await outside.prompt("ana", offering=SEND_AS_ME)
    await outside.ana.press(CHANNEL, asked["ts"], SEND_AS_ME)
    await chat.customer.sees(lambda e: bool(e.get("attachments")))
    await chat.marked(held, SENT)


async def test_a_preview_that_slack_adds_changes_nothing(outside: World, chat: Chat) -> None:
    sent = await chat.reply(outside.ana, "See https://example.com/")
    held = await chat.reply(outside.ana, "I ask @ben about https://example.com/")
    await chat.marked(sent, SENT)
    await chat.marked(held, HELD)
    for ts in (sent, held):
        outside.slack.unfurl(CHANNEL, ts)
    await outside.settled()
    assert (chat.marks(sent), chat.marks(held)) == ({SENT}, {HELD})
    assert len(outside.slack.ephemerals("ana")) == 1
