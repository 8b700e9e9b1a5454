"""The ways to read a head that is spelled oddly: letters spaced or held down, slips, digits for letters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from bot.slack.text.markers.folding import is_slip_of
from bot.slack.text.markers.words.spaced import LANGUAGES

_SPACED = re.compile(r"[^\W\d_](?:[ .·*_-][^\W\d_]){3,}(?![^\W_])")
_WORD = re.compile(r"[^\W_]+")
# A letter held down, and how umlauts are typed where a keyboard has none.
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_UMLAUT = re.compile(r"(?<![aeoqu])([aou])e")
_DIGITS = str.maketrans("01345", "oieas")


def readings(head: str) -> Iterable[str]:
    """The head as it is, and each other way to read it."""
    yield head
    closed = _SPACED.sub(lambda letters: re.sub(r"[ .·*_-]", "", letters[0]), head, count=1)
    if closed != head:
        yield closed
    for plain in (_STRETCHED.sub(r"\1", head), _UMLAUT.sub(r"\1", head)):
        if plain != head:
            yield plain
    mended = _mended(head)
    if mended != head:
        yield mended


def _mended(head: str) -> str:
    """The head with its first words as they were meant, where a slip or a digit for a letter is in them."""
    pieces: list[str] = []
    end = 0
    for number, word in enumerate(_WORD.finditer(head)):
        if number == 3:
            break
        pieces += [head[end : word.start()], _meant(word[0])]
        end = word.end()
    return "".join([*pieces, head[end:]])


@cache
def _known() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    def words(part: str) -> frozenset[str]:
        return frozenset(word for language in LANGUAGES for word in getattr(language, part))

    return words("long"), words("short"), words("no_slips")


@lru_cache(maxsize=4096)
def _meant(word: str) -> str:
    long, short, real = _known()
    if len(word) > 14 or word in real or word in long or word in short:
        return word
    if any(letter.isdigit() for letter in word) and not word.isdigit():
        word = word.translate(_DIGITS)
    if len(word) >= 4:
        for meant in long:
            if meant[0] in word[:2] and is_slip_of(word, meant):
                return meant
    for meant in short:
        swapped_or_doubled = sorted(word) == sorted(meant) or (
            len(word) == len(meant) + 1 and re.sub(r"(.)\1", r"\1", word) == meant
        )
        if swapped_or_doubled and is_slip_of(word, meant):
            return meant
    return word
