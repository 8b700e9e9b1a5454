"""Words of a text, and which of many texts a question is about (BM25), also in Japanese and Chinese."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.ai.offline.stopwords import ALL_STOP_WORDS

_K1, _B = 1.2, 0.75  # the usual constants of BM25: how soon repetition and length stop counting
_LATIN_MARKS = re.compile(r"[\u0300-\u036f]")
_CJK = r"\u30a0-\u30ff\u3400-\u9fff\uf900-\ufaff々"
# Hiragana separates: in Japanese it is what endings and particles are written in.
_WORD = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}\u3040-\u309f]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_SUFFIX = re.compile(r"(?:ations?|ments?|ings?|ungen|ung|ies|ied|ers?|en|ed|es|ly|[sye])$")
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")


def fold(text: str) -> str:
    """Make the same what people take for the same: case, width, Latin accents ("Größe" → "grosse")."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", decomposed))


def words(text: str) -> list[str]:
    """Return the words that carry meaning, folded and crudely stemmed; kanji and katakana in pairs."""
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        if _IS_CJK.match(word):
            found += [a + b for a, b in pairwise(word)] or [word]
        elif word not in ALL_STOP_WORDS:
            found.append(_stem(word))
    return found


def _stem(word: str) -> str:
    for _ in range(2):  # delivered → deliver → deliv, where "deliver" ends too
        shorter = _DOUBLED.sub(r"\1", _SUFFIX.sub("", word))
        if len(shorter) < 3:
            break
        word = shorter
    return word


@dataclass(frozen=True, slots=True)
class Hit:
    """How well one text fits. `coverage`, 0–1, is how much of the question's weight occurs in the text."""

    position: int
    score: float
    coverage: float


class Index:
    """Finds texts by their words. Immutable; safe to share."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(words(text)) for text in texts]
        self._lengths = [counts.total() for counts in self._counts]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(self._lengths)))
        self._holders = Counter(word for counts in self._counts for word in counts)

    def search(self, question: str) -> list[Hit]:
        """Return the texts that share a word with the question, best first; ties in the texts' order."""
        asked = {word: self._rarity(word) for word in words(question)}
        total = sum(asked.values())
        hits = []
        for position, counts in enumerate(self._counts):
            shared = asked.keys() & counts.keys()
            if shared:
                # fsum, because a set's order differs between runs and addition of floats does not commute
                score = math.fsum(asked[word] * self._frequency(counts[word], position) for word in shared)
                coverage = math.fsum(asked[word] for word in shared) / total
                hits.append(Hit(position, score, coverage))
        return sorted(hits, key=lambda hit: (-hit.score, hit.position))

    def _rarity(self, word: str) -> float:
        holders = self._holders[word]
        return math.log(1 + (len(self._counts) - holders + 0.5) / (holders + 0.5))

    def _frequency(self, count: int, position: int) -> float:
        length = 1 - _B + _B * self._lengths[position] / self._mean
        return count * (_K1 + 1) / (count + _K1 * length)
