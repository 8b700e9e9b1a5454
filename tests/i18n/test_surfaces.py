"""Everything that a teammate sees, in every language: within Slack's limits, and all of it translated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bot.i18n import LANGUAGES, Catalog, number, said, speaking
from sandbox.content import block_limits
from tests.blocks.shown import checked, checked_modal
from tests.i18n.gallery import Gallery
from tests.i18n.sentences import refusals

# Slack's, in characters (docs.slack.dev/reference/block-kit).
LONGEST_LABEL = 75
LONGEST_TITLE = 24


class Marks(Mapping[str, str]):
    """Stands for a catalog: every sentence is itself between marks."""

    def __getitem__(self, sentence: str) -> str:
        return f"⟦{sentence}⟧"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["Maya", "W" * 300])
def test_everything_fits_in_every_language(language: str, words: str) -> None:
    gallery = Gallery(words)
    with speaking(language):
        for message in gallery.messages():
            for label in labels(checked(message)):
                assert len(label) <= LONGEST_LABEL, label
        for modal in gallery.modals():
            made = checked_modal(modal)
            for part in ("title", "submit", "close"):
                # Nothing can be submitted while the AI writes.
                assert len((made.get(part) or {"text": ""})["text"]) <= LONGEST_TITLE, made[part]
        for home in gallery.homes():
            assert block_limits.check(home["blocks"], surface="home") == []


def test_nothing_but_what_others_wrote_goes_untranslated() -> None:
    gallery = Gallery("1234")
    with speaking(Catalog("en", Marks())):
        shown = [
            *(message.arguments() for message in gallery.messages()),
            *(json.loads(json.dumps(modal.to_dict())) for modal in gallery.modals()),
            *gallery.homes(),
        ]
        for text in (text for one in shown for text in texts(one)):
            assert not unmarked(text), f"{unmarked(text)!r} in {text!r}"
        for kind in refusals():
            fields = dict.fromkeys(("number", "winner", "name", "limit", "why", "holder", "channel"), "1")
            assert kind(**fields).in_words() == f"⟦{kind.sentence().format(**fields)}⟧"


def test_a_refusal_is_put_into_words_where_it_is_read() -> None:
    from bot.desk.errors import NoSuchTicket

    error = NoSuchTicket(number="7")
    with speaking("de-DE"):
        assert error.in_words() == "Ticket #7 gibt es nicht."
    assert error.in_words() == str(error) == "There is no ticket #7."


@pytest.mark.parametrize(("language", "written"), [("en", "12,345"), ("de", "12.345"), ("ja", "12,345")])
def test_thousands_stand_apart_as_the_language_has_it(language: str, written: str) -> None:
    with speaking(language):
        assert number(12345) == written
        assert said("{count}", count=number(999)) == "999"


def labels(node: Any) -> Iterator[str]:
    """What buttons and menus are labelled."""
    if isinstance(node, list):
        for one in node:
            yield from labels(one)
    elif isinstance(node, dict):
        if node.get("type") == "button" or ("value" in node and "text" in node):
            yield node["text"]["text"]
        for one in node.values():
            yield from labels(one)


def texts(node: Any) -> Iterator[str]:
    """Everything that is read: the notification and all texts."""
    if isinstance(node, list):
        for one in node:
            yield from texts(one)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for one in node.values():
            yield from texts(one)


def unmarked(text: str) -> str:
    """What has letters and stands outside the marks, other than dates, mentions, links and our name."""
    depth, outside = 0, ""
    for character in re.sub(r"<[^⟦<>]*(?=[⟦>])>?|Bookbag", "", text):
        depth += (character == "⟦") - (character == "⟧")
        outside += character if depth == 0 and character != "⟧" else ""
    return " ".join(word for word in outside.split() if re.search(r"[A-Za-z]", word))
