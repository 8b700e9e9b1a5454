"""What a teammate may have written for them, whoever writes it. Nothing of it is said until they send it."""

from __future__ import annotations

from typing import Literal, Protocol

from storage.records import ConversationId

# Characters; what an input of Slack's takes.
LONGEST_DRAFT = 3000
LONGEST_NOTE = 3000


Wish = Literal["draft", "polish", "shorter", "friendlier", "translate"]
"""What is to be done with the words, or without any. The AI's interface says the same of itself."""


class ReplyWriter(Protocol):
    """Writes for teammates. What it raises is a `DeskError`, which says why to who asked.

    `rewrites` says whether it can do more than draft from what is known.
    """

    @property
    def rewrites(self) -> bool: ...

    async def agreement(self, conversation_id: ConversationId) -> str:
        """What teammates told the customer since the AI was paused; empty where that is nothing."""
        ...

    async def reply(self, conversation_id: ConversationId, wish: Wish, text: str) -> str:
        """A reply to the customer, made of `text` and the conversation; at most `LONGEST_DRAFT` long."""
        ...
