"""What somebody types in a thread that its conversation left, and what they are told there."""

from __future__ import annotations

import pytest

from tests.journeys.test_written_channel import ELSEWHERE, moved_to, shared, told_directly
from tests.journeys.world import CHANNEL, NOTE, SENT, Chat, World


async def left(outside: World) -> tuple[Chat, str]:
    """A conversation that Ana holds and that moved to another channel; and its former thread."""
    outside.slack.add_channel(ELSEWHERE)
    chat = await outside.chat(first="My parcel is late")
    await chat.taken_over(outside.ana)
    await outside.settled()
    former = await chat.thread.ts()
    await moved_to(outside, ELSEWHERE)
    there = await outside.same_chat(chat, channel=ELSEWHERE)
    await there.thread.ts()
    await outside.settled()
    return there, former


async def test_a_refusal_names_the_channel_where_the_conversation_goes_on(outside: World) -> None:
    there, former = await left(outside)
    outside.slack.leave(ELSEWHERE, "ben")
    typed = await outside.ben.post(CHANNEL, "On its way!", thread_ts=former)
    refused = outside.slack.rendered(await outside.prompt("ben"))
    assert f"goes on in #{ELSEWHERE}" in refused
    assert "who are there can answer" in refused
    await outside.until(lambda: _marks(outside, typed) == {NOTE})
    assert ("teammate", "On its way!") not in there.window()


async def test_an_edit_that_stays_behind_does_not_speak_of_the_channel_it_is_typed_in(outside: World) -> None:
    there, former = await left(outside)
    typed = await outside.ana.post(CHANNEL, "On its way!", thread_ts=former)
    await there.sees("On its way!")
    outside.slack.leave(ELSEWHERE, "ana")
    await outside.ana.edit(CHANNEL, typed, "It is lost")
    told = outside.slack.rendered(await outside.prompt("ana"))
    assert "You cannot answer this customer now" in told
    assert there.window()[-1] == ("teammate", "On its way!")


async def test_who_types_where_outsiders_read_by_now_is_told_where_the_conversation_is(
    outside: World,
) -> None:
    there, former = await left(outside)
    shared(outside.slack, CHANNEL)
    await outside.ana.post(CHANNEL, "On its way!", thread_ts=former)
    await outside.until(lambda: told_directly(outside.slack, "ana"))
    assert f"goes on in #{ELSEWHERE}" in told_directly(outside.slack, "ana")[0]
    assert ("teammate", "On its way!") not in there.window()


@pytest.mark.parametrize("again", [False, True])
async def test_a_former_thread_says_that_the_present_one_does_not_show_what_is_typed_in_it(
    outside: World, again: bool
) -> None:
    there, former = await left(outside)
    card = outside.slack.rendered(outside.slack.message(CHANNEL, former))
    assert "What you type here still counts, but that thread does not show it." in card
    typed = await outside.ana.post(CHANNEL, "On its way!", thread_ts=former)
    await there.sees("On its way!")
    await outside.until(lambda: _marks(outside, typed) == {SENT})
    if again:
        await outside.restart()
    await outside.settled()
    assert ("teammate", "On its way!") not in there.in_thread()
    assert "On its way!" not in str(outside.slack.thread(ELSEWHERE, await there.thread.ts())[1:])


def _marks(world: World, ts: str) -> set[str]:
    return {one["name"] for one in world.slack.message(CHANNEL, ts).get("reactions", [])}
