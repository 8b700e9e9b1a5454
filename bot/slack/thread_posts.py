"""What is posted in a conversation's thread, and its card: never twice (`bot.slack.poster`)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.card import card
from bot.blocks.thread import entries_message, entry_message, recap_message
from bot.desk.outgoing import is_still_so
from bot.desk.views import ConversationView
from bot.relay.outcome import Done, Outcome, Parked, Part
from bot.slack.poster import Poster
from storage.records import Conversation, Entry, Parcel, Status


class ThreadPosts:
    """One method for each kind of post."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    async def card(self, parcel: Parcel, view: ConversationView) -> Outcome | Part:
        """Start the conversation's thread and remember where it is."""
        if view.conversation.card is not None:
            return Done()
        return await self._poster.post(
            parcel,
            card(view),
            home=view.conversation.home,
            thread=None,
            shows=view.conversation.last_seq,
        )

    async def entry(
        self, parcel: Parcel, conversation: Conversation, entries: Sequence[Entry]
    ) -> Outcome | Part:
        """Post entries in the thread, as many as fit into one message."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        message, carried = entries_message(conversation, entries)
        outcome = await self._poster.post(
            parcel, message, home=conversation.home, thread=conversation.card, carries=carried
        )
        if self._poster.trouble is not None and conversation.holder is not None:
            await self._poster.warn(conversation.holder, self._poster.trouble)
        return outcome

    async def announce(self, parcel: Parcel, view: ConversationView, entry: Entry) -> Outcome | Part:
        """Call for a teammate, unless somebody came meanwhile, or a later call is on its way already."""
        conversation, ticket = view.conversation, view.ticket
        is_called_for = ticket is not None and ticket.status is Status.NEW and is_still_so(parcel, ticket)
        if not is_called_for and not parcel.payload.get("stays"):
            return Done()
        if conversation.card is None:
            return Parked("its thread could not be started")
        message = entry_message(conversation, entry)
        return await self._poster.post(
            parcel, message, home=conversation.home, thread=conversation.card, in_channel=is_called_for
        )

    async def recap(
        self, parcel: Parcel, conversation: Conversation, said: Sequence[Entry]
    ) -> Outcome | Part:
        """Open a thread that starts again with what was said last."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        return await self._poster.post(
            parcel, recap_message(conversation, said), home=conversation.home, thread=conversation.card
        )
