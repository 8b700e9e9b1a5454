"""What was found, and the day in figures: within Slack's limits whatever is in them."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.elements.ids import BadValue
from bot.blocks.lists.found import LONGEST_WORDS, FindValue, found_list
from bot.blocks.lists.stats import day_message
from bot.desk.queries.finding import ConversationHit, Found
from bot.desk.queries.stats import Day
from storage.chat.search import SearchPlace
from storage.records import ConversationId
from tests.blocks.shown import NOW, buttons, checked, link_to, views, words

PLACE = SearchPlace(NOW + timedelta(microseconds=7), ConversationId("0123456789abcdef" * 2))
hits = st.builds(ConversationHit, views(), words(8000, least=1))


@settings(max_examples=60)
@given(
    words(LONGEST_WORDS, least=1),
    st.lists(hits, max_size=8),
    st.integers(0, 10**6),
    st.none() | st.just(PLACE),
)
def test_whatever_was_found_can_be_shown(
    text: str, found: list[ConversationHit], looked_at: int, further: SearchPlace | None
) -> None:
    message = found_list(Found(text, found, looked_at, PLACE, further), link_to=link_to)
    checked(message)
    on = buttons(message).get("Further back")
    assert (on is not None) is (further is not None)
    if on is not None:
        assert FindValue.read(on["value"]) == FindValue(PLACE, text)


@pytest.mark.parametrize("value", ["", "1", "1.a", "x.a.words", "-1.a.words", f"{'9' * 18}.a.words"])
def test_a_value_that_this_program_did_not_write_is_refused(value: str) -> None:
    with pytest.raises(BadValue):
        FindValue.read(value)


times = st.none() | st.timedeltas(timedelta(0), timedelta(days=400))


@given(st.integers(0, 10**6), st.integers(0, 10**6), times, times)
def test_every_day_can_be_shown(
    count: int, waiting: int, wait: timedelta | None, time: timedelta | None
) -> None:
    checked(day_message(Day(NOW.astimezone(UTC), NOW, count, count, waiting, wait, time, time)))
