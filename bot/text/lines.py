"""Text from outside as one line: a name, a file's name, or another label that stands beside our own words.

Whoever calls themselves "🔒 Ana", ":lock: note" or U+202E must not pass for one of our marks, hide, reorder
what follows, or break the line.
"""

from __future__ import annotations

import re

# Controls, separators of lines, and what reorders or hides what is around it. The second line are letters
# without a shape, which would make a name of nothing, the last selectors and tags.
NOT_IN_A_LINE = (
    r"\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff"
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufdd0-\ufdef"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# What our own messages begin with, and the marks on a teammate's message (tests/text/test_lines.py holds
# that none is missing).
OUR_MARKS = "🔒🔐👤🤖💬⏳⌛✅✔☑⚠🙋🎫📋📎🟠🟢⚪🔴✍🔔🧵🗑⏹⏸🪪🔇🔁📝👋🌐❔✉👀🚨ℹ↩▶🆘"
_NOT_IN_A_LINE = re.compile(f"[{NOT_IN_A_LINE}]")
# Also one that our own colon after the name would complete: ":lock" and then ": Hello".
_EMOJI_NAME = re.compile(r":([\w+'-]+):|:([\w+'-]*[^\W\d_][\w+'-]*)$")
_MARK = re.compile(f"[{OUR_MARKS}]\ufe0f?")
# More than two signs above one letter reach into the lines above and below.
_PILED_UP = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2})"
                       r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip
_SIGNS_ALONE = re.compile(r"[\s\u0300-\u036f\ufe00-\ufe0f]*")


def one_line(text: str) -> str:
    """The text without line breaks, controls and what cannot be seen. Empty where nothing stays."""
    line = " ".join(_NOT_IN_A_LINE.sub(" ", text).split())
    return "" if _SIGNS_ALONE.fullmatch(line) else line


def unmarked(text: str) -> str:
    """On one line, with no mark of ours in it. Empty where nothing stays."""
    return one_line(_PILED_UP.sub(r"\1", _MARK.sub(" ", one_line(text))))


def as_label(text: str) -> str:
    """Somebody's name on one line, with nothing in it that could pass for a mark of ours.

    An emoji's name (":lock:") stays a word and never becomes the emoji; other emoji stay. Empty where nothing
    stays.
    """
    line = unmarked(text)
    while _EMOJI_NAME.search(line):
        line = _EMOJI_NAME.sub(r" \1\2 ", line)
    return one_line(line)


def first_label(*texts: str) -> str:
    """The first of these names of which something stays; empty where none does."""
    return next((found for text in texts if (found := as_label(text))), "")
