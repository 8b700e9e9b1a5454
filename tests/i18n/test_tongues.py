"""Which language is spoken, and that what is not translated is said in English."""

from __future__ import annotations

import asyncio

import pytest

from bot.i18n import language_of, say, speaking, spoken


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de-DE", "de"), ("fr_CA", "fr"), ("ja", "ja"), ("pt-BR", "en"), (None, "en"), ("", "en")],
)
def test_a_locale_names_its_language(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


def test_a_sentence_without_a_translation_is_english() -> None:
    with speaking("ja-JP"):
        assert say("Nobody has ever said this about {name}.", name="{Ana}") == (
            "Nobody has ever said this about {Ana}."
        )


async def test_two_tasks_speak_their_own_language() -> None:
    async def hear(locale: str) -> str:
        with speaking(locale):
            await asyncio.sleep(0)
            return spoken()

    assert [*await asyncio.gather(hear("de"), hear("fr"))] == ["de", "fr"]
    assert spoken() == "en"
