"""What is written to Slack is judged by the channel that it is written to, whoever writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from sandbox import Workspace
from storage.records import ConversationId
from storage.schema import conversations
from storage.transaction import Transaction
from tests.databases import made_on
from tests.journeys.office import VIP, Office
from tests.journeys.test_several_processes import second_process
from tests.journeys.test_write_a_note import WRITE, write
from tests.journeys.world import CHANNEL, NOTE, SENT, World, world
from tests.web.pictures import png_of

ELSEWHERE = "support"
WRITING = (
    "chat.postMessage",
    "chat.update",
    "chat.delete",
    "chat.postEphemeral",
    "files.completeUploadExternal",
    "reactions.add",
    "reactions.remove",
)


@pytest.fixture
def on_postgres(postgres: str, empty_postgres: str) -> str:
    """Several processes are for PostgreSQL alone."""
    return made_on(postgres, like=empty_postgres)


def shared(slack: Workspace, name: str, *, is_shared: bool = True) -> None:
    """Begin or stop to share a channel with another organisation, with the event."""
    channel = slack.channel(name)
    channel.is_ext_shared = is_shared
    slack.publish({"type": "channel_shared" if is_shared else "channel_unshared", "channel": channel.id})


def written(slack: Workspace, name: str) -> Sequence[tuple[str, dict[str, Any]]]:
    """Every call so far that wrote into that channel."""
    channel = slack.channel(name).id
    return [
        (method, dict(call.arguments))
        for method in WRITING
        for call in slack.calls_of(method)
        if channel in (call.arguments.get("channel"), call.arguments.get("channel_id"))
    ]


async def known_as_shared(here: World, name: str) -> None:
    """Wait until the database says so."""
    channel = here.slack.channel(name).id

    async def is_known() -> bool:
        async with here.bridge.database.read() as tx:
            return any(one.id == channel and one.is_exposed for one in await tx.slack_channels.health())

    await here.until(is_known)


async def moved_to(here: World, name: str) -> None:
    """The operator sets SLACK_CHANNEL to that one and restarts."""
    await here.bridge.stop()
    here.settings = replace(here.settings, slack_channel=f"#{name}")
    await here.start()


@pytest.mark.both_databases
async def test_after_another_slack_channel_nothing_goes_into_the_shared_one(outside: World) -> None:
    outside.slack.add_channel(ELSEWHERE)
    chat = await outside.chat(first="My parcel is late")
    await chat.taken_over(outside.ana)
    await chat.shows("took over")
    await outside.settled()
    shared(outside.slack, CHANNEL)
    await known_as_shared(outside, CHANNEL)
    before = written(outside.slack, CHANNEL)
    await chat.customer.say("Held back, one")
    await chat.customer.say("Held back, two")
    await moved_to(outside, ELSEWHERE)
    there = await outside.same_chat(chat, channel=ELSEWHERE)
    await there.shows("Held back, two")
    await there.customer.say("New words")
    await there.shows("New words")
    await there.choose(outside.ana, WRITE)
    await write(outside.ana, "He is the third one this week")
    await there.shows("He is the third one this week")
    await outside.settled()
    assert [said for who, said in there.in_thread() if who == "customer"][-3:] == [
        "Held back, one",
        "Held back, two",
        "New words",
    ]
    assert written(outside.slack, CHANNEL) == before


@pytest.mark.both_databases
async def test_what_one_process_hears_of_a_channel_the_other_goes_by(
    on_postgres: str,
) -> None:
    async with world(on_postgres, ai="external") as here, second_process(here) as other:
        chats = [await here.chat(f"Customer {number}", first="Hello") for number in range(8)]
        for chat in chats:
            await chat.shows("Hello")
        await here.settled()
        # Only the second process is left to hear of it.
        here.slack.channel(CHANNEL).is_ext_shared = True
        await other.channels.shared(here.slack.channel(CHANNEL).id)
        before = written(here.slack, CHANNEL)
        await other.stop()
        for chat in chats:
            await chat.customer.say("Are you there?")
        await here.held_back()
        assert written(here.slack, CHANNEL) == before
        shared(here.slack, CHANNEL, is_shared=False)
        for chat in chats:
            await chat.shows("Are you there?")
        await here.settled()
        for chat in chats:
            assert [said for _, said in chat.in_thread()] == ["Hello", "Are you there?"]


def told_directly(slack: Workspace, name: str) -> Sequence[str]:
    """What was said to them in direct messages."""
    calls = slack.calls_of("chat.postMessage")
    return [one.arguments["text"] for one in calls if one.arguments["channel"] == slack.user_id(name)]


async def test_who_types_where_outsiders_read_is_told_elsewhere(outside: World) -> None:
    chat = await outside.chat(first="My parcel is late")
    await chat.taken_over(outside.ana)
    await outside.settled()
    shared(outside.slack, CHANNEL)
    await known_as_shared(outside, CHANNEL)
    before, window = written(outside.slack, CHANNEL), chat.window()
    typed = await chat.reply(outside.ana, "On its way!")
    await outside.until(lambda: told_directly(outside.slack, "ana"))
    assert "nobody while it is shared outside" in told_directly(outside.slack, "ana")[0]
    await outside.held_back()
    assert written(outside.slack, CHANNEL) == before
    assert chat.window() == window
    shared(outside.slack, CHANNEL, is_shared=False)
    await chat.marked(typed, NOTE)
    assert chat.window() == window
    assert len(told_directly(outside.slack, "ana")) == 1


@pytest.mark.parametrize("is_shared", [True, False])
async def test_what_is_typed_in_a_thread_left_behind_goes_by_who_reads_there(
    outside: World, is_shared: bool
) -> None:
    outside.slack.add_channel(ELSEWHERE)
    chat = await outside.chat(first="My parcel is late")
    await chat.taken_over(outside.ana)
    await outside.settled()
    shared(outside.slack, CHANNEL, is_shared=is_shared)
    old = await chat.thread.ts()
    await moved_to(outside, ELSEWHERE)
    there = await outside.same_chat(chat, channel=ELSEWHERE)
    await there.thread.ts()
    await outside.settled()
    before = written(outside.slack, CHANNEL)
    typed = await outside.ana.post(CHANNEL, "On its way!", thread_ts=old)
    if is_shared:
        await outside.until(lambda: told_directly(outside.slack, "ana"))
        assert ("teammate", "On its way!") not in there.window()
        assert written(outside.slack, CHANNEL) == before
        # Nothing waits for a channel that nobody works in any more.
        await outside.settled()
    else:
        await there.sees("On its way!", author="teammate")
        await chat.marked(typed, SENT)


async def test_conversations_of_the_channel_that_was_configured_move_when_they_go_on(outside: World) -> None:
    slack = outside.slack
    slack.add_channel(ELSEWHERE)
    names = ("With the AI", "Waiting", "Held", "Over")
    chats = {name: await outside.chat(name, first=f"{name}, first") for name in names}
    await chats["Waiting"].customer.escalate("They want a person")
    for name in ("Held", "Over"):
        await chats[name].taken_over(outside.ana)
    await chats["Over"].handed_back(outside.ana)
    await outside.bridge.database.write(partial(long_ago, chats["Over"].id))
    for chat in chats.values():
        await chat.thread.ts()
    await outside.settled()
    await moved_to(outside, ELSEWHERE)
    there = {name: await outside.same_chat(chat, channel=ELSEWHERE) for name, chat in chats.items()}
    for name in names[:3]:
        await there[name].shows(f"{name}, first")
        old = await chats[name].thread.ts()
        await outside.until(partial(goes_on, slack, old))
    await outside.settled()
    assert [name for name in names if shows(slack, ELSEWHERE, name)] == list(names[:3])
    await there["Over"].customer.say("One more thing")
    await there["Over"].shows("One more thing")
    await outside.settled()
    assert [said for _, said in there["Over"].in_thread()] == ["Over, first", "One more thing"]
    # Who is in the new channel alone works with all of it, who is in the old one alone with none.
    slack.leave(CHANNEL, "ben")
    slack.leave(ELSEWHERE, "chloe")
    async with outside.bridge.database.read() as tx:
        assert {(await tx.conversations.get(chat.id)).home for chat in chats.values()} == {  # type: ignore[union-attr]
            slack.channel(ELSEWHERE).id
        }
    listed = await outside.ben.command("/bookbag", "tickets", channel="general", wait=5.0)
    assert "Waiting" in slack.rendered(dict(listed))
    listed = await outside.chloe.command("/bookbag", "tickets", channel="general", wait=5.0)
    assert "Waiting" not in slack.rendered(dict(listed))
    await there["Waiting"].taken_over(outside.ben)


async def test_what_an_inbox_is_connected_to_stays_there(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    await office.here.settled()
    office.slack.add_channel(ELSEWHERE)
    posts = len(office.slack.messages(VIP))
    await moved_to(office.here, ELSEWHERE)
    await office.slack.deliver_events_to(f"{office.here.bridge.address}/slack/events")
    same = await office.here.same_chat(chat, channel=VIP)
    await same.customer.say("Still here?")
    await same.shows("Still here?")
    await office.here.settled()
    assert len(office.slack.messages(VIP)) == posts
    assert not shows(office.slack, ELSEWHERE, "Vera")


def goes_on(slack: Workspace, card: str) -> bool:
    """Whether the card in the old channel says so."""
    return "goes on in" in slack.rendered(slack.message(CHANNEL, card))


async def long_ago(conversation_id: ConversationId, tx: Transaction) -> None:
    """Nobody has said anything in it for two days."""
    await tx.connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(last_message_at=tx.now - timedelta(days=2))
    )


def shows(slack: Workspace, channel: str, name: str) -> bool:
    return any(name in slack.rendered(one) for one in slack.messages(channel))


@pytest.mark.both_databases
async def test_what_an_older_version_started_beside_this_one_finds_its_channel(outside: World) -> None:
    chats = [await outside.chat(name) for name in ("New", "Carded")]
    await chats[1].customer.say("First")
    await chats[1].shows("First")
    await outside.settled()
    await outside.bridge.database.write(
        lambda tx: tx.connection.execute(update(conversations).values(home=None))
    )
    for chat in chats:
        await chat.customer.say("Hello?")
        await chat.shows("Hello?")
    await outside.settled()
    assert [said for _, said in chats[1].in_thread()] == ["First", "Hello?"]


async def test_a_channel_of_which_nobody_said_that_it_is_shared_is_found_out_by_what_is_said_in_it(
    outside: World,
) -> None:
    chat = await outside.chat(first="First")
    await chat.shows("First")
    await outside.settled()
    outside.slack.channel(CHANNEL).is_ext_shared = True
    await outside.ben.post(CHANNEL, "Anybody here?")
    await known_as_shared(outside, CHANNEL)
    before = written(outside.slack, CHANNEL)
    await chat.customer.say("Are you there?")
    await outside.held_back()
    assert written(outside.slack, CHANNEL) == before


@pytest.mark.both_databases
async def test_what_was_shared_while_no_socket_was_open_is_asked_before_anything_is_written(
    outside: World,
) -> None:
    chat = await outside.chat(first="First")
    await chat.shows("First")
    await outside.settled()
    outside.slack.channel(CHANNEL).is_ext_shared = True
    outside.slack.drop_sockets()
    await known_as_shared(outside, CHANNEL)
    before = written(outside.slack, CHANNEL)
    await chat.customer.say("Are you there?")
    await outside.held_back()
    assert written(outside.slack, CHANNEL) == before


@pytest.mark.both_databases
async def test_while_another_process_still_uploads_a_file_for_a_channel_it_may_become_shared(
    on_postgres: str,
) -> None:
    async with world(on_postgres, ai="external") as here, second_process(here) as other:
        chat = await here.chat(first="First")
        await chat.shows("First")
        await here.settled()
        here.slack.faults.slow("files.getUploadURLExternal", seconds=1)
        file = await chat.customer.upload("zip.png", png_of(b"a broken zip"))
        await other.stop()
        await chat.customer.say("Look", attachments=[file])
        await chat.shows("Look")
        await here.until(lambda: here.slack.calls_of("files.getUploadURLExternal"))
        # As another process writes down what it hears.
        channel = here.slack.channel(CHANNEL)
        channel.is_ext_shared = True
        await here.bridge.database.write(lambda tx: tx.slack_channels.doubted(channel.id, is_exposed=True))
        before = written(here.slack, CHANNEL)
        await here.held_back()
        assert written(here.slack, CHANNEL) == before


@pytest.mark.parametrize("state", ["waiting", "over"])
@pytest.mark.parametrize("trouble", ["archived", "left", "shared"])
async def test_whatever_the_old_channel_is_like_words_arrive_in_the_new_one_once(
    outside: World, trouble: str, state: str
) -> None:
    slack = outside.slack
    slack.add_channel(ELSEWHERE)
    chat = await outside.chat(first="First")
    await chat.shows("First")
    if state == "waiting":
        await chat.customer.escalate("They want a person")
    else:
        await outside.bridge.database.write(partial(long_ago, chat.id))
    await outside.settled()
    match trouble:
        case "archived":
            slack.archive(CHANNEL)
        case "left":
            slack.leave(CHANNEL)
        case _:
            shared(slack, CHANNEL)
    words = [f"Line {number}" for number in range(5)]
    for text in words[:3]:
        await chat.customer.say(text)
    await moved_to(outside, ELSEWHERE)
    there = await outside.same_chat(chat, channel=ELSEWHERE)
    for text in words[3:]:
        await there.customer.say(text)
    await there.shows(words[-1])
    await outside.settled()
    assert [said for who, said in there.in_thread() if who == "customer"] == ["First", *words]


async def test_who_waits_in_the_channel_that_was_configured_is_given_to_who_is_in_the_new_one(
    database_url: str,
) -> None:
    async with world(database_url, ai="external", assignment="balanced") as here:
        here.slack.add_channel(ELSEWHERE, members=["ben"])
        chat = await here.chat(first="My parcel is late")
        await chat.customer.escalate("They want a person")
        await chat.thread.ts()
        await moved_to(here, ELSEWHERE)
        # Who is in the old channel alone answers nobody any more.
        await here.ana.command("/bookbag", "back", channel="general", wait=5.0)
        await here.ben.command("/bookbag", "back", channel="general", wait=5.0)
        there = await here.same_chat(chat, channel=ELSEWHERE)
        await there.thread.card_shows("Ben is answering")
