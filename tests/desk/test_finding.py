"""Finding conversations by words."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from bot.desk.queries.finding import Finder, excerpt, folded
from storage.chat.search import SearchPlace
from storage.records import Customer
from tests.clocks import HandClock
from tests.desk.conftest import ANA, Case, Office


async def looked(finder: Finder, words: str, *, limit: int = 8) -> list[list[str]]:
    """What each look finds, until there is nothing further back."""
    looks: list[list[str]] = []
    before: SearchPlace | None = None
    while True:
        found = await finder.find(words, limit=limit, before=before)
        looks.append([hit.line for hit in found.hits])
        before = found.further
        if before is None:
            return looks


@pytest.fixture
async def several(office: Office, clock: HandClock) -> None:
    for number in range(7):
        case = await office.case(name=f"Customer {number}")
        await case.customer(f"parcel {number}")
        # Two at each moment, so that only their ids tell them apart: 0 and 1, 2 and 3, 4 and 5.
        clock.forward(minutes=number % 2)


async def test_every_conversation_is_found_once_latest_first(office: Office, several: None) -> None:
    finder = Finder(office.desk.database)
    looks = await looked(finder, "PARCEL", limit=3)
    found = list(itertools.chain(*looks))
    assert [len(one) for one in looks] == [3, 3, 1]
    assert sorted(found) == [f"parcel {number}" for number in range(7)]
    assert found[0] == "parcel 6"
    assert {found[5], found[6]} == {"parcel 0", "parcel 1"}


async def test_one_look_is_bounded_and_the_next_goes_on_where_it_ended(
    office: Office, several: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.queries.finding.PORTION", 2)
    few = Finder(office.desk.database, messages=3)
    assert [len(one) for one in await looked(few, "parcel")] == [4, 3]
    slow = Finder(office.desk.database, time=timedelta(seconds=1), clock=itertools.count(step=2).__next__)
    assert [len(one) for one in await looked(slow, "parcel")] == [2, 2, 2, 1]
    first = await few.find("nowhere", limit=8)
    assert (first.looked_at, first.hits) == (4, [])


async def test_what_changed_is_found_as_it_reads_now(held: Case) -> None:
    finder = Finder(held.desk.database)
    edited, deleted = held.message(), held.message()
    await held.types(ANA, "It comes on Monday", message=edited)
    await held.edits(ANA, edited, "It comes on Friday")
    await held.types(ANA, "A secret", message=deleted)
    await held.deletes(deleted)
    assert await looked(finder, "friday") == [["It comes on Friday"]]
    assert await looked(finder, "monday") == [[]]
    assert await looked(finder, "secret") == [[]]
    # The ledger still says that Ana took over; nobody said it.
    assert await looked(finder, "joined the chat") == [[]]


async def test_customers_are_found_by_name_and_address_and_tickets_by_subject(office: Office) -> None:
    customer = Customer(name="José Ñandú", email="Jose@Example.com")
    await office.desk.start(channel="web", inbox=None, customer=customer, client_id="silent")
    conversation, _ = await office.desk.start(channel="web", inbox=None, customer=customer, client_id="j")
    await office.desk.customer_says(conversation.id, "Hola", client_id="1")
    ticket = await office.desk.take_over(conversation.id, by=ANA)
    await office.desk.database.write(
        lambda tx: tx.tickets.describe(ticket.number, subject="Una mochila", summary="", language="es")
    )
    finder = Finder(office.desk.database)
    for words, line in (
        ("jose nandu", "José Ñandú"),
        ("@example", "Jose@Example.com"),
        ("MOCHILA", "Una mochila"),
    ):
        assert await looked(finder, words) == [[line]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ｆｕｌｌ　ｗｉｄｔｈ", "full width"), ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("Việt Nam", "viet nam"), ("ﾊﾟｿｺﾝ", "パソコン"), ("Ça\n\nva", "ca va"),
    ],
)  # fmt: skip
def test_case_accents_width_and_gaps_do_not_matter(text: str, words: str) -> None:
    assert folded(text) == folded(words)


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("は", "ぱ"), ("o", "0")])
def test_other_letters_are_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_the_line_begins_a_little_before_the_words() -> None:
    text = f"first\n{'x' * 500} needle and more\nneedle"
    line = excerpt(text, "needle")
    assert line == f"…{'x' * 39} needle and more"
    assert excerpt("a needle", "needle") == "a needle"
    assert excerpt("one\ntwo", "one two") == "one two"
