"""Which language a customer writes in, as far as a browser's hint and a few words tell."""

import re
import unicodedata

from bot.ai.interface import UNDETERMINED
from bot.ai.offline.stopwords import STOP_WORDS
from bot.ai.search import fold

_TAG = re.compile(r"(?=.{2,35}$)[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_KANA = re.compile(r"[\u3041-\u30fa]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_MUCH = 4  # words; fewer are a name or an "ok" in any language
_ENOUGH = 2_000  # characters; more tell nothing new


def language_tag(claimed: str | None) -> str:
    """Return a claimed BCP 47 tag if it has the shape of one, else "und". `_` is read as `-`."""
    tag = (claimed or "").strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else UNDETERMINED


def guess(text: str, locale: str | None = None, *, least: int = 1) -> str:
    """Return "en", "de", "es", "fr" or "ja" if the text shows it, else the locale if it may be, else "und".

    A locale that agrees with the text is returned whole ("de-AT"). One in Latin letters is not believed
    about a text in another script. `least`: how many words must show it, in Latin letters.
    """
    hint = language_tag(locale)
    seen = _from_text(text[:_ENOUGH], least)
    if seen is None:
        foreign = hint.split("-")[0].lower() in STOP_WORDS and not _mostly_latin(text[:_ENOUGH])
        return UNDETERMINED if foreign else hint
    return hint if hint.lower().split("-")[0] == seen else seen


def known_language(text: str, locale: str | None = None) -> str | None:
    """The language of a text (ISO 639-1), if two words show it, or else the locale. An "ok" is in none."""
    found = guess(text, locale, least=2).split("-")[0].lower()
    return None if found == UNDETERMINED else found


def may_differ(text: str, language: str, locale: str | None = None) -> bool:
    """Whether a text may be in another language than this one (ISO 639-1). In doubt yes, if it says much."""
    seen = guess(text).split("-")[0].lower()
    if seen != UNDETERMINED:
        return seen != language
    if not any(char.isalpha() for char in text):
        return False
    hint = language_tag(locale).split("-")[0].lower()
    much = len(_WORD.findall(text[:_ENOUGH])) >= _MUCH or not _mostly_latin(text[:_ENOUGH])
    return much or hint not in (UNDETERMINED, language)


def _from_text(text: str, least: int) -> str | None:
    if _KANA.search(text):
        return "ja"
    found = _WORD.findall(fold(text))
    hits = {name: sum(word in stops for word in found) for name, stops in STOP_WORDS.items()}
    best, second = sorted(hits.values(), reverse=True)[:2]
    return max(hits, key=hits.__getitem__) if best > second and best >= least else None


def _mostly_latin(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
    return 2 * latin >= len(letters)
