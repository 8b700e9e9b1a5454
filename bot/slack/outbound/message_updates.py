"""Calls that do no harm when repeated after an unknown outcome: changed posts, reactions, prompts."""

from __future__ import annotations

import asyncio
import logging

from bot.blocks.elements.plainer import plainer, without_buttons
from bot.blocks.thread.card import card, moved_card
from bot.blocks.thread.entries import entry_message
from bot.blocks.thread.prompts import marked_in_words, prompt_message
from bot.desk.attachments import FileRejection
from bot.desk.desk import Desk
from bot.desk.errors import MayNotAct
from bot.desk.jobs import ONLY_TELLS, PromptKind, Reaction
from bot.desk.queries.views import ConversationView
from bot.desk.replies.signs import Sign, TeamSign
from bot.i18n import speaking
from bot.outbox.outcome import Done, NotYet, Outcome
from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.outbound.fallback_forms import FallbackForm
from bot.slack.outbound.gate import Outbound, Withheld
from bot.slack.outbound.message_sender import FOR_GOOD, MessageSender
from bot.slack.outbound.private import OWN_WORDS, Private
from bot.slack.text.intent import as_seen, sign_of
from bot.slack.workspace.user_cache import UnknownPerson
from storage.records import Conversation, Entry, HeldReply, Job, MessageRef, PersonId

log = logging.getLogger(__name__)

REACTION_OF = {
    Reaction.SENT: "white_check_mark",
    Reaction.NOTE: "lock",
    Reaction.HELD: "hourglass_flowing_sand",
    Reaction.FAILED: "warning",
}
SEEN_REACTION = "eyes"
# What Slack puts in a deleted card's place is nobody's to update.
_CARD_GONE = {"message_not_found", "cant_update_message"}
# A workspace may let nobody change what was posted some time ago.
_CARD_STAYS = {"edit_window_closed"}


