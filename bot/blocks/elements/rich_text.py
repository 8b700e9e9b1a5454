"""Formatted words of others as `rich_text`, which holds nothing that can ping anybody.

Only `text` and `link` leaves, styles, lists, quotes and code are ever made. Slack parses no signs in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.blocks.elements.formatting import SECTION_LIMIT, size
from bot.text.addresses import may_be_followed, names_its_host, says_no_more, spelled
from bot.text.lines import one_line
from bot.text.plain import plain
from bot.text.tree import (
    Code,
    Leaf,
    Link,
    Listing,
    Paragraph,
    Prose,
    Quote,
    Style,
    Text,
    paragraph,
)

# Slack documents no limits for rich_text; these are well within what its composer makes.
_MOST_LEAVES = 400
_LARGEST_OFFSET = 998
_DEEPEST = 5


_Written: TypeAlias = RichTextElementParts.Text | RichTextElementParts.Link


class TooMuch(Exception):
    """Not to be shown as `rich_text` within Slack's limits."""


def rich_text(prose: Prose) -> list[Block] | None:
    """The words as blocks of at most 3,000 characters. None where they do not fit into such."""
    writer = _Writer()
    try:
        writer.write(prose)
        return list(_packed(writer.elements))
    except TooMuch:
        return None


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of a block, and how long it is."""

    element: RichTextElement
    size: int
    leaves: int


def _packed(elements: list[_Element]) -> Iterator[Block]:
    if not elements or sum(one.leaves for one in elements) > _MOST_LEAVES:
        raise TooMuch
    filling: list[RichTextElement] = []
    filled = 0
    for one in elements:
        if one.size > SECTION_LIMIT:
            raise TooMuch
        if filling and filled + one.size > SECTION_LIMIT:
            yield RichTextBlock(elements=filling)
            filling, filled = [], 0
        filling.append(one.element)
        filled += one.size
    yield RichTextBlock(elements=filling)


@dataclass(slots=True)
class _Writer:
    """Slack's lists are flat and hold lines only, so what stands deeper is laid out one after the other."""

    elements: list[_Element] = field(default_factory=list)

    def write(self, prose: Prose) -> None:
        after_paragraph = False
        for part in prose:
            match part:
                case Paragraph(leaves):
                    gap = (Text("\n"),) if after_paragraph else ()
                    self._section((*gap, *leaves))
                case Code(text):
                    self._code(text)
                case Quote(parts):
                    self._quote(parts)
                case Listing():
                    self._list(part, depth=0)
            after_paragraph = isinstance(part, Paragraph)

    def _section(self, leaves: Sequence[Leaf]) -> None:
        written = list(_written(leaves))
        if written:
            self._add(RichTextSectionElement(elements=written), written)

    def _code(self, text: str) -> None:
        written = [RichTextElementParts.Text(text=text)] if text.strip() else []
        if written:
            self._add(RichTextPreformattedElement(elements=written), written)

    def _quote(self, parts: Prose) -> None:
        # A quote holds words only: lists and code in it are written out.
        leaves: list[Leaf] = []
        for part in parts:
            if leaves:
                leaves.append(Text("\n"))
            leaves += part.leaves if isinstance(part, Paragraph) else (Text(plain((part,))),)
        written = list(_written(leaves))
        if written:
            self._add(RichTextQuoteElement(elements=written), written)

    def _list(self, listing: Listing, *, depth: int) -> None:
        lines: list[list[_Written]] = []
        first = 0
        for number, item in enumerate(listing.items):
            # What follows the item's first words, up to a list or code, belongs on its lines.
            leaves: list[Leaf] = []
            rest = list(item)
            while rest and isinstance(rest[0], Paragraph | Quote):
                part = rest.pop(0)
                leaves += [Text("\n")] if leaves else []
                leaves += part.leaves if isinstance(part, Paragraph) else (Text(plain((part,))),)
            lines.append(list(_written(leaves)) or [RichTextElementParts.Text(text=" ")])
            if rest:
                self._lines(lines, listing, first, depth)
                lines, first = [], number + 1
                self._under(tuple(rest), depth)
        if lines:
            self._lines(lines, listing, first, depth)

    def _under(self, parts: Prose, depth: int) -> None:
        for part in parts:
            match part:
                case Listing():
                    self._list(part, depth=depth + 1)
                case Code(text):
                    self._code(text)
                case Quote(inner):
                    self._quote(inner)
                case Paragraph(leaves):
                    self._section(leaves)

    def _lines(self, lines: Sequence[Sequence[_Written]], listing: Listing, first: int, depth: int) -> None:
        style, offset = "bullet", None
        if listing.start is not None:
            style, offset = "ordered", listing.start + first - 1
            if not 0 <= offset <= _LARGEST_OFFSET:
                raise TooMuch
        element = RichTextListElement(
            elements=[RichTextSectionElement(elements=line) for line in lines],
            style=style,
            indent=min(depth, _DEEPEST),
            offset=offset or None,
        )
        self._add(element, [leaf for line in lines for leaf in line])

    def _add(self, element: RichTextElement, written: Sequence[_Written]) -> None:
        length = sum(size(leaf.text or "") for leaf in written)
        length += sum(size(leaf.url) for leaf in written if isinstance(leaf, RichTextElementParts.Link))
        self.elements.append(_Element(element, length, len(written)))


def _written(leaves: Sequence[Leaf]) -> Iterator[_Written]:
    for leaf in paragraph(leaves).leaves:
        if isinstance(leaf, Text):
            yield RichTextElementParts.Text(text=leaf.text, style=_style(leaf.styles))
        elif not may_be_followed(leaf.address):
            yield RichTextElementParts.Text(text=spelled(leaf.label, leaf.address), style=_style(leaf.styles))
        else:
            yield from _link(leaf)


def _link(link: Link) -> Iterator[_Written]:
    # Marks that turn or hide text have no business in a label.
    label = one_line(link.label) or link.address
    if says_no_more(label, link.address):
        yield RichTextElementParts.Link(url=link.address, text=link.address, style=_style(link.styles))
        return
    yield RichTextElementParts.Link(url=link.address, text=label, style=_style(link.styles))
    if not names_its_host(label, link.address):
        yield RichTextElementParts.Text(text=f" ({link.address})")


def _style(styles: frozenset[Style]) -> RichTextElementParts.TextStyle | None:
    return RichTextElementParts.TextStyle(**{style.value: True for style in styles}) if styles else None
