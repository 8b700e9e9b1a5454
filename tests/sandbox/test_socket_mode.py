"""Socket Mode through the real Bolt handler, and by hand where order and acknowledgement are looked at."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.sandbox.conftest import Bot


class Wire:
    """A bare Socket Mode connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def next(self) -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(self._socket.receive_str(), 5))  # type: ignore[no-any-return]

    async def ack(self, envelope: dict[str, Any], payload: dict[str, Any] | None = None) -> None:
        answer: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        await self._socket.send_json(answer if payload is None else {**answer, "payload": payload})

    async def drop(self) -> None:
        await self._socket.close()

    async def closed(self) -> bool:
        return (await asyncio.wait_for(self._socket.receive(), 5)).type in (
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.CLOSING,
        )


@asynccontextmanager
async def wire(slack: Workspace) -> AsyncIterator[Wire]:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        connection = Wire(socket)
        hello = await connection.next()
        assert hello["type"] == "hello"
        yield connection


def text_of(envelope: dict[str, Any]) -> str:
    return str(envelope["payload"]["event"]["text"])


async def test_hello_counts_connections_and_a_ticket_admits_once(slack: Workspace) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert hello["num_connections"] == 1
        assert hello["connection_info"] == {"app_id": slack.app_id}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_a_whole_event_callback_arrives(slack: Workspace) -> None:
    async with wire(slack) as connection:
        ts = await slack.person("ana").post("live-chat", "a & b @Ben Okafor")
        envelope = await connection.next()
    assert envelope["type"] == "events_api"
    payload = envelope["payload"]
    assert (payload["type"], payload["team_id"], payload["api_app_id"]) == (
        "event_callback",
        slack.team_id,
        slack.app_id,
    )
    assert payload["authorizations"][0]["user_id"] == slack.bot_user_id
    event = payload["event"]
    assert (event["type"], event["ts"], event["channel_type"]) == ("message", ts, "channel")
    assert event["text"] == f"a &amp; b <@{slack.user_id('ben')}>"
    assert event["client_msg_id"]
    assert event["blocks"][0]["type"] == "rich_text"


async def test_one_connection_keeps_the_order(slack: Workspace) -> None:
    async with wire(slack) as connection:
        for number in range(20):
            await slack.person("ana").post("live-chat", str(number))
        assert [text_of(await connection.next()) for _ in range(20)] == [str(n) for n in range(20)]


async def test_two_connections_take_turns(slack: Workspace) -> None:
    async with wire(slack) as one, wire(slack) as two:
        for number in range(4):
            await slack.person("ana").post("live-chat", str(number))
        heard = [{text_of(await each.next()) for _ in range(2)} for each in (one, two)]
    assert heard[0] | heard[1] == {"0", "1", "2", "3"}


async def test_an_unacknowledged_event_comes_again() -> None:
    async with Workspace(ack_timeout=0.05, retries=1) as slack, wire(slack) as connection:
        await slack.person("ana").post("live-chat", "hello")
        first, second = await connection.next(), await connection.next()
        assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
        assert second["retry_reason"] == "timeout"
        assert second["payload"]["event_id"] == first["payload"]["event_id"]
        await slack.until(lambda: slack.lost_events)


async def test_an_acknowledged_event_does_not_come_again() -> None:
    async with Workspace(ack_timeout=0.05) as slack, wire(slack) as connection:
        await slack.person("ana").post("live-chat", "one")
        await connection.ack(await connection.next())
        await slack.person("ana").post("live-chat", "two")
        assert text_of(await connection.next()) == "two"
        second = await connection.next()
        assert (text_of(second), second["retry_attempt"]) == ("two", 1)


async def test_a_dropped_connection_hands_its_events_on_in_order(slack: Workspace) -> None:
    async with wire(slack) as connection:
        for text in ("one", "two"):
            await slack.person("ana").post("live-chat", text)
        await connection.next()
        slack.drop_sockets()
    await slack.person("ana").post("live-chat", "three")
    async with wire(slack) as connection:
        again = [await connection.next() for _ in range(3)]
    assert [text_of(envelope) for envelope in again] == ["one", "two", "three"]
    assert [envelope["retry_attempt"] for envelope in again] == [1, 1, 0]


async def test_an_event_is_under_way_until_it_is_acknowledged(slack: Workspace) -> None:
    await slack.person("ana").post("live-chat", "one")
    assert slack.events_under_way == 1
    async with wire(slack) as connection:
        envelope = await connection.next()
        assert slack.events_under_way == 1
        await connection.ack(envelope)
        await slack.until(lambda: slack.events_under_way == 0)


async def test_events_wait_while_nobody_listens_up_to_the_limit() -> None:
    async with Workspace(queue_limit=2) as slack:
        for text in ("one", "two", "three"):
            await slack.person("ana").post("live-chat", text)
        async with wire(slack) as connection:
            assert [text_of(await connection.next()) for _ in range(2)] == ["two", "three"]
        assert [payload["event"]["text"] for payload in slack.lost_events] == ["one"]


async def test_a_refresh_is_announced_before_the_close(slack: Workspace) -> None:
    async with wire(slack) as connection:
        await asyncio.gather(slack.disconnect_sockets(reason="refresh_requested"), self_check(connection))


async def self_check(connection: Wire) -> None:
    assert (await connection.next())["reason"] == "refresh_requested"
    assert await connection.closed()


