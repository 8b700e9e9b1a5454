"""What a teammate typed, as the customer reads it, and for whom it was meant. Nothing is sent in doubt."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.desk.replies.thread_messages import Intent
from bot.slack.text.from_slack import mentioned_users, read
from tests.clocks import processor_time

NAMES = {"U012ANA": "Ana García", "W012BEN": "Ben & Jerry"}
FOR_CUSTOMER, NOTE, UNCLEAR, NOTHING = Intent.FOR_CUSTOMER, Intent.NOTE, Intent.UNCLEAR, Intent.NOTHING


@pytest.mark.parametrize(
    "typed",
    [
        "note: he is angry", "Note: x", "NOTE : x", "note:x", " \n note: x", "note\uff1a x", "ｎｏｔｅ: x",
        "*note:* x", "*note*: x", "_note_: x", "~note~: x", "`note:` x", "`note`: x", "```note: x```",
        "*_note_*: x", "_*note:*_ x", "&gt; note: x", "&gt;note: x", "• note: x", "- note: x", "1) // x",
        "“note:” x", "\"note:\" x", "(note: x)", "[note: x]", ":lock: note: x", "🔒 note: x",
        ":company-logo: note: x", ":note: x", "\u200bnote: x", "n\u200bote: x", "\u202anote: x", "\ufeff//x",
        "// x", "//x", "  // x", "*//* x", "／／ x", "> // x", "&gt; // x", "`// x`", "///x", "- // x",
        "<https://x.example|note:> x", "<@U012ANA> can you look?", "<@U012ANA|ana>: look", "*<@U012ANA>* x",
        "&gt; <@U012ANA> x", ":wave: <@U012ANA> x", "<@W012BEN>", "<!here> x", "<!channel>", "<!everyone> x",
        "<!subteam^S0123|@support> x", "<!subteam^S0123> x", "• <!here|here> x", "<@U999STRANGER> x",
        "&gt; they say hi\nnote: x", "&gt; they say hi\n&gt; bye\n\n<@U012ANA> look", ":one: note: x",
    ],
)  # fmt: skip
def test_a_note_is_a_note_in_every_disguise(typed: str) -> None:
    if typed.startswith("1)"):
        # A number may be the answer itself: this one is not a note, and its reader sees it as typed.
        assert read(typed, names=NAMES).text == typed
        return
    assert read(typed, names=NAMES).intent is NOTE
    assert read(typed, names=NAMES, has_files=True).intent is NOTE


@pytest.mark.parametrize(
    "typed",
    [
        "noted: your order", "denote: x", "Note that we close", "please note: we close at 5 today",
        "We are open 9//5", "http://example.com", "https://example.com/a//b", "<https://example.com>",
        "<https://example.com|https://example.com>", "10:30:45", "a / b", "/ x",
        "*Hello* there", "&gt; quote", "5 &lt; 6 &amp; 7", "<mailto:a@b.example|a@b.example>",
        "a@b.example", "x@y", "Price: 5€ @ 3%",
    ],
)  # fmt: skip
def test_what_is_plainly_for_the_customer_is_sent(typed: str) -> None:
    assert read(typed, names=NAMES).intent is FOR_CUSTOMER


@pytest.mark.parametrize(
    "typed",
    [
        "Let me ask <@U012ANA>", "ok <!here>", "thanks, <!subteam^S0123>", "cc <!channel|channel>",
        "`code <@U012ANA>`",
        "&lt;@U012ANA&gt;", "I'll ask @ben", "@ben is this right?", "&gt; x\n@here", "x (@ana)",
        "see <https://acme.slack.com/archives/C1/p1>", "https://acme.slack.com/archives/C1/p1",
        "slack://x is it", "see <#C0123|general>", "see <#C0123>", "Notes: none",
    ],
)  # fmt: skip
def test_a_mention_or_the_like_further_in_is_held_even_where_slack_did_not_recognise_it(typed: str) -> None:
    assert read(typed, names=NAMES).intent is UNCLEAR


@pytest.mark.parametrize(
    "typed", ["", " ", "\n", "\t \n", "\u200b", "\u200d\ufeff", "\u2060 \u3164", "\u2800", "\u0301", "\ufe0f"]
)
def test_a_message_without_words_is_sent_only_for_its_files(typed: str) -> None:
    assert read(typed, names={}).intent is NOTHING
    assert read(typed, names={}, has_files=True).intent is FOR_CUSTOMER


@pytest.mark.parametrize(
    ("typed", "reads"),
    [
        # Entities are undone once, and only Slack's three.
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&amp;amp;", "&amp;"),
        ("&copy; &nbsp; &#39;", "&copy; &nbsp; &#39;"),
        ("&lt;@U012ANA&gt;", "<@U012ANA>"),
        # People, groups, channels, dates: names where there are any, never ids.
        ("ask <@U012ANA>", "ask @Ana García"),
        ("ask <@U012ANA|ana>", "ask @Ana García"),
        ("ask <@W012BEN>", "ask @Ben & Jerry"),
        ("ask <@U0STRANGER>", "ask @teammate"),
        ("ask <@U0STRANGER|bob>", "ask @teammate"),
        ("<!subteam^S0123|@support>", "@support"),
        ("<!subteam^S0123>", "@team"),
        ("<!here>", "@here"),
        ("<!here|here>", "here"),
        ("<!everyone>", "@everyone"),
        ("see <#C0123|general>", "see #general"),
        ("see <#C0123>", "see #channel"),
        ("see <#C0123|>", "see #channel"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        # Links: the address is never lost, and never said twice.
        ("<https://example.com>", "https://example.com"),
        ("<https://example.com|https://example.com>", "https://example.com"),
        ("<http://example.com|example.com>", "http://example.com"),
        ("<https://example.com/|example.com>", "https://example.com/"),
        ("<https://example.com/where-is|here>", "here (https://example.com/where-is)"),
        ("<https://evil.example|https://bank.example>", "https://bank.example (https://evil.example)"),
        ("<https://example.com/?a=1&amp;b=2>", "https://example.com/?a=1&b=2"),
        ("<https://example.com|A &amp; B>", "A & B (https://example.com)"),
        ("<https://example.com?q=%7C|a|b>", "a|b (https://example.com?q=%7C)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<mailto:a@b.example|Write to us>", "Write to us (a@b.example)"),
        ("<tel:+491234|+49 1234>", "+49 1234 (+491234)"),
        ("<tel:+491234>", "+491234"),
        # Addresses within Slack stay there, linked or typed.
        ("see <https://acme.slack.com/archives/C1/p1>", "see link for the team"),
        ("see <https://acme.slack.com/archives/C1/p1|this>", "see this"),
        (
            "see <https://acme.slack.com/archives/C1/p1|https://acme.slack.com/archives/C1/p1>",
            "see link for the team",
        ),
        ("`acme.slack.com/team/U012ANA` :wave:", "`link for the team` 👋"),
        ("see <slack://user?team=T1&amp;id=U1|me>", "see me"),
        ("<https://slack.com/help/1> slack.com", "https://slack.com/help/1 slack.com"),
        # Emoji.
        ("thanks :wave:", "thanks 👋"),
        (":wave::skin-tone-3:", "👋🏼"),
        (":+1::skin-tone-6::tada:", "👍🏿🎉"),
        (":people_holding_hands::skin-tone-2-3:", "🧑🏻‍🤝‍🧑🏼"),
        (":flag-de: :de: :-1:", "🇩🇪 🇩🇪 👎"),
        # A workspace's own, of which nobody outside sees the picture.
        (":company-logo: :parrot_dance:", "(company logo) (parrot dance)"),
        (":company-logo::skin-tone-3:", "(company logo)"),
        ("so :bookbag-blue::tada::yay_2: it is", "so (bookbag blue)🎉(yay 2) it is"),
        (
            "`:bookbag-blue:` ```:bookbag-blue:``` :bookbag-blue:",
            "`:bookbag-blue:` ```:bookbag-blue:``` (bookbag blue)",
        ),
        ("done:white_check_mark:", "done✅"),
        ("ありがとう:smile:ね", "ありがとう😄ね"),
        ("👋 typed", "👋 typed"),
        # Colons that are no emoji.
        ("at 10:30:45 or 10:100:20", "at 10:30:45 or 10:100:20"),
        ("at :10:30: and :45:, :-:, :q9:", "at :10:30: and :45:, :-:, :q9:"),
        ("user:id:5 a:b:c std::x::y", "user:id:5 a:b:c std::x::y"),
        ("`x :smile: y` :smile:", "`x :smile: y` 😄"),
        ("```a:\n  :id: 5 &lt;b&gt;```", "```a:\n  :id: 5 <b>```"),
        ("it costs 5` and :tada:", "it costs 5` and 🎉"),
        # The rest stays to the letter.
        ("*bold* _it_ ~no~", "*bold* _it_ ~no~"),
        ("  two  spaces\n\nand lines\t", "  two  spaces\n\nand lines\t"),
        ("&gt; quoted\nand more", "> quoted\nand more"),
        ("$name {braces} %s \\n", "$name {braces} %s \\n"),
        ("http://", "http://"),
    ],
)
def test_how_it_reads(typed: str, reads: str) -> None:
    assert read(typed, names=NAMES).text == reads


def test_the_users_to_be_named_are_found() -> None:
    assert mentioned_users("<@U1A> <@W2B|ben> <#C3> <!subteam^S4> &lt;@U5&gt; <@U1A>") == {"U1A", "W2B"}


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
)
_IDS = st.sampled_from(["U0SECRET1", "W0SECRET2", "U0SECRET3"])
_LABELS = st.sampled_from(["", "|", "|label", "|@label", "|a &amp; b", "|a|b"])
_ADDRESSES = st.sampled_from(
    ["https://x.example", "mailto:a@b.c", "tel:1", "https://a.slack.com/archives/C0SECRET6/p1"]
)
_TOKENS = st.one_of(
    st.builds("<@{}{}>".format, _IDS, _LABELS),
    st.builds("<!subteam^S0SECRET4{}>".format, _LABELS),
    st.builds("<#C0SECRET5{}>".format, _LABELS),
    st.builds("<!{}{}>".format, st.sampled_from(["here", "channel", "everyone", "date^1^{date}"]), _LABELS),
    st.builds("<{}{}>".format, _ADDRESSES, _LABELS),
)
_MARKS = st.sampled_from(["`", "```", ":", ":smile:", "::", "*", "//", "note:", "\n", " ", "&amp;", "@"])
_TYPED = st.lists(st.one_of(_WORDS, _TOKENS, _MARKS), max_size=12).map("".join)


@given(_TYPED, st.booleans())
def test_no_message_of_slacks_leaks_an_id_or_makes_a_mention(typed: str, has_files: bool) -> None:
    reading = read(typed, names={"U0SECRET1": "Ana"}, has_files=has_files)
    assert "SECRET" not in reading.text
    if "&lt;@" not in typed and "&lt;<" not in typed:
        assert "<@" not in reading.text
    if re.search(r"<(?:@|!subteam|!here|!channel|!everyone)", typed):
        assert reading.intent is not FOR_CUSTOMER


@given(st.text(max_size=200), st.booleans())
@example("<@U1", False)
@example("<@U1<@U2>>", False)
@example("<>", False)
@example("<|>", False)
@example("<!>", False)
def test_reading_never_raises_whatever_comes(text: str, has_files: bool) -> None:
    reading = read(text, names={}, has_files=has_files)
    assert isinstance(reading.text, str)


@pytest.mark.parametrize(
    "text",
    [
        ":_:" * 10_000, "_" * 40_000, "note" + " " * 40_000, "`" * 40_000, "<" * 40_000, "&gt;" * 10_000,
        ":" * 40_000, ":a" * 20_000, "note" * 10_000, "```" + "`a" * 15_000, "<@U1" * 10_000, "@" * 40_000,
    ],
)  # fmt: skip
def test_no_text_takes_long_to_read(text: str) -> None:
    with processor_time(less_than=2):
        read(text, names={})
