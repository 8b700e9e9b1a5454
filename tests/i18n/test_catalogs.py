"""Every sentence has its translations, and they say the same."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from bot.i18n import ENGLISH, LANGUAGES
from tests.i18n.sentences import BOT, SURFACES, fields_of, sentences, unsaid_in

OTHERS = [language for language in LANGUAGES if language != ENGLISH]


def catalog(language: str) -> dict[str, str]:
    text = resources.files("bot.i18n").joinpath(f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    missing = sorted(sentences() - catalog(language).keys())
    to_fill_in = "\n".join(f'{json.dumps(one, ensure_ascii=False)} = ""' for one in missing)
    assert not missing, f"bot/i18n/{language}.toml lacks:\n{to_fill_in}"


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    stale = sorted(catalog(language).keys() - sentences())
    assert not stale, f"bot/i18n/{language}.toml has these for nothing:\n" + "\n".join(stale)


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_its_sentences_fields_code_and_formatting(language: str) -> None:
    for english, other in catalog(language).items():
        assert other.strip(), english
        assert fields_of(other) == fields_of(english), (english, other)
        # Bold and italics of a whole part: as many, so that what is open is closed.
        for mark in "*_`":
            assert other.count(mark) % 2 == english.count(mark) % 2 == 0, (english, other)
        # Nothing that is live in Slack.
        assert not set("<>&@") & set(other), other


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_a_translation(language: str) -> None:
    """No sentence was left in English. Words such as „Ticket“ are the same in several languages."""
    same = {one for one, other in catalog(language).items() if one == other and len(one.split()) > 4}
    assert not same - {"Ticket #{number}, {status} since {time}"}


@pytest.mark.parametrize(
    "path",
    [path for folder in SURFACES for path in sorted((BOT / folder).rglob("*.py"))],
    ids=lambda path: str(Path(path).relative_to(BOT)),
)
def test_nothing_that_a_teammate_reads_is_only_english(path: Path) -> None:
    unsaid = [f"{path}:{line}: {text!r} reads like English: say it" for line, text in unsaid_in(path)]
    assert not unsaid, "\n".join(unsaid)


def test_german_says_du() -> None:
    """As Slack does. Within a sentence, “Sie” with a capital is nobody but the reader."""
    polite = re.compile(r"(?<![.:!?„*_] )(?<!^)\b(Sie|Ihnen|Ihre?[mnrs]?)\b")
    assert [other for other in catalog("de").values() if polite.search(other)] == []


@pytest.mark.parametrize(
    ("language", "english", "other"),
    [
        ("de", "conversation", "Unterhaltung"),
        ("es", "conversation", "conversaci"),
        ("fr", "conversation", "conversation"),
        ("de", "inbox", "Inbox"),
        ("es", "inbox", "bandeja"),
        ("fr", "inbox", "boîte"),
        ("ja", "inbox", "受信箱"),
    ],
)
def test_one_thing_has_one_name(language: str, english: str, other: str) -> None:
    """A reader who finds two names for it looks for two things."""
    about = {
        one: says
        for one, says in catalog(language).items()
        if re.search(rf"\b{english}", re.sub(r"\{.*?\}|`.*?`", "", one), re.IGNORECASE)
    }
    assert about
    assert [says for says in about.values() if other.casefold() not in says.casefold()] == []
