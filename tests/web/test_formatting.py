"""What the API gives of an entry's formatting."""

from __future__ import annotations

from typing import Any

import pytest

from storage.records import Author, Kind

from .house import ANA, Chat, House


async def written(house: House, chat: Chat, kind: Kind, author: Author, text: str, **data: Any) -> None:
    person = ANA if author is Author.TEAMMATE else None
    await house.database.write(
        lambda tx: tx.ledger.add(chat.id, kind, author, text, person=person, data=data)
    )


async def test_an_ais_markdown_is_given_as_html_beside_its_text(chat: Chat) -> None:
    await chat.ai_says("**Hi** <b>you</b>")
    await chat.ai_says("Hi")
    formatted, bare = await chat.entries()
    assert formatted["text"] == "**Hi** <b>you</b>"
    assert formatted["html"] == "<p><strong>Hi</strong> &lt;b&gt;you&lt;/b&gt;</p>"
    assert "html" not in bare


async def test_a_customers_words_have_no_formatting(chat: Chat) -> None:
    await chat.say("**Hi** [x](https://a.example)")
    (said,) = await chat.entries()
    assert "html" not in said


async def test_a_teammates_message_and_its_edits_have_theirs(house: House, chat: Chat) -> None:
    await written(house, chat, Kind.MESSAGE, Author.TEAMMATE, "Hi", html="<p><em>Hi</em></p>")
    await written(house, chat, Kind.EDIT, Author.TEAMMATE, "Ho", target=1, html="<p><em>Ho</em></p>")
    await written(house, chat, Kind.EDIT, Author.TEAMMATE, "**Hu**", target=1)
    async with chat.stream(after=0) as stream:
        streamed = [event.entry for event in await stream.events(3)]
    assert streamed == await chat.entries()
    # Who reads it again finds the last words everywhere, and the formatting that belongs to them.
    assert [(entry["text"], entry.get("html")) for entry in streamed] == [("**Hu**", None)] * 3
    await written(house, chat, Kind.EDIT, Author.TEAMMATE, "He", target=1, html="<p><s>He</s></p>")
    assert [entry["html"] for entry in await chat.entries()] == ["<p><s>He</s></p>"] * 4
    await written(house, chat, Kind.RETRACT, Author.TEAMMATE, "", target=1)
    assert [(entry["text"], entry.get("html")) for entry in await chat.entries()] == [("", None)] * 5


async def test_an_edit_is_streamed_with_its_formatting(house: House, chat: Chat) -> None:
    async with chat.stream(after=0) as stream:
        await written(house, chat, Kind.MESSAGE, Author.TEAMMATE, "Hi", html="<p><em>Hi</em></p>")
        assert (await stream.event()).entry["html"] == "<p><em>Hi</em></p>"
        await written(house, chat, Kind.EDIT, Author.TEAMMATE, "Ho", target=1, html="<p><em>Ho</em></p>")
        edit = await stream.event()
        assert (edit.name, edit.entry["text"], edit.entry["html"]) == ("edit", "Ho", "<p><em>Ho</em></p>")


@pytest.mark.parametrize(
    ("kind", "author", "html"),
    [
        (Kind.MESSAGE, Author.CUSTOMER, "<p>x</p>"),
        (Kind.MESSAGE, Author.SYSTEM, "<p>x</p>"),
        (Kind.RETRACT, Author.TEAMMATE, "<p>x</p>"),
        (Kind.MESSAGE, Author.TEAMMATE, {"p": "x"}),
        (Kind.MESSAGE, Author.TEAMMATE, ""),
    ],
)
async def test_nothing_else_has_any(
    house: House, chat: Chat, kind: Kind, author: Author, html: object
) -> None:
    await written(house, chat, kind, author, "x", html=html, target=1)
    (entry,) = await chat.entries()
    assert "html" not in entry
