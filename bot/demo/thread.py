"""A conversation's thread as the teammates in the sandbox see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.demo.stage import CHANNEL
from sandbox import Workspace

SlackMessage = Mapping[str, Any]

SEEN_WITHIN = 60.0


_AUTHORS = {"👤": "customer", "🤖": "ai"}


class ThreadScreen:
    """Finds the card of one customer and reads what stands under it."""

    def __init__(self, slack: Workspace, customer: str, channel: str = CHANNEL) -> None:
        self._channel = channel
        self._slack = slack
        self._customer = customer
        self._ts = ""
        self._former: set[str] = set()

    async def ts(self) -> str:
        """The card's `ts`, once it is there."""
        if not self._ts:
            self._ts = (await self._slack.until(self._card, timeout=SEEN_WITHIN))["ts"]
        return self._ts

    def look_again(self) -> None:
        """The conversation has a new card, further down in the channel."""
        before, self._ts = self._ts, ""
        self._former.add(before)

    def card(self) -> str:
        """What the card shows."""
        return self._slack.rendered(self._slack.message(self._channel, self._ts))

    def replies(self) -> Sequence[SlackMessage]:
        return self._slack.thread(self._channel, self._ts)[1:] if self._ts else []

    def rendered(self, message: SlackMessage) -> str:
        return self._slack.rendered(dict(message))

    def said(self, message: SlackMessage) -> Sequence[tuple[str, str]]:
        """What a reply says and who it says wrote it, to the letter; nothing for anything but messages.

        Mirrored messages are a small line with the author's name and plain text under it, several of them
        where they travelled together; a teammate's own is typed.
        """
        if not message.get("bot_id"):
            return [("teammate", self.rendered(message))]
        said: dict[str, tuple[str, str]] = {}
        who = None
        for block in message.get("blocks") or []:
            if block["type"] == "context":
                label = self.rendered({**message, "blocks": [block]})
                who = next((name for mark, name in _AUTHORS.items() if label.startswith(mark)), None)
                if len(block["elements"]) == 2 and who is not None:
                    # Where many travelled together: name and words in one line.
                    said[block["block_id"]] = (who, block["elements"][1]["text"])
            elif block["type"] == "header":
                # A summary's own words follow, which quote.
                who = None
            elif block["type"] in ("section", "rich_text") and who is not None:
                # A long message takes several blocks, all named after its number.
                number = block["block_id"].partition(".")[0]
                before = said[number][1] if number in said else ""
                said[number] = (who, before + self._words(block))
        return list(said.values())

    def _words(self, block: SlackMessage) -> str:
        if block["type"] == "rich_text":
            return self._slack.rendered({"blocks": [block]})
        return str(block["text"]["text"])

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
        for message in self._slack.messages(self._channel):
            blocks = message.get("blocks") or [{}]
            if message["ts"] in self._former:
                continue
            if blocks[0].get("type") == "header" and blocks[0]["text"]["text"].startswith(self._customer):
                return message
        return None
