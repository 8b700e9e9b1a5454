"""Slack's lists: flat, each line with its own indent, and a list that goes on has an offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.text.tree import Listing, Paragraph, Part, Prose

# Slack's composer goes no deeper.
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class ListLine:
    """One item. `number` is None in a list with bullets."""

    indent: int
    number: int | None
    words: Paragraph


@dataclass(slots=True)
class _Growing:
    indent: int
    start: int | None
    items: list[list[Part | _Growing]] = field(default_factory=list)

    def takes(self, line: ListLine) -> bool:
        """Whether the line goes on with this list, rather than beginning another one."""
        if self.start is None or line.number is None:
            return self.start is line.number
        return line.number == self.start + len(self.items)


def nested(lines: Sequence[ListLine]) -> Prose:
    """The lines as lists within lists."""
    top: list[Part | _Growing] = []
    open_lists: list[_Growing] = []
    for line in lines:
        indent = min(line.indent, _DEEPEST)
        while open_lists and open_lists[-1].indent > indent:
            open_lists.pop()
        if open_lists and open_lists[-1].indent == indent and not open_lists[-1].takes(line):
            open_lists.pop()
        if not open_lists or open_lists[-1].indent < indent:
            growing = _Growing(indent, line.number)
            (open_lists[-1].items[-1] if open_lists else top).append(growing)
            open_lists.append(growing)
        open_lists[-1].items.append([line.words])
    return _grown(top)


def _grown(parts: Sequence[Part | _Growing]) -> Prose:
    return tuple(
        Listing(tuple(_grown(item) for item in part.items), part.start)
        if isinstance(part, _Growing)
        else part
        for part in parts
    )
