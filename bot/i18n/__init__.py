"""What teammates read, in their language.

The code holds the English sentence; `de.toml`, `es.toml`, `fr.toml` and `ja.toml` hold what stands for it in
other languages. What customers and teammates wrote themselves is never looked up here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import LiteralString

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de", "es", "fr", "ja")

# What stands between thousands.
_THOUSANDS = {"de": ".", "es": ".", "fr": "\u202f"}


@dataclass(frozen=True, slots=True)
class Catalog:
    """A language, and what stands for each English sentence in it."""

    language: str
    sentences: Mapping[str, str]


_ENGLISH = Catalog(ENGLISH, {})
_spoken: ContextVar[Catalog] = ContextVar("tongue", default=_ENGLISH)


def say(sentence: LiteralString, /, **fields: object) -> str:
    """The sentence in the language spoken here, its `{fields}` filled in; English where there is no other.

    A literal, so that a test can find every sentence and ask for its translations.
    """
    return said(sentence, **fields)


def said(sentence: str, /, **fields: object) -> str:
    """The same for a sentence that stands somewhere else, such as in an error's docstring."""
    found = _spoken.get().sentences.get(sentence, sentence)
    return found.format(**fields) if fields else found


def number(count: int) -> str:
    """A count with its thousands apart, as the language spoken here writes it."""
    return f"{count:,}".replace(",", _THOUSANDS.get(spoken(), ","))


def speak(locale: str | None) -> None:
    """From here on this task speaks that language: a locale as Slack writes it, `de-DE`."""
    _spoken.set(tongue_of(locale))


@contextmanager
def speaking(tongue: str | Catalog | None) -> Iterator[None]:
    """Speak that language for a while in this task. Locales of languages we do not know are English."""
    before = _spoken.set(tongue if isinstance(tongue, Catalog) else tongue_of(tongue))
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """The language spoken in this task, one of `LANGUAGES`."""
    return _spoken.get().language


def language_of(locale: str | None) -> str:
    """One of `LANGUAGES`."""
    language = (locale or ENGLISH).replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


def tongue_of(locale: str | None) -> Catalog:
    return _tongue(language_of(locale))


@cache
def _tongue(language: str) -> Catalog:
    if language == ENGLISH:
        return _ENGLISH
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Catalog(language, {english: str(other) for english, other in tomllib.loads(text).items()})
