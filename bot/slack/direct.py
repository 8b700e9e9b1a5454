"""Direct messages to teammates about a ticket of theirs."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.direct import assigned_message, still_waiting_message
from bot.blocks.message import Message
from bot.desk.outgoing import Told
from bot.desk.views import ConversationView
from bot.relay.outcome import Done, NotYet, Outcome, Parked, Throttled
from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.installation import Installation
from storage.records import Parcel, PersonId, Status

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(seconds=10)


class DirectMessages:
    """Each is sent at most once: what may have arrived is not sent again, for the thread says it too."""

    def __init__(self, client: AsyncWebClient, installation: Installation) -> None:
        self._client = client
        self._installation = installation

    async def send(self, parcel: Parcel, view: ConversationView, *, now: datetime) -> Outcome:
        """Say what is to be said as things stand at `now`; nothing where it is not so any more."""
        holder, message = view.conversation.holder, self._message(parcel, view, now)
        if holder is None or message is None:
            return Done()
        return await self._send(parcel, holder, message)

    def _message(self, parcel: Parcel, view: ConversationView, now: datetime) -> Message | None:
        conversation, ticket, payload = view.conversation, view.ticket, parcel.payload
        # The epoch names the stretch, and so whose it is.
        if ticket is None or conversation.epoch != payload["epoch"]:
            return None
        if payload["told"] == Told.ASSIGNED:
            return assigned_message(view, ticket, link_to=self._installation.link_to)
        since = ticket.status_since or ticket.opened_at
        if ticket.status is not Status.ON_YOU or since.isoformat() != payload["since"]:
            # They answered meanwhile.
            return None
        return still_waiting_message(view, ticket, waited=now - since, link_to=self._installation.link_to)

    async def _send(self, parcel: Parcel, to: PersonId, message: Message) -> Outcome:
        if parcel.maybe_sent is not None:
            return Parked("it may have been sent")
        try:
            await self._client.chat_postMessage(
                channel=to.user,
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
                **message.arguments(),
            )
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            match failure.trouble:
                case Trouble.THROTTLED:
                    return Throttled(failure.after, failure.reason)
                case Trouble.NOT_SENT:
                    return NotYet(TRY_AGAIN, failure.reason)
                case _:
                    # A person who takes no direct messages is no trouble of the channel's.
                    return Parked(failure.reason)
        return Done()
