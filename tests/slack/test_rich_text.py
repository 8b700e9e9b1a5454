"""What a teammate composed, as the customer reads it: in plain words and with its formatting."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.replies.thread_messages import Intent
from bot.slack.inbound.events import Posted, thread_event
from bot.slack.text.from_slack import mentioned_users, read
from sandbox import Workspace
from tests.clocks import processor_time
from tests.slack.composed import (
    Node,
    broadcast,
    bullets,
    channel,
    color,
    date,
    emoji,
    fence,
    group,
    link,
    message,
    numbers,
    quote,
    section,
    team,
    text,
    user,
)
from tests.text.markup import checked

NAMES = {"U012ANA": "Ana García", "W012BEN": "Ben & Jerry", "C012OPEN": "help", "S012SUP": "support"}
FOR_CUSTOMER, NOTE, UNCLEAR, NOTHING = Intent.FOR_CUSTOMER, Intent.NOTE, Intent.UNCLEAR, Intent.NOTHING
A = 'rel="noopener noreferrer nofollow" target="_blank"'


@pytest.mark.parametrize(
    ("elements", "reads", "shown"),
    [
        ([section("Hello")], "Hello", None),
        ([section("  two  spaces\n\nand lines\t")], "  two  spaces\n\nand lines\t", None),
        ([section("a", text(" & <b>"))], "a & <b>", None),
        ([section("*typed* my_var_name ~x~ `y`")], "*typed* my_var_name ~x~ `y`", None),
        ([section(":smile: 10:30:45 &copy;")], ":smile: 10:30:45 &copy;", None),
        # Styles.
        (
            [section(text("a", "bold"), " ", text("b", "italic"), " ", text("c", "bold", "italic"))],
            "a b c",
            "<p><strong>a</strong> <em>b</em> <strong><em>c</em></strong></p>",
        ),
        (
            [section(text("9 €", "strike"), " ", text("x < y", "code"), "\nmore")],
            "~9 €~ x < y\nmore",
            "<p><s>9 €</s> <code>x &lt; y</code><br>more</p>",
        ),
        ([section(text(" a ", "strike"), "b")], " ~a~ b", "<p><s> a </s>b</p>"),
        ([section(text("c*d*e", "bold"))], "c*d*e", "<p><strong>c*d*e</strong></p>"),
        (
            [section(text("<script>alert(1)</script>", "bold"))],
            "<script>alert(1)</script>",
            "<p><strong>&lt;script&gt;alert(1)&lt;/script&gt;</strong></p>",
        ),
        # Lists, nested and going on.
        (
            [section("Please:\n"), bullets("a", "b"), section("Thanks")],
            "Please:\n• a\n• b\nThanks",
            "<p>Please:</p><ul><li>a</li><li>b</li></ul><p>Thanks</p>",
        ),
        (
            [numbers("a"), bullets("b", "c", indent=1), bullets("d", indent=2), numbers("e", offset=1)],
            "1. a\n    ◦ b\n    ◦ c\n        ▪ d\n2. e",
            "<ol><li>a<ul><li>b</li><li>c<ul><li>d</li></ul></li></ul></li><li>e</li></ol>",
        ),
        ([numbers("c", "d", offset=2)], "3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ([numbers("a"), numbers("b")], "1. a\n1. b", "<ol><li>a</li></ol><ol><li>b</li></ol>"),
        ([bullets("a"), numbers("b")], "• a\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ([bullets("a", indent=3), bullets("b")], "• a\n• b", "<ul><li>a</li></ul><ul><li>b</li></ul>"),
        ([bullets("a"), bullets("b", indent=7)], "• a\n    ◦ b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        (
            [bullets(section(text("a", "bold"), "\nb"))],
            "• a\n    b",
            "<ul><li><strong>a</strong><br>b</li></ul>",
        ),
        (
            [numbers("a"), fence("x = 1"), numbers("b", offset=1)],
            "1. a\nx = 1\n2. b",
            '<ol><li>a</li></ol><pre>x = 1</pre><ol start="2"><li>b</li></ol>',
        ),
        # Quotes and code.
        (
            [quote("they\nsaid"), section("so")],
            "> they\n> said\nso",
            "<blockquote><p>they<br>said</p></blockquote><p>so</p>",
        ),
        (
            [section("Run\n"), fence('if a < b:\n\tgo("&lt;")\n'), section("ok")],
            'Run\nif a < b:\n\tgo("&lt;")\nok',
            "<p>Run</p><pre>if a &lt; b:\n\tgo(&quot;&amp;lt;&quot;)\n</pre><p>ok</p>",
        ),
        (
            [fence("see ", link("https://a.example"))],
            "see https://a.example",
            "<pre>see https://a.example</pre>",
        ),
        ([section("a"), section("b")], "a\nb", None),
        # Links.
        ([section(link("https://a.example/b"))], "https://a.example/b", None),
        (
            [section("see ", link("https://a.example/?b=1&c=2", "here"))],
            "see here (https://a.example/?b=1&c=2)",
            f'<p>see <a href="https://a.example/?b=1&amp;c=2" {A}>here</a></p>',
        ),
        (
            [section(link("http://a.example", "a.example"))],
            "http://a.example",
            f'<p><a href="http://a.example" {A}>a.example</a></p>',
        ),
        (
            [section(link("https://evil.example", "https://bank.example"))],
            "https://bank.example (https://evil.example)",
            f'<p><a href="https://evil.example" {A}>https://bank.example</a> (https://evil.example)</p>',
        ),
        (
            [section(link("mailto:a@b.example", "a@b.example"))],
            "a@b.example",
            f'<p><a href="mailto:a@b.example" {A}>a@b.example</a></p>',
        ),
        (
            [section(link("tel:+491234", "+49 1234"))],
            "+49 1234 (+491234)",
            f'<p><a href="tel:+491234" {A}>+49 1234</a></p>',
        ),
        (
            [section(link("https://a.example", "x", "bold"))],
            "x (https://a.example)",
            f'<p><strong><a href="https://a.example" {A}>x</a></strong></p>',
        ),
        (
            [section(link("javascript:alert(1)", "x"))],
            "x (javascript:alert(1))",
            "<p>x (javascript:alert(1))</p>",
        ),
        ([section(link("//evil.example", "x"))], "x (//evil.example)", "<p>x (//evil.example)</p>"),
        (
            [section(link('https://a.example/"onclick="x', "x"))],
            'x (https://a.example/"onclick="x)',
            "<p>x (https://a.example/&quot;onclick=&quot;x)</p>",
        ),
        # Addresses within Slack stay there.
        ([section(link("https://acme.slack.com/archives/C012OPEN/p17000000"))], "link for the team", None),
        (
            [section("see ", link("https://acme.slack.com/archives/C012OPEN/p17000000", "this"))],
            "see this",
            None,
        ),
        (
            [
                section(
                    "see ",
                    link(
                        "https://app.slack.com/client/T012X/C012OPEN",
                        "https://app.slack.com/client/T012X/C012OPEN",
                    ),
                )
            ],
            "see link for the team",
            None,
        ),
        (
            [section(text("acme.slack.com/team/U012ANA", "code"))],
            "link for the team",
            "<p><code>link for the team</code></p>",
        ),
        (
            [fence("https://files.slack.com/files-pri/T012X-F012Y/a.png")],
            "link for the team",
            "<pre>link for the team</pre>",
        ),
        ([section(link("slack://channel?team=T012X&id=C012OPEN", "x"))], "x", None),
        ([section(link("https://slack.com/help/articles/1"))], "https://slack.com/help/articles/1", None),
        ([section(link("https://slack.community.example/x"))], "https://slack.community.example/x", None),
        # People, groups, channels and dates: names, never ids.
        (
            [section("ask ", user("U012ANA"), " or ", user("W012BEN"))],
            "ask @Ana García or @Ben & Jerry",
            None,
        ),
        ([section("ask ", user("U0STRANGER"))], "ask @teammate", None),
        (
            [
                section("x ", group("S012SUP"), group("S0OTHER")),
            ],
            "x @support@team",
            None,
        ),
        ([section("x ", team("T012X"), " ", broadcast("here"))], "x @team @here", None),
        ([section("in ", channel("C012OPEN"), " not ", channel("C0OTHER"))], "in #help not #channel", None),
        ([section("by ", date(1392734382, "Feb 18, 2014"))], "by Feb 18, 2014", None),
        ([section("by ", date(1392734382))], "by 2014-02-18 14:39 UTC", None),
        ([section("in ", color("#FF0000"))], "in #FF0000", None),
        # Emoji.
        ([section("hi ", emoji("wave", "1f44b-1f3fc", skin_tone=3))], "hi 👋🏼", None),
        ([section(emoji("wave", skin_tone=3), emoji("wave"))], "👋🏼👋", None),
        ([section(emoji("flag-de", "1f1e9-1f1ea"), emoji("flag-jp"))], "🇩🇪🇯🇵", None),
        ([section(emoji("flag-england", "1f3f4-e0067-e0062-e0065-e006e-e0067-e007f"))], "🏴󠁧󠁢󠁥󠁮󠁧󠁿", None),
        ([section(emoji("one", "0031-fe0f-20e3"), emoji("copyright", "00a9-fe0f"))], "1️⃣©️", None),
        ([section(emoji("female-astronaut", "1f469-1f3fd-200d-1f680"))], "👩🏽‍🚀", None),
        (
            [section("ok ", emoji("company-logo"), emoji("x y"), emoji("-"))],
            "ok (company logo)(x y):-:",
            None,
        ),
        (
            [
                section(
                    emoji("bookbag-blue", skin_tone=3), " ", text(":10:30:"), " ", text(":not_one:", "bold")
                )
            ],
            "(bookbag blue) :10:30: :not_one:",
            "<p>(bookbag blue) :10:30: <strong>:not_one:</strong></p>",
        ),
        ([section(emoji("b<a>d"), text("!", "bold"))], "(b<a>d)!", "<p>(b&lt;a&gt;d)<strong>!</strong></p>"),
        ([section(text(":bookbag-blue:", "code"))], ":bookbag-blue:", "<p><code>:bookbag-blue:</code></p>"),
        ([section(emoji("tada", "003c-0073"), emoji("tada", "d83c"), emoji("tada", "x"))], "🎉🎉🎉", None),
        # Every script.
        ([section(text("日本語", "bold"), "です")], "日本語です", "<p><strong>日本語</strong>です</p>"),
        ([section("שלום ", text("עולם", "italic"))], "שלום עולם", "<p>שלום <em>עולם</em></p>"),
    ],
)
def test_how_it_reads(elements: list[Node], reads: str, shown: str | None) -> None:
    reading = read("anything", names=NAMES, blocks=message(*elements))
    assert (reading.text, reading.html) == (reads, shown)
    checked(reading.html or "")


@pytest.mark.parametrize(
    "blocks",
    [
        [], [{}], [{"type": "rich_text"}], message(), message(section()), message(section(" \n")),
        message(bullets()), message(quote(" ")), message(fence("")),
        # What has no known shape may be what matters.
        message(section("Hi ", {"type": "hologram", "text": "x"})),
        message(section("Hi ", {"type": "text"})), message(section("Hi ", {"type": "user", "user_id": 5})),
        message({"type": "rich_text_table", "elements": []}, section("Hi")),
        message({"type": "rich_text_list", "elements": [quote("x")]}),
        [*message(section("Hi")), {"type": "section", "text": {"type": "mrkdwn", "text": "more"}}],
        [{"type": "image", "elements": [section("Hi")]}],
    ],
)  # fmt: skip
def test_the_text_is_read_where_the_blocks_are_not_the_whole_message(blocks: list[Node]) -> None:
    reading = read("a &amp; <https://a.example|b> :wave:", names={}, blocks=blocks)
    assert (reading.text, reading.html) == ("a & b (https://a.example) 👋", None)


def test_a_sign_that_is_escaped_in_the_block_as_well_is_undone_once() -> None:
    assert read("a &lt; b", names={}, blocks=message(section("a &lt; b"))).text == "a < b"
    assert read("a &lt; b", names={}, blocks=message(section("a < b"))).text == "a < b"
    assert read("a &amp;lt; b", names={}, blocks=message(section("a &lt; b"))).text == "a &lt; b"
    assert read("&amp;amp;", names={}, blocks=message(section("&amp;"))).text == "&amp;"


def test_names_that_come_with_the_text_are_used() -> None:
    blocks = message(section(channel("C1"), " ", channel("C2"), " ", group("S1")))
    reading = read("<#C1|help &amp; more> <#C2|> <!subteam^S1|@support>", names={}, blocks=blocks)
    assert reading.text == "#help & more #channel @support"


# ─── For whom it is meant ───


@pytest.mark.parametrize(
    "elements",
    [
        [section("note: x")], [section(text("note", "bold"), ": x")], [section(text("no", "bold"), "te: x")],
        [section(emoji("lock"), " note: x")], [section(emoji("one", "0031-fe0f-20e3"), "note: x")],
        [section(emoji("note"), " x")], [section("// x")], [section("/", text("/ x", "italic"))],
        [quote("note: x")], [bullets("note: x")], [numbers("note: x", "y")], [fence("note: x")],
        [section("\n \n"), section("note: x")], [section(link("https://a.example", "note:"), " x")],
        [section("\u200bn\u200bote: x")], [section("ｎｏｔｅ: x")],
        [quote("They say hi"), section("note: x")], [quote("They say hi"), section("// x")],
        [bullets("quoted", border=1), section("note: x")],
        [section(user("U012ANA"), " look")], [section(" ", emoji("wave"), user("U0"))], [bullets(user("U0"))],
        [section(group("S1"))], [section(broadcast("channel"), " x")], [section(team("T1"), " x")],
        [quote("They say hi"), section(user("U012ANA"), " look")], [quote(user("U1"))],
    ],
)  # fmt: skip
def test_a_note_is_seen_in_the_blocks(elements: list[Node]) -> None:
    assert read("Hello", names=NAMES, blocks=message(*elements)).intent is NOTE
    assert read("", names=NAMES, blocks=message(*elements), has_files=True).intent is NOTE


@pytest.mark.parametrize(
    "elements",
    [
        [section("ask ", user("U012ANA"))], [section("x"), bullets(section("y ", broadcast("here")))],
        [section("ask @ben")], [section("ask ", text("@ben", "bold"))],
        [section("x ", link("https://a.example", "@ben"))],
        [fence("x ", user("U1"))], [section("x"), quote("y ", group("S1"))], [section("x ", team("T1"))],
        [section("ask ", {"type": "user"})],
        [section("x ", link("https://acme.slack.com/archives/C1/p1"))],
        [section(link("https://acme.slack.com/archives/C1/p1", "here"))],
        [fence("acme.slack.com/archives/C1")], [section("in ", channel("C1"))],
    ],
)  # fmt: skip
def test_a_mention_further_in_is_seen_in_the_blocks(elements: list[Node]) -> None:
    assert read("Hello", names=NAMES, blocks=message(*elements)).intent is UNCLEAR


@pytest.mark.parametrize(
    "elements",
    [
        [section("Hello")], [section("noted: x")],
        [section("a ", link("mailto:a@b.example", "a@b.example"))],
        [section(link("https://medium.example/@ana"))],
        [section(link("https://x.example/?to=@ana"))], [section("a@b.example 5€ @ 3%")],
        [section(date(1, "x"))],
        [section("https://a.example//b")], [quote("x"), section("y")],
    ],
)  # fmt: skip
def test_what_is_plainly_for_the_customer_is_sent(elements: list[Node]) -> None:
    assert read("Hello", names=NAMES, blocks=message(*elements)).intent is FOR_CUSTOMER


@pytest.mark.parametrize(
    ("words", "elements", "intent"),
    [
        ("note: x", [section("x")], NOTE),
        ("x", [section("note: x")], NOTE),
        ("<@U1> x", [section("x ", user("U1"))], NOTE),
        ("x <@U1>", [section(user("U1"), " x")], NOTE),
        ("x <!here>", [section("x")], UNCLEAR),
        ("x", [section("x ", user("U1"))], UNCLEAR),
        ("x @ben", [section("x")], UNCLEAR),
        ("&gt; x\nnote: y", [section("x")], NOTE),
        ("x <https://acme.slack.com/archives/C1/p1>", [section("x")], UNCLEAR),
    ],
)
def test_where_text_and_blocks_disagree_the_careful_reading_wins(
    words: str, elements: list[Node], intent: Intent
) -> None:
    assert read(words, names={}, blocks=message(*elements)).intent is intent


def test_files_and_blank_blocks_are_never_sent() -> None:
    assert read("Hello", names={}, has_files=True, blocks=message(section("Hello"))).intent is FOR_CUSTOMER
    assert read("", names={}, blocks=message(section(" "))).intent is NOTHING


def test_the_users_to_be_named_are_found_in_text_and_blocks() -> None:
    blocks = message(section(user("U1"), group("S1")), bullets(section(user("W2"))), quote(user("U3")))
    assert mentioned_users("<@U4> <@U1>", blocks) == {"U1", "W2", "U3", "U4"}
    assert mentioned_users("", [{"type": "rich_text", "elements": [5, {"elements": "x"}]}]) == frozenset()


async def test_what_is_typed_in_the_workspace_reads_as_it_was_typed(slack: Workspace) -> None:
    typed = (
        "Hi Eve & co <b>, *see* _this_ `x < y` ~9 €~: https://a.example/b?c=d&e=f 🎉👩🏽‍🚀\n"
        "• one\n    ◦ two\n• three\n3. c\n4. d\n> said\n> so\n"
        "```\nif a < b:\n  go()\n```\nשלום 日本語 my_var_name"
    )
    ana = slack.person("ana")
    await ana.post("live-chat", typed, thread_ts=await ana.post("live-chat", "parent"))
    happened = thread_event(slack.events[-1]["event"], team=slack.team_id)
    assert isinstance(happened, Posted)
    reading = read(happened.text, names={}, blocks=happened.blocks)
    assert reading.text == (
        "Hi Eve & co <b>, see this x < y ~9 €~: https://a.example/b?c=d&e=f 🎉👩🏽‍🚀\n"
        "• one\n    ◦ two\n• three\n3. c\n4. d\n> said\n> so\n"
        "if a < b:\n  go()\nשלום 日本語 my_var_name"
    )
    assert reading.html == (
        "<p>Hi Eve &amp; co &lt;b&gt;, <strong>see</strong> <em>this</em> <code>x &lt; y</code> <s>9 €</s>: "
        f'<a href="https://a.example/b?c=d&amp;e=f" {A}>https://a.example/b?c=d&amp;e=f</a> 🎉👩🏽‍🚀</p>'
        '<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul><ol start="3"><li>c</li><li>d</li></ol>'
        "<blockquote><p>said<br>so</p></blockquote><pre>if a &lt; b:\n  go()</pre>"
        "<p>שלום 日本語 my_var_name</p>"
    )
    assert reading.intent is FOR_CUSTOMER


# ─── Whatever comes ───

_IDS = st.sampled_from(["U0SECRET1", "W0SECRET2", "C0SECRET3", "S0SECRET4", "T0SECRET5"])
_WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "note:", "//", "@ana", "<!channel>", "<@U12345678>", "<script>", "\"'><b onclick=x>", "&lt;",
            "\n",
            "https://acme.slack.com/archives/C0SECRET3/p1", "javascript:x", "\u202e", "`", "*a*", ":tada:",
            " ",
            "日本", "שלום",
        ]
    ),
)  # fmt: skip
_URLS = st.one_of(
    st.sampled_from(
        [
            "https://a.example/b?c=d&e=f", "http://bank.example@evil.example", "//evil.example", "",
            "https://acme.slack.com/archives/C0SECRET3/p1", "mailto:a@b.example", "tel:+49",
            "slack://x?id=C0SECRET3", "https://a.example/\"onload=\"x", "data:text/html,<script>",
            "https://T0SECRET5.slack.com/x", "javascript:alert(1)",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip
_STYLES = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(["bold", "italic", "strike", "code", "underline", "onclick"]), st.booleans()
    ),
)
_LEAVES = st.one_of(
    st.builds(text, _WORDS),
    st.builds(lambda words, style: {**text(words), "style": style}, _WORDS, _STYLES),
    st.builds(link, _URLS, st.none() | _WORDS),
    st.builds(user, _IDS),
    st.builds(group, _IDS),
    st.builds(team, _IDS),
    st.builds(channel, _IDS),
    st.builds(broadcast, st.sampled_from(["here", "channel", "everyone"])),
    st.builds(
        emoji, st.sampled_from(["wave", "company-logo", "x"]), st.sampled_from([None, "1f44b", "003c", "zz"])
    ),
    st.builds(date, st.integers(-(2**70), 2**70), st.none() | _WORDS),
    st.builds(color, st.sampled_from(["#FF0000", "<b>"])),
)
_ITEMS = st.lists(st.lists(_LEAVES, max_size=3).map(lambda leaves: section(*leaves)), max_size=3)
_ELEMENTS = st.one_of(
    st.lists(_LEAVES, max_size=5).map(lambda leaves: section(*leaves)),
    st.lists(_LEAVES, max_size=3).map(lambda leaves: quote(*leaves)),
    st.lists(_LEAVES, max_size=3).map(lambda leaves: fence(*leaves)),
    st.builds(lambda items, indent: bullets(*items, indent=indent), _ITEMS, st.integers(-2, 40)),
    st.builds(lambda items, n: numbers(*items, indent=n % 3, offset=n), _ITEMS, st.integers(-2, 10**12)),
)
_MENTIONS = {"user", "usergroup", "team", "broadcast"}


@given(st.lists(_ELEMENTS, max_size=6), _WORDS)
def test_no_message_leaks_an_id_does_anything_or_hides_a_mention(elements: list[Node], words: str) -> None:
    blocks = message(*elements)
    reading = read(words, names={"U0SECRET1": "Ana"}, blocks=blocks)
    assert "SECRET" not in reading.text + (reading.html or "")
    checked(reading.html or "")
    if any(f"'type': '{kind}'" in repr(blocks) for kind in _MENTIONS):
        assert reading.intent in (NOTE, UNCLEAR, NOTHING)


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _WORDS,
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "elements", "text", "url", "style", "indent", "offset", "name", "unicode", "user_id"]
            ),
            inside
            | st.sampled_from(
                ["rich_text", "rich_text_list", "rich_text_section", "text", "link", "emoji", "date"]
            ),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.sampled_from(["type", "elements"]), _JUNK), max_size=3), _WORDS)
def test_blocks_of_any_shape_raise_nothing(blocks: list[dict[str, Any]], words: str) -> None:
    mentioned_users(words, blocks)
    checked(read(words, names={}, blocks=blocks).html or "")


@pytest.mark.parametrize(
    "elements",
    [
        [section("x" * 40_000)], [section("&lt;" * 10_000)], [section("a.slack.com" * 4_000)],
        [section("slack.com/" + "a-" * 20_000)], [section("note" + " " * 40_000)], [section("_" * 40_000)],
        [section(*[text("a"), text("b", "bold")] * 5_000)], [bullets(*["x"] * 5_000)],
        [bullets("x", indent=number) for number in range(5_000)], [section("http://a" * 5_000)],
        [section(link("https://a.example", "a." * 20_000))], [section("@" * 40_000)],
        [section(":a" * 20_000)],
    ],
)  # fmt: skip
def test_no_message_takes_long_to_read(elements: list[Node]) -> None:
    words = "".join(str(leaf.get("text", "")) for element in elements for leaf in element["elements"])
    with processor_time(less_than=2):
        read(words, names={}, blocks=message(*elements))
