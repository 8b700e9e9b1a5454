"""What teammates read, in their language.

The code holds the English sentence; `de.toml`, `es.toml`, `fr.toml` and `ja.toml` hold what stands for it in
other languages. What customers and teammates wrote themselves is never looked up here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import LiteralString

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de", "es", "fr", "ja")

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def say(sentence: LiteralString, /, **fields: object) -> str:
    """The sentence in the language spoken here, its `{fields}` filled in; English where there is no other.

    A literal, so that a test can find every sentence and ask for its translations.
    """
    return said(sentence, **fields)


def said(sentence: str, /, **fields: object) -> str:
    """The same for a sentence that stands somewhere else, such as in an error's docstring."""
    found = _sentences(spoken()).get(sentence, sentence)
    return found.format(**fields) if fields else found


@contextmanager
def speaking(locale: str | None) -> Iterator[None]:
    """Speak that language in this task: a locale as Slack writes it, `de-DE`. Unknown ones are English."""
    before = _spoken.set(language_of(locale))
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """The language spoken in this task, one of `LANGUAGES`."""
    return _spoken.get()


def language_of(locale: str | None) -> str:
    """One of `LANGUAGES`."""
    language = (locale or ENGLISH).replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


@cache
def _sentences(language: str) -> dict[str, str]:
    if language == ENGLISH:
        return {}
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {english: str(other) for english, other in tomllib.loads(text).items()}
