"""What a teammate formats, through the whole program: as the customer reads it, nothing of Slack's in it."""

from __future__ import annotations

from tests.journeys.world import NOTE, SENT, World


async def test_what_a_teammate_formats_reaches_the_customer_as_they_would_read_it(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    typed = "*Two* ways :tada:\n• call `desk`\n• read https://help.example/zips?a=1&b=2 or ask us"
    await chat.marked(await chat.reply(bridge.ana, typed), SENT)
    last = await chat.customer.sees(lambda e: e["from"] == "teammate")
    assert last["text"] == ("Two ways 🎉\n• call desk\n• read https://help.example/zips?a=1&b=2 or ask us")
    html = last["html"]
    assert html.startswith("<p><strong>Two</strong> ways 🎉</p><ul><li>call <code>desk</code></li>")
    assert 'href="https://help.example/zips?a=1&amp;b=2"' in html


async def test_a_workspaces_own_emoji_is_words_to_a_customer(bridge: World) -> None:
    bridge.slack.add_emoji("bookbag-blue")
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    for typed, text, html in (
        ("Yours is :bookbag-blue: :tada:", "Yours is (bookbag blue) 🎉", None),
        (
            "*Yours* is :bookbag-blue:, `:bookbag-blue:` at :10:30:",
            "Yours is (bookbag blue), :bookbag-blue: at :10:30:",
            "<p><strong>Yours</strong> is (bookbag blue), <code>:bookbag-blue:</code> at :10:30:</p>",
        ),
        ("No such :bookbag-red:", "No such :bookbag-red:", None),
    ):
        await chat.marked(await chat.reply(bridge.ana, typed), SENT)
        assert (await chat.sees(text, author="teammate")).get("html") == html


async def test_what_begins_with_a_mention_of_the_bot_is_a_note(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    note = await chat.reply(bridge.ana, f"<@{bridge.slack.bot_user_id}> this one complains a lot")
    await chat.marked(note, NOTE)
    await chat.marked(await chat.reply(bridge.ana, "How can I help?"), SENT)
    await chat.sees("How can I help?", author="teammate")
    assert "complains" not in str(chat.customer.seen)
