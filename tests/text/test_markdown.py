"""An AI's Markdown as the customer reads it: formatted, and unable to do anything."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.html import html
from bot.text.markdown import LONGEST, markdown, markdown_as_html
from bot.text.plain import plain
from tests.blocks.shown import markdown as hostile_markdown
from tests.clocks import processor_time
from tests.text.markup import checked

A = 'rel="noopener noreferrer nofollow" target="_blank"'


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("**Hi** _you_ ~~no~~", "<p><strong>Hi</strong> <em>you</em> <s>no</s></p>"),
        ("***a*** `b < c`", "<p><strong><em>a</em></strong> <code>b &lt; c</code></p>"),
        ("# Title\ntext", "<p><strong>Title</strong></p><p>text</p>"),
        ("**a**\nb\n\nc", "<p><strong>a</strong><br>b</p><p>c</p>"),
        ("- a\n  - b\n    1. c\n- d", "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>"),
        ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("1. a\n\n   b\n2. c", "<ol><li>a<p>b</p></li><li>c</li></ol>"),
        ("> a\n> > b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"),
        ("```html\n<b>\n  &lt;\n```", "<pre>&lt;b&gt;\n  &amp;lt;</pre>"),
        ("```not a language\nx\n```", "<pre>not a language\nx</pre>"),
        ("a\n\n---\n\n**b**", "<p>a</p><p>———</p><p><strong>b</strong></p>"),
        (
            "[docs](https://a.example/?b=1&c=2)",
            f'<p><a href="https://a.example/?b=1&amp;c=2" {A}>docs</a></p>',
        ),
        ("[**a** `b`](https://a.example)", f'<p><a href="https://a.example" {A}>a b</a></p>'),
        (
            "**<a@b.example>**",
            f'<p><strong><a href="mailto:a@b.example" {A}>a@b.example</a></strong></p>',
        ),
        ("[call](tel:+49)", f'<p><a href="tel:+49" {A}>call</a></p>'),
        ("![a cat](https://a.example/c.png)", f'<p><a href="https://a.example/c.png" {A}>a cat</a></p>'),
        (
            "[bank.example](https://evil.example)",
            f'<p><a href="https://evil.example" {A}>bank.example</a> (https://evil.example)</p>',
        ),
        ("[x](//evil.example) **y**", "<p>x (//evil.example) <strong>y</strong></p>"),
        ("[x](/path) **y**", "<p>x (/path) <strong>y</strong></p>"),
        ("[x](javascript:alert(1)) **y**", "<p>[x](javascript:alert(1)) <strong>y</strong></p>"),
        ("**<script>alert(1)</script>**", "<p><strong>&lt;script&gt;alert(1)&lt;/script&gt;</strong></p>"),
        ("<img src=x onerror=y> *z*", "<p>&lt;img src=x onerror=y&gt; <em>z</em></p>"),
        ("&lt;b&gt; &copy; **x**", "<p>&amp;lt;b&amp;gt; &amp;copy; <strong>x</strong></p>"),
        (r"5 \* 3", "<p>5 * 3</p>"),
        ("_https://a.example/_b_c_", "<p><em>https://a.example/_b_c</em></p>"),
        ("**https://a.example/_b_**", "<p><strong>https://a.example/_b_</strong></p>"),
        ("**太字** です", "<p><strong>太字</strong> です</p>"),
        ("**שלום** 👩🏽‍🚀 my_var_name", "<p><strong>שלום</strong> 👩🏽‍🚀 my_var_name</p>"),
        ("**a** \"b\" 'c'", "<p><strong>a</strong> &quot;b&quot; 'c'</p>"),
    ],
)
def test_how_it_is_shown(said: str, shown: str) -> None:
    assert markdown_as_html(said) == shown
    checked(shown)


@pytest.mark.parametrize(
    "said",
    [
        "", "  ", "Hello", "a\nb\n\n\nc", "    indented", "Total\n---x", "<b>not bold</b>", "2 * 3 * 4",
        "my_var_name", "https://a.example/_x_/__y__", "[a]: https://a.example", "&copy; &lt;", "#hashtag",
        "1.5 and 2.", "x" * (LONGEST + 1), "**x** " * LONGEST,
    ],
)  # fmt: skip
def test_what_has_no_formatting_is_text_alone(said: str) -> None:
    assert markdown_as_html(said) is None


@pytest.mark.parametrize(
    ("said", "reads"),
    [
        ("a\n\nb", "a\n\nb"),
        ("Steps:\n\n1. a\n   - b\n   - c\n2. d\n\nDone", "Steps:\n1. a\n    ◦ b\n    ◦ c\n2. d\nDone"),
        ("> a\n>\n> b\n\nc", "> a\n>\n> b\nc"),
        ("~~9 €~~ **7 €**", "~9 €~ 7 €"),
        ("[a](https://a.example) `b`", "a (https://a.example) b"),
        ("```\na\n  b\n```", "a\n  b"),
    ],
)
def test_how_it_reads_without_formatting(said: str, reads: str) -> None:
    prose = markdown(said)
    assert prose is not None
    assert plain(prose) == reads


@given(hostile_markdown())
def test_whatever_it_says_can_do_nothing(said: str) -> None:
    prose = markdown(said)
    assert prose is not None
    text, _ = checked(html(prose))
    letters = "".join(re.findall(r"\w", plain(prose)))
    # All that the plain text says beyond the formatted one are addresses and lists' numbers.
    assert len("".join(re.findall(r"\w", text))) <= len(letters) or "(" in text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_raises(said: str) -> None:
    checked(markdown_as_html(said) or "")


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "](",
        "*",
        "**a ",
        "_a*",
        "`",
        "> ",
        "- ",
        "1. ",
        "<",
        "[a](",
        "~~a",
        "\\",
        "***a _b_ ",
        "[a][",
        "((",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    said = (piece * LONGEST)[:LONGEST]
    with processor_time(less_than=2):
        checked(markdown_as_html(said) or "")