async def test_bolt_reconnects_after_a_refresh_and_misses_nothing(slack: Workspace, bot: Bot) -> None:
    ana = slack.person("ana")
    await ana.post("live-chat", "before")
    await slack.until(lambda: bot.heard("message", text="before"))
    await slack.disconnect_sockets()
    await ana.post("live-chat", "between")
    await slack.until(lambda: bot.heard("message", text="between"), timeout=10)
    assert slack.open_connections == 1


async def test_a_second_delivery_is_the_same_event_marked_as_a_retry(slack: Workspace) -> None:
    async with wire(slack) as connection:
        await slack.person("ana").post("live-chat", "hello", deliveries=2)
        first, second = await connection.next(), await connection.next()
    assert second["retry_attempt"] == 1
    assert first["payload"] == second["payload"]


async def test_interactions_are_not_repeated_and_the_person_is_told() -> None:
    async with Workspace(ack_timeout=0.05) as slack, wire(slack):
        answer = await slack.person("ana").command("/bookbag", "tickets", channel="live-chat")
        assert answer["error"] == "operation_timeout"
        assert "operation_timeout" in answer["text"]
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
        posted = await client.chat_postMessage(
            channel="live-chat", text="x", blocks=[{"type": "actions", "elements": [button]}]
        )
        assert (await slack.person("ana").press("live-chat", posted["ts"], "go"))["error"] == (
            "operation_timeout"
        )


async def test_without_a_connection_a_command_fails_at_once(slack: Workspace) -> None:
    answer = await slack.person("ana").command("/bookbag", channel="live-chat")
    assert answer["error"] == "dispatch_failed"
    assert [m["text"] for m in slack.ephemerals("ana")] == [answer["text"]]


async def test_the_bot_hears_everything_that_happens_to_a_message(slack: Workspace, bot: Bot) -> None:
    ana = slack.person("ana")
    ts = await ana.post("live-chat", "first")
    await ana.edit("live-chat", ts, "second")
    await ana.react("live-chat", ts, "eyes")
    await ana.unreact("live-chat", ts, "eyes")
    slack.unfurl("live-chat", ts)
    await ana.delete("live-chat", ts)
    (deleted,) = await slack.until(lambda: bot.heard("message_deleted"))
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "second")
    edited, unfurled = bot.heard("message_changed")
    assert (edited["message"]["text"], edited["previous_message"]["text"]) == ("second", "first")
    assert edited["message"]["edited"]["user"] == slack.user_id("ana")
    assert unfurled["message"]["text"] == unfurled["previous_message"]["text"]
    assert [bot.heard(kind)[0]["item"]["ts"] for kind in ("reaction_added", "reaction_removed")] == [ts, ts]


async def test_deleting_a_parent_leaves_a_tombstone_with_its_thread(slack: Workspace, bot: Bot) -> None:
    ana = slack.person("ana")
    parent = await ana.post("live-chat", "parent")
    reply = await ana.post("live-chat", "reply", parent)
    await ana.delete("live-chat", parent)
    (changed,) = await slack.until(lambda: bot.heard("message_changed"))
    assert (changed["message"]["user"], changed["message"]["text"]) == (
        "USLACKBOT",
        "This message was deleted.",
    )
    assert [m["ts"] for m in slack.thread("live-chat", parent)] == [parent, reply]
    await ana.delete("live-chat", reply)
    assert slack.messages("live-chat") == []


async def test_membership_and_archiving_are_events(slack: Workspace, bot: Bot) -> None:
    slack.join("general")
    slack.leave("general")
    slack.archive("live-chat")
    await slack.until(lambda: bot.heard("channel_archive", channel=slack.channel("live-chat").id))
    assert bot.heard("member_joined_channel", user=slack.bot_user_id)
    assert bot.heard("channel_left", channel=slack.channel("general").id)
    assert not bot.heard("member_left_channel")


async def test_what_somebody_becomes_is_an_event_and_what_slack_says_of_them(
    slack: Workspace, bot: Bot
) -> None:
    slack.change_person("ben", is_restricted=True)
    (event,) = await slack.until(lambda: bot.heard("user_change"))
    assert (event["user"]["id"], event["user"]["is_restricted"]) == (slack.user_id("ben"), True)
    assert (await bot.client.users_info(user=slack.user_id("ben")))["user"]["is_restricted"]
    with pytest.raises(AttributeError):
        slack.change_person("ben", is_tall=True)


async def test_channels_without_the_bot_stay_silent(slack: Workspace, bot: Bot) -> None:
    await slack.person("ana").post("general", "between us")
    await slack.person("ana").post("live-chat", "for all")
    await slack.until(lambda: bot.heard("message", text="for all"))
    assert not bot.heard("message", text="between us")


async def test_a_deadline_shows_the_last_state(slack: Workspace) -> None:
    await slack.person("ana").post("live-chat", "so far")
    with pytest.raises(TimeoutError, match="so far"):
        await slack.until(lambda: False, timeout=0.01)


async def test_limited_events_are_dropped_and_the_app_is_told_without_an_event(slack: Workspace) -> None:
    async with wire(slack) as one:
        slack.limit_events()
        await slack.person("ana").post("live-chat", "lost")
        envelope = await one.next()
        await one.ack(envelope)
        assert envelope["type"] == "events_api"
        told = envelope["payload"]
        assert (told["type"], told["team_id"], told["api_app_id"]) == (
            "app_rate_limited",
            slack.team_id,
            slack.app_id,
        )
        assert told["minute_rate_limited"] % 60 == 0
        assert "event" not in told
        slack.limit_events(limited=False)
        await slack.person("ana").post("live-chat", "heard")
        assert (await one.next())["payload"]["event"]["text"] == "heard"
