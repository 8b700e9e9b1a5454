"""One of everything that a teammate may see, in the language spoken here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

from bot.blocks.elements.ids import ComposeValue, ConversationValue
from bot.blocks.elements.message import Message
from bot.blocks.home import home_view, no_home
from bot.blocks.lists.found import found_list
from bot.blocks.lists.overview import conversations_list, help_message, unknown_command
from bot.blocks.lists.stats import day_message
from bot.blocks.lists.tickets import ticket_shown, tickets_list
from bot.blocks.modals.composing import being_written, compose_modal
from bot.blocks.modals.forms import hand_over_modal, hold_modal, note_modal, subject_modal
from bot.blocks.modals.handing_back import hand_back_being_written, hand_back_modal
from bot.blocks.thread.card import card
from bot.blocks.thread.direct import assigned_message, still_waiting_message
from bot.blocks.thread.entries import entry_message, recap_message
from bot.blocks.thread.prompts import cut_off, not_a_member, prompt_message, refusal, you_have_it
from bot.desk.jobs import PromptKind
from bot.desk.queries.finding import ConversationHit, Found
from bot.desk.queries.home import Home
from bot.desk.queries.lists import TicketPage, TicketShown, TicketView
from bot.desk.queries.stats import Day
from bot.desk.queries.views import ConversationView, TicketListing
from bot.desk.replies.signs import Sign, TeamSign
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from storage.chat.search import SearchPlace
from storage.records import (
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Entry,
    Kind,
    MessageRef,
    Person,
    PersonId,
    Status,
    Ticket,
    TicketNumber,
)
from storage.tickets.ticket_filters import COUNTED, TicketFilter
from tests.blocks.shown import MENTIONED, NOW, entry, link_to

LATER = NOW + timedelta(days=2, hours=3, minutes=4)
_TIMES = [
    timedelta(0),
    timedelta(minutes=5),
    timedelta(hours=2),
    timedelta(hours=2, minutes=5),
    timedelta(days=1),
    timedelta(days=1, hours=2),
]


class Gallery:
    """`words` stand for all that customers and teammates wrote, their names, and the channel's."""

    def __init__(self, words: str) -> None:
        self.words = words

    def modals(self) -> Iterator[Any]:
        about = ConversationValue(ConversationId("0" * 32), 1)
        yield hold_modal(about)
        yield note_modal(about)
        yield hand_over_modal(about)
        yield subject_modal(about, subject=self.words)
        yield hand_back_being_written(about)
        yield hand_back_modal(about, agreed=self.words, trouble=self.words)
        for state, taking_over in product(ConversationState, (True, False)):
            view = self._view(state, self._ticket(Status.ON_YOU))
            value = ComposeValue.of(view.conversation, taking_over=taking_over)
            yield being_written(view, value, text="")
            yield being_written(view, value, text=self.words)
            for rewrites in (True, False):
                yield compose_modal(view, value, text=self.words, rewrites=rewrites, trouble=self.words)
        yield hand_back_being_written(about)
        for trouble in (None, self.words):
            yield hand_back_modal(about, agreed=self.words, trouble=trouble)
        for state, taking_over, more in product(
            (ConversationState.TEAMMATE, ConversationState.AI), (True, False), (True, False)
        ):
            view = self._view(state)
            value = ComposeValue.of(view.conversation, taking_over=taking_over)
            why = self.words if more else None
            yield compose_modal(view, value, text=self.words, rewrites=more, trouble=why)
            yield being_written(view, value, text=self.words if more else "")

    def homes(self) -> Iterator[dict[str, Any]]:
        view = self._ticket_view(ConversationState.WAITING, Status.NEW)
        for rows, total in ((0, 0), (1, 1), (5, 40)):
            page = TicketPage(TicketFilter.MINE, [view] * rows, total, LATER)
            listing = TicketListing([self._view(ConversationState.AI)] * rows, total)
            yield home_view(Home(page, page, listing, page), link_to=link_to)
        yield no_home(self.words)

    def messages(self) -> Iterator[Message]:
        for state, status in product(ConversationState, Status):
            yield card(self._view(state, self._ticket(status)))
        for happened in self._happenings():
            yield entry_message(self._conversation(ConversationState.TEAMMATE), happened)
        for author, text in product(Author, (self.words, " ")):
            said = entry(Kind.MESSAGE, author, text)
            yield entry_message(self._conversation(ConversationState.AI, customer=Customer()), said)
        yield entry_message(
            self._conversation(ConversationState.TEAMMATE),
            entry(Kind.NOTE, Author.TEAMMATE, self.words, name=self.words),
        )
        yield recap_message(self._conversation(ConversationState.AI), [])
        for prompt in PromptKind:
            source = "slack:T12345678/C12345678/1700000000.000001"
            yield prompt_message(
                prompt, ConversationId("0" * 32), source=source, holder=self.words, epoch=5, text=self.words
            )
        for sign in TeamSign:
            found = Sign(sign, self.words)
            yield prompt_message(
                PromptKind.UNCLEAR, ConversationId("0" * 32), source="slack:T/C/1", sign=found
            )
        for ticket in (None, self._ticket(Status.ON_YOU)):
            yield you_have_it(self._view(ConversationState.TEAMMATE, ticket), link_to=link_to)
        yield cut_off(self.words, self.words)
        yield refusal(not_a_member(self.words))
        view, ticket = self._view(ConversationState.TEAMMATE), self._ticket(Status.ON_YOU)
        yield assigned_message(view, ticket, link_to=link_to)
        yield still_waiting_message(view, ticket, waited=_TIMES[3], link_to=link_to)
        yield from self._lists()
        yield from self._figures()

    def _lists(self) -> Iterator[Message]:
        for total in (0, 1, 9):
            rows = [self._view(ConversationState.AI)] * min(total, 8)
            yield conversations_list(TicketListing(rows, total), offset=0, link_to=link_to)
            yield help_message(live=total, tickets=total, waiting=total)
        yield conversations_list(TicketListing([], 9), offset=16, link_to=link_to)
        yield unknown_command(self.words)
        view = self._ticket_view(ConversationState.WAITING, Status.ON_YOU)
        for ticket_filter, total in product(TicketFilter, (0, 1, 9, COUNTED + 1)):
            page = TicketPage(ticket_filter, [view] * min(total, 8), total, LATER)
            yield tickets_list(page, offset=0, link_to=link_to)
        for state, status in product(ConversationState, Status):
            shown = TicketShown(
                self._ticket_view(state, status), [entry(Kind.MESSAGE, Author.AI, "…")], LATER
            )
            yield ticket_shown(shown, link_to=link_to)
        place = SearchPlace(NOW, ConversationId("0" * 32))
        hit = ConversationHit(self._view(ConversationState.AI, self._ticket(Status.NEW)), self.words)
        for hits, looked_at, further in product((0, 1, 2), (0, 1, 2000), (None, place)):
            found = Found(self.words, [hit] * hits, looked_at, place, further)
            yield found_list(found, link_to=link_to)

    def _figures(self) -> Iterator[Message]:
        for time in (None, *_TIMES):
            yield day_message(Day(NOW, LATER, 1, 2, 3, time, time, time))

    def _happenings(self) -> Iterator[Entry]:
        of: dict[Event, list[dict[str, Any]]] = {
            Event.TAKEN_OVER: [{"former": None}, {"former": self.words}],
            Event.HANDED_OVER: [{"to": {"team": "T1", "user": MENTIONED, "name": self.words}}],
            Event.RESUMED: [{"status": Status.CLOSED}, {"status": Status.ON_YOU}],
            Event.CLOSED: [{"status": Status.CLOSED}, {"status": Status.CANCELLED}],
            Event.ASSIGNED: [{"to": {"team": "T1", "user": MENTIONED, "name": self.words}}],
            Event.STILL_WAITING: [{"seconds": 600, "subject": one} for one in (None, self.words)],
            Event.SIGNED_IN: [{"customer": one} for one in self._customers()],
            Event.DESCRIBED: [{"customer": one} for one in self._customers()],
            Event.HOLDER_LEFT: [{"holder_name": self.words, "why": why} for why in ("left", "no_member")],
            Event.ADDRESS_LEFT: [{"email": self.words}],
            Event.AGREED: [{"agreed": self.words}],
            Event.TRANSLATED: [{"target": at, "original": self.words, "language": "de"} for at in (0, 9)],
            Event.TICKET_ENDED: [{"status": Status.CLOSED}, {"status": Status.CANCELLED}],
            Event.RENAMED: [{"subject": self.words}],
            Event.ON_HOLD: [{"reason": self.words}],
            Event.BACK_FROM_HOLD: [{"status": Status.ON_YOU}, {"status": Status.ON_CUSTOMER}],
            Event.ESCALATED: [{"reason": None}, {"reason": self.words}],
            Event.SUMMARISED: [
                {"subject": self.words, "summary": "…", "language": "en", "origin": one}
                for one in SummaryOrigin
            ],
            Event.NOT_FOUND: [
                {"replies": [{"seq": 1, "name": name, "at": 1_700_000_000} for _ in range(count)]}
                for count in (1, 2)
                for name in (None, self.words)
            ],
            Event.NOT_SHOWN: [
                {"seqs": seqs, "reason": self.words, "certain": certain}
                for seqs in ([1], [1, 2])
                for certain in (True, False)
            ],
        }
        for event in Event:
            for data, by in product(of.get(event, [{}]), (None, self.words)):
                yield entry(Kind.SYSTEM, Author.SYSTEM, "", event=event, ticket=7, by=by, **data)

    def _customers(self) -> Iterator[dict[str, Any]]:
        for name, proven in product((None, self.words), ([], ["user_id"], ["user_id", "name"])):
            yield {"user_id": self.words, "name": name, "email": self.words, "proven": proven}

    def _view(self, state: ConversationState, ticket: Ticket | None = None) -> ConversationView:
        said = entry(Kind.MESSAGE, Author.AI, self.words)
        holder = None if ticket is None else self._person()
        return ConversationView(self._conversation(state), holder, ticket, said)

    def _ticket_view(self, state: ConversationState, status: Status) -> TicketView:
        ticket = self._ticket(status)
        return TicketView(ticket, self._view(state, ticket), self._person())

    def _person(self) -> Person:
        return Person(PersonId("T1", "U1"), self.words, None, may_act=True, fetched_at=NOW)

    def _conversation(self, state: ConversationState, customer: Customer | None = None) -> Conversation:
        return Conversation(
            id=ConversationId("c" * 32),
            channel=self.words[:40],
            inbox=None,
            customer=customer or Customer(name=self.words, email=self.words),
            state=state,
            epoch=3,
            holder=None,
            escalated_at=NOW,
            last_message_seq=0,
            last_seq=1,
            mirrored=True,
            card=MessageRef("T1", "C1", "1.000001"),
            created_at=NOW,
            last_message_at=NOW,
        )

    def _ticket(self, status: Status) -> Ticket:
        return Ticket(
            number=TicketNumber(7),
            type="live_chat",
            conversation_id=ConversationId("c" * 32),
            channel=self.words[:40],
            status=status,
            subject=None if status is Status.NEW else self.words,
            summary=self.words,
            language=None,
            assignee=None,
            hold_reason=self.words if status is Status.ON_HOLD else None,
            status_since=NOW,
            opened_at=NOW,
            first_reply_at=NOW if status is Status.ON_CUSTOMER else None,
            closed_at=None if status.is_open else LATER,
        )
