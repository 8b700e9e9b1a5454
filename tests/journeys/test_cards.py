"""What a card and a list say of who spoke last, and that they say it once."""

from __future__ import annotations

from tests.journeys.world import CHANNEL, World


async def test_a_card_does_not_repeat_the_subject_as_the_last_message(outside: World) -> None:
    chat = await outside.chat("Otis", first="I want to talk to a person about my invoice.")
    await chat.customer.escalate("asked for a person")
    await chat.thread.card_shows("📋 I want to talk to a person about my invoice.")
    await outside.settled()
    assert chat.thread.card().count("about my invoice") == 1
    await chat.customer.say("Hello?")
    await chat.thread.card_shows("Otis: Hello?")
    # Another's same words are not the customer's.
    await chat.taken_over(outside.ana)
    await chat.reply(outside.ana, "I want to talk to a person about my invoice.")
    await chat.thread.card_shows("Ana: I want to talk to a person about my invoice.")


async def test_a_list_says_whose_words_the_last_ones_are(outside: World) -> None:
    chat = await outside.chat("Maya", first="Where is my parcel?")
    await chat.customer.ai_says("On its way.")
    await chat.thread.card_shows("AI: On its way.")
    answer = await outside.ben.command("/bookbag", "conversations", channel=CHANNEL)
    assert "AI: On its way." in outside.slack.rendered(answer)
