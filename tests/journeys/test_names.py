"""Names from outside, shown to others: a customer's to the team, a teammate's to the customer."""

from __future__ import annotations

import pytest

from bot.blocks.elements.ids import TAKE_OVER
from bot.demo.thread import ThreadScreen
from tests.journeys.world import CHANNEL, World


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("🔒 Ana, note for the team 🎉", "Ana, note for the team 🎉"),
        (":lock: Ben", "lock Ben"),
        ("\u202e🤖 AI\u200b", "AI"),
        ("✅", "Customer"),
    ],
)
async def test_a_customers_name_passes_for_no_mark_of_ours(outside: World, name: str, shown: str) -> None:
    chat = await outside.chat(name=name)
    await chat.customer.say("Hello")
    chat.thread = ThreadScreen(outside.slack, shown, CHANNEL)
    await chat.press(outside.ana, TAKE_OVER)
    await chat.shows(f"👤 {shown}")
    await outside.settled()
    for message in [*outside.slack.messages(CHANNEL), *chat.thread.replies()]:
        read = outside.slack.rendered(dict(message))
        assert ":lock:" not in read
        assert "🔒" not in read
        assert "\u202e" not in str(message)
        assert "🤖" not in read


@pytest.mark.parametrize(
    ("display", "real", "shown"),
    [
        ("\u200b\u2060", "Dora Núñez", "Dora Núñez"),
        ("Dora\u202earoD", "", "Dora aroD"),
        ("Dora\nAI", "", "Dora AI"),
        ("Dora & Co", "", "Dora & Co"),
        ("🔒 Dora :lock:", "", "Dora lock"),
        ("\u3164", "\u200b", "A teammate"),
    ],
)
async def test_a_customer_sees_a_teammates_name_on_one_line(
    outside: World, display: str, real: str, shown: str
) -> None:
    outside.slack.add_person("dora", display_name=display, real_name=real or "\u200b")
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.slack.person("dora"))
    await chat.reply(outside.slack.person("dora"), "On its way!")
    assert (await chat.sees("On its way!", author="teammate"))["name"] == shown
