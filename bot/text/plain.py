"""Formatted words as plain text that reads well anywhere."""

from __future__ import annotations

from bot.text.addresses import spelled
from bot.text.tree import Code, Leaf, Link, Listing, Paragraph, Part, Prose, Quote, Style

_BULLETS = "•◦▪"
_INDENT = "    "


def plain(prose: Prose) -> str:
    """The words without their formatting: lists keep their marks, quotes their signs, links their address.

    Of the styles only struck-out words keep a sign, since without it they would say the opposite.
    """
    return _joined(prose, depth=0)


def _joined(parts: Prose, depth: int) -> str:
    pieces: list[str] = []
    before: Part | None = None
    for number, part in enumerate(parts):
        text = _part(part, depth)
        if number < len(parts) - 1:
            # The line that a list or a quote begins on is often typed at the end of what is before it.
            text = text.removesuffix("\n")
        if before is not None:
            pieces.append("\n\n" if isinstance(before, Paragraph) and isinstance(part, Paragraph) else "\n")
        pieces.append(text)
        before = part
    return "".join(pieces)


def _part(part: Part, depth: int) -> str:
    match part:
        case Paragraph(leaves):
            return "".join(map(_leaf, leaves))
        case Code(text):
            return text
        case Quote(parts):
            lines = _joined(parts, depth).removesuffix("\n").split("\n")
            return "\n".join(f"> {line}" if line else ">" for line in lines)
        case Listing(items, start):
            bullet = _BULLETS[min(depth, len(_BULLETS) - 1)]
            marks = [bullet if start is None else f"{start + at}." for at in range(len(items))]
            return "\n".join(
                f"{mark} {_joined(item, depth + 1)}".replace("\n", f"\n{_INDENT}")
                for mark, item in zip(marks, items, strict=True)
            )


def _leaf(leaf: Leaf) -> str:
    text = spelled(leaf.label, leaf.address) if isinstance(leaf, Link) else leaf.text
    if Style.STRIKE in leaf.styles and text.strip():
        core = text.strip()
        return text.replace(core, f"~{core}~", 1)
    return text
