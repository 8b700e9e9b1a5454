"""Words that speak to a colleague by name are held; the same name in words to a customer is not."""

from __future__ import annotations

import pytest

from bot.desk.replies.signs import TeamSign
from bot.desk.replies.thread_messages import Intent
from bot.slack.text.from_slack import read
from bot.slack.text.markers.addressee import speaks_to

# As they are looked up: without case and accents.
COLLEAGUES = {"ben", "ben fischer", "chloe", "健二", "jean-luc"}


@pytest.mark.parametrize(
    "typed",
    [
        "hey Ben, thoughts?", "Ben can you check the warehouse?", "@Ben: yours?", "BEN!", "Ben… sigh",
        "ben - yours", "Hi Ben Fischer, is it in stock?",
        "thanks Ben", "ok Ben, I will", "• Ben: check it", "*Ben*, look",
        "Chloé, kannst du mal schauen?", "Chloé kannst du das übernehmen", "Hola Chloé: ¿lo miras?",
        "Jean-Luc tu peux voir ?", "健二さん、在庫ありますか", "It is on its way.\nBen, is that right?",
    ],
)  # fmt: skip
def test_a_line_that_speaks_to_a_colleague_is_held(typed: str) -> None:
    reading = read(typed, names={}, is_colleague=COLLEAGUES.__contains__)
    assert reading.intent is not Intent.FOR_CUSTOMER


@pytest.mark.parametrize(
    "typed",
    [
        "Ben will call you tomorrow.", "My colleague Ben is on it.", "I asked Ben, he says Friday.",
        "Benjamin, hello!", "Ben", "Ask for Ben at the desk.",
        "Ben's shift ends at six.", "Hi Maya, it is on its way.",
        "Best wishes\nBen", "`Ben: 5`", "```\nBen: 5\n```",
    ],
)  # fmt: skip
def test_a_colleagues_name_in_words_to_a_customer_is_no_sign(typed: str) -> None:
    assert not any(
        speaks_to(line, COLLEAGUES.__contains__) for line in typed.splitlines() if "`" not in typed
    )
    sign = read(typed, names={}, is_colleague=COLLEAGUES.__contains__).sign
    assert sign is None or sign.kind is not TeamSign.COLLEAGUE


def test_the_line_is_named_and_nobody_is_a_colleague_where_none_is_known() -> None:
    typed = "It is on its way.\nhey Ben, thoughts?"
    sign = read(typed, names={}, is_colleague=COLLEAGUES.__contains__).sign
    assert sign is not None
    assert (sign.kind, sign.line) == (TeamSign.COLLEAGUE, "hey Ben, thoughts?")
    assert read(typed, names={}).intent is Intent.FOR_CUSTOMER
