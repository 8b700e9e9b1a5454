"""`/bookbag stats` and `/bookbag rebuild`."""

from __future__ import annotations

from tests.journeys.test_slack_says_no import moved
from tests.journeys.world import CHANNEL, World


async def test_stats_tells_the_day_in_the_askers_zone(outside: World) -> None:
    outside.slack.add_person("kai", real_name="Kai", tz="Pacific/Honolulu")
    outside.slack.add_person("lee", real_name="Lee", tz="Nowhere/At_All")
    chat = await outside.chat("Maya", first="Where is my parcel?")
    await chat.taken_over(outside.ana)
    await chat.reply(outside.ana, "On its way!")
    await chat.sees("On its way!")
    await chat.handed_back(outside.ana)
    waiting = await outside.chat("Otis", first="A person, please")
    await waiting.customer.escalate("asked for a person")

    answer = await outside.slack.person("kai").command("/bookbag", "stats", channel=CHANNEL)
    shown = outside.slack.rendered(answer)
    for words in ("Taken over\n1", "Waiting now\n1, the longest for less than a minute"):
        assert words in shown
    for words in ("First reply\nless than a minute (median)", "Resolution\nless", "Since midnight HST"):
        assert words in shown
    assert "Conversations\n2" in shown
    answer = await outside.slack.person("lee").command("/bookbag", "stats", channel=CHANNEL)
    assert "Since midnight UTC" in outside.slack.rendered(answer)


async def test_rebuild_starts_the_thread_again_and_both_threads_belong_to_it(outside: World) -> None:
    chat = await outside.chat("Maya", first="Where is my parcel?")
    await chat.taken_over(outside.ana)
    await chat.reply(outside.ana, "On its way!")
    await chat.sees("On its way!")
    await chat.shows("🎫")
    await outside.settled()
    old = await chat.thread.ts()
    answer = await outside.ben.command("/bookbag", "rebuild 1", channel=CHANNEL)
    assert "starts again" in outside.slack.rendered(answer)
    await outside.settled()

    card = (await outside.bridge.desk.view(chat.id)).conversation.card
    assert card is not None
    assert card.ts != old
    thread = [outside.slack.rendered(message) for message in outside.slack.thread(CHANNEL, card.ts)]
    assert "Ana is answering" in thread[0]
    for words in ("goes on from an earlier one", "Where is my parcel?", "On its way!"):
        assert words in thread[1]
    former = outside.slack.message(CHANNEL, old)
    assert "goes on in a new thread" in outside.slack.rendered(former)
    offered = [element for block in former["blocks"] for element in block.get("elements", [])]
    assert [one["url"] for one in offered if "action_id" in one] == [
        outside.bridge.installation.link_to(card)
    ]
    for ts, text in ((card.ts, "From the new one"), (old, "From the old one")):
        await outside.ana.post(CHANNEL, text, thread_ts=ts)
        await chat.sees(text)


async def test_a_guest_rebuilds_nothing_and_what_is_not_there_is_said(outside: World) -> None:
    outside.slack.add_person("gus", real_name="Gus Guest", is_restricted=True)
    gus = outside.slack.person("gus")
    chat = await outside.chat("Maya", first="Hello")
    await chat.taken_over(outside.ana)
    await outside.settled()
    before = (await outside.bridge.desk.view(chat.id)).conversation.card
    for who, text, says in (
        (gus, "rebuild 1", "Only full members"),
        (outside.ben, "rebuild 7", "There is no ticket #7"),
        (outside.ben, "rebuild", "Say which ticket, by its number"),
    ):
        answer = await who.command("/bookbag", text, channel=CHANNEL)
        assert says in outside.slack.rendered(answer)
    await outside.settled()
    assert (await outside.bridge.desk.view(chat.id)).conversation.card == before


async def test_rebuilt_again_and_again_every_former_card_leads_to_the_last(outside: World) -> None:
    chat = await outside.chat("Maya", first="Where is my parcel?")
    await chat.taken_over(outside.ana)
    await outside.settled()
    former = []
    for _ in range(3):
        former.append(await chat.thread.ts())
        # Nothing gets into the thread under the new card, so that the next one starts in the middle of it.
        outside.slack.faults.error(
            "chat.postMessage", "ratelimited", times=100, when=lambda call: bool(call.get("thread_ts"))
        )
        await outside.ben.command("/bookbag", "rebuild 1", channel=CHANNEL)
        await moved(outside, chat)
        outside.slack.faults.clear()
    await outside.settled()
    card = (await outside.bridge.desk.view(chat.id)).conversation.card
    assert card is not None
    for ts in former:
        assert outside.bridge.installation.link_to(card) in str(outside.slack.message(CHANNEL, ts)["blocks"])


async def test_a_former_card_that_cannot_be_changed_holds_nothing_up(outside: World) -> None:
    chat = await outside.chat("Maya", first="Where is my parcel?")
    await chat.taken_over(outside.ana)
    await outside.settled()
    old = await chat.thread.ts()
    outside.slack.faults.error("chat.update", "is_archived", times=9, when=lambda call: call["ts"] == old)
    await outside.ben.command("/bookbag", "rebuild 1", channel=CHANNEL)
    await moved(outside, chat)
    await chat.customer.say("Hello?")
    await chat.shows("Hello?")
    await outside.settled()
