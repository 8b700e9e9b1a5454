"""Text for Slack: split without loss, shortened within limits, and inert."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given

from bot.blocks.elements.formatting import (
    HEADER_LIMIT,
    SECTION_LIMIT,
    bold,
    chunks,
    customer_name,
    escaped,
    notification,
    shortened,
    size,
)
from bot.text.lines import one_line
from sandbox.content import mrkdwn
from storage.records import Conversation
from tests.blocks.shown import conversations, words

LONG_GAP = SECTION_LIMIT // 3


@given(words())
@example("🎉" * 8000)
@example("x" * 8000)
@example("x" * 3000 + " " * 10)
@example("x" + " " * 5999)
@example(" " * 5000 + "x")
@example("a" + "\n" * 7998 + "b")
@example(("x" + " " * 999) * 8)
@example(" " * 1000 + "🎉" * 999 + "x" + " " * 1000)
@example(" " * 8000)
@example("")
def test_pieces_are_never_blank_never_too_long_and_joined_are_the_text(text: str) -> None:
    pieces = list(chunks(text))
    assert all(piece.strip() and size(piece) <= SECTION_LIMIT for piece in pieces)
    if not text.strip():
        assert pieces == []
    elif re.search(rf"\s{{{LONG_GAP + 1}}}", text):
        assert "".join("".join(pieces).split()) == "".join(text.split())
    else:
        assert "".join(pieces) == text


def test_a_text_of_8000_emoji_fits_however_slack_counts() -> None:
    pieces = list(chunks("🎉" * 8000))
    assert "".join(pieces) == "🎉" * 8000
    assert [len(piece.encode("utf-16-le")) // 2 for piece in pieces] == [3000] * 5 + [1000]


@given(words(500))
@example("🎉" * 200)
def test_what_is_shortened_fits_on_one_line(text: str) -> None:
    line = shortened(text, HEADER_LIMIT)
    assert size(line) <= HEADER_LIMIT
    assert "\n" not in line
    if size(one_line(text)) <= HEADER_LIMIT:
        assert line == one_line(text)
    else:
        assert line.endswith("…")
        assert one_line(text).startswith(line[:-1])


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("Delivery takes 4 to 6 weeks", 25, "Delivery takes 4 to 6…"),
        ("Delivery takes 4 to 6 weeks", 22, "Delivery takes 4 to 6…"),
        ("Delivery takes 4 to 6 weeks", 27, "Delivery takes 4 to 6 weeks"),
        ("Lieferverzögerungsbenachrichtigung kommt", 30, "Lieferverzögerungsbenachricht…"),
        ("The Lieferverzögerungsbenachrichtigung", 30, "The Lieferverzögerungsbenachr…"),
        ("送料はいくらですか、教えてください", 10, "送料はいくらですか…"),
    ],
)
def test_it_is_cut_between_words_where_one_ends(text: str, length: int, shown: str) -> None:
    assert shortened(text, length) == shown


@given(words(300))
def test_what_is_escaped_is_inert_and_reads_the_same(text: str) -> None:
    assert mrkdwn.tokens(escaped(text)) == []
    assert mrkdwn.unescape(escaped(text)) == text


@given(words(200))
def test_a_bold_name_cannot_end_its_bold_or_start_anything(name: str) -> None:
    shown = bold(name)
    assert re.fullmatch(r"\*\S(?:[^*_~`<>\n]*\S)?\*", shown)


@pytest.mark.parametrize("name", ["", " ", "***", "`", "\u202e", "\u200b\u2066", "\u3164", "\u2800 \x07"])
def test_a_name_of_nothing_is_still_shown_as_something(name: str) -> None:
    assert bold(name) == "*?*"


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\u061c", "\x1b", "\n"])
def test_a_name_cannot_turn_or_break_the_line_it_stands_in(mark: str) -> None:
    assert one_line(f"Maya{mark}ayaM") == "Maya ayaM"


@given(conversations())
def test_a_customer_is_always_called_something_short(conversation: Conversation) -> None:
    name = customer_name(conversation)
    assert name.strip()
    assert size(name) <= 80


@given(words(120, least=1), words())
def test_a_notification_is_never_empty_never_long_and_never_live(who: str, text: str) -> None:
    said = notification(who, text)
    assert 0 < len(said) <= 3000
    assert mrkdwn.tokens(said) == []
