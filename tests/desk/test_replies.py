"""What a teammate types reaches the customer only if it is meant for them and its author holds the chat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.desk.errors import AlreadyDecided, AlreadyTaken, NobodyHolds, NotYours
from bot.desk.replies.thread_messages import Intent, Outcome
from storage.records import ConversationState, FileId, Kind, Person, Status
from tests.desk.conftest import ANA, BEN, GUEST, Case
from tests.threads import deleted, edited, typed

SAID = "It is on its way."

FOR_CUSTOMER, NOTE, UNCLEAR, NOTHING = Intent.FOR_CUSTOMER, Intent.NOTE, Intent.UNCLEAR, Intent.NOTHING


@pytest.mark.parametrize(
    ("state", "by", "intent", "outcome", "mark", "prompt"),
    [
        # Only here does anything reach the customer.
        ("ana", ANA, FOR_CUSTOMER, Outcome.SENT, "sent", None),
        # The holder, but it may be for the team.
        ("ana", ANA, UNCLEAR, Outcome.HELD, "held", "mentions"),
        ("ana", ANA, NOTE, Outcome.NOTE, "note", None),
        ("ana", ANA, NOTHING, Outcome.NOTE, "note", "no_words"),
        # Somebody else than the holder.
        ("ana", BEN, FOR_CUSTOMER, Outcome.HELD, "held", "somebody_holds"),
        ("ana", BEN, UNCLEAR, Outcome.HELD, "held", "somebody_holds"),
        ("ana", BEN, NOTE, Outcome.NOTE, "note", None),
        ("ana", BEN, NOTHING, Outcome.NOTE, "note", "no_words"),
        # Nobody holds it.
        ("ai", ANA, FOR_CUSTOMER, Outcome.HELD, "held", "ai_answers"),
        ("ai", ANA, UNCLEAR, Outcome.HELD, "held", "ai_answers"),
        ("ai", ANA, NOTE, Outcome.NOTE, "note", None),
        ("ai", ANA, NOTHING, Outcome.NOTE, "note", "no_words"),
        ("waiting", ANA, FOR_CUSTOMER, Outcome.HELD, "held", "ai_answers"),
        ("waiting", ANA, NOTE, Outcome.NOTE, "note", None),
        # Guests never.
        ("ana", GUEST, FOR_CUSTOMER, Outcome.NOTE, "note", "may_not_act"),
        ("ai", GUEST, FOR_CUSTOMER, Outcome.NOTE, "note", "may_not_act"),
        ("ai", GUEST, UNCLEAR, Outcome.NOTE, "note", "may_not_act"),
        ("waiting", GUEST, NOTHING, Outcome.NOTE, "note", "may_not_act"),
    ],
)
async def test_what_becomes_of_a_thread_message(
    case: Case, state: str, by: Person, intent: Intent, outcome: Outcome, mark: str, prompt: str | None
) -> None:
    if state == "ana":
        await case.desk.take_over(case.id, by=ANA)
    elif state == "waiting":
        await case.desk.escalate(case.id, reason="")
    message = case.message()
    assert await case.types(by, SAID, message=message, intent=intent) is outcome
    assert (SAID in await case.window()) is (outcome is Outcome.SENT)
    assert await case.notes() == ([SAID] if outcome is Outcome.NOTE else [])
    assert await case.marks() == [(mark, None)]
    assert await case.prompts() == ([prompt] if prompt else [])
    await case.nothing_of_the_team_is_for_the_customer()
    # The same message delivered again is known and does nothing.
    before = await case.entries()
    assert await case.types(by, SAID, message=message, intent=intent) is Outcome.KNOWN
    assert await case.entries() == before
    assert await case.marks() == [(mark, None)]


async def test_a_holder_who_became_a_guest_no_longer_reaches_the_customer(held: Case) -> None:
    assert await held.types(replace(ANA, may_act=False), SAID) is Outcome.NOTE
    assert SAID not in await held.window()


async def test_the_same_user_id_of_another_workspace_is_somebody_else(held: Case) -> None:
    stranger = replace(ANA, id=replace(ANA.id, team="T2"))
    assert await held.types(stranger, SAID) is Outcome.HELD
    assert SAID not in await held.window()


async def test_a_message_in_a_thread_without_a_conversation_is_left_alone(case: Case) -> None:
    elsewhere = replace(case.thread, ts="999.000001")
    for other in (elsewhere, replace(case.thread, team="T2"), replace(case.thread, channel="C2")):
        outcome = await typed(
            case.desk.database, other, case.message(), by=ANA, text=SAID, intent=FOR_CUSTOMER
        )
        assert outcome is Outcome.NO_CONVERSATION
        assert await deleted(case.desk.database, other, case.message()) is Outcome.NO_CONVERSATION
        outcome = await edited(
            case.desk.database, other, case.message(), by=ANA, text=SAID, intent=FOR_CUSTOMER
        )
        assert outcome is Outcome.NO_CONVERSATION
    assert await case.entries() == []


async def test_deliveries_of_one_message_at_once_reach_the_customer_once(held: Case) -> None:
    message = held.message()
    fates = await asyncio.gather(*(held.types(ANA, SAID, message=message) for _ in range(6)))
    assert sorted(fates) == [Outcome.KNOWN] * 5 + [Outcome.SENT]
    assert (await held.window()).count(SAID) == 1


# ─── Held replies ───


async def test_take_over_and_send_does_both_in_one_step(case: Case) -> None:
    message = case.message()
    await case.types(ANA, SAID, message=message)
    await case.desk.send_held(case.id, message.source, by=ANA, taking_over=True)
    assert (await case.conversation()).holder == ANA.id
    assert await case.window() == [SAID]
    assert await case.marks() == [("held", None), ("sent", "held")]
    assert await case.status() is Status.ON_CUSTOMER


async def test_a_held_reply_never_speaks_beside_the_ai(case: Case) -> None:
    await case.desk.take_over(case.id, by=BEN)
    message = case.message()
    await case.types(ANA, SAID, message=message)
    await case.hand_back(BEN)
    with pytest.raises(NobodyHolds):
        await case.desk.send_held(case.id, message.source, by=ANA, taking_over=False)
    assert await case.state() is ConversationState.AI
    assert SAID not in await case.window()
    # It stays held: her next press, after a take over, sends it.
    await case.desk.take_over(case.id, by=ANA)
    await case.desk.send_held(case.id, message.source, by=ANA, taking_over=False)
    assert SAID in await case.window()


async def test_sending_into_a_conversation_that_somebody_else_took_keeps_the_reply_held(case: Case) -> None:
    message = case.message()
    await case.types(ANA, SAID, message=message)
    await case.desk.take_over(case.id, by=BEN)
    with pytest.raises(AlreadyTaken, match="Ben is already"):
        await case.desk.send_held(case.id, message.source, by=ANA, taking_over=True)
    assert SAID not in await case.window()
    await case.desk.send_held(case.id, message.source, by=ANA, taking_over=False)
    assert SAID in await case.window()
    assert (await case.conversation()).holder == BEN.id


async def test_a_held_reply_is_kept_as_a_note_when_its_author_says_so(case: Case) -> None:
    message = case.message()
    await case.types(ANA, SAID, message=message)
    await case.desk.keep_as_note(case.id, message.source, by=ANA)
    assert await case.notes() == [SAID]
    assert await case.window() == []
    assert await case.marks() == [("held", None), ("note", "held")]


Decide = Callable[[Case, str, Person], Awaitable[None]]


async def _take_over_and_send(case: Case, source: str, by: Person) -> None:
    await case.desk.send_held(case.id, source, by=by, taking_over=True)


async def _send(case: Case, source: str, by: Person) -> None:
    await case.desk.send_held(case.id, source, by=by, taking_over=False)


async def _keep(case: Case, source: str, by: Person) -> None:
    await case.desk.keep_as_note(case.id, source, by=by)


DECISIONS = [_take_over_and_send, _send, _keep]


@pytest.mark.parametrize("decide", DECISIONS)
async def test_only_its_author_decides_about_a_held_reply(case: Case, decide: Decide) -> None:
    message = case.message()
    await case.types(ANA, SAID, message=message)
    with pytest.raises(NotYours):
        await decide(case, message.source, BEN)
    assert await case.entries() == []
    assert await case.state() is ConversationState.AI


@pytest.mark.parametrize("second", DECISIONS)
@pytest.mark.parametrize("first", DECISIONS)
async def test_a_held_reply_is_decided_once(case: Case, first: Decide, second: Decide) -> None:
    await case.desk.take_over(case.id, by=ANA)
    message = case.message()
    await case.types(ANA, SAID, message=message, intent=UNCLEAR)
    outcomes = await asyncio.gather(
        *(decide(case, message.source, ANA) for decide in (first, second)), return_exceptions=True
    )
    assert [type(one) for one in outcomes if one is not None] == [AlreadyDecided]
    said = [e for e in await case.entries() if e.kind in (Kind.MESSAGE, Kind.NOTE)]
    assert [entry.text for entry in said] == [SAID]


async def test_a_held_reply_that_was_deleted_can_no_longer_be_sent(case: Case) -> None:
    message = case.message()
    await case.types(ANA, SAID, message=message)
    assert await case.deletes(message) is Outcome.HELD
    for decide in DECISIONS:
        with pytest.raises(AlreadyDecided):
            await decide(case, message.source, ANA)
    assert await case.window() == await case.notes() == []
    assert await case.types(ANA, SAID, message=message) is Outcome.KNOWN


async def test_a_held_reply_is_sent_with_its_latest_words(case: Case) -> None:
    message = case.message()
    await case.types(ANA, SAID, message=message)
    assert await case.edits(ANA, message, "It arrives today.") is Outcome.HELD
    await case.desk.send_held(case.id, message.source, by=ANA, taking_over=True)
    assert await case.window() == ["It arrives today."]


async def test_a_held_reply_that_was_edited_into_a_note_is_not_sent(case: Case) -> None:
    message = case.message()
    await case.types(ANA, SAID, message=message)
    await case.edits(ANA, message, "note: he is wrong about the date", NOTE)
    with contextlib.suppress(AlreadyDecided):
        await case.desk.send_held(case.id, message.source, by=ANA, taking_over=True)
    assert "note: he is wrong about the date" not in await case.window()


# ─── Edits and deletions ───


@pytest.mark.parametrize(
    ("intent", "outcome", "window", "prompts"),
    [
        (FOR_CUSTOMER, Outcome.SENT, "It arrives today.", []),
        (NOTE, Outcome.NOTE, SAID, ["edit_stays"]),
        (UNCLEAR, Outcome.NOTE, SAID, ["edit_stays"]),
        (NOTHING, Outcome.NOTE, SAID, ["edit_stays"]),
    ],
)
async def test_an_edit_reaches_the_customer_only_if_it_still_reads_as_meant_for_them(
    held: Case, intent: Intent, outcome: Outcome, window: str, prompts: list[str]
) -> None:
    message = held.message()
    await held.types(ANA, SAID, message=message)
    assert await held.edits(ANA, message, "It arrives today.", intent) is outcome
    assert await held.window() == ["Hello?", window]
    assert await held.prompts() == prompts


@pytest.mark.parametrize("intent", list(Intent))
async def test_a_note_stays_a_note_however_it_is_edited(held: Case, intent: Intent) -> None:
    message = held.message()
    await held.types(ANA, "note: hm", message=message, intent=NOTE)
    assert await held.edits(ANA, message, "Dear customer", intent) is Outcome.NOTE
    assert await held.window() == ["Hello?"]
    for entry in await held.desk.for_customer(held.id, after=0, limit=100):
        assert entry.kind is not Kind.EDIT


async def test_an_edit_that_changes_no_word_is_no_edit(held: Case) -> None:
    message = held.message()
    await held.types(ANA, SAID, message=message)
    await held.edits(ANA, message, "Twice", FOR_CUSTOMER)
    before = await held.entries()
    assert await held.edits(ANA, message, "Twice", FOR_CUSTOMER) is Outcome.KNOWN
    assert await held.entries() == before
    assert await held.edits(ANA, message, SAID, FOR_CUSTOMER) is Outcome.SENT


async def test_a_deleted_message_is_taken_back_once_and_cannot_be_edited_back(held: Case) -> None:
    message = held.message()
    await held.types(ANA, SAID, message=message)
    assert await held.deletes(message) is Outcome.SENT
    assert await held.deletes(message) is Outcome.KNOWN
    assert await held.edits(ANA, message, "Back again", FOR_CUSTOMER) is Outcome.KNOWN
    assert await held.types(ANA, SAID, message=message) is Outcome.KNOWN
    assert await held.window() == ["Hello?"]


async def test_a_deleted_note_is_no_news_for_the_customer(held: Case) -> None:
    message = held.message()
    await held.types(ANA, "hm", message=message, intent=NOTE)
    before = await held.desk.for_customer(held.id, after=0, limit=100)
    assert await held.deletes(message) is Outcome.NOTE
    assert await held.desk.for_customer(held.id, after=0, limit=100) == before


async def test_a_message_whose_deletion_came_first_is_never_sent(held: Case) -> None:
    message = held.message()
    before = await held.desk.for_customer(held.id, after=0, limit=100)
    await held.deletes(message)
    assert await held.types(ANA, SAID, message=message) is Outcome.KNOWN
    assert await held.edits(ANA, message, SAID) is Outcome.KNOWN
    assert await held.deletes(message) is Outcome.KNOWN
    assert await held.desk.for_customer(held.id, after=0, limit=100) == before


@pytest.mark.parametrize(
    ("by", "intent", "outcome"),
    [
        (ANA, NOTE, Outcome.NOTE),
        (ANA, UNCLEAR, Outcome.HELD),
        (BEN, FOR_CUSTOMER, Outcome.HELD),
        (GUEST, FOR_CUSTOMER, Outcome.NOTE),
    ],
)
async def test_an_edit_that_comes_first_is_decided_like_any_message(
    held: Case, by: Person, intent: Intent, outcome: Outcome
) -> None:
    message = held.message()
    assert await held.edits(by, message, SAID, intent) is outcome
    assert await held.types(by, "The first words", message=message) is Outcome.KNOWN
    assert await held.window() == ["Hello?"]


async def test_a_message_whose_edit_came_first_is_sent_in_its_latest_words(held: Case) -> None:
    message = held.message()
    await held.edits(ANA, message, "It arrives today.", FOR_CUSTOMER)
    await held.types(ANA, SAID, message=message)
    assert await held.window() == ["Hello?", "It arrives today."]
    assert await held.types(ANA, SAID, message=message) is Outcome.KNOWN


# ─── The customer ───


async def test_a_message_sent_twice_is_said_once(case: Case) -> None:
    first, is_new = await case.customer("Hi", client_id="a")
    assert is_new
    for _ in range(2):
        assert await case.customer("Hi", client_id="a") == (first, False)
    outcomes = await asyncio.gather(*(case.customer("More", client_id="b") for _ in range(5)))
    assert len({entry.seq for entry, _ in outcomes}) == 1
    assert sum(is_new for _, is_new in outcomes) == 1
    assert await case.window() == ["Hi", "More"]
    assert len(await case.owed("answer")) == 1
    assert len(await case.owed("entry")) == 2
    assert len(await case.owed("card")) == 1


@pytest.mark.parametrize("state", [ConversationState.WAITING, ConversationState.TEAMMATE])
async def test_the_ai_owes_nothing_while_somebody_else_is_to_answer(
    case: Case, state: ConversationState
) -> None:
    if state is ConversationState.WAITING:
        await case.desk.escalate(case.id, reason="")
    else:
        await case.desk.take_over(case.id, by=ANA)
    await case.customer("Hi")
    assert await case.owed("answer") == []
    assert not (await case.desk.question(case.id)).is_owed


async def test_the_ai_is_never_shown_a_note_or_what_was_taken_back(held: Case) -> None:
    message = held.message()
    await held.types(ANA, "wrong", message=message)
    await held.types(ANA, "secret", intent=NOTE)
    await held.deletes(message)
    await held.types(ANA, "right")
    asked = await held.desk.question(held.id)
    texts = [entry.text for entry in asked.entries if entry.kind is Kind.MESSAGE]
    assert texts == ["Hello?", "right"]


# ─── The ticket's status ───


@pytest.mark.parametrize(
    ("before", "happens", "after"),
    [
        (Status.NEW, "teammate replies", Status.ON_CUSTOMER),
        (Status.ON_YOU, "teammate replies", Status.ON_CUSTOMER),
        (Status.ON_CUSTOMER, "teammate replies", Status.ON_CUSTOMER),
        (Status.ON_HOLD, "teammate replies", Status.ON_CUSTOMER),
        (Status.NEW, "customer writes", Status.NEW),
        (Status.ON_YOU, "customer writes", Status.ON_YOU),
        (Status.ON_CUSTOMER, "customer writes", Status.ON_YOU),
        (Status.ON_HOLD, "customer writes", Status.ON_YOU),
        (Status.ON_YOU, "note", Status.ON_YOU),
        (Status.ON_CUSTOMER, "note", Status.ON_CUSTOMER),
        (Status.ON_HOLD, "note", Status.ON_HOLD),
        (Status.ON_YOU, "somebody else's reply is held", Status.ON_YOU),
        *[(status, "handed back", Status.CLOSED) for status in Status if status.is_open],
    ],
)
async def test_how_a_tickets_status_moves(held: Case, before: Status, happens: str, after: Status) -> None:
    await held.set_status(before)
    match happens:
        case "teammate replies":
            await held.types(ANA, SAID)
        case "customer writes":
            await held.customer("And?")
        case "note":
            await held.types(ANA, SAID, intent=NOTE)
        case "somebody else's reply is held":
            await held.types(BEN, SAID)
        case "handed back":
            await held.hand_back()
    assert await held.status() is after


async def test_the_first_reply_is_timed_once(held: Case) -> None:
    began = held.desk.database.clock()
    await held.types(ANA, "note", intent=NOTE)
    ticket = await held.ticket()
    assert ticket is not None
    assert ticket.first_reply_at is None
    for text in ("one", "two"):
        await held.types(ANA, text)
    ticket = await held.ticket()
    assert ticket is not None
    assert ticket.first_reply_at == began


async def test_the_lists_show_each_conversation_in_one_place(held: Case, office: object) -> None:
    assert [row.conversation.id for row in (await held.desk.open_tickets(limit=8)).rows] == [held.id]
    assert (await held.desk.live(limit=8)).total == 0
    await held.hand_back()
    assert (await held.desk.open_tickets(limit=8)).total == 0
    assert [row.conversation.id for row in (await held.desk.live(limit=8)).rows] == [held.id]
    assert await held.desk.waiting() == 0
    await held.desk.escalate(held.id, reason="", epoch=2)
    assert await held.desk.waiting() == 1


async def test_a_file_that_is_gone_keeps_the_words_back(case: Case) -> None:
    await case.desk.take_over(case.id, by=ANA)
    message = case.message()
    outcome = await typed(
        case.desk.database,
        case.thread,
        message,
        by=ANA,
        text=SAID,
        intent=FOR_CUSTOMER,
        files=[FileId("0" * 32)],
    )
    assert outcome is Outcome.NOTE
    assert SAID not in await case.window()
