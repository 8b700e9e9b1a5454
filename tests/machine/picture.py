"""A plain picture of what was done to the service. It knows no rules; `story` and `views` judge by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.blocks.elements.ids import KEEP_AS_NOTE, SEND_AS_ME, TAKE_OVER_AND_SEND
from storage.records import ConversationId
from tests.machine.customer import CustomerAtHome
from tests.machine.tokens import secret, token

GUEST = "gina"
TEAM = ("ana", "ben", "chloe")


class Reading(StrEnum):
    """How a thread message reads."""

    PLAIN = "plain"
    NOTE = "note"
    MENTION = "mention"
    # It shows more than words.
    MORE = "more"


class Fate(StrEnum):
    """What became of a thread message."""

    SENT = "sent"
    NOTE = "note"
    HELD = "held"
    FAILED = "failed"
    RETRACTED = "retracted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Wording:
    """What a thread message said at one time."""

    text: str
    reading: Reading

    @property
    def token(self) -> str:
        return token(self.text)


@dataclass
class ThreadMessage:
    """What somebody typed in a thread, and what they did about it.

    `surely` is what must have become of it, where nothing else could decide. `late` says that its delivery
    was disturbed, so that Slack's order cannot be asked for; it can within one `thread`. What `vanished` is
    not shown by Slack any more, and nobody was told; somebody may have pressed that it is `unwanted` then.
    """

    number: int
    thread: str
    ts: str
    author: str
    wordings: list[Wording]
    surely: Fate | None = None
    deleted: bool = False
    late: bool = False
    vanished: bool = False
    unwanted: bool = False
    pressed: set[str] = field(default_factory=set)
    # However it is edited, it reads so, but for a note; and what Slack takes away from it by then.
    always: Reading | None = None
    loses: dict[str, Any] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        """Whether somebody can still change it in Slack."""
        return not (self.deleted or self.vanished)

    def may_become(self) -> set[Fate]:
        if self.deleted:
            return {Fate.RETRACTED}
        if self.unwanted:
            return {Fate.RETRACTED, Fate.SENT, Fate.HELD, Fate.NOTE}
        if self.author == GUEST:
            return {Fate.NOTE}
        # Of whom Slack said nothing for long may have been given up.
        fates = {Fate.FAILED} if self.late else set()
        if self.surely is not None:
            return {self.surely} | fates
        for wording in self.wordings:
            fates |= {
                Reading.PLAIN: {Fate.SENT, Fate.HELD},
                Reading.NOTE: {Fate.NOTE},
                Reading.MENTION: {Fate.HELD},
                Reading.MORE: {Fate.FAILED},
            }[wording.reading]
        if self.pressed & {SEND_AS_ME, TAKE_OVER_AND_SEND}:
            fates.add(Fate.SENT)
        if KEEP_AS_NOTE in self.pressed:
            fates.add(Fate.NOTE)
        if self.wordings[-1].reading in (Reading.NOTE, Reading.MORE):
            fates.discard(Fate.HELD)
        return fates

    def reads(self, token_of: str) -> Reading | None:
        """How it read when it carried this token; None if it never did."""
        return next((w.reading for w in self.wordings if w.token == token_of), None)

    def last_words(self, sent: str) -> str:
        """The token that the customer must read in the end, if `sent` is the one that was sent."""
        at = [wording.token for wording in self.wordings].index(sent)
        later = [w.token for w in self.wordings[at + 1 :] if w.reading is Reading.PLAIN]
        return later[-1] if later else sent


@dataclass
class Talk:
    """One conversation: everything that anybody did in it. `threads`: where it was, the present one last.

    `forgotten`: Slack forgot one of its threads as a whole.
    """

    customer: CustomerAtHome
    said: dict[str, int] = field(default_factory=dict)
    ai_said: dict[str, int] = field(default_factory=dict)
    # In which epoch the outside AI thought of each thing it said, and of what it did not say yet.
    thought_in: dict[str, int] = field(default_factory=dict)
    thoughts: list[int] = field(default_factory=list)
    take_overs: Counter[str] = field(default_factory=Counter)
    hand_backs: set[tuple[str, int]] = field(default_factory=set)
    escalations: int = 0
    messages: list[ThreadMessage] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    forgotten: bool = False

    @property
    def id(self) -> ConversationId:
        return ConversationId(self.customer.id)

    @property
    def name(self) -> str:
        return self.customer.name

    def message(self, ts: str) -> ThreadMessage | None:
        return next((one for one in self.messages if one.ts == ts), None)


def forbidden(found: Sequence[str]) -> Sequence[str]:
    """Those of the tokens that no customer may ever read."""
    return [one for one in found if secret(one)]
