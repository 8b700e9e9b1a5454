"""Scripted failures, as the real client meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from sandbox import Workspace


def texts(slack: Workspace) -> list[str]:
    return [message["text"] for message in slack.messages("live-chat")]


async def post(client: AsyncWebClient, text: str = "hello") -> None:
    await client.chat_postMessage(channel="live-chat", text=text)


async def test_rate_limits_tell_when_to_come_back(slack: Workspace, client: AsyncWebClient) -> None:
    slack.faults.rate_limit("chat.postMessage", times=2, retry_after=7)
    for _ in range(2):
        with pytest.raises(SlackApiError) as limited:
            await post(client)
        assert limited.value.response.headers["Retry-After"] == "7"
    await post(client)
    assert texts(slack) == ["hello"]
    assert [call.status for call in slack.calls_of("chat.postMessage")] == [429, 429, 200]


async def test_the_sdks_own_retry_gets_through_a_rate_limit(slack: Workspace, client: AsyncWebClient) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.faults.rate_limit("chat.postMessage", retry_after=0)
    await post(client)
    assert texts(slack) == ["hello"]


async def test_a_server_error_does_nothing(slack: Workspace, client: AsyncWebClient) -> None:
    slack.faults.server_error("chat.postMessage", status=503)
    with pytest.raises(SlackApiError) as failed:
        await post(client)
    assert failed.value.response.status_code == 503
    assert texts(slack) == []


async def test_a_drop_before_leaves_nothing_and_a_drop_after_leaves_the_post(
    slack: Workspace, client: AsyncWebClient
) -> None:
    slack.faults.drop_before("chat.postMessage")
    slack.faults.drop_after("chat.postMessage")
    for text in ("lost", "landed"):
        with pytest.raises(aiohttp.ClientError):
            await post(client, text)
    assert texts(slack) == ["landed"]
    assert [(call.landed, call.response) for call in slack.calls_of("chat.postMessage")] == [
        (False, None),
        (True, None),
    ]
    assert slack.faults.pending == []


@pytest.mark.parametrize(("after", "landed"), [(False, []), (True, ["hello"])])
async def test_fatal_error_may_come_before_or_after_the_work(
    slack: Workspace, client: AsyncWebClient, after: bool, landed: list[str]
) -> None:
    slack.faults.error("chat.postMessage", "fatal_error", after=after)
    with pytest.raises(SlackApiError, match="fatal_error"):
        await post(client)
    assert texts(slack) == landed


async def test_a_late_post_lands_after_the_caller_has_given_up(
    slack: Workspace, client: AsyncWebClient
) -> None:
    slack.faults.land_late("chat.postMessage", seconds=0.05)
    with pytest.raises(aiohttp.ClientError):
        await post(client)
    assert texts(slack) == []
    await slack.until(lambda: texts(slack) == ["hello"])


async def test_a_slow_answer_still_comes(slack: Workspace, client: AsyncWebClient) -> None:
    slack.faults.slow("*", seconds=0.05)
    await post(client)
    assert texts(slack) == ["hello"]


async def test_a_fault_may_pick_its_calls(slack: Workspace, client: AsyncWebClient) -> None:
    slack.faults.error("chat.postMessage", "is_archived", when=lambda arguments: arguments["text"] == "bad")
    await post(client, "good")
    with pytest.raises(SlackApiError, match="is_archived"):
        await post(client, "bad")
    await post(client, "bad")
    assert texts(slack) == ["good", "bad"]
