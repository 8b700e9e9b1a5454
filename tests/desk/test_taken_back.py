"""What was taken back or reworded is shown nowhere again in its old words, whoever wrote it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.blocks.thread.card import card
from bot.blocks.thread.entries import entry_message, recap_message
from bot.desk.queries.lists import Lists
from bot.desk.queries.views import question
from bot.desk.replies.thread_messages import Outcome
from bot.desk.translations import Translations, translated
from storage.records import Author, Entry, Kind
from tests.desk.conftest import ANA, Case

SECRET = "my password is hunter2"


async def _changed(case: Case, entry: Entry, *, to: str | None) -> None:
    """The customer takes it back, or rewords it."""
    kind = Kind.RETRACT if to is None else Kind.EDIT
    await case.desk.database.write(
        lambda tx: tx.ledger.add(case.id, kind, Author.CUSTOMER, to or "", data={"target": entry.seq})
    )


async def _shown(case: Case) -> str:
    """All that Slack, the customer and the AI could be shown of the conversation from now on."""
    async with case.desk.database.read() as tx:
        conversation = (await case.desk.view(case.id)).conversation
        entries = await tx.ledger.several([(case.id, seq) for seq in range(1, conversation.last_seq + 1)])
        recap = await tx.ledger.messages_before(case.id, None, limit=15)
        asked = await question(tx, case.id)
    listed = [*(await case.desk.live(limit=10)).rows, *(await case.desk.open_tickets(limit=10)).rows]
    window = await case.desk.for_customer(case.id, after=0, limit=1000)
    return repr(
        [
            card(await case.desk.view(case.id)).arguments(),
            [entry_message(conversation, entry).arguments() for entry in entries],
            recap_message(conversation, recap).arguments(),
            asked.entries,
            [row.last_message for row in listed],
            [(entry.text, entry.data) for entry in window],
        ]
    )


async def test_what_a_customer_took_back_is_shown_nowhere(case: Case) -> None:
    await case.customer("Hello there")
    entry, _ = await case.customer(SECRET)
    assert SECRET in await _shown(case)
    await _changed(case, entry, to=None)
    assert SECRET not in await _shown(case)
    last = (await case.desk.view(case.id)).last_message
    assert last is not None
    assert last.text == "Hello there"


async def test_where_nothing_still_stands_the_card_quotes_nothing(case: Case) -> None:
    entry, _ = await case.customer(SECRET)
    await _changed(case, entry, to=None)
    assert SECRET not in await _shown(case)
    assert (await case.desk.view(case.id)).last_message is None


async def test_what_a_customer_reworded_is_shown_in_the_new_words_alone(case: Case) -> None:
    entry, _ = await case.customer(SECRET)
    await _changed(case, entry, to="I forgot my password")
    shown = await _shown(case)
    assert SECRET not in shown
    assert "I forgot my password" in shown
    await _changed(case, entry, to=None)
    assert "I forgot my password" not in await _shown(case)


async def test_what_the_holder_took_back_is_shown_nowhere(held: Case) -> None:
    message = held.message()
    await held.types(ANA, SECRET, message=message)
    assert SECRET in await _shown(held)
    await held.deletes(message)
    assert SECRET not in await _shown(held)
    assert len(await held.owed("refresh")) >= 1


async def test_a_card_is_brought_up_to_date_when_its_last_words_are_changed(held: Case) -> None:
    message = held.message()
    await held.types(ANA, SECRET, message=message)
    changes: list[Callable[[], Awaitable[Outcome]]] = [
        lambda: held.edits(ANA, message, "Our password policy"),
        lambda: held.deletes(message),
    ]
    for change in changes:
        await held.desk.database.write(lambda tx: tx.outbox.cancel_lane(f"card:{held.id}"))
        before = len(await held.owed("refresh"))
        await change()
        assert len(await held.owed("refresh")) == before + 1


async def test_a_recap_holds_as_many_messages_as_still_stand(case: Case) -> None:
    for number in range(6):
        entry, _ = await case.customer(f"message {number}")
        if number >= 2:
            await _changed(case, entry, to=None)
    async with case.desk.database.read() as tx:
        recap = await tx.ledger.messages_before(case.id, None, limit=3)
    assert [entry.text for entry in recap] == ["message 0", "message 1"]


async def test_a_translation_of_what_was_taken_back_goes_with_it(case: Case) -> None:
    entry, _ = await case.customer(f"Hallo, {SECRET}")
    await case.desk.database.write(lambda tx: translated(tx, entry, text=f"Hello, {SECRET}", language="de"))
    assert SECRET in await _shown(case)
    await _changed(case, entry, to=None)
    assert SECRET not in await _shown(case)
    assert await Translations(case.desk.database).original(case.id, entry.seq) is None


async def test_nobody_finds_what_was_taken_back(case: Case) -> None:
    entry, _ = await case.customer(SECRET)
    await case.desk.take_over(case.id, by=ANA)
    await _changed(case, entry, to=None)
    ticket = await case.ticket()
    assert ticket is not None
    shown = await Lists(case.desk.database).ticket(ticket.number, messages=10)
    assert SECRET not in repr(shown)
