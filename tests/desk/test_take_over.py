"""Who answers the customer: one at a time, and never the AI beside a person."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.desk.desk import Desk
from bot.desk.errors import AIPaused, AlreadyTaken, DeskError, MayNotAct, NotFound, Stale
from bot.desk.jobs import JobKind, Priority
from bot.desk.tickets import SummaryOrigin
from storage.records import Author, ConversationState, Customer, Status, Ticket
from tests.desk.conftest import ANA, BEN, GUEST, NOBODY, Case, Office, of, teammate


@pytest.mark.parametrize("waiting", [False, True])
async def test_taking_over_silences_the_ai_and_lands_the_ticket_on_the_taker(
    case: Case, waiting: bool
) -> None:
    await case.customer("Hello?")
    if waiting:
        await case.desk.escalate(case.id, reason="asked for a person")
    before = (await case.conversation()).epoch
    ticket = await case.desk.take_over(case.id, by=ANA)
    conversation = await case.conversation()
    assert (conversation.state, conversation.holder, conversation.epoch) == (
        ConversationState.TEAMMATE, ANA.id, before + 1,
    )  # fmt: skip
    assert (ticket.status, ticket.assignee, ticket.type, ticket.channel) == (
        Status.ON_YOU, ANA.id, "live_chat", "web",
    )  # fmt: skip
    assert (await case.events())[-1] == "taken_over"
    assert len(await case.owed(JobKind.SUMMARY)) == 1
    assert await case.ai("Too late.", covers=1, epoch=before) is None
    assert "Too late." not in await case.window()


async def test_of_two_who_press_at_once_one_wins_and_the_other_is_told_who(case: Case) -> None:
    outcomes = await asyncio.gather(
        *(case.desk.take_over(case.id, by=who) for who in (ANA, BEN)), return_exceptions=True
    )
    (ticket,) = [one for one in outcomes if isinstance(one, Ticket)]
    (refusal,) = [one for one in outcomes if isinstance(one, AlreadyTaken)]
    winner = ANA if ticket.assignee == ANA.id else BEN
    assert str(refusal) == f"{winner.name} is already answering this customer."
    assert (await case.events()).count("taken_over") == 1


async def test_pressing_twice_gives_the_same_ticket_and_happens_once(held: Case) -> None:
    before = await held.entries()
    ticket = await held.desk.take_over(held.id, by=ANA)
    assert ticket == await held.ticket()
    assert await held.entries() == before


@pytest.mark.parametrize(
    "state", [ConversationState.AI, ConversationState.WAITING, ConversationState.TEAMMATE]
)
async def test_somebody_who_may_not_act_changes_nothing(case: Case, state: ConversationState) -> None:
    message = case.message()
    if state is ConversationState.WAITING:
        await case.desk.escalate(case.id, reason="")
    if state is ConversationState.TEAMMATE:
        await case.desk.take_over(case.id, by=ANA)
    before, conversation = await case.entries(), await case.conversation()
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: case.desk.take_over(case.id, by=GUEST),
        lambda: case.desk.allow_ai_replies(case.id, by=GUEST, epoch=conversation.epoch),
        lambda: case.desk.send_held(case.id, message.source, by=GUEST, taking_over=True),
        lambda: case.desk.send_held(case.id, message.source, by=GUEST, taking_over=False),
    ]
    for attempt in attempts:
        with pytest.raises(MayNotAct):
            await attempt()
    assert await case.entries() == before
    assert await case.conversation() == conversation


async def test_every_rule_refuses_a_conversation_that_is_not_there(office: Office) -> None:
    desk = office.desk
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: desk.take_over(NOBODY, by=ANA),
        lambda: desk.escalate(NOBODY, reason=""),
        lambda: desk.allow_ai_replies(NOBODY, by=ANA, epoch=0),
        lambda: desk.customer_says(NOBODY, "x", client_id="1"),
        lambda: desk.ai_answers(NOBODY, "x", epoch=0, covers=1),
        lambda: desk.outside_ai_says(NOBODY, "x", client_id="1"),
        lambda: desk.send_held(NOBODY, "s", by=ANA, taking_over=True),
        lambda: desk.keep_as_note(NOBODY, "s", by=ANA),
        lambda: desk.view(NOBODY),
        lambda: desk.question(NOBODY),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound, match="no such conversation"):
            await attempt()


async def test_handing_back_closes_the_ticket_and_lets_the_ai_speak_in_the_new_epoch(held: Case) -> None:
    epoch = (await held.conversation()).epoch
    ticket = await held.hand_back()
    conversation = await held.conversation()
    assert (ticket.status, ticket.closed_at) == (Status.CLOSED, held.desk.database.clock())
    assert (conversation.state, conversation.holder, conversation.epoch) == (
        ConversationState.AI,
        None,
        epoch + 1,
    )
    assert await held.ai("An old thought", covers=1, epoch=0) is None
    assert await held.ai("Hello Maya", covers=1, epoch=epoch + 1) is not None
    assert await held.window() == ["Hello?", "Hello Maya"]


@pytest.mark.parametrize("stale_by", [-1, 1])
async def test_a_press_on_an_old_card_hands_nothing_back(held: Case, stale_by: int) -> None:
    epoch = (await held.conversation()).epoch
    with pytest.raises(Stale):
        await held.desk.allow_ai_replies(held.id, by=BEN, epoch=epoch + stale_by)
    assert await held.state() is ConversationState.TEAMMATE
    assert await held.status() is Status.ON_YOU
    assert "resumed" not in await held.events()


async def test_a_press_from_the_first_stretch_does_not_end_the_second(held: Case) -> None:
    first = (await held.conversation()).epoch
    await held.hand_back()
    await held.desk.take_over(held.id, by=BEN)
    with pytest.raises(Stale):
        await held.desk.allow_ai_replies(held.id, by=ANA, epoch=first)
    assert (await held.conversation()).holder == BEN.id


async def test_handing_back_twice_happens_once(held: Case) -> None:
    epoch = (await held.conversation()).epoch
    outcomes = await asyncio.gather(
        *(held.desk.allow_ai_replies(held.id, by=who, epoch=epoch) for who in (ANA, BEN)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Ticket) for one in outcomes) == 1
    assert sum(isinstance(one, Stale) for one in outcomes) == 1
    assert (await held.events()).count("resumed") == 1


@pytest.mark.parametrize(("teammate_replied", "owed"), [(False, 2), (True, 1)])
async def test_what_nobody_answered_the_ai_answers_after_the_hand_back(
    held: Case, teammate_replied: bool, owed: int
) -> None:
    async with held.desk.database.read() as tx:
        assert (await tx.outbox.counts())["open"] > 0
    await held.desk.database.write(lambda tx: tx.outbox.cancel_lane(f"answer:{held.id}"))
    await held.customer("Are you there?")
    if teammate_replied:
        await held.types(ANA, "Yes!")
    await held.hand_back()
    assert len(await held.owed(JobKind.ANSWER)) == owed
    assert (await held.desk.question(held.id)).is_owed is not teammate_replied


async def test_escalating_twice_tells_the_customer_once(case: Case) -> None:
    await case.customer("A person, please")
    for _ in range(2):
        conversation = await case.desk.escalate(case.id, reason="asked for a person")
        assert (conversation.state, conversation.epoch) == (ConversationState.WAITING, 1)
    assert len(of(await case.entries(), Author.SYSTEM)) == 1
    assert await case.events() == ["escalated"]
    assert await case.status() is Status.NEW
    assert len(await case.owed(JobKind.SUMMARY)) == 1


async def test_escalations_at_once_open_one_ticket(case: Case) -> None:
    await asyncio.gather(*(case.desk.escalate(case.id, reason="") for _ in range(5)))
    assert await case.events() == ["escalated"]


async def test_an_ai_that_was_overtaken_cannot_escalate(held: Case) -> None:
    conversation = await held.desk.ai_escalates(held.id, reason="too hard", epoch=0)
    assert (conversation.state, conversation.holder) == (ConversationState.TEAMMATE, ANA.id)
    assert await held.events() == ["taken_over", "draft_discarded"]
    assert of(await held.entries(), Author.SYSTEM) == []


async def test_an_outside_program_that_escalates_late_disturbs_nobody(held: Case) -> None:
    before = await held.entries()
    assert (await held.desk.escalate(held.id, reason="late")).holder == ANA.id
    assert await held.entries() == before


async def test_a_draft_that_came_too_late_is_shown_to_the_team_and_to_nobody_else(held: Case) -> None:
    assert await held.ai("I know everything", covers=1, epoch=0) is None
    assert (await held.events())[-1] == "draft_discarded"
    seen = await held.desk.for_customer(held.id, after=0, limit=100)
    assert "draft_discarded" not in [entry.data.get("event") for entry in seen]
    assert all("I know everything" not in entry.text for entry in await held.entries())


async def test_the_ai_says_one_answer_to_one_question(case: Case) -> None:
    await case.customer("Hi")
    first = await case.ai("Hello!", covers=1)
    again = await case.ai("Hello again!", covers=1)
    assert first == again
    assert await case.window() == ["Hi", "Hello!"]


async def test_an_answer_that_races_a_take_over_is_wholly_before_it_or_discarded(office: Office) -> None:
    for _ in range(5):
        case = await office.case()
        await case.customer("Hi")
        answer, _ticket = await asyncio.gather(
            case.ai("Hello!", covers=1), case.desk.take_over(case.id, by=ANA)
        )
        events = [e.data.get("event") or e.author for e in await case.entries()]
        if answer is None:
            assert events == [Author.CUSTOMER, "taken_over", "draft_discarded"]
        else:
            assert events == [Author.CUSTOMER, Author.AI, "taken_over"]


async def test_an_outside_ai_is_refused_while_it_is_paused_but_a_repeat_is_recognised(case: Case) -> None:
    said, is_new = await case.desk.outside_ai_says(case.id, "Hello", client_id="1")
    assert is_new
    await case.desk.take_over(case.id, by=ANA)
    with pytest.raises(AIPaused):
        await case.desk.outside_ai_says(case.id, "And another thing", client_id="2")
    assert await case.desk.outside_ai_says(case.id, "Hello", client_id="1") == (said, False)
    await case.hand_back()
    assert (await case.desk.outside_ai_says(case.id, "Back", client_id="2", epoch=2))[1]


async def test_a_conversation_without_an_ai_of_ours_owes_no_answer(case: Case) -> None:
    desk = Desk(case.desk.database, ai_answers=False)
    await desk.customer_says(case.id, "Hi", client_id="1")
    await desk.take_over(case.id, by=ANA)
    await desk.allow_ai_replies(case.id, by=ANA, epoch=1)
    assert await case.owed(JobKind.ANSWER) == []


@pytest.mark.parametrize(
    ("locale", "joined", "asked"),
    [
        ("en-GB", "Ana García joined the chat.", "I have asked a colleague"),
        ("de_AT", "Ana García ist jetzt im Chat.", "Ich habe jemanden"),
        ("ES", "Ana García se ha unido al chat.", "He pedido a una persona"),
        ("fr-CA", "Ana García a rejoint la discussion.", "J’ai demandé"),
        ("ja", "Ana García がチャットに参加しました。", "担当者に参加を依頼しました"),
        ("tlh", "Ana García joined the chat.", "I have asked a colleague"),
        ("zh-Hant-TW", "Ana García joined the chat.", "I have asked a colleague"),
        ("", "Ana García joined the chat.", "I have asked a colleague"),
        (None, "Ana García joined the chat.", "I have asked a colleague"),
    ],
)
async def test_the_customer_hears_of_it_in_their_language(
    office: Office, locale: str | None, joined: str, asked: str
) -> None:
    case = await office.case(locale=locale)
    await case.desk.escalate(case.id, reason="")
    await case.desk.take_over(case.id, by=ANA)
    texts = [entry.text for entry in await case.desk.for_customer(case.id, after=0, limit=10)]
    assert texts[0].startswith(asked)
    assert texts[-1] == joined
    await case.hand_back()
    last = (await case.desk.for_customer(case.id, after=0, limit=10))[-1].text
    assert "Ana García" in last
    assert "$" not in "".join([*texts, last])


async def test_a_name_is_said_to_the_letter_whatever_is_in_it(office: Office) -> None:
    names = ("$name", "${name}", "$$", "{winner}", "{0.__class__}", "%s", "}{", "Ana \\1", "O'Neil & <b>")
    for number, name in enumerate(names):
        case = await office.case()
        odd = teammate(f"U9{number}", name)
        await case.remember(odd)
        await case.desk.take_over(case.id, by=odd)
        with pytest.raises(AlreadyTaken) as refused:
            await case.desk.take_over(case.id, by=BEN)
        assert str(refused.value) == f"{name} is already answering this customer."
        assert [e.text for e in await case.entries()] == [f"{name} joined the chat."]
        await case.hand_back(odd)
        assert (await case.entries())[-1].text.startswith(f"{name} left the chat.")


async def test_an_unclaimed_conversation_can_be_handed_back_without_naming_anybody(case: Case) -> None:
    await case.desk.escalate(case.id, reason="")
    await case.hand_back(BEN)
    assert (await case.entries())[-1].text == "The AI assistant is answering again."
    assert await case.status() is Status.CLOSED


async def test_the_ticket_gets_its_words_once_and_the_thread_sees_them(held: Case) -> None:
    ticket = await held.ticket()
    assert ticket is not None
    for subject in ("Late parcel", "Something else"):
        await held.desk.summarised(
            held.id, ticket.number, subject=subject, summary="…", language="en", origin=SummaryOrigin.AI
        )
    described = await held.ticket()
    assert described is not None
    assert described.subject == "Late parcel"
    assert (await held.events()).count("summarised") == 1
    seen = await held.desk.for_customer(held.id, after=0, limit=100)
    assert all("Late parcel" not in str(entry) for entry in seen)


async def test_a_presser_gets_feedback_ahead_of_other_work(held: Case) -> None:
    other, _ = await held.desk.start(channel="web", inbox=None, customer=Customer(), client_id=None)
    await held.desk.customer_says(other.id, "Hello", client_id="1")
    claimed = await held.desk.database.write(
        lambda tx: tx.outbox.claim("slack", limit=3, lease=timedelta(seconds=1))
    )
    assert {job.conversation_id for job in claimed[:2]} == {held.id}
    assert {job.kind for job in claimed[:2]} == {JobKind.REFRESH, JobKind.CARD}
    assert claimed[2].conversation_id == other.id
    assert Priority.FEEDBACK < Priority.HELD_BY_PEOPLE < Priority.WITH_AI < Priority.CARD


def test_every_refusal_is_a_sentence_with_its_details_filled_in() -> None:
    details = {
        "winner": "Ana",
        "name": "Gus",
        "limit": "200",
        "number": "7",
        "why": "it is tired",
        "holder": "Ana",
    }
    for refusal in DeskError.__subclasses__():
        said = str(refusal(**details))
        assert said.endswith(".")
        assert "{" not in said
