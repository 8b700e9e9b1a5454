"""Nothing lost, doubled or out of order, whatever Slack or the network does."""

from __future__ import annotations

import pytest

from storage.records import Kind
from tests.journeys.world import CHANNEL, SENT, World, world

pytestmark = pytest.mark.both_databases


async def test_a_redelivered_reply_reaches_the_customer_once(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "On its way!", deliveries=4)
    await chat.marked(ts, SENT)
    await bridge.settled()
    assert [text for who, text in chat.window() if who == "teammate"] == ["On its way!"]


async def test_replies_typed_quickly_stay_in_order(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    words = [f"Line {number}" for number in range(20)]
    for text in words:
        await chat.reply(bridge.ana, text)
    await chat.sees(words[-1])
    assert [text for who, text in chat.window() if who == "teammate"] == words


async def test_a_customers_message_sent_twice_is_there_once(outside: World) -> None:
    chat = await outside.chat()
    numbers = [await chat.customer.say("Hello", client_id="the-same") for _ in range(3)]
    assert len(set(numbers)) == 1
    await chat.shows("Hello")
    await outside.settled()
    assert chat.in_thread() == [("customer", "Hello")]


@pytest.mark.parametrize("method", ["chat.postMessage", "*"])
@pytest.mark.parametrize("trouble", ["throttled", "refused_first", "lost_answer", "broken", "fatal_after"])
async def test_slack_in_trouble_changes_nothing_but_time(outside: World, method: str, trouble: str) -> None:
    chat = await outside.chat(first="Before")
    await chat.shows("Before")
    await chat.taken_over(outside.ana)
    await outside.settled()
    faults = outside.slack.faults
    match trouble:
        case "throttled":
            faults.rate_limit(method, retry_after=1)
        case "refused_first":
            faults.drop_before(method)
        case "lost_answer":
            faults.drop_after(method)
        case "broken":
            faults.server_error(method)
        case "fatal_after":
            faults.error(method, "fatal_error", after=True)
    await chat.customer.say("During")
    ts = await chat.reply(outside.ana, "Answer")
    await chat.reply(outside.ben, "Me too")
    await chat.customer.say("After")
    await chat.shows("After")
    await chat.marked(ts, SENT)
    await outside.settled()
    assert [said for said in chat.in_thread() if said[0] == "customer"] == [
        ("customer", "Before"),
        ("customer", "During"),
        ("customer", "After"),
    ]
    assert "Answer" in str(chat.window())
    assert len(outside.slack.messages(CHANNEL)) == 1
    assert outside.slack.ephemerals("ben")


async def test_a_second_try_is_looked_for_as_long_as_the_first(outside: World) -> None:
    chat = await outside.chat(first="Before")
    await chat.shows("Before")
    await outside.settled()
    outside.slack.faults.drop_before("chat.postMessage")
    outside.slack.faults.land_late("chat.postMessage", seconds=0.46)
    await chat.customer.say("During")
    await chat.shows("During")
    await outside.settled()
    await chat.customer.say("After")
    await chat.shows("After")
    await outside.settled()
    assert outside.slack.faults.pending == []
    assert [text for _, text in chat.in_thread()] == ["Before", "During", "After"]


async def test_what_happened_while_slack_was_away_arrives_in_order(outside: World) -> None:
    outside.slack.faults.server_error("chat.postMessage", status=503, times=3)
    chat = await outside.chat()
    words = [f"Message {number}" for number in range(6)]
    for text in words:
        await chat.customer.say(text)
    await chat.shows(words[-1])
    assert chat.in_thread() == [("customer", text) for text in words]


async def test_a_restart_loses_and_doubles_nothing(outside: World) -> None:
    chat = await outside.chat(first="One")
    await chat.shows("One")
    await chat.customer.say("Two")
    await outside.restart()
    async with outside.bridge.database.read() as tx:
        entries = await tx.ledger.since(chat.id)
    assert [entry.text for entry in entries] == ["One", "Two"]
    await chat.shows("Two")
    await outside.settled()
    assert chat.in_thread() == [("customer", "One"), ("customer", "Two")]


async def test_a_stream_that_breaks_resumes_without_a_gap(outside: World) -> None:
    chat = await outside.chat(first="One")
    for number in range(5):
        await chat.customer.cut()
        await chat.customer.ai_says(f"Answer {number}")
    await chat.sees("Answer 4")
    assert chat.window() == [("customer", "One"), *(("ai", f"Answer {number}") for number in range(5))]
    assert [entry["seq"] for entry in chat.customer.seen] == sorted({e["seq"] for e in chat.customer.seen})


async def test_a_message_in_a_thread_of_somebody_elses_is_left_alone(bridge: World) -> None:
    root = await bridge.ben.post(CHANNEL, "Lunch?")
    await bridge.ana.post(CHANNEL, "Yes!", thread_ts=root)
    chat = await bridge.chat(first="Hello")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    await bridge.settled()
    assert bridge.slack.ephemerals("ana") == []
    assert bridge.slack.lost_events == []


async def test_the_same_over_http(database_url: str) -> None:
    async with world(database_url, http_mode=True) as bridge:
        chat = await bridge.chat(first="Hello")
        await chat.customer.sees(lambda e: e["from"] == "ai")
        await chat.taken_over(bridge.ana)
        ts = await chat.reply(bridge.ana, "On its way!", deliveries=2)
        await chat.sees("On its way!", author="teammate")
        await chat.marked(ts, SENT)
        listed = await bridge.ben.command("/bookbag", "tickets", channel=CHANNEL)
        assert "Maya Lindqvist" in bridge.slack.rendered(listed)
        await chat.handed_back(bridge.ana)
        assert [text for who, text in chat.window() if who == "teammate"] == ["On its way!"]


async def ready_says(world: World, problems: dict[str, str]) -> bool:
    return await world.bridge.ready() == problems


async def test_a_closed_channel_keeps_everything_until_it_opens_again(outside: World) -> None:
    chat = await outside.chat(first="Before")
    await chat.shows("Before")
    await outside.settled()
    outside.slack.archive(CHANNEL)
    await chat.customer.say("During")
    told = "#live-chat is archived. Unarchive it, or set SLACK_CHANNEL to another channel."
    await outside.until(lambda: ready_says(outside, {"slack": told}))
    outside.slack.archive(CHANNEL, archived=False)
    await chat.shows("During")
    await outside.settled()
    await outside.until(lambda: ready_says(outside, {}))
    assert chat.in_thread() == [("customer", "Before"), ("customer", "During")]


async def test_a_reply_under_a_card_that_is_not_saved_yet_is_not_lost(database_url: str) -> None:
    async with world(database_url, ai="external", workspace={"ack_timeout": 0.3}) as outside:
        outside.slack.faults.drop_after("chat.postMessage")
        outside.slack.faults.server_error("conversations.history", times=2)
        chat = await outside.chat(first="Hello")
        # The card is on the screen, but its answer was lost: nobody knows whose thread this is.
        ts = await chat.reply(outside.ben, "Hi, how can I help?")
        await chat.marked(ts, "hourglass_flowing_sand")
        await outside.settled()
        assert len(outside.slack.messages(CHANNEL)) == 1


async def test_a_card_whose_post_lost_its_answer_is_known_from_the_first_press(outside: World) -> None:
    outside.slack.faults.drop_after("chat.postMessage")
    outside.slack.faults.rate_limit("conversations.history", times=1000)
    chat = await outside.chat(first="Hello")
    await chat.reply(outside.ana, "note: typed before anybody knew where")
    await chat.taken_over(outside.ana)
    ts = await chat.reply(outside.ana, "Hi Maya")
    await chat.sees("Hi Maya", author="teammate")
    await chat.marked(ts, SENT)
    outside.slack.faults.clear()
    await chat.shows("Hello")
    await outside.settled()
    assert len(outside.slack.messages(CHANNEL)) == 1
    async with outside.bridge.database.read() as tx:
        kinds = [entry.kind for entry in await tx.ledger.since(chat.id)]
    assert kinds.count(Kind.NOTE) == 1


async def test_a_post_of_an_older_version_is_believed_to_show_what_fits_now(outside: World) -> None:
    faults = outside.slack.faults
    chat = await outside.chat(first="Before")
    await chat.shows("Before")
    await outside.settled()
    outside.slack.archive(CHANNEL)
    words = ["One", "Two", "Three"]
    for text in words:
        await chat.customer.say(text)
    told = "#live-chat is archived. Unarchive it, or set SLACK_CHANNEL to another channel."
    await outside.until(lambda: ready_says(outside, {"slack": told}))
    # One post with all three lands, but its answer is lost, and nobody can look yet.
    faults.drop_after("chat.postMessage")
    faults.drop_before("conversations.replies", times=1000)
    outside.slack.archive(CHANNEL, archived=False)
    await chat.shows("Three")
    (post,) = [m for m in chat.thread.replies() if "Three" in chat.thread.rendered(m)]
    said = outside.slack.channel(CHANNEL).messages[post["ts"]]["metadata"]["event_payload"]
    assert said.pop("shows") == len(words)
    faults.clear()
    await chat.customer.say("After")
    await chat.shows("After")
    await outside.settled()
    assert chat.in_thread() == [("customer", text) for text in ["Before", *words, "After"]]
