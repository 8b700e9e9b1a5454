"""A conversation's thread as the teammates in the sandbox see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.demo.stage import CHANNEL
from sandbox import Workspace

SlackMessage = Mapping[str, Any]

SEEN_WITHIN = 15.0


_AUTHORS = {"👤": "customer", "🤖": "ai"}


class ThreadScreen:
    """Finds the card of one customer and reads what stands under it."""

    def __init__(self, slack: Workspace, customer: str) -> None:
        self._slack = slack
        self._customer = customer
        self._ts = ""

    async def ts(self) -> str:
        """The card's `ts`, once it is there."""
        if not self._ts:
            self._ts = (await self._slack.until(self._card, timeout=SEEN_WITHIN))["ts"]
        return self._ts

    def card(self) -> str:
        """What the card shows."""
        return self._slack.rendered(self._slack.message(CHANNEL, self._ts))

    def replies(self) -> Sequence[SlackMessage]:
        return self._slack.thread(CHANNEL, self._ts)[1:] if self._ts else []

    def rendered(self, message: SlackMessage) -> str:
        return self._slack.rendered(dict(message))

    def said(self, message: SlackMessage) -> tuple[str, str] | None:
        """Who a reply says wrote it and what they wrote, to the letter. None for anything but a message.

        A mirrored message is a small line with the author's name over plain text; a teammate's own is typed.
        """
        shown = self.rendered(message)
        if not message.get("bot_id"):
            return "teammate", shown
        blocks = message.get("blocks") or []
        if len(blocks) < 2 or blocks[0]["type"] != "context":
            return None
        words = "".join(
            self._slack.rendered({"blocks": [block]})
            if block["type"] == "rich_text"
            else block["text"]["text"]
            for block in blocks[1:]
            if block["type"] in ("rich_text", "section")
        )
        return next(((who, words) for mark, who in _AUTHORS.items() if shown.startswith(mark)), None)

    async def shows(self, wanted: Callable[[SlackMessage], bool]) -> SlackMessage:
        """The first reply like that, now or soon; else TimeoutError."""
        await self.ts()
        found: SlackMessage = await self._slack.until(
            lambda: next((reply for reply in self.replies() if wanted(reply)), None), timeout=SEEN_WITHIN
        )
        return found

    async def card_shows(self, words: str) -> str:
        """The card, once it says that; else TimeoutError."""
        await self.ts()
        await self._slack.until(lambda: words in self.card(), timeout=SEEN_WITHIN)
        return self.card()

    def _card(self) -> SlackMessage | None:
        for message in self._slack.messages(CHANNEL):
            blocks = message.get("blocks") or [{}]
            if blocks[0].get("type") == "header" and blocks[0]["text"]["text"].startswith(self._customer):
                return message
        return None
