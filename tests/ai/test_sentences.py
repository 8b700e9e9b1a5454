"""Summaries without a model, and the language they say they are in."""

import pytest

from bot.ai.interface import Summary
from bot.ai.language import guess, language_tag
from bot.ai.offline.sentences import extract, sentences

from .conftest import HANDED_BACK, chat

LONG = chat(
    "Hello there!",
    "I bought a tent last week. Yesterday the pole of the tent broke on our first hike.",
    ("ai", "I am sorry. Please send a photo."),
    "The weather was lovely, though.",
    "Can you send a new pole for the tent before Friday? I want to talk to a human.",
    ("teammate", "Let me look."),
    HANDED_BACK,
    "Thanks!",
)


def test_the_summary_is_three_of_the_customer_s_sentences_in_their_order() -> None:
    summary = extract(LONG)
    assert summary == Summary(
        subject="Can you send a new pole for the tent before Friday?",
        summary="I bought a tent last week. Yesterday the pole of the tent broke on our first hike. "
        "Can you send a new pole for the tent before Friday?",
        language="en",
    )


def test_a_wish_for_a_person_is_quoted_only_where_nothing_else_is_said() -> None:
    assert extract(chat("Hi!", "I want to talk to a human.")).summary == "Hi! I want to talk to a human."


def test_a_conversation_without_words_has_a_summary() -> None:
    expected = Summary("New conversation", "The customer has not written anything yet.", "en")
    assert extract(chat()) == extract(chat(("ai", "Hello!"), " \x00")) == expected


def test_the_subject_is_cut_at_a_word_and_the_summary_skips_what_does_not_fit() -> None:
    endless = "tent pole " * 80
    summary = extract(chat(f"{endless}. The tent pole broke."))
    assert summary.summary == "The tent pole broke."
    alone = extract(chat(endless))
    assert alone.subject == "tent pole " * 7 + "tent…"
    assert len(alone.summary) <= 600
    assert alone.summary.endswith("…")


def test_what_is_said_twice_is_quoted_once() -> None:
    assert extract(chat("Where is it?", "Where is it?")).summary == "Where is it?"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It is 10.30. Is v2.1 out? Yes!", ["It is 10.30.", "Is v2.1 out?", "Yes!"]),
        ('He said "no." Why?', ['He said "no."', "Why?"]),
        ("破れました。交換できますか？はい", ["破れました。", "交換できますか？", "はい"]),
        ("「だめ。」と言いました。", ["「だめ。」と言いました。"]),
        ("one\n\ntwo", ["one", "two"]),
        (" \n ", []),
    ],
)
def test_sentences_end_where_readers_think(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("text", "locale", "language"),
    [
        ("My boots are too small and I would like to return them", None, "en"),
        ("Meine Stiefel sind zu klein", None, "de"),
        ("Meine Stiefel sind zu klein", "de-AT", "de-AT"),
        ("Meine Stiefel sind zu klein", "en-US", "de"),
        ("Las botas me quedan pequeñas, ¿puedo cambiarlas?", None, "es"),
        ("Les bottes sont trop petites pour moi", None, "fr"),
        ("靴が小さいです", "en", "ja"),
        ("Stövlarna var alldeles trånga", "sv-SE", "sv-SE"),
        ("Сапоги малы", "en", "und"),
        ("Сапоги малы", "ru", "ru"),
        ("靴子太小了", "zh-Hant-TW", "zh-Hant-TW"),
        ("靴子太小了", None, "und"),
        ("", None, "und"),
        ("12345", "not a locale!", "und"),
    ],
)
def test_the_language_is_seen_in_the_text_or_taken_from_the_browser(
    text: str, locale: str | None, language: str
) -> None:
    assert guess(text, locale) == language


@pytest.mark.parametrize(
    ("claimed", "tag"), [("pt_BR", "pt-BR"), (" de ", "de"), ("x", "und"), ("de-<b>", "und"), (None, "und")]
)
def test_a_claimed_language_must_look_like_one(claimed: str | None, tag: str) -> None:
    assert language_tag(claimed) == tag


def test_what_was_settled_by_a_person_is_not_summarised_again() -> None:
    settled = chat("How long does shipping take?", HANDED_BACK, "My invoice is wrong.")
    assert extract(settled).summary == "My invoice is wrong."


def test_of_sentences_that_tell_as_much_the_subject_is_the_later() -> None:
    assert extract(chat("My tent broke.", ("ai", "Oh no."), "My stove leaks.")).subject == "My stove leaks."


@pytest.mark.parametrize(
    "since",
    ["Can I talk to a human about my invoice?", "I want to talk to a human.", "I want a person!"],
)
def test_a_second_ticket_is_not_about_what_the_first_was(since: str) -> None:
    """Who asks for a person again says why there is a ticket again, be it in few words."""
    summary = extract(chat("Where is my tent?", HANDED_BACK, "Hello?", since, "Thanks!"))
    assert "tent" not in summary.subject + summary.summary
    assert summary.summary == since


def test_the_language_is_the_one_of_what_is_summarised() -> None:
    again = extract(chat("Where is my tent? I ordered it last week.", HANDED_BACK, "Wo ist die Rechnung?"))
    assert (again.subject, again.language) == ("Wo ist die Rechnung?", "de")
