"""What a connection holds through: another process, another id, a lost answer, odd names. Who makes one."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.app import Bridge
from bot.blocks.elements.formatting import escaped
from bot.demo.show import NO_LIMITS
from tests.journeys.office import VIP, Office, delivered, forged
from tests.journeys.world import CHANNEL, SENT, Chat, world

ODD = "R&D <!channel> `x` *&amp;*"


async def heard(office: Office) -> None:
    """Let Slack deliver to the process that is there now."""
    await office.slack.deliver_events_to(f"{office.here.bridge.address}/slack/events")


@asynccontextmanager
async def another_process(office: Office) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Called, only a process is left that did nothing so far. On SQLite, which serves one, it starts then."""
    here = office.here
    if here.bridge.database.is_sqlite:

        async def started() -> None:
            await here.restart()
            await heard(office)

        yield started
        return
    other = Bridge(here.settings, limits=NO_LIMITS, **here.how)
    await other.start()

    async def left() -> None:
        await here.bridge.stop()
        here.bridge = other
        await heard(office)

    yield left


@pytest.mark.both_databases
async def test_a_process_that_did_not_connect_goes_by_it_at_once(office: Office) -> None:
    async with another_process(office) as take_the_rest:
        early = await office.here.chat("Early bird", first="Hello", inbox="vip")
        await early.thread.ts()
        await office.connect()
        await take_the_rest()
        chat = await office.vip()
        await chat.thread.ts()
        assert not office.shows(CHANNEL, "Vera")
        await forged(office, "ana", chat)
        assert await chat.customer.state() == "ai"
        assert "Vera" not in await office.says(office.ana, "conversations")
        assert "Early bird" in await office.says(office.ana, "conversations")
        assert "Early bird" not in await office.says(office.dora, "conversations")
        await chat.taken_over(office.dora)
        sent = await chat.reply(office.dora, "In the harbour!")
        await chat.sees("In the harbour!", author="teammate")
        await chat.marked(sent, SENT)
        assert "Vera" in await office.says(office.dora, "tickets")
        assert "Vera" not in await office.says(office.ana, "tickets")
        assert "“vip”" in await office.says(office.eve, "connect")


async def test_a_channel_that_comes_back_has_its_inbox_again(office: Office) -> None:
    await office.connect()
    chat = await office.vip()
    await chat.taken_over(office.dora)
    await office.here.settled()
    office.slack.archive(VIP)
    await office.slack.until(lambda: office.shows(CHANNEL, "Vera"))
    meanwhile = await office.here.chat("Fred", first="Hello", inbox="vip")
    await meanwhile.thread.ts()
    office.slack.archive(VIP, archived=False)
    await office.here.until(office.here.is_ready)
    fresh = await office.vip("Viola")
    await fresh.thread.ts()
    assert not office.shows(CHANNEL, "Viola")
    assert not office.shows(VIP, "Fred")
    # What came home stays there.
    home = Chat(office.here, chat.customer, "Vera")
    await chat.customer.say("Are you still there?")
    await home.shows("Are you still there?")
    assert "Vera" not in await office.says(office.dora, "tickets")
    assert "cannot be used" not in await office.says(office.eve, "connect")


@pytest.mark.both_databases
async def test_a_card_whose_answer_was_lost_is_looked_for_where_it_is_at_home(office: Office) -> None:
    await office.connect()
    office.slack.faults.drop_after("chat.postMessage")
    chat = await office.vip()
    await chat.shows("Where is my yacht?")
    await office.here.settled()
    assert len(office.slack.messages(VIP)) == 1
    assert not office.shows(CHANNEL, "Vera")
    looked = {call.arguments["channel"] for call in office.slack.calls_of("conversations.history")}
    assert looked == {office.slack.channel(VIP).id}
    await chat.taken_over(office.dora)
    office.slack.faults.drop_after("chat.postMessage")
    await chat.customer.say("Still not here")
    await chat.shows("Still not here")
    await office.here.settled()
    assert [text for _, text in chat.in_thread()] == ["Where is my yacht?", "Still not here"]


