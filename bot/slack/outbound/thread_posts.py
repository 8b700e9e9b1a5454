"""What is posted in a conversation's thread, and its card: never twice (see `message_sender`)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.elements.plainer import Plain, plainer
from bot.blocks.thread.card import card
from bot.blocks.thread.entries import (
    entries_message,
    entry_message,
    missing_message,
    recap_message,
)
from bot.desk.jobs import FORM, is_still_so
from bot.desk.queries.views import ConversationView
from bot.desk.timeline import Event
from bot.outbox.outcome import Done, Outcome, Part
from bot.slack.outbound.fallback_forms import FallbackForm
from bot.slack.outbound.message_sender import Draft, MessageSender
from storage.records import Conversation, Entry, Job, Status


class ThreadPosts:
    """One method for each kind of post."""

    def __init__(self, sender: MessageSender) -> None:
        self._sender = sender

    async def card(self, job: Job, view: ConversationView) -> Outcome | Part:
        """Start the conversation's thread and remember where it is."""
        conversation = view.conversation
        if conversation.card is not None:
            return Done()
        draft = Draft(plainer(card(view), FallbackForm.of(job.payload).plain), made_at=conversation.last_seq)
        return await self._sender.post(job, draft, home=conversation.home, thread=None)

    async def entry(self, job: Job, conversation: Conversation, entries: Sequence[Entry]) -> Outcome | Part:
        """Post entries in the thread, as many as fit into one message, or as much of one as does."""
        if conversation.card is None:
            return await self._sender.begins_again(job)
        form = FallbackForm.of(job.payload)
        if form.instead is not None:
            message = plainer(missing_message(conversation, entries[0], form.instead), form.plain)
            return await self._sender.post(
                job, Draft(message), home=conversation.home, thread=conversation.card
            )
        packed = entries_message(
            conversation,
            entries[: _together(job)],
            room=self._sender.room(job),
            since=form.since,
            plain=form.plain,
        )
        draft = Draft(
            packed.message,
            carries=max(packed.shown, 1),
            upto=packed.upto,
            is_notice=entries[0].data.get("event") == Event.NOT_SHOWN,
        )
        return await self._sender.post(job, draft, home=conversation.home, thread=conversation.card)

    async def announce(self, job: Job, view: ConversationView, entry: Entry) -> Outcome | Part:
        """Call for a teammate, unless somebody came meanwhile, or a later call is on its way already."""
        conversation, ticket = view.conversation, view.ticket
        is_called_for = ticket is not None and ticket.status is Status.NEW and is_still_so(job, ticket)
        if not is_called_for and not job.payload.get("stays"):
            return Done()
        if conversation.card is None:
            return await self._sender.begins_again(job)
        form = FallbackForm.of(job.payload)
        message = entry_message(conversation, entry)
        if form.instead is not None:
            message = missing_message(conversation, entry, form.instead)
        # What the channel does not take in any form, the thread may.
        in_channel = is_called_for and form.plain is not Plain.TEXT and form.instead is None
        draft = Draft(plainer(message, form.plain), in_channel=in_channel)
        return await self._sender.post(job, draft, home=conversation.home, thread=conversation.card)

    async def recap(self, job: Job, conversation: Conversation, said: Sequence[Entry]) -> Outcome | Part:
        """Open a thread that starts again with what was said last."""
        if conversation.card is None:
            return await self._sender.begins_again(job)
        message = recap_message(conversation, said, room=self._sender.room(job))
        draft = Draft(
            plainer(message, FallbackForm.of(job.payload).plain), seqs=[entry.seq for entry in said]
        )
        return await self._sender.post(job, draft, home=conversation.home, thread=conversation.card)


def _together(job: Job) -> int:
    """How many of the job's rows may share a post: one whose form is its own goes alone."""
    for number, item in enumerate(job.items):
        if FORM in item.payload:
            return max(number, 1)
    return len(job.items)
