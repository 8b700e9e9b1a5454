"""A message's `rich_text` blocks, as Slack's composer makes them.

Shapes: docs.slack.dev/reference/block-kit/blocks/rich-text-block. They come from outside and are read without
trust: what has no known shape is left out, and the reading then says that it is not whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.text.inline_elements import InlineElements
from bot.slack.text.lists import ListLine, nested
from bot.slack.text.names import DisplayNames
from bot.text.tree import Code, Leaf, Link, Paragraph, Part, Prose, Quote, Text, paragraph

Element = Mapping[str, Any]

_LISTS = ("bullet", "ordered")


@dataclass(frozen=True, slots=True)
class Rich:
    """What the blocks say. `prose` is None where they are not the whole message.

    `seen` is what its meaning is judged by, with the marks of quotes and code: the whole, and without the
    quotes. Empty without blocks.
    """

    prose: Prose | None
    seen: tuple[str, str]


def mentioned_users(blocks: Sequence[Element]) -> frozenset[str]:
    """The ids of the users that the blocks mention."""
    return frozenset(
        str(leaf["user_id"])
        for leaf in _every_leaf(blocks)
        if leaf.get("type") == "user" and isinstance(leaf.get("user_id"), str)
    )


def links(blocks: Sequence[Element]) -> Iterator[str]:
    """The addresses that the blocks link to."""
    for leaf in _every_leaf(blocks):
        if leaf.get("type") == "link" and isinstance(leaf.get("url"), str):
            yield str(leaf["url"])


def shows(blocks: Sequence[Element]) -> bool | None:
    """Whether the blocks show anything; None where a part of them has no known shape."""
    reader = _RichTextReader(InlineElements(DisplayNames({}), ""))
    parts = reader.parts([element for block in blocks for element in _inside(block)])
    is_whole = reader.is_whole and reader.leaves.is_whole and all(map(_has_parts, blocks))
    return any(map(_says, parts)) if is_whole else None


def read(blocks: Sequence[Element], names: DisplayNames, *, text: str) -> Rich:
    """Read the blocks of a message whose `text` is given."""
    elements = [element for block in blocks for element in _inside(block)]
    if not elements:
        return Rich(None, ("", ""))
    reader = _RichTextReader(InlineElements(names, text))
    parts = reader.parts(elements)
    whole = reader.is_whole and reader.leaves.is_whole and all(map(_is_rich_text, blocks))
    return Rich(parts if whole and any(map(_says, parts)) else None, reader.seen())


class _RichTextReader:
    """One message's blocks on their way into a tree."""

    def __init__(self, leaves: InlineElements) -> None:
        self.leaves = leaves
        self.is_whole = True
        self._lines: list[tuple[bool, str]] = []

    def seen(self) -> tuple[str, str]:
        everything = "\n".join(line for _, line in self._lines)
        own = "\n".join(line for is_quote, line in self._lines if not is_quote)
        return everything, own

    def parts(self, elements: Iterable[Element]) -> Prose:
        parts: list[Part] = []
        lines: list[ListLine] = []
        for element in elements:
            kind = element.get("type")
            if kind == "rich_text_list":
                lines += self._list(element)
                continue
            parts += nested(lines)
            lines = []
            match kind:
                case "rich_text_section":
                    leaves = self._leaves(element)
                    before = parts[-1] if parts else None
                    if isinstance(before, Paragraph):
                        # Two sections are two lines, not two paragraphs.
                        parts[-1] = paragraph((*before.leaves, *_on_a_new_line(before, leaves)))
                    else:
                        parts.append(paragraph(leaves))
                case "rich_text_quote":
                    parts.append(Quote((paragraph(self._leaves(element, is_quote=True)),)))
                case "rich_text_preformatted":
                    parts.append(
                        Code("".join(_as_code(leaf) for leaf in self._leaves(element, is_code=True)))
                    )
                case _:
                    self.is_whole = False
        return tuple(part for part in (*parts, *nested(lines)) if part != Paragraph(()))

    def _list(self, element: Element) -> Iterator[ListLine]:
        indent, offset = _number(element.get("indent")), _number(element.get("offset"))
        is_ordered = element.get("style") == "ordered"
        self.is_whole = self.is_whole and element.get("style") in _LISTS
        # A quoted list has a border; its words are then quoted as well.
        is_quote = bool(element.get("border"))
        self.is_whole = self.is_whole and _has_parts(element)
        for at, item in enumerate(_inside(element)):
            if item.get("type") != "rich_text_section":
                self.is_whole = False
            leaves = paragraph(self._leaves(item, is_quote=is_quote))
            yield ListLine(indent, offset + at + 1 if is_ordered else None, leaves)

    def _leaves(self, element: Element, *, is_quote: bool = False, is_code: bool = False) -> list[Leaf]:
        inside = _inside(element)
        self.is_whole = self.is_whole and _has_parts(element)
        seen = "".join(map(self.leaves.seen, inside))
        if is_code:
            seen = f"```\n{seen}\n```"
        elif is_quote:
            seen = "\n".join(f"> {line}" for line in seen.splitlines())
        self._lines.append((is_quote, seen))
        return [leaf for one in inside if (leaf := self.leaves.leaf(one)) is not None]


def _on_a_new_line(before: Paragraph, leaves: list[Leaf]) -> list[Leaf]:
    last = before.leaves[-1] if before.leaves else None
    ends = isinstance(last, Text) and last.text.endswith("\n")
    return leaves if ends else [Text("\n"), *leaves]


def _as_code(leaf: Leaf) -> str:
    return leaf.text if isinstance(leaf, Text) else leaf.label


def _says(part: Part) -> bool:
    match part:
        case Paragraph(leaves):
            return any((leaf.label if isinstance(leaf, Link) else leaf.text).strip() for leaf in leaves)
        case Code(text):
            return bool(text.strip())
        case Quote(parts):
            return any(map(_says, parts))
        case _:
            return any(_says(inner) for item in part.items for inner in item)


def _has_parts(block: Element) -> bool:
    inside = block.get("elements")
    return isinstance(inside, list) and len(_inside(block)) == len(inside)


def _is_rich_text(block: Element) -> bool:
    return block.get("type") == "rich_text"


def _inside(element: Element) -> list[Element]:
    inside = element.get("elements")
    return [one for one in inside if isinstance(one, dict)] if isinstance(inside, list) else []


def _number(value: object) -> int:
    return min(value, 10_000) if isinstance(value, int) and value > 0 else 0


def _every_leaf(elements: Sequence[Element]) -> Iterator[Element]:
    # Four levels down are a list's items' leaves; nothing of Slack's is deeper.
    level = list(elements)
    for _ in range(4):
        level = [inner for one in level for inner in _inside(one)]
        yield from level
