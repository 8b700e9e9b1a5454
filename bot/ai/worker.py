"""What the outbox worker does with the AI's debts: an answer a customer waits for, a summary the team waits
for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.ai.interface import (
    AI,
    AIUnavailable,
    HandOver,
    Reply,
    Summary,
    Transcript,
    Translation,
    Turn,
)
from bot.ai.language import may_differ
from bot.ai.offline.sentences import extract
from bot.desk.desk import Desk
from bot.desk.jobs import JobKind
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from bot.desk.translations import Translations
from bot.outbox.outcome import Done, NotYet, Outcome, Performer
from storage.records import Author, Conversation, ConversationId, Entry, Job, Kind, TicketNumber

log = logging.getLogger(__name__)

# So many answers in so long; then the next one waits. A person does not read faster, another program does.
BRAKES = ((12, timedelta(minutes=1)), (60, timedelta(hours=1)))
HANDED_BACK = "The conversation was handed back to you."
CHOSEN = "The customer went on with you instead of waiting for a person: it was handed back to you."


class AIWork:
    """The performers for the outbox's AI rows.

    A customer is never left without an answer or a truthful word: where the model fails, the conversation is
    escalated and the customer told so. `ai` is None where another program's AI answers; summaries are then
    quoted from the customer. `language` is the team's; None: nothing is translated.
    """

    def __init__(self, ai: AI | None, desk: Desk, *, quotes_only: bool, language: str | None = None) -> None:
        self._ai = ai
        self._desk = desk
        self._quotes_only = quotes_only
        self._language = language
        self._translations = Translations(desk.database)

    def performers(self) -> Mapping[str, Performer]:
        return {
            JobKind.ANSWER: self.answer,
            JobKind.SUMMARY: self.summary,
            JobKind.TRANSLATION: self.translation,
            JobKind.REPLY_TRANSLATION: self.reply_translation,
        }

    async def answer(self, job: Job) -> Outcome:
        """Think about what is unanswered now, and say it if the AI still holds the conversation by then."""
        asked = await self._desk.question(job.conversation_id)
        if self._ai is None or not asked.is_owed:
            return Done()
        rests = rest_of(asked.entries, now=self._desk.database.clock())
        if rests:
            # What is written meanwhile is answered together with it.
            return NotYet(rests, "this conversation has had many answers in a short time")
        epoch = asked.conversation.epoch
        said = await self._think(self._ai, transcript_of(asked.conversation, asked.entries))
        match said:
            case Reply(text):
                await self._desk.ai_answers(job.conversation_id, text, epoch=epoch, covers=asked.covers)
            case HandOver(reason):
                await self._desk.ai_escalates(job.conversation_id, reason=reason, epoch=epoch)
        return Done()

    async def summary(self, job: Job) -> Outcome:
        """Describe the ticket: by the model, or, where that fails, in the customer's own words."""
        asked = await self._desk.question(job.conversation_id)
        summary, origin = await self._describe(transcript_of(asked.conversation, asked.entries))
        await self._desk.summarised(
            job.conversation_id,
            TicketNumber(job.payload["ticket"]),
            subject=summary.subject,
            summary=summary.summary,
            language=summary.language,
            origin=origin,
        )
        # Whoever takes over has not read along, and begins with what was said last.
        last = next((one for one in reversed(asked.entries) if _is_a_customers(one)), None)
        if last is not None:
            await self._translate(job.conversation_id, last.seq)
        return Done()

    async def translation(self, job: Job) -> Outcome:
        """Put what a customer wrote into the team's language, where it is in another."""
        await self._translate(job.conversation_id, job.payload["seq"])
        return Done()

    async def reply_translation(self, job: Job) -> Outcome:
        """Put a held reply into the customer's language, for its author to see before it is sent."""
        about, source = job.conversation_id, str(job.payload["source"])
        text = await self._translations.held(about, source)
        if text is not None:
            translation = await self._in_language(about, text, to=str(job.payload["to"]))
            await self._translations.show_author(
                about, source, text=text, translation=translation.text if translation else None
            )
        return Done()

    async def _translate(self, conversation_id: ConversationId, seq: int) -> None:
        """Where the model fails, the team has the original."""
        if self._language is None:
            return
        original = await self._translations.original(conversation_id, seq)
        if self._ai is None or original is None:
            return
        conversation, message = original
        if not may_differ(message.text, self._language, conversation.customer.locale):
            return
        translation = await self._in_language(conversation_id, message.text, to=self._language)
        if translation is not None:
            await self._translations.add(message, text=translation.text, language=translation.language)

    async def _in_language(
        self, conversation_id: ConversationId, text: str, *, to: str
    ) -> Translation | None:
        """None where the model fails, too."""
        try:
            return None if self._ai is None else await self._ai.translate(text, to=to)
        except AIUnavailable as error:
            log.warning("no translation in conversation %s: %s", conversation_id, error)
        except Exception:
            log.exception("a translation in conversation %s broke off", conversation_id)
        return None

    async def _think(self, ai: AI, transcript: Transcript) -> Reply | HandOver:
        try:
            return await ai.answer(transcript)
        except AIUnavailable as error:
            log.warning("the AI did not answer conversation %s: %s", transcript.conversation_id, error)
            return HandOver(f"the AI could not answer ({error})")
        except Exception:
            # A defect of ours must not leave the customer waiting for words that never come.
            log.exception("the AI broke off in conversation %s", transcript.conversation_id)
            return HandOver("the AI could not answer")

    async def _describe(self, transcript: Transcript) -> tuple[Summary, SummaryOrigin]:
        if self._ai is None or self._quotes_only:
            return extract(transcript), SummaryOrigin.QUOTED
        try:
            return await self._ai.summarise(transcript), SummaryOrigin.AI
        except AIUnavailable as error:
            log.warning("no summary of conversation %s: %s", transcript.conversation_id, error)
        except Exception:
            log.exception("the summary of conversation %s broke off", transcript.conversation_id)
        return extract(transcript), SummaryOrigin.AI_FAILED


