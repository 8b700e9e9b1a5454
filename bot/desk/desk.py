"""The desk: every rule, each run in a transaction of its own, and the views, each read in one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Concatenate, ParamSpec, TypeVar

from bot.desk import threads, tickets
from bot.desk.customers import chat, identity, seen
from bot.desk.errors import NoSuchTicket
from bot.desk.ownership import assignment, departures, takeover, waiting
from bot.desk.ownership.assignment import Assignment
from bot.desk.queries import views
from bot.desk.queries.views import ConversationView, News, Question, TicketListing
from bot.desk.replies import absent, composed, held
from bot.desk.replies.composed import Composing
from bot.desk.tickets import SummaryOrigin
from storage.engine.database import Database
from storage.records import (
    ANYONE,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Entry,
    MessageRef,
    Person,
    PersonId,
    StartedBy,
    Status,
    Ticket,
    TicketNumber,
)
from storage.slack.slack_channels import Among
from storage.transaction import LockHint, Transaction

P = ParamSpec("P")
T = TypeVar("T")
_MANUAL = Assignment()


class Desk:
    """What the rest of the program asks of the rules.

    `ai_answers` says whether this program's own AI owes answers, or another program's AI speaks for itself;
    `translates`, whether it puts what customers write into the team's language. `assignment` says who gets
    what waits for a teammate.
    Every method raises a `DeskError` where its rule refuses, and then nothing has changed.
    """

    def __init__(
        self,
        database: Database,
        *,
        ai_answers: bool,
        translates: bool = False,
        assignment: Assignment = _MANUAL,
    ) -> None:
        self.database = database
        self.assignment = assignment
        self._ai_answers = ai_answers
        self._translates = translates

    async def start(
        self,
        *,
        channel: str,
        inbox: str | None,
        customer: Customer,
        client_id: str | None,
        by: StartedBy = ANYONE,
    ) -> tuple[Conversation, bool]:
        return await self._do(
            LockHint(),
            chat.start,
            channel=channel,
            inbox=inbox,
            customer=customer,
            client_id=client_id,
            by=by,
        )

    async def identify(self, conversation_id: ConversationId, customer: Customer) -> Conversation:
        return await self._do(LockHint(conversation_id), identity.identify, conversation_id, customer)

    async def customer_says(
        self,
        conversation_id: ConversationId,
        text: str,
        *,
        client_id: str,
        attachments: Sequence[str] = (),
    ) -> tuple[Entry, bool]:
        return await self._do(
            LockHint(conversation_id, source=chat.customer_source(client_id)),
            chat.customer_says,
            conversation_id,
            text,
            client_id=client_id,
            ai_answers=self._ai_answers,
            translates=self._translates,
            attachments=attachments,
        )

    async def outside_ai_says(
        self, conversation_id: ConversationId, text: str, *, client_id: str, epoch: int | None = None
    ) -> tuple[Entry, bool]:
        return await self._do(
            LockHint(conversation_id, source=chat.outside_ai_source(client_id)),
            chat.outside_ai_says,
            conversation_id,
            text,
            client_id=client_id,
            epoch=epoch,
        )

    async def ai_answers(
        self, conversation_id: ConversationId, text: str, *, epoch: int, covers: int
    ) -> Entry | None:
        return await self._do(
            LockHint(conversation_id, source=chat.ai_source(covers)),
            chat.ai_answers,
            conversation_id,
            text,
            epoch=epoch,
            covers=covers,
        )

    async def take_over(self, conversation_id: ConversationId, *, by: Person) -> Ticket:
        return await self._do(LockHint(conversation_id), takeover.take_over, conversation_id, by=by)

    async def hand_over(
        self, conversation_id: ConversationId, *, to: Person, by: Person, epoch: int
    ) -> Ticket:
        return await self._do(
            LockHint(conversation_id), takeover.hand_over, conversation_id, to=to, by=by, epoch=epoch
        )

    async def join(self, conversation_id: ConversationId, *, by: Person, epoch: int) -> None:
        await self._do(LockHint(conversation_id), takeover.join, conversation_id, by=by, epoch=epoch)

    async def ai_escalates(self, conversation_id: ConversationId, *, reason: str, epoch: int) -> Conversation:
        return await self._do(
            LockHint(conversation_id),
            takeover.ai_escalates,
            conversation_id,
            reason=reason,
            epoch=epoch,
            assignment=self.assignment,
        )

    async def escalate(
        self, conversation_id: ConversationId, *, reason: str, epoch: int | None = None
    ) -> Conversation:
        return await self._do(
            LockHint(conversation_id),
            takeover.escalate,
            conversation_id,
            reason=reason,
            epoch=epoch,
            assignment=self.assignment,
        )

    async def may_hand_back(self, conversation_id: ConversationId, *, by: Person, epoch: int) -> None:
        async with self.database.read() as tx:
            await takeover.may_hand_back(tx, conversation_id, by=by, epoch=epoch)

    async def go_back(
        self, conversation_id: ConversationId, *, by_program: bool = False, epoch: int | None = None
    ) -> Conversation:
        return await self._do(
            LockHint(conversation_id),
            waiting.go_back,
            conversation_id,
            ai_answers=self._ai_answers,
            by_program=by_program,
            epoch=epoch,
        )

    async def leave_address(self, conversation_id: ConversationId, *, email: str) -> Conversation:
        return await self._do(LockHint(conversation_id), waiting.leave_address, conversation_id, email=email)

    async def remind(self, conversation_id: ConversationId, *, after: timedelta) -> bool:
        return await self._do(LockHint(conversation_id), waiting.remind, conversation_id, after=after)

    async def holder_left(self, conversation_id: ConversationId, *, holder: PersonId, why: str) -> bool:
        return await self._do(
            LockHint(conversation_id),
            departures.holder_left,
            conversation_id,
            holder=holder,
            why=why,
            assignment=self.assignment,
        )

    async def joined_left(self, conversation_id: ConversationId, *, person: PersonId) -> bool:
        return await self._do(
            LockHint(conversation_id), departures.joined_left, conversation_id, person=person
        )

    async def call_answered(self, conversation_id: ConversationId, number: TicketNumber) -> None:
        await self._do(LockHint(conversation_id), waiting.call_answered, conversation_id, number)

    async def assign_waiting(self, conversation_id: ConversationId) -> bool:
        return await self._do(
            LockHint(conversation_id),
            assignment.assign_waiting,
            conversation_id,
            assignment=self.assignment,
        )

    async def be_available(self, *, by: Person, available: bool, among: Collection[str] = ()) -> None:
        await self._do(LockHint(), assignment.be_available, by=by, available=available, among=among)

    async def allow_ai_replies(
        self,
        conversation_id: ConversationId,
        *,
        by: Person,
        epoch: int,
        agreed: str = "",
        keep_open: bool = False,
    ) -> Ticket:
        return await self._do(
            LockHint(conversation_id),
            takeover.allow_ai_replies,
            conversation_id,
            by=by,
            epoch=epoch,
            ai_answers=self._ai_answers,
            agreed=agreed,
            keep_open=keep_open,
        )

    async def close(
        self, conversation_id: ConversationId, *, by: Person, epoch: int, status: Status
    ) -> Ticket:
        return await self._do(
            LockHint(conversation_id), takeover.close, conversation_id, by=by, epoch=epoch, status=status
        )

    async def send_held(
        self,
        conversation_id: ConversationId,
        source: str,
        *,
        by: Person,
        taking_over: bool,
        epoch: int | None = None,
    ) -> None:
        await self._do(
            LockHint(conversation_id, source=source),
            held.send_held,
            conversation_id,
            source,
            by=by,
            taking_over=taking_over,
            epoch=epoch,
        )

    async def send_translation(
        self, conversation_id: ConversationId, source: str, *, by: Person, print_of: str
    ) -> None:
        await self._do(
            LockHint(conversation_id, source=source),
            held.send_translation,
            conversation_id,
            source,
            by=by,
            print_of=print_of,
        )

    async def composing(self, conversation_id: ConversationId, *, by: Person, anyone: bool) -> Composing:
        async with self.database.read() as tx:
            return await composed.composing(tx, conversation_id, by=by, anyone=anyone)

    async def send_composed(
        self,
        conversation_id: ConversationId,
        text: str,
        *,
        by: Person,
        source: str,
        taking_over: bool,
        epoch: int,
        anyone: bool,
    ) -> None:
        await self._do(
            LockHint(conversation_id, source=source),
            composed.send_composed,
            conversation_id,
            text,
            by=by,
            source=source,
            taking_over=taking_over,
            epoch=epoch,
            anyone=anyone,
        )

    async def write_note(
        self, conversation_id: ConversationId, text: str, *, by: Person, source: str
    ) -> None:
        await self._do(
            LockHint(conversation_id, source=source),
            composed.write_note,
            conversation_id,
            text,
            by=by,
            source=source,
        )

    async def keep_as_note(self, conversation_id: ConversationId, source: str, *, by: Person) -> None:
        await self._do(
            LockHint(conversation_id, source=source), held.keep_as_note, conversation_id, source, by=by
        )

    async def author_may_not(self, conversation_id: ConversationId, source: str, *, author: PersonId) -> None:
        await self._do(
            LockHint(conversation_id, source=source),
            held.author_may_not,
            conversation_id,
            source,
            author=author,
        )

    async def try_again(self, conversation_id: ConversationId, source: str, *, by: Person) -> None:
        await self._do(
            LockHint(conversation_id, source=source), held.try_again, conversation_id, source, by=by
        )

    async def show_again(self, conversation_id: ConversationId, notice: int, *, by: Person) -> None:
        await self._do(LockHint(conversation_id), threads.show_again, conversation_id, notice, by=by)

    async def take_back_absent(self, conversation_id: ConversationId, notice: int, *, by: Person) -> None:
        await self._do(LockHint(conversation_id), absent.take_back_absent, conversation_id, notice, by=by)

    async def move_thread(self, conversation_id: ConversationId, *, away_from: MessageRef | None) -> bool:
        return await self._do(LockHint(conversation_id), threads.move, conversation_id, away_from=away_from)

    async def card_stays(self, conversation_id: ConversationId, card: MessageRef) -> None:
        await self._do(LockHint(conversation_id), threads.card_stays, conversation_id, card)

    async def thread_strayed(
        self, conversation_id: ConversationId, *, away_from: MessageRef, beside: MessageRef
    ) -> bool:
        return await self._do(
            LockHint(conversation_id), threads.strayed, conversation_id, away_from=away_from, beside=beside
        )

    async def come_home(self, conversation_id: ConversationId, *, away_from: str) -> bool:
        return await self._do(
            LockHint(conversation_id), threads.come_home, conversation_id, away_from=away_from
        )

    async def find_home(self, conversation_id: ConversationId) -> None:
        await self._do(LockHint(conversation_id), threads.find_home, conversation_id)

    async def left_behind(self, *, limit: int) -> Sequence[Conversation]:
        async with self.database.read() as tx:
            return await threads.left_behind(tx, limit=limit)

    async def channel_renamed(self, *, old: str, new: str) -> bool:
        return await self._do(LockHint(), threads.channel_renamed, old=old, new=new)

    async def rebuild(self, number: TicketNumber, *, by: Person) -> None:
        async with self.database.read() as tx:
            ticket = await tx.tickets.get(number)
        if ticket is None:
            raise NoSuchTicket(number=str(number))
        about = ticket.conversation_id
        await self._do(LockHint(about), threads.rebuild, about, by=by)

    async def summarised(
        self,
        conversation_id: ConversationId,
        number: TicketNumber,
        *,
        subject: str,
        summary: str,
        language: str,
        origin: SummaryOrigin,
    ) -> Ticket:
        return await self._do(
            LockHint(conversation_id),
            tickets.summarised,
            conversation_id,
            number,
            subject=subject,
            summary=summary,
            language=language,
            origin=origin,
        )

    async def put_on_hold(
        self, conversation_id: ConversationId, *, by: Person, epoch: int, reason: str
    ) -> Ticket:
        return await self._do(
            LockHint(conversation_id), tickets.put_on_hold, conversation_id, by=by, epoch=epoch, reason=reason
        )

    async def rename_ticket(
        self, conversation_id: ConversationId, *, by: Person, epoch: int, subject: str
    ) -> Ticket:
        return await self._do(
            LockHint(conversation_id), tickets.rename, conversation_id, by=by, epoch=epoch, subject=subject
        )

    async def take_off_hold(self, conversation_id: ConversationId, *, by: Person, epoch: int) -> Ticket:
        return await self._do(
            LockHint(conversation_id), tickets.take_off_hold, conversation_id, by=by, epoch=epoch
        )

    async def customer_saw(self, conversation_id: ConversationId, *, upto: int) -> None:
        """Most of what is told here is known, and costs a look."""
        async with self.database.read() as tx:
            is_news = await seen.is_news(tx, conversation_id, upto=upto)
        if is_news:
            await self._do(LockHint(), seen.customer_saw, conversation_id, upto=upto)

    async def view(self, conversation_id: ConversationId) -> ConversationView:
        async with self.database.read() as tx:
            return await views.conversation_view(tx, conversation_id)

    async def conversation_in(self, thread: MessageRef) -> ConversationId | None:
        """The conversation whose thread that is."""
        async with self.database.read() as tx:
            found = await tx.conversations.by_thread(thread)
        return None if found is None else found.id

    async def live(self, *, limit: int, offset: int = 0, among: Among = None) -> TicketListing:
        async with self.database.read() as tx:
            return await views.live(tx, limit=limit, offset=offset, among=among)

    async def open_tickets(self, *, limit: int, offset: int = 0, among: Among = None) -> TicketListing:
        async with self.database.read() as tx:
            return await views.open_tickets(tx, limit=limit, offset=offset, among=among)

    async def is_available(self, person: PersonId) -> bool:
        async with self.database.read() as tx:
            return await tx.availability.has(person)

    async def waiting(self, among: Among = None) -> int:
        """How many customers wait for a teammate."""
        async with self.database.read() as tx:
            return await tx.conversations.count(ConversationState.WAITING, among)

    async def for_customer(
        self, conversation_id: ConversationId, *, after: int, limit: int
    ) -> Sequence[Entry]:
        async with self.database.read() as tx:
            return await views.for_customer(tx, conversation_id, after=after, limit=limit)

    async def news(self, conversation_id: ConversationId, *, after: int, limit: int) -> News:
        async with self.database.read() as tx:
            return await views.news(tx, conversation_id, after=after, limit=limit)

    async def last_numbers(self, ids: Collection[ConversationId]) -> Mapping[ConversationId, int]:
        async with self.database.read() as tx:
            return await tx.ledger.last_numbers(ids)

    async def question(self, conversation_id: ConversationId) -> Question:
        async with self.database.read() as tx:
            return await views.question(tx, conversation_id)

    async def _do(
        self,
        lock_hint: LockHint,
        rule: Callable[Concatenate[Transaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        return await self.database.write(lambda tx: rule(tx, *args, **kwargs), lock_hint=lock_hint)
