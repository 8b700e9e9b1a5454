"""What the rest of the program knows of the AI: what it is told, what it says, how it fails.

No SDK, no HTTP and no Slack is imported here; importing this module is cheap.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

Wish = Literal["draft", "polish", "shorter", "friendlier", "translate"]
"""What `AI.reply` does: write from the conversation, or do that to what is written already."""

Speaker = Literal["customer", "ai", "teammate", "system"]

SUBJECT_LIMIT = 80
"""Most characters in `Summary.subject`."""

SUMMARY_LIMIT = 600
"""Most characters in `Summary.summary`."""

REPLY_LIMIT = 8_000
"""Most characters in `Reply.text`: what one chat message may hold."""

TRANSLATION_LIMIT = 12_000
"""Most characters in `Translation.text`: a translation may be longer than what it translates."""

REASON_LIMIT = 300
"""Most characters in `HandOver.reason`."""

DRAFT_LIMIT = 3_000
"""Most characters of a reply that is written for a teammate: what an input in Slack holds."""

AGREEMENT_LIMIT = 1_000
"""Most characters of what the AI is told at a hand back."""

UNDETERMINED = "und"
"""BCP 47 for "nobody knows which language"."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said.

    A `system` turn is not said by anyone: it marks where a human stretch ended ("the conversation was
    handed back to you"). What was asked before the last one is settled and never triggers a hand over.
    `attached` names files that came with it, and their types; what is in them nobody tells an AI.
    """

    who: Speaker
    text: str
    name: str | None = None
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the AI may know of a conversation, oldest turn first.

    `channel` is where the customer is ("web", "whatsapp"…); `locale` is a BCP 47 hint from the customer's
    browser, which may be wrong.
    """

    conversation_id: str
    channel: str
    turns: tuple[Turn, ...]
    customer_name: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Said to the customer: 1–8,000 characters, without control characters. May hold several lines.

    It is not escaped for any medium: whoever shows it does that.
    """

    text: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """The AI asks for a person. `reason` is one plain line for the team, never shown to the customer.

    1–300 characters, free of live Slack or HTML syntax.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a teammate reads first.

    `subject` is one line of 1–80 characters, `summary` one line of 1–600 characters, both plain text free
    of live Slack or HTML syntax and in the customer's language; `language` is BCP 47, or "und".
    """

    subject: str
    summary: str
    language: str


@dataclass(frozen=True, slots=True)
class Translation:
    """A message in another language: plain text, 1–12,000 characters. `language`: the original's, BCP 47."""

    text: str
    language: str


class AI(Protocol):
    """Answers customers and summarises conversations. Safe for concurrent calls on one event loop."""

    async def answer(self, transcript: Transcript) -> Reply | HandOver:
        """Say the one next thing to the customer, or ask for a person; never both.

        Raises `AIUnavailable` when neither could be decided within the deadline.
        """
        ...

    async def summarise(self, transcript: Transcript) -> Summary:
        """Describe the conversation for a teammate. Raises `AIUnavailable`."""
        ...

    async def translate(self, text: str, *, to: str) -> Translation | None:
        """One message, in the language `to` (ISO 639-1). None where it is in it already.

        Raises `AIUnavailable`.
        """
        ...

    async def agreement(self, transcript: Transcript) -> str:
        """Write down what teammates agreed with the customer since the last hand back, for the AI to know.

        Plain text in a few lines; empty where that is nothing. Raises `AIUnavailable`.
        """
        ...

    async def reply(self, transcript: Transcript, wish: Wish, text: str) -> str:
        """Write a reply for a teammate to read, change and send: 1–3,000 characters, plain.

        `text` is what they wrote so far. Raises `AIUnavailable`, also for a wish that this AI cannot fulfil.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. Calling it twice is fine; using the AI afterwards is not."""
        ...


def was_handed_back(transcript: Transcript) -> bool:
    """Whether the AI got the conversation back and the customer wrote nothing since.

    Whatever asked for a person then is settled: the AI answers, and never hands over again.
    """
    return bool(transcript.turns) and transcript.turns[-1].who == "system"


class AIUnavailable(Exception):
    """The AI could not be used. One line says what happened, without secrets or anyone's words."""
