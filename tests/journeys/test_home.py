"""App Home: what it shows, what can be done from it, and that it keeps up."""

from __future__ import annotations

import re

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements.ids import TAKE_OVER
from sandbox import WorkspacePerson
from tests.journeys.world import CHANNEL, World


async def shows(world: World, who: str, *words: str) -> str:
    """Wait until this person's Home has all of these words; returns how it reads."""

    def read() -> str | None:
        home = world.slack.home(who)
        rendered = "" if home is None else world.slack.rendered({"blocks": home["blocks"]})
        return rendered if home is not None and all(one in rendered for one in words) else None

    found: str = await world.slack.until(read, timeout=60)
    return found


async def opened(world: World, who: WorkspacePerson, name: str, *words: str) -> str:
    await who.open_home()
    return await shows(world, name, *words)


async def test_it_shows_who_waits_what_is_mine_what_is_live_and_what_i_closed(outside: World) -> None:
    live = await outside.chat("Maya", first="Where is my parcel?")
    await live.thread.ts()
    held = await outside.chat("Noor", first="The zip is broken")
    await held.taken_over(outside.ana)
    closed = await outside.chat("Quinn", first="All good")
    await closed.taken_over(outside.ana)
    await closed.handed_back(outside.ana)
    waiting = await outside.chat("Otis", first="A person, please")
    await waiting.customer.escalate("asked for a person")
    await waiting.thread.card_shows("Waiting for a teammate")

    home = await opened(outside, outside.ana, "ana", "Waiting now", "Otis", "On me", "Noor", "Maya")
    heads = ["Waiting now", "Otis", "On me", "Noor", "Live with the AI", "Mine, closed last"]
    assert [home.index(one) for one in heads] == sorted(home.index(one) for one in heads)
    assert "Quinn" in home[home.index("Mine, closed last") :]
    other = await opened(outside, outside.ben, "ben", "Otis")
    assert "Noor" not in other
    assert "You closed none yet" in other


async def test_a_conversation_is_taken_over_from_it_and_it_follows(outside: World) -> None:
    chat = await outside.chat("Otis", first="A person, please")
    await chat.customer.escalate("asked for a person")
    await chat.thread.card_shows("Waiting for a teammate")
    await opened(outside, outside.ana, "ana", "Otis")
    await opened(outside, outside.ben, "ben", "Otis")
    assert (await outside.ben.press_view(TAKE_OVER, view="home"))["ok"]
    await chat.thread.card_shows("Ben is answering")
    # Both look at their Homes, and neither does anything more.
    await shows(outside, "ben", "Nobody waits", "#1", "On you")
    await shows(outside, "ana", "Nobody waits", "No open ticket is yours")


async def test_a_press_in_it_that_is_refused_changes_nothing_and_is_answered(outside: World) -> None:
    chat = await outside.chat("Maya", first="Hello")
    await chat.thread.ts()
    await opened(outside, outside.ana, "ana", "Maya")
    channel = outside.slack.channel(CHANNEL)
    channel.is_ext_shared = True
    outside.slack.publish({"type": "channel_shared", "channel": channel.id, "connected_team_id": "T9"})

    async def is_shared() -> bool:
        return "another organisation" in (await outside.bridge.ready()).get("slack", "")

    await outside.until(is_shared)
    assert (await outside.ana.press_view(TAKE_OVER, view="home"))["ok"]
    why = "shared with another organisation"
    assert why in outside.slack.rendered((await outside.ana.views())[-1])
    # Where Slack opens no window either, it is said in a direct message.
    outside.slack.faults.error("views.open", "expired_trigger_id")
    assert (await outside.ana.press_view(TAKE_OVER, view="home"))["ok"]
    (told,) = [c for c in outside.slack.calls_of("chat.postMessage") if c.arguments["channel"][:1] == "U"]
    assert why in told.arguments["text"]
    assert (await outside.bridge.desk.view(chat.id)).conversation.state == "ai"


