"""App Home: what it shows, what can be done from it, and that it keeps up."""

from __future__ import annotations

from bot.blocks.ids import TAKE_OVER
from sandbox import Person
from tests.journeys.world import World


async def shows(world: World, who: str, *words: str) -> str:
    """Wait until this person's Home has all of these words; returns how it reads."""

    def read() -> str | None:
        home = world.slack.home(who)
        rendered = "" if home is None else world.slack.rendered({"blocks": home["blocks"]})
        return rendered if home is not None and all(one in rendered for one in words) else None

    found: str = await world.slack.until(read, timeout=12)
    return found


async def opened(world: World, who: Person, name: str, *words: str) -> str:
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


async def test_a_guests_press_in_it_changes_nothing_and_is_answered(outside: World) -> None:
    outside.slack.add_person("gus", real_name="Gus Guest", is_restricted=True)
    chat = await outside.chat("Maya", first="Hello")
    await chat.thread.ts()
    gus = outside.slack.person("gus")
    await opened(outside, gus, "gus", "Maya")
    assert (await gus.press_view(TAKE_OVER, view="home"))["ok"]
    assert "Only full members" in outside.slack.rendered((await gus.views())[-1])
    # Where Slack opens no window either, it is said in a direct message.
    outside.slack.faults.error("views.open", "expired_trigger_id")
    assert (await gus.press_view(TAKE_OVER, view="home"))["ok"]
    (told,) = [c for c in outside.slack.calls_of("chat.postMessage") if c.arguments["channel"][:1] == "U"]
    assert "Only full members" in told.arguments["text"]
    assert (await outside.bridge.desk.view(chat.id)).conversation.state == "ai"
