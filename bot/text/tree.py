"""What formatted words are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias


class Style(StrEnum):
    """How a run of words looks."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    CODE = "code"


UNSTYLED: frozenset[Style] = frozenset()


@dataclass(frozen=True, slots=True)
class Text:
    """Words, to the letter. A line feed in them is a line break."""

    text: str
    styles: frozenset[Style] = UNSTYLED


@dataclass(frozen=True, slots=True)
class Link:
    """A label that leads to an address. Its writer decides whether that address may be followed."""

    address: str
    label: str
    styles: frozenset[Style] = UNSTYLED


Leaf: TypeAlias = Text | Link


@dataclass(frozen=True, slots=True)
class Paragraph:
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code, or of anything else that keeps its spaces."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, numbered from `start` or with bullets where that is None."""

    items: tuple[tuple[Part, ...], ...]
    start: int | None = None


Part: TypeAlias = Paragraph | Code | Quote | Listing
Prose: TypeAlias = tuple[Part, ...]


def paragraph(leaves: Iterable[Leaf]) -> Paragraph:
    """A paragraph in which neighbours of one style are one, and nothing is empty."""
    joined: list[Leaf] = []
    for leaf in leaves:
        before = joined[-1] if joined else None
        if isinstance(leaf, Link):
            joined.append(leaf)
        elif isinstance(before, Text) and before.styles == leaf.styles:
            joined[-1] = replace(before, text=before.text + leaf.text)
        elif leaf.text:
            joined.append(leaf)
    return Paragraph(tuple(joined))


def is_formatted(prose: Prose) -> bool:
    """Whether it says more than its plain text does: a style, a list, a quote, a label with an address."""
    return any(
        not isinstance(part, Paragraph)
        or any(leaf.styles or (isinstance(leaf, Link) and leaf.label != leaf.address) for leaf in part.leaves)
        for part in prose
    )