def rest_of(entries: Sequence[Entry], *, now: datetime) -> timedelta:
    """How long the AI's next answer waits, so that two programs that answer each other do so slowly.

    `entries` are the latest of the conversation, oldest first.
    """
    answers = [
        entry.created_at for entry in entries if entry.author is Author.AI and entry.kind is Kind.MESSAGE
    ]
    rests = [answers[-most] + span - now for most, span in BRAKES if len(answers) >= most]
    return max([*rests, timedelta(0)])


def transcript_of(conversation: Conversation, entries: Sequence[Entry]) -> Transcript:
    """What the AI may know: what the customer saw, and what it was told where a person handed back to it."""
    return Transcript(
        conversation_id=conversation.id,
        channel=conversation.channel,
        turns=tuple(turn for turn in map(_turn, entries) if turn is not None),
        customer_name=conversation.customer.name,
        locale=conversation.customer.locale,
    )


def _is_a_customers(entry: Entry) -> bool:
    return entry.kind is Kind.MESSAGE and entry.author is Author.CUSTOMER


def _attached(entry: Entry) -> tuple[str, ...]:
    return tuple(f"{file['name']} ({file['type']})" for file in entry.attachments)


_HAND_BACKS = {Event.RESUMED: HANDED_BACK, Event.CLOSED: HANDED_BACK, Event.WENT_BACK: CHOSEN}


def _turn(entry: Entry) -> Turn | None:
    if entry.kind is Kind.SYSTEM:
        return _event(entry)
    match entry.author:
        case Author.CUSTOMER:
            return Turn("customer", entry.text, entry.name, _attached(entry))
        case Author.TEAMMATE:
            return Turn("teammate", entry.text, entry.name, _attached(entry))
        case Author.AI | Author.SYSTEM:
            # What the program said by itself, the customer took for the AI's words.
            return Turn("ai", entry.text)


def _event(entry: Entry) -> Turn | None:
    event = Event(entry.data["event"])
    if event is Event.AGREED:
        who = entry.data["by"]
        return Turn("system", f"What {who} agreed with the customer, for you: {entry.data['agreed']}")
    told = _HAND_BACKS.get(event)
    return None if told is None else Turn("system", told)
