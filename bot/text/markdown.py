"""Markdown as an AI writes it.

CommonMark and struck-out words, without what could lose or change a word that was meant to be read: HTML and
entities stay as they were typed, four spaces make no code and a bracket defines no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.text.html import html
from bot.text.plain import plain
from bot.text.tree import (
    Code,
    Leaf,
    Link,
    Listing,
    Paragraph,
    Part,
    Prose,
    Quote,
    Style,
    Text,
    is_formatted,
    paragraph,
)

# Nothing an AI says in a chat is longer, and a hostile text takes time by its length.
LONGEST = 8000
# An opening bracket may begin a link, and is looked at again by each one before it: 8,000 of them take half a
# second. No answer has so many.
MOST_BRACKETS = 250
_OFF = ["entity", "html_inline", "html_block", "code", "lheading", "reference"]
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}


_SCHEME = re.compile(r"https?$", re.IGNORECASE)
_ADDRESS = re.compile(r"://[^\s<>\"'`*~\[\]()\\]+")


class _MarkdownReader(Protocol):
    def parse(self, src: str) -> list[Token]: ...


def markdown(text: str) -> Prose | None:
    """Read Markdown. None for a text that is too long or has too many brackets, which stays as it is."""
    if len(text) > LONGEST or text.count("[") > MOST_BRACKETS:
        return None
    return _parts(iter(_reader().parse(text)))


def markdown_as_html(text: str) -> str | None:
    """Markdown as safe HTML; None where the text by itself says all there is."""
    prose = markdown(text)
    if prose is None or reads_as_typed(prose, text):
        return None
    return html(prose) or None


def reads_as_typed(prose: Prose, text: str) -> bool:
    """Whether reading the text as Markdown adds nothing, and it is best shown to the letter."""
    # White space is compared no further: Markdown drops indents that a reader wants to see.
    return not is_formatted(prose) and plain(prose).split() == text.split()


@cache
def _reader() -> _MarkdownReader:
    reader = MarkdownIt("commonmark", {"html": False}).disable(_OFF).enable("strikethrough")
    reader.inline.ruler.after("text", "address", _address)
    return reader


def _address(state: StateInline, silent: bool) -> bool:
    """A bare address is taken whole: the signs in https://a.example/_b_ format nothing."""
    found = _ADDRESS.match(state.src, state.pos, state.posMax)
    if found is None or not _SCHEME.search(state.src, max(0, state.pos - 8), state.pos):
        return False
    # It may stand between such signs, too.
    whole = found[0].rstrip("_")
    if not silent:
        state.pending += whole
    state.pos += len(whole)
    return True


def _parts(tokens: Iterator[Token], until: str = "") -> Prose:
    parts: list[Part] = []
    for token in tokens:
        match token.type:
            case "paragraph_open":
                parts.append(paragraph(_leaves(next(tokens))))
            case "heading_open":
                parts.append(_bold(paragraph(_leaves(next(tokens)))))
            case "fence":
                # One word beside the fence names a language; more of them are words to be read.
                said = f"{token.info.strip()}\n" if len(token.info.split()) > 1 else ""
                parts.append(Code((said + token.content).removesuffix("\n")))
            case "hr":
                parts.append(Paragraph((Text("———"),)))
            case "blockquote_open":
                parts.append(Quote(_parts(tokens, "blockquote_close")))
            case "bullet_list_open":
                parts.append(Listing(tuple(_items(tokens, "bullet_list_close"))))
            case "ordered_list_open":
                start = token.attrGet("start")
                items = tuple(_items(tokens, "ordered_list_close"))
                parts.append(Listing(items, start=1 if start is None else int(start)))
            case closing if closing == until:
                break
    return tuple(parts)


def _items(tokens: Iterator[Token], until: str) -> Iterator[Prose]:
    for token in tokens:
        if token.type == until:
            return
        yield _parts(tokens, "list_item_close")


def _bold(heading: Paragraph) -> Paragraph:
    return paragraph(
        Link(leaf.address, leaf.label, leaf.styles | {Style.BOLD})
        if isinstance(leaf, Link)
        else Text(leaf.text, leaf.styles | {Style.BOLD})
        for leaf in heading.leaves
    )


def _leaves(inline: Token) -> list[Leaf]:
    leaves: list[Leaf] = []
    styles: list[Style] = []
    address: str | None = None
    label: list[str] = []
    for token in inline.children or []:
        kind, _, end = token.type.rpartition("_")
        if token.type == "link_open":
            address, label = str(token.attrGet("href") or ""), []
        elif token.type == "link_close":
            leaves.append(_link(address or "", "".join(label), frozenset(styles)))
            address = None
        elif kind in _STYLES:
            if end == "open":
                styles.append(_STYLES[kind])
            else:
                styles.remove(_STYLES[kind])
        elif token.type == "image" and address is None:
            leaves.append(_link(str(token.attrGet("src") or ""), token.content, frozenset(styles)))
        else:
            text = "\n" if token.type in ("softbreak", "hardbreak") else token.content
            if address is not None:
                label.append(text)
            elif token.type == "code_inline":
                leaves.append(Text(text, frozenset({*styles, Style.CODE})))
            else:
                leaves.append(Text(text, frozenset(styles)))
    return leaves


def _link(address: str, label: str, styles: frozenset[Style]) -> Leaf:
    if not address:
        return Text(label, styles)
    return Link(address, " ".join(label.split()) or address, styles)
