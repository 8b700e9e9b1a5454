"""A workspace whose inboxes can have channels of their own, and what Slack would send from it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from io import BytesIO
from urllib.parse import urlencode

import aiohttp

from bot.blocks.elements.ids import TAKE_OVER
from sandbox import WorkspacePerson
from tests.journeys.world import CHANNEL, Chat, World

VIP = "vip-chat"


class Office:
    """Eve is an admin and in both channels, Dora only in the second one, Ana only in the first."""

    def __init__(self, here: World) -> None:
        self.here = here
        self.slack = here.slack
        self.ana = here.ana
        for name in ("eve", "dora"):
            here.slack.add_person(
                name, channels=["general", *([CHANNEL] if name == "eve" else [])], is_admin=name == "eve"
            )
        here.slack.add_channel(VIP, members=["eve", "dora"], is_private=True)
        self.eve, self.dora = here.slack.person("eve"), here.slack.person("dora")

    async def says(self, who: WorkspacePerson, text: str, *, channel: str = "general") -> str:
        answer = await who.command("/bookbag", text, channel=channel, wait=5.0)
        return self.slack.rendered(dict(answer))

    async def connect(self) -> None:
        assert "Done" in await self.says(self.eve, "connect vip", channel=VIP)

    async def vip(self, name: str = "Vera") -> Chat:
        return await self.here.chat(name, first="Where is my yacht?", inbox="vip", channel=VIP)

    async def called(self) -> Chat:
        """A customer of the second channel who was called out there, because nobody took over."""
        chat = await self.vip()
        await chat.thread.ts()
        await chat.customer.escalate("They want a person")
        await self.here.until(lambda: self.has_call(VIP))
        return chat

    def has_call(self, channel: str) -> bool:
        """Whether the channel itself offers to take over under anything but a card."""
        shown = [one for one in self.slack.messages(channel) if one.get("subtype") == "thread_broadcast"]
        return any(TAKE_OVER in str(one.get("blocks")) for one in shown)

    async def another_id(self) -> None:
        """Slack gives the second channel one, and the bridge has heard of it."""
        new = self.slack.change_channel_id(VIP)

        async def is_known() -> bool:
            async with self.here.bridge.database.read() as tx:
                return new in await tx.slack_channels.known()

        await self.here.until(is_known)

    async def home_of(self, name: str) -> str:
        await self.slack.person(name).open_home()
        home = await self.slack.until(lambda: self.slack.home(name))
        return str(home)

    def shows(self, channel: str, name: str) -> bool:
        return any(name in self.slack.rendered(one) for one in self.slack.messages(channel))


async def forged(office: Office, who: str, chat: Chat) -> None:
    """A press of Take over on that conversation, as Slack would sign it, from under another card."""
    async with office.here.bridge.database.read() as tx:
        conversation = await tx.conversations.get(chat.id)
    assert conversation is not None
    slack = office.slack
    press = {
        "type": "block_actions",
        "team": {"id": slack.team_id},
        "user": {"id": slack.user_id(who), "team_id": slack.team_id},
        "channel": {"id": slack.channel(CHANNEL).id},
        "container": {"type": "message", "channel_id": slack.channel(CHANNEL).id, "message_ts": "1.000001"},
        "trigger_id": "1.1.x",
        "actions": [
            {
                "type": "button",
                "action_id": TAKE_OVER,
                "block_id": "b",
                "value": f"{chat.id}.{conversation.epoch}",
                "action_ts": f"{time.time():.6f}",
            }
        ],
    }
    await delivered(office, {"payload": json.dumps(press)})


async def delivered(office: Office, form: Mapping[str, str]) -> str:
    """What we answer to a delivery that Slack signed."""
    body, stamp = urlencode(form).encode(), str(int(time.time()))
    secret = office.slack.signing_secret.encode()
    signed = hmac.new(secret, f"v0:{stamp}:".encode() + body, hashlib.sha256)
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signed.hexdigest()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    url = f"{office.here.bridge.address}/slack/events"
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=BytesIO(body), headers=headers) as response,
    ):
        assert response.status == 200
        return await response.text()
