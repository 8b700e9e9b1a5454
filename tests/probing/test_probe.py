"""`bookbag check --probe`: against our own stand-in for Slack, which does all that is assumed."""

from __future__ import annotations

import asyncio
import inspect
import signal
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.manifest import manifest
from bot.probing import asking, scratch
from bot.probing.asking import NotProbed, ProbeAnswer, probe
from bot.probing.questions import QUESTIONS
from bot.probing.running import answers
from bot.settings import read_settings
from bot.slack.workspace.installation import NotConnected
from sandbox import Workspace
from sandbox.sources import to_ask
from sandbox.workspace import DEFAULT_SCOPES
from storage.engine.database import Database
from storage.records import PersonId
from tests.command_line import Operator, operator, slack

__all__ = ["operator", "slack"]

SCOPES = frozenset(manifest()["oauth_config"]["scopes"]["bot"])


@pytest.fixture
async def client(slack: Workspace) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])


async def asked(client: AsyncWebClient, channel: str = "#scratch", *, live: str = "") -> list[ProbeAnswer]:
    return [answer async for answer in probe(client, channel, live={live}, pace=0)]


def made(slack: Workspace, *people: str, **what: bool) -> str:
    return slack.add_channel("scratch", members=people or ["ana"], **what).id


def test_every_assumed_rule_that_can_be_asked_has_a_question_and_no_other() -> None:
    assert sorted(QUESTIONS) == sorted(to_ask())


async def test_a_slack_that_does_what_is_assumed_is_the_same_in_everything_and_nothing_is_left(
    slack: Workspace, client: AsyncWebClient
) -> None:
    for scope in DEFAULT_SCOPES - SCOPES:
        slack.revoke_scope(scope)
    channel = made(slack)
    found = await asked(client)
    assert [one for one in found if one.differs or one.why] == []
    assert {one.name for one in found} == set(QUESTIONS)
    assert slack.messages(channel) == []
    assert {call.arguments.get("channel", channel) for call in slack.calls if call.landed} <= {
        channel,
        "scratch",
    }


@pytest.mark.parametrize(
    ("reading", "name"),
    [
        ({"blocks_counted": "escaped"}, "blocks_counted"),
        ({"update_text_counted": "characters"}, "update_text_counted"),
    ],
)
async def test_a_slack_that_reads_a_rule_otherwise_is_said_to_differ(
    slack: Workspace, client: AsyncWebClient, reading: dict[str, str], name: str
) -> None:
    slack.rules.set(**reading)
    made(slack)
    assert [one.name for one in await asked(client) if one.differs] == [name]


async def test_what_could_not_be_asked_says_why_and_the_rest_is_asked(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = made(slack)
    slack.revoke_scope("files:write")
    slack.faults.server_error("conversations.history")
    found = {one.name: one for one in await asked(client)}
    assert found["file_to_a_gone_thread"].why == "missing_scope"
    assert found["history_limit"].why == "internal_error"
    assert found["reply_to_a_reply"].why is None
    assert found.keys() == QUESTIONS.keys()
    assert slack.messages(channel) == []


async def test_a_post_whose_answer_was_lost_is_taken_away_too(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = made(slack)
    slack.faults.drop_after("chat.postMessage", when=lambda call: call["text"] == "🎉")
    found = {one.name: one for one in await asked(client)}
    assert "no answer" in (found["emoji_become_names"].why or "")
    assert slack.messages(channel) == []


async def test_what_cannot_be_taken_away_is_said(slack: Workspace, client: AsyncWebClient) -> None:
    made(slack)
    slack.faults.error(
        "chat.delete",
        "cant_delete_message",
        times=100,
        when=lambda call: len(slack.calls_of("chat.delete")) > 9,
    )
    last = (await asked(client))[-1]
    assert last.name == "clearing up"
    assert "are left in the channel" in (last.differs or "")


async def test_a_slack_that_asks_to_wait_is_waited_for(slack: Workspace, client: AsyncWebClient) -> None:
    made(slack)
    slack.faults.rate_limit("conversations.history", retry_after=0)
    assert [one for one in await asked(client) if one.differs or one.why] == []


async def test_it_posts_no_faster_than_slack_takes_posts() -> None:
    assert scratch.PACE >= 1.0
    async with Workspace(post_rate=50) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])
        made(slack)
        # A fifth as fast: on a busy machine two posts arrive closer together than they were sent.
        found = [one async for one in probe(client, "#scratch", live=(), pace=1 / 10)]
        assert [one for one in found if one.differs or one.why] == []
        assert [call.method for call in slack.calls if call.status == 429] == []


async def test_where_the_time_is_up_the_rest_says_so_and_all_is_taken_away(
    slack: Workspace, client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = made(slack)
    monkeypatch.setattr(asking, "TIME_TO_ASK", 0.0)
    assert {one.why for one in await asked(client)} == {"the time was up"}
    assert slack.messages(channel) == []


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("live", "Conversations live in #scratch."),
        ("shared", "#scratch is shared with another organisation"),
        ("archived", "#scratch is archived"),
        ("crowded", "2 people and apps are in #scratch beside the bot"),
        ("without us", "The bot is not in #scratch"),
        ("nowhere", "There is no channel"),
    ],
)
async def test_a_channel_that_is_not_made_for_it_is_refused_and_nothing_is_written(
    slack: Workspace, client: AsyncWebClient, what: str, why: str
) -> None:
    people = ("ana", "ben") if what == "crowded" else ("ana",)
    channel = "" if what == "nowhere" else made(slack, *people, with_bot=what != "without us")
    if what == "shared":
        slack.share("scratch", pending=True)
    if what == "archived":
        slack.archive("scratch")
    with pytest.raises((NotProbed, NotConnected), match=why):
        await asked(client, live=channel if what == "live" else "C0ELSEWHERE")
    assert [call.method for call in slack.calls if call.method.startswith(("chat.", "files."))] == []


async def test_on_the_command_line_the_live_channel_is_refused_in_a_sentence(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    ended = await operator.runs("check", "--probe", "#live-chat")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "Conversations live in #live-chat. Make a Slack channel for the probe and name that.\n"
    )
    assert slack.messages("live-chat") == []


async def test_on_the_command_line_each_rule_has_a_line_and_an_interruption_takes_all_away(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    channel = made(slack)
    running = await operator.starts("check", "--probe", "#scratch")
    assert running.stdout is not None
    async with asyncio.timeout(30):
        lines = [(await running.stdout.readline()).decode() for _ in range(2)]
    assert lines == [
        f"{name}: same. {inspect.getdoc(ask)}\n" for name, ask in list(QUESTIONS.items())[: len(lines)]
    ]
    assert slack.messages(channel) != []
    running.send_signal(signal.SIGINT)
    ended = await operator.ends(running)
    assert ended.code == 1
    assert slack.messages(channel) == []


async def test_a_channel_that_an_inbox_is_connected_to_is_live(slack: Workspace, database_url: str) -> None:
    channel = made(slack)
    database = Database(database_url)
    await database.write(lambda tx: tx.slack_channels.connect("vip", channel, by=PersonId("T1", "U1")))
    await database.close()
    settings = read_settings(
        {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_CHANNEL": "#live-chat",
            "SLACK_API_URL": slack.api_url,
            "DATABASE_URL": database_url,
        }
    )
    with pytest.raises(NotProbed, match="Conversations live in #scratch"):
        assert [one async for one in answers(settings, "#scratch", pace=0)] == []
