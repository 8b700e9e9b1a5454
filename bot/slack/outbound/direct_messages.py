"""Direct messages to teammates about a ticket of theirs."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from bot.blocks.elements.message import Message
from bot.blocks.thread.direct import assigned_message, still_waiting_message
from bot.desk.errors import MayNotAct
from bot.desk.jobs import DirectMessageKind, is_still_so
from bot.desk.ownership import waiting
from bot.desk.queries.views import ConversationView
from bot.outbox.outcome import DeadLettered, Done, NotYet, Outcome, Throttled
from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.outbound.private import Private
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.user_cache import UnknownPerson
from storage.records import Job, PersonId, Ticket
from storage.transaction import Transaction

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(seconds=10)


class DirectMessages:
    """Each is sent at most once: what may have arrived is not sent again, for the thread says it too."""

    def __init__(self, private: Private, installation: Installation) -> None:
        self._private = private
        self._installation = installation

    async def send(self, job: Job, view: ConversationView, *, now: datetime) -> Outcome:
        """Say what is to be said as things stand at `now`; nothing where it is not so any more."""
        holder, ticket = view.conversation.holder, view.ticket
        if holder is None or ticket is None or not is_still_so(job, ticket):
            return Done()
        message = self._message(job, view, ticket, now)
        try:
            return await self._send(job, holder, message)
        except MayNotAct:
            # They are no holder for much longer: what they are not told here the whole team is.
            log.info("conversation %s: its holder may not see it any more", job.conversation_id)
            return Done()
        except UnknownPerson as error:
            return NotYet(TRY_AGAIN, str(error))

    def _message(self, job: Job, view: ConversationView, ticket: Ticket, now: datetime) -> Message:
        link_to = self._installation.link_to
        if job.payload["told"] == DirectMessageKind.ASSIGNED:
            return assigned_message(view, ticket, link_to=link_to)
        waited = now - (ticket.status_since or ticket.opened_at)
        return still_waiting_message(view, ticket, waited=waited, link_to=link_to)

    async def _send(self, job: Job, to: PersonId, message: Message) -> Outcome:
        if job.maybe_sent is not None:
            return DeadLettered("it may have been sent")
        try:
            await self._private.direct(to, message, about=job.conversation_id)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            match failure.trouble:
                case Trouble.THROTTLED:
                    return Throttled(failure.after, failure.reason)
                case Trouble.NOT_SENT | Trouble.TOKEN:
                    return NotYet(TRY_AGAIN, failure.reason)
                case _:
                    # A person who takes no direct messages is no trouble of the channel's. That something
                    # was assigned the thread says too; that somebody waits it says now.
                    is_said = job.payload["told"] == DirectMessageKind.ASSIGNED
                    return DeadLettered(failure.reason, None if is_said else partial(_not_told, job))
        return Done()


async def _not_told(job: Job, tx: Transaction) -> None:
    await waiting.holder_not_told(tx, job.conversation_id)
