"""Where an AI's Markdown can be cut so that each part reads alone as it did in the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})(?P<more>.*)")


def cuts(text: str) -> Iterator[int]:
    """The places between two blocks: behind an empty line, outside of code, before what is not indented."""
    fence: str | None = None
    at, is_behind_gap = 0, False
    for line in text.splitlines(keepends=True):
        if is_behind_gap and fence is None and not line[:1].isspace():
            yield at
        found = _FENCE.match(line)
        if found is not None and fence is None:
            fence = found["fence"]
        elif found is not None and fence is not None and _closes(found, fence):
            fence = None
        is_behind_gap = not line.strip()
        at += len(line)


def _closes(found: re.Match[str], fence: str) -> bool:
    return found["fence"].startswith(fence) and not found["more"].strip()
