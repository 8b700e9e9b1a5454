"""Two programs that answer each other do so slowly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.ai.worker import BRAKES, rest_of
from storage.records import Audience, Author, ConversationId, Entry, Kind
from tests.ai.fake_anthropic import FakeAnthropic
from tests.clocks import RunningClock
from tests.journeys.world import Chat, world

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _answer(seq: int, at: datetime) -> Entry:
    return Entry(
        ConversationId("c"), seq, Kind.MESSAGE, Author.AI, Audience.CUSTOMER, 0, None, None, None, "Yes.", {},
        None, at,
    )  # fmt: skip


@pytest.mark.parametrize(("most", "span"), BRAKES)
def test_after_so_many_answers_the_next_waits_until_the_first_of_them_is_so_old(
    most: int, span: timedelta
) -> None:
    apart = span / (most + 1)
    answers = [_answer(number, NOON + number * apart) for number in range(most)]
    now = answers[-1].created_at + timedelta(seconds=1)
    assert rest_of(answers[1:], now=now) == timedelta(0)
    assert rest_of(answers, now=now) == NOON + span - now
    assert rest_of(answers, now=NOON + span) == timedelta(0)


async def test_an_auto_responder_gets_no_more_answers_than_a_person_reads(
    database_url: str, fake: FakeAnthropic
) -> None:
    most, span = BRAKES[0]
    clock = RunningClock()
    key, url = fake.key, fake.url
    async with world(
        database_url, ai="claude", clock=clock, anthropic_api_key=key, anthropic_base_url=url
    ) as bridge:
        fake.say("Thank you for your message.", always=True)
        chat = await bridge.chat()
        for number in range(most):
            await chat.customer.say(f"I am out of office. ({number})")
            await bridge.until(partial(_has_answers, chat, number + 1))
        for number in range(5):
            await chat.customer.say(f"I am still out of office. ({number})")
        async with bridge.bridge.database.read() as tx:
            assert (await tx.outbox.counts())["open"] > 0
        assert len(_answers(chat.window())) == most
        clock.forward(minutes=span.total_seconds() / 60)
        await bridge.until(lambda: len(_answers(chat.window())) == most + 1)
        # One answer to all that was written meanwhile.
        await bridge.settled()
        assert len(_answers(chat.window())) == most + 1


def _has_answers(chat: Chat, number: int) -> bool:
    return len(_answers(chat.window())) >= number


def _answers(window: list[tuple[str, str]]) -> list[str]:
    return [text for who, text in window if who == "ai"]
