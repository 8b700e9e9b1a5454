"""How much Slack takes in one message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import PersonError, RemoteWorkspace, Workspace
from sandbox.faults.pacing import CALLS_A_MINUTE
from sandbox.web_api.call import METHODS
from tests.sandbox.test_web_api import button

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot


def sections(count: int, text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "plain_text", "text": text}} for _ in range(count)]


# Together with what surrounds a text, these are just below and just above the limit.
FITS, TOO_LONG = sections(13, "x" * 900), sections(13, "x" * 960)


async def test_blocks_whose_json_is_too_long_are_refused_in_posts_and_updates(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    ts = (await client.chat_postMessage(channel=channel, text="x", blocks=FITS))["ts"]
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel=channel, text="x", blocks=TOO_LONG)
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_update(channel=channel, ts=ts, text="x", blocks=TOO_LONG)
    assert slack.message(channel, ts)["blocks"][0]["text"]["text"] == "x" * 900
    assert len(slack.messages(channel)) == 1


async def test_what_surrounds_the_texts_counts_too(slack: Workspace, client: AsyncWebClient) -> None:
    links = [
        {"type": "link", "url": f"https://example.com/{'a' * 280}/{n}", "text": "here"} for n in range(40)
    ]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": links}]}]
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel="live-chat", text="x", blocks=blocks)


@pytest.mark.parametrize("text", ["é", "&", "/", "\N{PARTY POPPER}"])
async def test_whether_escapes_count_is_chosen(slack: Workspace, client: AsyncWebClient, text: str) -> None:
    blocks = sections(10, text * 1000)
    await client.chat_postMessage(channel="live-chat", text="x", blocks=blocks)
    async with RemoteWorkspace(slack.url) as remote:
        assert (await remote.rules(blocks_counted="escaped"))["blocks_counted"] == "escaped"
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel="live-chat", text="x", blocks=blocks)


async def test_the_answer_to_an_interaction_may_be_longer(slack: Workspace, bot: Bot) -> None:
    @bot.app.action("go")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="x", blocks=TOO_LONG, replace_original=False)

    @bot.app.command("/long")
    async def command(ack: Any) -> None:
        await ack(text="x", blocks=TOO_LONG)

    post = await bot.client.chat_postMessage(
        channel=slack.channel("live-chat").id,
        text="press",
        blocks=[{"type": "actions", "elements": [button()]}],
    )
    await slack.person("ana").press("live-chat", post["ts"], "go")
    await slack.until(lambda: len(slack.ephemerals("ana")) == 1)
    shown = await slack.person("ana").command("/long", channel="live-chat")
    assert len(shown["blocks"]) == len(TOO_LONG)


async def test_each_method_has_its_own_number_of_calls_a_minute(
    slack: Workspace, client: AsyncWebClient
) -> None:
    slack.rules.tiers = True
    channel = slack.channel("live-chat").id
    ts = await slack.person("ana").post(channel, "look")
    for _ in range(20):
        await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
        await client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="ratelimited") as caught:
        await client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 60
    assert slack.message(channel, ts)["reactions"][0]["count"] == 1


async def test_after_its_minute_a_method_goes_again() -> None:
    async with Workspace(minute=0.05) as slack:
        slack.rules.tiers = True
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        await client.apps_connections_open(app_token=slack.app_token)

        async def goes_again() -> bool:
            try:
                await client.apps_connections_open(app_token=slack.app_token)
            except SlackApiError:
                return False
            return True

        assert await slack.until(goes_again)


async def test_posts_are_counted_for_each_channel() -> None:
    async with Workspace() as slack:
        slack.rules.tiers = True
        slack.add_channel("other")
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        for _ in range(60):
            await client.chat_postMessage(channel="live-chat", text="x")
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.chat_postMessage(channel="live-chat", text="x")
        await client.chat_postMessage(channel="other", text="x")


def test_every_method_has_a_number() -> None:
    assert CALLS_A_MINUTE.keys() == METHODS.keys()


async def test_without_tiers_a_test_is_not_slowed(slack: Workspace, client: AsyncWebClient) -> None:
    for _ in range(60):
        await client.emoji_list()


@pytest.mark.parametrize(("counted", "longest"), [("bytes", 1333), ("characters", 4000)])
async def test_whether_an_updates_text_is_counted_in_bytes_is_chosen(
    slack: Workspace, client: AsyncWebClient, counted: str, longest: int
) -> None:
    channel = slack.channel("live-chat").id
    ts = (await client.chat_postMessage(channel=channel, text="x"))["ts"]
    slack.rules.set(update_text_counted=counted)
    await client.chat_update(channel=channel, ts=ts, text="雪" * longest)
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel=channel, ts=ts, text="雪" * (longest + 1))


@pytest.mark.parametrize("wrong", [{"sounds": "bytes"}, {"blocks_counted": "bytes"}])
async def test_a_rule_that_is_none_is_refused_in_words(slack: Workspace, wrong: dict[str, str]) -> None:
    async with RemoteWorkspace(slack.url) as remote:
        with pytest.raises(PersonError, match=r"rule|one of"):
            await remote.rules(**wrong)
