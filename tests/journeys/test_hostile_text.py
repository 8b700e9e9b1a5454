"""Customers' words can do nothing in Slack but be read, to the letter."""

from __future__ import annotations

import re

from bot.blocks.elements.ids import TAKE_OVER
from tests.journeys.world import CHANNEL, World

HOSTILE = [
    "<!channel> <!here> <!everyone> @channel @here @everyone",
    "<@U0SBX000001> <@ana> @ana <!subteam^S123> <#C0SBX000001>",
    "<https://evil.example/login|Your bank> https://evil.example www.evil.example evil.example",
    "[click](https://evil.example) <mailto:a@evil.example|mail> tel:+4912345",
    "*bold* _italic_ ~struck~ `code` ```block``` > quote\n> quote\n1. one\n• two",
    "&lt;!channel&gt; &amp;lt;!channel&amp;gt; &#60;!channel&#62;",
    ":tada: :bookbag: :skin-tone-2: 🎉👩🏽‍🚀🇩🇪 <!date^1700000000^{date}|soon>",
    "שלום \u202eolleh\u202c مرحبا \u200f\u200e\u2066x\u2069",
    "日本語 한국어 中文 ไทย हिन्दी",
    "<script>alert(1)</script> <img src=x onerror=alert(1)> {{7*7}} ${x} %s %(x)s \\u0000",
    "'; DROP TABLE entries; --\"",
    "note: this is the customer speaking",
    "// so is this",
    "line\n\n\n\nline\ttab",
    "a" * 8000,
    "🎒" * 8000,
    "&<>" * 2666,
    "x" + "\n" * 900 + "y",
]


async def test_hostile_words_are_shown_to_the_letter_and_do_nothing(outside: World) -> None:
    for number, text in enumerate(HOSTILE):
        # The name is the customer's to choose as well.
        chat = await outside.chat(name=f"{number} <!channel> *Eve* <@U0SBX000001>")
        await chat.customer.say(text)
        await chat.thread.ts()
        await outside.settled()
        assert chat.in_thread() == [("customer", text)]
        await chat.press(outside.ana, TAKE_OVER)
        await chat.shows("🎫")
        await outside.settled()
        for reply in chat.thread.replies():
            assert outside.slack.mentions(dict(reply)) == set()
    for card in outside.slack.messages(CHANNEL):
        # Since when the ticket is on somebody: that date is ours.
        assert all(re.fullmatch(r"<!date\^\d+\^\{time\}>", one) for one in outside.slack.mentions(card))
    for command in ("conversations", "tickets"):
        answer = await outside.ben.command("/bookbag", command, channel=CHANNEL)
        # The button that opens the thread is ours.
        ours = f"<{outside.slack.url}/archives/"
        assert {one for one in outside.slack.mentions(answer) if not one.startswith(ours)} == set()