class MessageUpdates:
    """One method for each kind of row."""

    def __init__(self, outbound: Outbound, sender: MessageSender, private: Private, desk: Desk) -> None:
        self._outbound = outbound
        self._private = private
        self._desk = desk
        self._sender = sender

    async def refresh(self, job: Job, view: ConversationView) -> Outcome:
        """Bring the card up to date."""
        where = view.conversation.card
        if where is None:
            return Done()
        # Putting a card together takes half a millisecond, and what was claimed with it is on its way to its
        # socket: that goes first.
        await asyncio.sleep(0)
        message = plainer(card(view), FallbackForm.of(job.payload).plain)
        try:
            await self._outbound.update(message, channel=where.channel, ts=where.ts)
        except CALL_ERRORS as error:
            failure = Failure.of_edit(error)
            if failure.reason in _CARD_STAYS:
                log.warning(
                    "conversation %s: its card stays as it is: %s", job.conversation_id, failure.reason
                )
                await self._desk.card_stays(job.conversation_id, where)
                return Done()
            if failure.reason in _CARD_GONE:
                return await self._sender.moved(job, where, failure.reason)
            elsewhere = await self._sender.goes_on_elsewhere(job, failure, view.conversation.home, where)
            other = elsewhere or self._sender.in_another_form(job, failure, message)
            if other is None and failure.trouble is Trouble.CHANNEL:
                return self._sender.certain(job, failure)
            return other or self._sender.again(job, error)
        return Done()

    async def pointer(self, job: Job, conversation: Conversation) -> Outcome:
        """Let a former card lead to the present one. Where it cannot be changed, it stays as it is.

        So it does in a channel that may not be written to: what comes after it does not wait for that.
        """
        if conversation.card is None:
            return Done()
        message = moved_card(conversation, self._sender.link_to)
        try:
            await self._outbound.update(message, channel=job.payload["channel"], ts=job.payload["ts"])
        except Withheld:
            log.info("conversation %s: its former card stays: outsiders read it", conversation.id)
            return Done()
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble not in (Trouble.THROTTLED, Trouble.NOT_SENT, Trouble.MAYBE_SENT):
                log.info("conversation %s: its former card stays: %s", conversation.id, failure.reason)
                return Done()
            return self._sender.again(job, error)
        return Done()

    async def take_down(self, job: Job, conversation: Conversation, entry: Entry | None) -> Outcome:
        """Take a call for a teammate out of the channel; of one that shows an entry, take its button off."""
        at = {"channel": job.channel or "", "ts": job.payload["ts"]}
        try:
            if entry is None:
                await self._outbound.delete(**at)
            else:
                await self._outbound.update(without_buttons(entry_message(conversation, entry)), **at)
        except CALL_ERRORS as error:
            return self._sender.again(job, error)
        return Done()

    async def mark(self, job: Job, conversation: Conversation) -> Outcome:
        """Show on a teammate's message what became of it; where Slack takes no mark, tell its author."""
        at = {"channel": job.payload["channel"], "ts": job.payload["ts"]}
        now, before = job.payload["mark"], job.payload["instead_of"]
        if now is not None:
            try:
                await self._outbound.react(REACTION_OF[Reaction(now)], **at)
            except CALL_ERRORS as error:
                failure = Failure.of(error)
                outcome = self._sender.again(job, error)
                if failure.trouble in FOR_GOOD and failure.trouble is not Trouble.GONE:
                    outcome = await self._in_words(job, conversation, Reaction(now)) or outcome
                if not isinstance(outcome, Done):
                    return outcome
        if before is None:
            return Done()
        try:
            await self._outbound.unreact(REACTION_OF[Reaction(before)], **at)
        except CALL_ERRORS as error:
            return self._sender.again(job, error)
        return Done()

    async def _in_words(self, job: Job, conversation: Conversation, mark: Reaction) -> Outcome | None:
        """Tell a message's author what its mark would have. The outcome where that is to be tried again."""
        channel, ts = job.payload["channel"], job.payload["ts"]
        team = conversation.card.team if conversation.card is not None else self._private.team
        async with self._desk.database.read() as tx:
            entry = await tx.ledger.by_source(conversation.id, MessageRef(team, channel, ts).source)
            author = entry.person if entry is not None else None
            reader = await tx.people.get(author) if author is not None else None
        with speaking(reader.locale if reader is not None else None):
            message = marked_in_words(mark)
        if author is None or message is None:
            return None
        try:
            await self._private.direct(author, message, about=OWN_WORDS)
        except CALL_ERRORS as error:
            again = self._sender.again(job, error)
            return again if isinstance(again, NotYet) else None
        return None

    async def seen(self, job: Job, last: Entry | None) -> Outcome:
        """Show on the last message that the customer has seen that they have, and so all before it."""
        where = MessageRef.of(last.source) if last is not None and last.source else None
        if where is None:
            return Done()
        try:
            await self._outbound.react(SEEN_REACTION, channel=where.channel, ts=where.ts)
        except CALL_ERRORS as error:
            return self._sender.again(job, error)
        return Done()

    async def prompt(self, job: Job, conversation: Conversation, held: HeldReply | None) -> Outcome:
        """Ask or tell the author of a message; nobody else sees it. Shown twice it does no harm.

        What quotes somebody or lets them decide is for who may still answer the customer. Anybody else's
        message becomes a note, and they are told that.
        """
        payload = job.payload
        what = PromptKind(payload["prompt"])
        author = author_of(job)
        translation = held.translation if held is not None else None
        if what is PromptKind.NOT_FOUND and held is None:
            # Decided already.
            return Done()
        if what is PromptKind.TRANSLATED and translation is None:
            # Decided already, or reworded: then there will be another.
            return Done()
        message = prompt_message(
            what,
            job.conversation_id,
            source=payload["source"],
            holder=payload["holder"],
            # Rows from before this was kept have none.
            epoch=payload.get("epoch"),
            translation=translation,
            unfit=FileRejection(payload["unfit"]) if payload.get("unfit") else None,
            text=held.text if held is not None else "",
            sign=_sign(payload.get("sign"), held),
            state=conversation.state,
            home=self._sender.home_of(conversation, typed_in=payload["channel"]),
        )
        message = plainer(message, FallbackForm.of(payload).plain)
        where = conversation.card
        about = OWN_WORDS if what in ONLY_TELLS else conversation.id
        try:
            try:
                await self._private.beside(
                    author,
                    message,
                    channel=payload["channel"],
                    thread_ts=where.ts if where else None,
                    about=about,
                )
            except Withheld:
                # Its author is told all the same, where nobody else can be.
                await self._private.direct(author, message, about=about)
            except CALL_ERRORS as error:
                if Failure.of(error).trouble not in FOR_GOOD:
                    return self._sender.again(job, error)
                # What Slack does not show beside their message, they are told directly.
                await self._private.direct(author, message, about=about)
        except MayNotAct:
            log.info("conversation %s: a held reply's author may not answer any more", conversation.id)
            await self._desk.author_may_not(conversation.id, payload["source"], author=author)
        except UnknownPerson as error:
            return NotYet(self._sender.longer(job), str(error))
        except CALL_ERRORS as error:
            other = self._sender.in_another_form(job, Failure.of(error), message)
            return other or self._sender.again(job, error)
        return Done()


def author_of(job: Job) -> PersonId:
    """Whose message a prompt is about. Its source starts with the team they wrote in."""
    team = str(job.payload["source"]).removeprefix("slack:").partition("/")[0]
    return PersonId(team, str(job.payload["user"]))


def _sign(kind: str | None, held: HeldReply | None) -> Sign | None:
    """The sign of that kind, with the line or the sentence of the held reply that it is in."""
    if kind is None:
        return None
    is_quoted = held is not None and kind in (TeamSign.MARKER, TeamSign.REMARK)
    found = sign_of(as_seen(held.text)) if held is not None and is_quoted else None
    return found if found is not None and found.kind == kind else Sign(TeamSign(kind))
