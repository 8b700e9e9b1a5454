"""Formatted words as HTML that can do nothing but be read.

Safe by construction: the tags below, text escaped, and two attributes with a value of others' making: an
address that may be followed, and a list's first number. The chat window refuses anything else again.
"""

from __future__ import annotations

import re

from bot.text.addresses import may_be_followed, names_another_host, spelled
from bot.text.tree import Code, Leaf, Link, Listing, Paragraph, Part, Prose, Quote, Style

_TAGS = {Style.CODE: "code", Style.STRIKE: "s", Style.ITALIC: "em", Style.BOLD: "strong"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LARGEST_START = 999_999_999


def html(prose: Prose) -> str:
    """The words as HTML. A line break is `<br>`, and there is no white space that was not said."""
    return "".join(map(_part, prose))


def _part(part: Part) -> str:
    match part:
        case Paragraph(leaves):
            inside = _leaves(leaves)
            return f"<p>{inside}</p>" if inside else ""
        case Code(text):
            return f"<pre>{_escaped(text)}</pre>"
        case Quote(parts):
            return f"<blockquote>{html(parts)}</blockquote>"
        case Listing(items, start):
            inside = "".join(f"<li>{_item(item)}</li>" for item in items)
            if start is None:
                return f"<ul>{inside}</ul>"
            first = max(0, min(start, LARGEST_START))
            return f"<ol>{inside}</ol>" if first == 1 else f'<ol start="{first}">{inside}</ol>'


def _item(parts: Prose) -> str:
    if parts and isinstance(parts[0], Paragraph):
        return _leaves(parts[0].leaves) + html(parts[1:])
    return html(parts)


def _leaves(leaves: tuple[Leaf, ...]) -> str:
    return "".join(map(_leaf, leaves)).removesuffix("<br>")


def _leaf(leaf: Leaf) -> str:
    inside = _link(leaf) if isinstance(leaf, Link) else _broken(leaf.text)
    for style, tag in _TAGS.items():
        if inside and style in leaf.styles:
            inside = f"<{tag}>{inside}</{tag}>"
    return inside


def _link(link: Link) -> str:
    if not may_be_followed(link.address):
        return _broken(spelled(link.label, link.address))
    label = link.label if link.label.strip() else link.address
    href = f'href="{_escaped(link.address)}" rel="noopener noreferrer nofollow" target="_blank"'
    # A label that names another host must not be believed.
    truth = f" ({link.address})" if names_another_host(label, link.address) else ""
    return f"<a {href}>{_broken(label)}</a>{_broken(truth)}"


def _broken(text: str) -> str:
    return _escaped(text).replace("\n", "<br>")


def _escaped(text: str) -> str:
    text = _CONTROLS.sub("", text)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, entity)
    return text
