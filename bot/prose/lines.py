"""One line of somebody's text: a name, or another label."""

from __future__ import annotations

import re

# Every control, the separators of lines, and what reorders or hides what is around it.
_NOT_IN_A_LINE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]"
)


def one_line(text: str) -> str | None:
    """A name or another label: no line breaks, controls or bidirectional overrides. None if nothing stays."""
    return " ".join(_NOT_IN_A_LINE.sub(" ", text).split()) or None