@pytest.mark.both_databases
async def test_a_lost_channel_says_how_it_is_mended(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    await office.connect()
    caplog.set_level(logging.INFO)
    office.slack.archive(VIP)

    async def told() -> str | None:
        return (await office.here.bridge.ready()).get("channels")

    said = await office.here.until(told)
    assert "“/bookbag disconnect vip”, then “/bookbag connect vip”" in said
    assert f"#{VIP} is archived. Unarchive it, or connect its inboxes to another one" in caplog.text
    office.slack.leave(VIP)
    await office.here.until(lambda: "If it still exists, invite the bot there again" in caplog.text)
    assert "SLACK_CHANNEL" not in caplog.text
    assert "Done" in await office.says(office.eve, "disconnect vip")
    assert await office.here.is_ready()


async def test_an_inbox_is_called_whatever_the_website_calls_it(office: Office) -> None:
    for command in (f"connect {ODD}", "connect"):
        answer = await office.eve.command("/bookbag", command, channel=VIP)
        assert f"“{ODD}”" in office.slack.rendered(answer)
        assert f"“{escaped(ODD)}”" in answer["text"]
        assert not office.slack.mentions(answer) - {f"<#{office.slack.channel(VIP).id}>"}
    chat = await office.here.chat("Vera", first="Hello", inbox=ODD, channel=VIP)
    await chat.thread.ts()
    office.slack.add_channel("third")
    refused = await office.says(office.eve, f"connect {ODD}", channel="third")
    assert f"/bookbag disconnect {ODD}" in refused
    assert "R&D <!channel>" in await office.says(office.eve, "settings")
    assert "Done" in await office.says(office.eve, f"disconnect {ODD}")


async def test_who_is_available_is_given_what_waits_in_a_channel_just_connected(database_url: str) -> None:
    async with world(database_url, ai="external", http_mode=True, assignment="balanced") as here:
        office = Office(here)
        await office.says(office.eve, "back")
        await office.connect()
        chat = await office.vip()
        await chat.thread.ts()
        await chat.customer.escalate("A person")
        await chat.thread.card_shows("Eve")


@pytest.mark.parametrize("with_bot", [True, False])
async def test_a_group_message_is_no_channel(office: Office, with_bot: bool) -> None:
    group = office.slack.add_group_message("eve", "dora", with_bot=with_bot)
    assert "not in a direct message" in await office.says(office.eve, "connect vip", channel=group.name)
    assert "No inbox has a channel of its own" in await office.says(office.eve, "connect")


NOT_ADMITTED = {
    "a guest": {"is_restricted": True},
    "a guest of one channel": {"is_ultra_restricted": True},
    "somebody deactivated": {"deleted": True},
    "an outsider": {"team_id": "T0STRANGERS"},
}


@pytest.mark.parametrize("who", NOT_ADMITTED)
@pytest.mark.parametrize("word", ["connect", "disconnect"])
async def test_whom_slack_does_not_call_an_admin_of_ours_changes_nothing(
    office: Office, who: str, word: str
) -> None:
    """Whatever a command claims of its sender, and even where they are an admin somewhere."""
    office.slack.add_person("gus", is_admin=True, channels=[CHANNEL], **NOT_ADMITTED[who])  # type: ignore[arg-type]
    assert "Only admins and owners" in await delivered(office, typed(office, "gus", f"{word} vip"))
    assert "No inbox has a channel of its own" in await office.says(office.eve, "connect")


async def test_which_workspace_a_command_names_says_nothing_of_its_sender(office: Office) -> None:
    """On Enterprise Grid it is the one that the command was typed in."""
    office.slack.add_person("gus", is_admin=True, team_id="T0STRANGERS", channels=[CHANNEL])
    assert "Only admins and owners" in await delivered(office, typed(office, "gus", "connect vip"))
    command = {**typed(office, "eve", "connect"), "team_id": "T0SISTER1"}
    assert "No inbox has a channel of its own" in await delivered(office, command)


@pytest.mark.both_databases
async def test_nothing_changes_while_slack_does_not_say_who_asks(office: Office) -> None:
    for word in ("connect", "disconnect"):
        # Their language is asked for as well.
        office.slack.faults.error("users.info", "internal_error", times=2)
        assert "could not say who you are" in await office.says(office.eve, f"{word} vip", channel=VIP)
    assert "No inbox has a channel of its own" in await office.says(office.eve, "connect")
    await office.connect()


async def test_an_owner_connects_too(office: Office) -> None:
    office.slack.change_person("dora", is_owner=True)
    assert "Done" in await office.says(office.dora, "connect vip", channel=VIP)


async def test_who_was_an_admin_a_moment_ago_is_asked_about_again(office: Office) -> None:
    await office.connect()
    office.slack.change_person("eve", is_admin=False)
    assert "Only admins and owners" in await office.says(office.eve, "disconnect vip")
    assert "“vip”" in await office.says(office.eve, "connect")


def typed(office: Office, who: str, text: str) -> dict[str, str]:
    """A command as Slack sends it from the second channel."""
    slack = office.slack
    return {
        "command": "/bookbag",
        "text": text,
        "team_id": slack.team_id,
        "user_id": slack.user_id(who),
        "channel_id": slack.channel(VIP).id,
        "channel_name": "privategroup",
        "trigger_id": "1.1.x",
    }
