"""Every write to a Slack channel passes one gate, which asks about the channel that is written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.thread.prompts import refusal
from bot.slack.outbound.gate import Outbound, Withheld
from bot.slack.workspace.exposure import Exposure
from sandbox import Workspace
from storage.records import MessageRef
from storage.slack.slack_channels import SlackChannelRecord
from tests.slack.test_private import uses

MESSAGE = refusal("Maya asks for her parcel.")
# What shows nothing to anybody: questions, and an upload, which nobody sees until it is shared.
ASKS = {
    "api_call",
    "apps_connections_open",
    "auth_test",
    "conversations_history",
    "conversations_info",
    "conversations_list",
    "conversations_members",
    "conversations_replies",
    "files_getUploadURLExternal",
    "files_info",
    "users_info",
}
# What one person alone sees: `test_private`.
TO_ONE_PERSON = {"chat_postEphemeral", "views_open", "views_update", "views_publish"}


def test_what_writes_to_a_channel_is_called_by_the_gate_alone() -> None:
    """Whatever else Slack's client can do: who begins to use it has to say here what it shows to whom."""
    methods = {
        name
        for name in dir(AsyncWebClient)
        if not name.startswith("_") and callable(getattr(AsyncWebClient, name))
    }
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for name, path, _ in uses():
        if name in methods - ASKS - TO_ONE_PERSON and not path.startswith(("demo/", "ai/")):
            callers[name].add(path)
    gate = {"slack/outbound/gate.py"}
    # The probe's channel is none of ours, and it has a gate of its own: `tests/probing`.
    probe = {"probing/scratch.py"}
    assert callers == {
        "chat_postMessage": gate | probe | {"slack/outbound/private.py"},
        "chat_update": gate | probe,
        "chat_delete": gate | probe,
        "reactions_add": gate,
        "reactions_remove": gate,
        "files_completeUploadExternal": gate | probe,
        "files_delete": probe,
    }


@pytest.fixture
def exposure(slack: Workspace) -> Exposure:
    known = Exposure()
    known.learn(
        [SlackChannelRecord(slack.channel("live-chat").id, is_exposed=False, is_former=False, doubts=0)]
    )
    return known


def ways(outbound: Outbound, channel: str, ts: str) -> dict[str, Callable[[], Awaitable[object]]]:
    thread = MessageRef("T1", channel, ts)
    return {
        "post": lambda: outbound.post(MESSAGE, channel=channel, thread_ts=None),
        "reply": lambda: outbound.post(MESSAGE, channel=channel, thread_ts=ts),
        "broadcast": lambda: outbound.post(MESSAGE, channel=channel, thread_ts=ts, in_channel=True),
        "update": lambda: outbound.update(MESSAGE, channel=channel, ts=ts),
        "react": lambda: outbound.react("eyes", channel=channel, ts=ts),
        "unreact": lambda: outbound.unreact("eyes", channel=channel, ts=ts),
        "share a file": lambda: outbound.share_file("F1", "a", thread=thread),
        "delete": lambda: outbound.delete(channel=channel, ts=ts),
    }


@pytest.mark.parametrize("why", ["shared", "unknown", "not looked at"])
async def test_nothing_is_written_where_outsiders_may_read(
    slack: Workspace, client: AsyncWebClient, exposure: Exposure, why: str
) -> None:
    channel = slack.channel("live-chat").id
    outbound = Outbound(client, exposure)
    posted = await outbound.post(MESSAGE, channel=channel, thread_ts=None)
    match why:
        case "shared":
            exposure.shared(channel)
        case "unknown":
            exposure.learn([])
        case _:
            exposure.unseen([channel])
    before = len(slack.calls)
    for way in ways(outbound, channel, posted["ts"]).values():
        with pytest.raises(Withheld):
            await way()
    assert len(slack.calls) == before


def test_what_was_read_before_something_was_heard_counts_for_nothing(exposure: Exposure) -> None:
    (channel,) = exposure._known
    before = exposure._known[channel]
    exposure.shared(channel)
    exposure.learn([before])
    assert exposure.is_exposed(channel)
    exposure.learn([replace(before, doubts=1)])
    assert not exposure.is_exposed(channel)
