"""The gate: every write to Slack, judged by the channel that it is written to.

Nothing else holds a method of Slack's that shows something to several people; a test lists who calls them.
What one person alone sees passes `bot.slack.outbound.private`, which judges by that person's rights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements.message import Message
from bot.slack.workspace.exposure import Exposure
from storage.records import MessageRef
from storage.slack.slack_channels import SlackChannelRecord

# What a post or a share may have beside its words.
_PLAIN: dict[str, Any] = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


class Withheld(Exception):
    """People of another organisation read that channel, or nobody knows yet: nothing was written."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


class Outbound:
    """Each method makes one call and raises what Slack's client raises, or `Withheld` without a call."""

    def __init__(self, client: AsyncWebClient, exposure: Exposure) -> None:
        self._client = client
        self._exposure = exposure

    def admit(self, channel: str) -> None:
        """Raises `Withheld` if nothing may be written there at this moment."""
        if self._exposure.is_exposed(channel):
            raise Withheld(channel)

    def learn(self, found: Sequence[SlackChannelRecord]) -> None:
        """What the database says of our channels just now."""
        self._exposure.learn(found)

    async def post(
        self,
        message: Message,
        *,
        channel: str,
        thread_ts: str | None,
        in_channel: bool = False,
        metadata: Any = None,
    ) -> Any:
        """Slack's answer. `in_channel`: the channel itself shows a thread's message as well."""
        self.admit(channel)
        return await self._client.chat_postMessage(
            channel=channel,
            thread_ts=thread_ts,
            reply_broadcast=True if in_channel else None,
            metadata=metadata,
            **_PLAIN,
            **message.arguments(),
        )

    async def update(self, message: Message, *, channel: str, ts: str) -> None:
        self.admit(channel)
        await self._client.chat_update(channel=channel, ts=ts, **message.arguments())

    async def delete(self, *, channel: str, ts: str) -> None:
        self.admit(channel)
        await self._client.chat_delete(channel=channel, ts=ts)

    async def react(self, name: str, *, channel: str, ts: str) -> None:
        self.admit(channel)
        await self._client.reactions_add(name=name, channel=channel, timestamp=ts)

    async def unreact(self, name: str, *, channel: str, ts: str) -> None:
        self.admit(channel)
        await self._client.reactions_remove(name=name, channel=channel, timestamp=ts)

    async def share_file(self, slack_id: str, title: str, *, thread: MessageRef) -> Any:
        """Slack's answer. The file's bytes were uploaded before, which nobody sees."""
        self.admit(thread.channel)
        return await self._client.files_completeUploadExternal(
            files=[{"id": slack_id, "title": title}], channel_id=thread.channel, thread_ts=thread.ts
        )