async def test_it_shows_a_guest_nothing_of_a_customer(outside: World) -> None:
    outside.slack.add_person("gus", real_name="Gus Guest", is_restricted=True)
    chat = await outside.chat("Maya", first="Hello")
    await chat.thread.ts()
    home = await opened(outside, outside.slack.person("gus"), "gus", "Only full members")
    assert "Maya" not in home


@pytest.mark.parametrize("change", ["guest", "deactivated", "left"])
async def test_it_is_emptied_when_its_person_may_see_it_no_more(outside: World, change: str) -> None:
    chat = await outside.chat("Maya", first="Hello")
    await chat.thread.ts()
    await opened(outside, outside.ana, "ana", "Maya")
    match change:
        case "guest":
            outside.slack.change_person("ana", is_restricted=True)
        case "deactivated":
            outside.slack.change_person("ana", deleted=True)
        case _:
            outside.slack.leave(CHANNEL, "ana")
    home = await shows(outside, "ana", "is for those in" if change == "left" else "Only full members")
    assert "Maya" not in home


@pytest.mark.both_databases
async def test_while_slack_does_not_say_who_somebody_is_theirs_stays_as_it_is(outside: World) -> None:
    chat = await outside.chat("Maya", first="Hello")
    await chat.thread.ts()
    await opened(outside, outside.ana, "ana", "Maya")
    published = len(outside.slack.calls_of("views.publish"))
    outside.slack.faults.error("users.info", "internal_error", times=1000)
    asked = len(outside.slack.calls_of("users.info"))
    outside.slack.change_person("ana", title="Head of bags")
    second = await outside.chat("Noor", first="Hello")
    await second.thread.ts()
    await outside.slack.until(lambda: len(outside.slack.calls_of("users.info")) > asked, timeout=60)
    assert len(outside.slack.calls_of("views.publish")) == published
    outside.slack.faults.clear()
    await shows(outside, "ana", "Maya", "Noor")


@pytest.mark.both_databases
async def test_each_list_is_read_page_by_page_and_stays_there_while_it_is_refreshed(outside: World) -> None:
    chats = [await outside.chat(f"Customer {number:02}", first="Hello") for number in range(12)]
    for chat in chats:
        await chat.thread.ts()
    await outside.settled()
    first = await opened(outside, outside.ana, "ana", "1 to 5 of 12")
    await outside.ana.press_view("home_page:live:next", view="home")
    second = await shows(outside, "ana", "6 to 10 of 12")
    assert not names(first) & names(second)
    await outside.ana.press_view("home_page:live:next", view="home")
    third = await shows(outside, "ana", "11 to 12 of 12")
    assert len(names(first) | names(second) | names(third)) == 12
    # What happens elsewhere changes what is shown, and not which page.
    await chats[0].customer.escalate("asked for a person")
    home = await shows(outside, "ana", "Customer 00", "11 to 11 of 11")
    assert "Nobody waits" not in home
    # A page that is not there any more gives way to the last one.
    await chats[1].customer.escalate("asked for a person")
    assert "6 to 10 of 10" in await shows(outside, "ana", "Customer 01", "6 to 10 of 10")


def names(home: str) -> set[str]:
    return set(re.findall(r"Customer \d\d", home))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.both_databases
async def test_a_process_that_finds_a_home_changed_by_another_leaves_it(outside: World) -> None:
    chat = await outside.chat("Maya", first="Hello")
    await chat.thread.ts()
    await opened(outside, outside.ana, "ana", "Maya")
    # As another process publishes it that heard of her next.
    elsewhere = {"type": "home", "blocks": [{"type": "divider"}]}
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(outside.slack.bot_token, base_url=outside.slack.api_url, session=session)
        await client.views_publish(user_id=outside.slack.user_id("ana"), view=elsewhere)
    published = len(outside.slack.calls_of("views.publish"))
    await chat.customer.escalate("asked for a person")
    await outside.until(lambda: len(outside.slack.calls_of("views.publish")) > published)
    assert [one["type"] for one in (outside.slack.home("ana") or {})["blocks"]] == ["divider"]
