"""Rules for who answers the customer: take over, hand over, join, escalate, hand back."""

from __future__ import annotations

from bot.desk import enqueue, timeline
from bot.desk.customers import chat
from bot.desk.errors import (
    AlreadyAnswers,
    AlreadyTaken,
    AlreadyYours,
    CannotAnswer,
    MayNotAct,
    NotFound,
    Stale,
    TooLong,
)
from bot.desk.jobs import Priority
from bot.desk.ownership.assignment import Assignment, assign
from bot.desk.ownership.speaking import check_epoch, still_owns
from bot.desk.phrases import to_customer
from bot.desk.tickets import end, held_ticket, waits_again
from bot.desk.timeline import Event
from storage.records import (
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Kind,
    Person,
    Status,
    Ticket,
)
from storage.transaction import Transaction

# Characters of what a teammate tells the AI at a hand back.
LONGEST_AGREEMENT = 1000


async def take_over(tx: Transaction, conversation_id: ConversationId, *, by: Person) -> Ticket:
    """Give the conversation to a teammate and silence the AI from this commit on.

    Of two teammates pressing at once one wins; the other gets `AlreadyTaken`, which names the winner. The
    same teammate pressing again gets the ticket they have.
    """
    if not by.may_act:
        raise MayNotAct
    before = await tx.conversations.lock(conversation_id)
    if before is None:
        raise NotFound
    conversation = await tx.conversations.claim_from_ai(conversation_id, by.id)
    ticket = await tx.tickets.open_of(conversation_id)
    if conversation is None:
        if before.holder == by.id and ticket is not None:
            return ticket
        raise AlreadyTaken(winner=await holder_name(tx, before))
    if ticket is None:
        ticket = await tx.tickets.open_live_chat(
            conversation_id, channel=conversation.channel, assignee=by.id, status=Status.ON_YOU
        )
        await enqueue.summary(tx, conversation_id, ticket.number)
    else:
        ticket = await tx.tickets.assign(ticket.number, by.id)
    entry = await timeline.changed_hands(
        tx,
        conversation,
        Event.TAKEN_OVER,
        to_customer("taken_over", locale=conversation.customer.locale, name=by.name),
        by=by,
        holder=by,
        ticket=ticket.number,
    )
    await enqueue.answer_press(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket


async def hand_over(
    tx: Transaction, conversation_id: ConversationId, *, to: Person, by: Person, epoch: int
) -> Ticket:
    """Give what a teammate holds, or what waits for one, to `to`, with its ticket. The AI stays silent.

    The former holder, and whoever joined them, are asked again about what they type: in doubt it is held.
    So is `to`, where somebody else gave it to them, for the first seconds: they may still type for the team.
    Where `to` is `by`, they take it over from its holder, and doing so again changes nothing; a holder who
    could see that it is theirs gets `AlreadyYours`. `epoch` is the one they saw: if it changed hands since,
    they get `AlreadyTaken`, which names who has it now, or `Stale`.
    """
    if not by.may_act:
        raise MayNotAct
    if not to.may_act:
        raise CannotAnswer(name=to.name)
    before = await tx.conversations.lock(conversation_id)
    if before is None:
        raise NotFound
    ticket = await tx.tickets.open_of(conversation_id)
    if before.state is not ConversationState.TEAMMATE and before.epoch != epoch:
        raise Stale
    if before.holder == to.id == by.id and before.epoch == epoch:
        raise AlreadyYours
    if before.holder == to.id == by.id and ticket is not None:
        return ticket
    if before.holder == to.id or before.epoch != epoch:
        raise AlreadyTaken(winner=await holder_name(tx, before))
    conversation = await tx.conversations.give_to(conversation_id, to.id, epoch=epoch)
    if conversation is None or ticket is None:
        raise Stale
    ticket = await tx.tickets.assign(ticket.number, to.id, unasked=to.id != by.id)
    former = await holder_name(tx, before) if before.holder else None
    entry = await timeline.changed_hands(
        tx,
        conversation,
        Event.TAKEN_OVER if to.id == by.id else Event.HANDED_OVER,
        to_customer("taken_over", locale=conversation.customer.locale, name=to.name),
        by=by,
        holder=to,
        ticket=ticket.number,
        former=former,
        to={"team": to.id.team, "user": to.id.user, "name": to.name},
    )
    await enqueue.answer_press(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket


async def join(tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int) -> None:
    """Let a teammate answer beside the holder, under their own name, until the conversation changes hands."""
    conversation, ticket = await held_ticket(tx, conversation_id, by=by, epoch=epoch)
    if await answers(tx, conversation, by):
        raise AlreadyAnswers
    await tx.joined.add(conversation, by.id)
    entry = await timeline.changed_hands(
        tx,
        conversation,
        Event.JOINED,
        to_customer("taken_over", locale=conversation.customer.locale, name=by.name),
        by=by,
        holder=None if conversation.holder is None else await tx.people.get(conversation.holder),
        ticket=ticket.number,
    )
    await enqueue.answer_press(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)


async def answers(tx: Transaction, conversation: Conversation, by: Person) -> bool:
    """Whether the customer reads what they just type: they hold the conversation or joined its holder."""
    if conversation.state is not ConversationState.TEAMMATE:
        return False
    return conversation.holder == by.id or await tx.joined.has(conversation, by.id)


async def ai_escalates(
    tx: Transaction, conversation_id: ConversationId, *, reason: str, epoch: int, assignment: Assignment
) -> Conversation:
    """Let the conversation wait for a teammate, for our own AI asks for one.

    `epoch` is the one in which it began to think: if the conversation moved on since, nothing happens but a
    line on the timeline.
    """
    before = await _locked(tx, conversation_id)
    if not still_owns(before, epoch=epoch):
        await chat.draft_discarded(tx, before)
        return before
    return await _escalate(tx, before, reason=reason, assignment=assignment)


async def escalate(
    tx: Transaction,
    conversation_id: ConversationId,
    *,
    reason: str,
    epoch: int | None = None,
    assignment: Assignment,
) -> Conversation:
    """Let the conversation wait for a teammate, for another program asks for one.

    An escalated conversation stays as it is. `epoch` is that of the entry which that program answers. Raises
    `EpochOver` or `EpochMissing` where it may be older than what a teammate said.
    """
    before = await _locked(tx, conversation_id)
    if before.state is not ConversationState.AI:
        return before
    await check_epoch(tx, before, epoch=epoch)
    return await _escalate(tx, before, reason=reason, assignment=assignment)


async def _escalate(
    tx: Transaction, before: Conversation, *, reason: str, assignment: Assignment
) -> Conversation:
    """The AI pauses, a New ticket opens, the customer is told once.

    Where somebody is available, `assignment` says who, and it is theirs from this commit on.
    """
    conversation_id = before.id
    conversation = await tx.conversations.claim_for_nobody(conversation_id, epoch=before.epoch)
    if conversation is None:
        raise Stale
    ticket, is_new = await waits_again(tx, conversation)
    await enqueue.hurry(tx, conversation)
    words = await tx.ledger.add(
        conversation_id,
        Kind.MESSAGE,
        Author.SYSTEM,
        to_customer("handing_over", locale=conversation.customer.locale),
    )
    await enqueue.mirror(tx, conversation, words)
    entry = await timeline.changed_hands(
        tx, conversation, Event.ESCALATED, "", by=None, ticket=ticket.number, reason=reason
    )
    await enqueue.announce(tx, conversation, ticket, entry, stays=True)
    if is_new:
        await enqueue.summary(tx, conversation_id, ticket.number)
    await enqueue.refresh_card(tx, conversation, Priority.WAITING)
    return await assign(tx, conversation, assignment) or conversation


async def may_hand_back(tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int) -> None:
    """Refuse what `allow_ai_replies` would refuse as things stand, before anybody is asked about it."""
    if not by.may_act:
        raise MayNotAct
    conversation = await tx.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound
    if conversation.epoch != epoch or conversation.state is ConversationState.AI:
        raise Stale


async def allow_ai_replies(
    tx: Transaction,
    conversation_id: ConversationId,
    *,
    by: Person,
    epoch: int,
    ai_answers: bool,
    agreed: str = "",
    keep_open: bool = False,
) -> Ticket:
    """Hand the conversation back to the AI and close its ticket, in one step; `keep_open` leaves it open.

    `epoch` is the one the button was made in: a press on an old card gets `Stale` instead of ending somebody
    else's stretch. The AI is told what was `agreed`, which the team sees and the customer never. What the
    customer asked last and nobody answered, the AI answers now.
    """
    agreed = agreed.strip()
    if len(agreed) > LONGEST_AGREEMENT:
        raise TooLong(limit=str(LONGEST_AGREEMENT))
    status = None if keep_open else Status.CLOSED
    conversation, ticket = await _hand_back(tx, conversation_id, Event.RESUMED, status, by=by, epoch=epoch)
    if agreed:
        entry = await timeline.for_the_team(tx, conversation, Event.AGREED, by=by.name, agreed=agreed)
        await enqueue.answer_press(tx, conversation, entry)
    last = await tx.ledger.latest_messages(conversation_id, 1)
    if ai_answers and last and last[0].author is Author.CUSTOMER:
        await enqueue.answer(tx, conversation_id)
    return ticket


async def close(
    tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int, status: Status
) -> Ticket:
    """End the ticket, as Closed or Cancelled, and hand back to an AI that keeps quiet.

    It leaves what is open now alone, also where an answer to it was owed before; to what the customer writes
    next, it answers. An AI that answers already, beside a ticket that was kept open, just goes on.
    """
    before = await tx.conversations.lock(conversation_id)
    if before is not None and before.state is ConversationState.AI:
        return await end(tx, conversation_id, status, by=by, epoch=epoch)
    _, ticket = await _hand_back(tx, conversation_id, Event.CLOSED, status, by=by, epoch=epoch)
    return ticket


async def _hand_back(
    tx: Transaction,
    conversation_id: ConversationId,
    event: Event,
    status: Status | None,
    *,
    by: Person,
    epoch: int,
) -> tuple[Conversation, Ticket]:
    """The ticket takes that status, or stays as it is."""
    if not by.may_act:
        raise MayNotAct
    before = await tx.conversations.lock(conversation_id)
    if before is None:
        raise NotFound
    conversation = await tx.conversations.give_to_ai(conversation_id, epoch=epoch)
    ticket = await tx.tickets.open_of(conversation_id)
    if conversation is None or ticket is None:
        raise Stale
    if status is not None:
        ticket = await tx.tickets.move(ticket.number, status)
    held_by = await holder_name(tx, before) if before.holder else None
    words = to_customer(
        "resumed" if held_by else "resumed_unclaimed",
        locale=conversation.customer.locale,
        name=held_by or "",
    )
    entry = await timeline.changed_hands(
        tx, conversation, event, words, by=by, ticket=ticket.number, status=ticket.status
    )
    await enqueue.answer_press(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return conversation, ticket


async def _locked(tx: Transaction, conversation_id: ConversationId) -> Conversation:
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    return conversation


async def holder_name(tx: Transaction, conversation: Conversation) -> str:
    """The name of the teammate who holds it, as Slack last gave it."""
    if conversation.state is not ConversationState.TEAMMATE or conversation.holder is None:
        return "A teammate"
    person = await tx.people.get(conversation.holder)
    return person.name if person else "A teammate"
