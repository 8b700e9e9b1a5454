"""The lines of a text that are judged: without programs, and what was quoted told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.slack.text.markers.code import FENCE, is_program_text

_QUOTE = re.compile(r"\s*>(?!>|\s*>)")


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    is_code: bool = False
    # Part of code of several lines, in which "key: value" and comments are usual.
    is_program: bool = False
    # Of somebody else's words, under which the author wrote their own.
    is_answered: bool = False


def lines_of(seen: str) -> Iterator[Line]:
    """The lines in their order; those of a quotation above an answer come when the answer does."""
    fences = FENCE.split(seen)
    plain = [line for at, part in enumerate(fences) if at % 2 == 0 for line in part.splitlines()]
    answered = any(line.strip() and not _QUOTE.match(line) for line in plain) or len(fences) > 1
    quoted: list[Line] = []
    for at, part in enumerate(fences):
        lines = part.strip("\n").splitlines()
        if at % 2:
            if is_program_text(part):
                continue
            is_program = len(lines) > 1 and bool("".join(fences[:at]).strip())
            yield from (Line(line, is_code=True, is_program=is_program) for line in lines)
            continue
        for line in lines:
            if _QUOTE.match(line):
                quoted.append(Line(line))
                continue
            if line.strip():
                # What was quoted above an answer are most likely the customer's words.
                yield from (Line(one.text, is_answered=answered) for one in quoted)
                quoted = []
            yield Line(line)
    yield from quoted
