"""An AI's Markdown in the thread: formatted, inert, and never less than it said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.blocks.elements.message import ai_words, words
from bot.blocks.thread.entries import entry_message
from storage.records import Author, Conversation, Kind
from tests.blocks.shown import WORKSPACE, checked, conversations, entry, markdown


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def link(url: str, label: str | None = None, **style: bool) -> dict[str, Any]:
    return {"type": "link", "url": url, "text": label or url, **({"style": style} if style else {})}


def section(*leaves: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(leaves)}


def listing(*lines: dict[str, Any], style: str = "bullet", **more: int) -> dict[str, Any]:
    items = [section(one) for one in lines]
    return {"type": "rich_text_list", "style": style, "indent": 0, "elements": items, **more}


def shown(said: str) -> list[dict[str, Any]]:
    """The elements of the blocks that an AI's words become."""
    return [element for block in ai_words(said) for element in block.to_dict()["elements"]]


@pytest.mark.parametrize(
    ("said", "elements"),
    [
        ("**Hi** _you_", [section(text("Hi", bold=True), text(" "), text("you", italic=True))]),
        (
            "***both*** ~~no~~",
            [section(text("both", bold=True, italic=True), text(" "), text("no", strike=True))],
        ),
        ("run `a < b`", [section(text("run "), text("a < b", code=True))]),
        (
            "# Title\n\nand **x**",
            [section(text("Title", bold=True)), section(text("\nand "), text("x", bold=True))],
        ),
        ("- one\n- two", [listing(text("one"), text("two"))]),
        ("3. c\n4. d", [listing(text("c"), text("d"), style="ordered", offset=2)]),
        (
            "1. a\n   - b\n     - c\n2. d",
            [
                listing(text("a"), style="ordered"),
                listing(text("b"), indent=1),
                listing(text("c"), indent=2),
                listing(text("d"), style="ordered", offset=1),
            ],
        ),
        (
            "1. a\n\n   ```\n   x = 1\n   ```\n2. b",
            [
                listing(text("a"), style="ordered"),
                {"type": "rich_text_preformatted", "elements": [text("x = 1")]},
                listing(text("b"), style="ordered", offset=1),
            ],
        ),
        ("> q **b**", [{"type": "rich_text_quote", "elements": [text("q "), text("b", bold=True)]}]),
        ("> a\n>\n> - b", [{"type": "rich_text_quote", "elements": [text("a\n• b")]}]),
        ("```py\nif a:\n  b\n```", [{"type": "rich_text_preformatted", "elements": [text("if a:\n  b")]}]),
        # Where a link leads is always to be seen.
        ("<https://a.example/b>", [section(link("https://a.example/b"))]),
        (
            "[docs](https://a.example/b)",
            [section(link("https://a.example/b", "docs"), text(" (https://a.example/b)"))],
        ),
        ("[a.example](https://a.example/b)", [section(link("https://a.example/b", "a.example"))]),
        ("[www.a.example/x](https://a.example/b)", [section(link("https://a.example/b", "www.a.example/x"))]),
        (
            "[bank.example](https://evil.example)",
            [section(link("https://evil.example", "bank.example"), text(" (https://evil.example)"))],
        ),
        (
            "[a.example bank.example](https://a.example)",
            [section(link("https://a.example", "a.example bank.example"), text(" (https://a.example)"))],
        ),
        (
            "**[mail](mailto:a@b.example)**",
            [section(link("mailto:a@b.example", "mail", bold=True), text(" (mailto:a@b.example)"))],
        ),
        (
            "![a photo](https://a.example/b.png)",
            [section(link("https://a.example/b.png", "a photo"), text(" (https://a.example/b.png)"))],
        ),
        ("[x](//evil.example)", [section(text("x (//evil.example)"))]),
        ("[x](ftp://evil.example)", [section(text("x (ftp://evil.example)"))]),
        ("[x](https://bank.example@evil.example)", [section(text("x (https://bank.example@evil.example)"))]),
        ("[x](https://a.example%7C.evil.example)", [section(text("x (https://a.example%7C.evil.example)"))]),
        # Slack's signs are words.
        (
            "**<!channel>** <@U12345678> @here",
            [section(text("<!channel>", bold=True), text(" <@U12345678> @here"))],
        ),
        (
            "[<!here>](https://a.example)",
            [section(link("https://a.example", "<!here>"), text(" (https://a.example)"))],
        ),
        ("**a** &lt;!here&gt; &amp; <b>", [section(text("a", bold=True), text(" &lt;!here&gt; &amp; <b>"))]),
        ("**太字** です 👩🏽‍🚀", [section(text("太字", bold=True), text(" です 👩🏽‍🚀"))]),
        ("**שלום** my_var_name", [section(text("שלום", bold=True), text(" my_var_name"))]),
        (r"5 \* 3", [section(text("5 * 3"))]),
    ],
)
def test_how_it_looks(said: str, elements: list[dict[str, Any]]) -> None:
    assert shown(said) == elements


@pytest.mark.parametrize(
    "said",
    [
        "Hello", "One line\n  and an indented one\n\n\nand a gap", "<b>no</b> &amp; <!channel>",
        "2 * 3 * 4 = 24", "my_var_name", "https://a.example/_b_c", "[x](javascript:alert(1))",
        "[a]: https://evil.example", "   ", "",
        # Too long, too much and too far to be sure that Slack takes it.
        "**x** " * 1400, "- **x**\n" * 500, "1000. **x**", "**" + "x" * 3001 + "**",
        "🎉" * 2000 + " **x**",
    ],
)  # fmt: skip
def test_what_has_no_formatting_or_too_much_of_it_stays_to_the_letter(said: str) -> None:
    assert [block.to_dict() for block in ai_words(said)] == [block.to_dict() for block in words(said)]


def test_a_long_answer_takes_as_many_blocks_as_it_needs() -> None:
    blocks = ai_words("\n\n".join(["**x** " + "y" * 1000] * 7))
    assert len(blocks) == 4
    assert "".join(block.to_dict()["type"] for block in blocks) == "rich_text" * 4


@given(conversations(), markdown())
def test_whatever_it_says_is_inert_and_within_limits(conversation: Conversation, said: str) -> None:
    checked(entry_message(conversation, entry(Kind.MESSAGE, Author.AI, said)))


_MARKS = st.sampled_from(
    ["**", "_", "`", "~~", "\n- ", "\n  - ", "\n> ", "\n\n", "\n# ", "[", "]", "(", "\\", "<"]
)


@given(st.lists(st.one_of(st.from_regex(r"[a-zé字]{1,6}", fullmatch=True), _MARKS), max_size=20))
def test_no_word_of_it_is_lost_or_moved(pieces: list[str]) -> None:
    said = "".join(pieces)
    # The word beside a fence names a language, and is not shown.
    assume("~~~" not in said and "```" not in said)
    rendered = WORKSPACE.rendered({"blocks": [block.to_dict() for block in ai_words(said)]})
    if said.strip():
        assert re.findall(r"\w", said.replace("_", "")) == re.findall(r"\w", rendered.replace("_", ""))
