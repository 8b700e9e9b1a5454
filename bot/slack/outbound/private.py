"""Whatever one person alone is shown: direct messages, messages only they see, windows, their Home.

Each way asks `Permissions` at the moment of showing whether that person may see what it is about. What was
asked earlier counts for nothing: a draft may take seconds, and a direct message may have waited for Slack.
Nothing else calls these methods of Slack's; a test lists who does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.blocks.elements.message import Message
from bot.slack.api.client import timed
from bot.slack.outbound.gate import Outbound
from bot.slack.workspace.permissions import Permissions
from storage.records import ConversationId, PersonId
from storage.slack.slack_channels import Among

# Seconds. The answer to a press should come while the presser looks; Slack wants its own within three.
ANSWER_TIMEOUT = 2


@dataclass(frozen=True, slots=True)
class Listed:
    """What was read of the conversations in the channels `among`."""

    among: Among


class PlainMessage(Enum):
    """Words of this program alone: no customer's, no teammate's and no conversation's."""

    OWN_WORDS = "words"


OWN_WORDS: Final = PlainMessage.OWN_WORDS
About = ConversationId | Listed | PlainMessage


class Private:
    """Each method raises `MayNotAct` or `UnknownPerson` before it shows anything, or as Slack's client does.

    What stands in a channel passes `outbound` as well. `team` is our workspace.
    """

    def __init__(
        self, client: AsyncWebClient, permissions: Permissions, outbound: Outbound, *, team: str
    ) -> None:
        self._client = client
        self._permissions = permissions
        self._outbound = outbound
        self.team = team

    async def beside(
        self, to: PersonId, message: Message, *, channel: str, thread_ts: str | None, about: About
    ) -> None:
        """A message in a channel that only they see. Raises `Withheld` where that may not be written to."""
        await self._admit(to, about)
        self._outbound.admit(channel)
        await self._client.chat_postEphemeral(
            channel=channel, user=to.user, thread_ts=thread_ts, **message.arguments()
        )

    async def direct(self, to: PersonId, message: Message, *, about: About) -> None:
        await self._admit(to, about)
        await self._client.chat_postMessage(
            channel=to.user, mrkdwn=False, unfurl_links=False, unfurl_media=False, **message.arguments()
        )

    async def open(self, to: PersonId, view: View, *, trigger: str, about: About) -> Any:
        """A window over what they pressed. Returns Slack's answer."""
        await self._admit(to, about)
        return await self._client.views_open(trigger_id=trigger, view=view)

    async def update(self, to: PersonId, view: View, *, view_id: str, hash_: str, about: About) -> Any:
        """Change a window if nobody changed it since: Slack compares the hash. Returns Slack's answer."""
        await self._admit(to, about)
        return await self._client.views_update(view_id=view_id, hash=hash_, view=view)

    async def home(self, to: PersonId, view: Any, *, hash_: str | None, about: About) -> Any:
        """Their Home, as `update`."""
        await self._admit(to, about)
        return await self._client.views_publish(user_id=to.user, view=view, hash=hash_)

    async def instead(self, to: PersonId, message: Message, *, response_url: str, about: About) -> None:
        """Another message in the place of the one that only they see and whose button they pressed."""
        await self._admit(to, about)
        arguments = message.arguments()
        body = {"text": arguments["text"], "blocks": arguments.get("blocks", []), "replace_original": True}
        with timed("response_url"):
            await AsyncWebhookClient(response_url, timeout=ANSWER_TIMEOUT).send_dict(body)

    async def remove(self, *, response_url: str) -> None:
        """Take that message away."""
        with timed("response_url"):
            await AsyncWebhookClient(response_url, timeout=ANSWER_TIMEOUT).send_dict(
                {"delete_original": True}
            )

    async def _admit(self, to: PersonId, about: About) -> None:
        match about:
            case PlainMessage.OWN_WORDS:
                return
            case Listed(among):
                await self._permissions.may_see_all(to, among)
            case _:
                await self._permissions.may_see(to, about)
