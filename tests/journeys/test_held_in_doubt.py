"""What resembles a note, on any line, in any language, in a file, is held: no customer reads it."""

from __future__ import annotations

import pytest

from bot.blocks.elements.ids import KEEP_AS_NOTE, SEND_AS_ME
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, Chat, World


async def answered(bridge: World) -> Chat:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    return chat


async def held_for(bridge: World, chat: Chat, ts: str, why: str) -> None:
    """Wait until the message is held and its author was told why; the customer has nothing of it."""
    await chat.marked(ts, HELD)
    prompt = await bridge.prompt("ana", offering=SEND_AS_ME)
    assert why in bridge.slack.rendered(prompt)
    await bridge.settled()
    assert [text for who, text in chat.window() if who == "teammate"] == []


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("We will look into it.\nnote: he lied last time", "“note: he lied last time”"),
        ("On its way!\n// margin is 60 %", "“// margin is 60 %”"),
        ("Notiz: hat schon wieder gelogen", "“Notiz: hat schon wieder gelogen”"),
        ("Note interne : il ment", "“Note interne : il ment”"),
        ("メモ：嘘です", "“メモ：嘘です”"),
        ("Nota interna: miente", "“Nota interna: miente”"),
        ("internal: he lied", "“internal: he lied”"),
        ("Sure. [team] he lied", "he lied”"),
        (":lock: he lied", "he lied”"),
    ],
)
async def test_whatever_resembles_a_note_is_held_and_its_author_sees_what_did(
    bridge: World, typed: str, line: str
) -> None:
    chat = await answered(bridge)
    await held_for(bridge, chat, await chat.reply(bridge.ana, typed), line)


async def test_the_name_of_a_slack_channel_is_held(bridge: World) -> None:
    chat = await answered(bridge)
    ours = bridge.bridge.installation.channel
    for typed in ("I asked in #acme-lawsuit about it", f"I asked in <#{ours}|>", "I asked in live-chat"):
        ts = await chat.reply(bridge.ana, typed)
        await held_for(bridge, chat, ts, "names a Slack channel")


async def test_its_author_decides_what_becomes_of_it(bridge: World) -> None:
    chat = await answered(bridge)
    reply = "Nota: cerramos el lunes"
    ts = await chat.reply(bridge.ana, reply)
    await held_for(bridge, chat, ts, "Nota: cerramos el lunes")
    prompt = await bridge.prompt("ana", offering=SEND_AS_ME)
    await bridge.ana.press(CHANNEL, prompt["ts"], SEND_AS_ME)
    await chat.marked(ts, SENT)
    await chat.sees(reply, author="teammate")
    ts = await chat.reply(bridge.ana, "Sure.\ninternal: he lied")
    await chat.marked(ts, HELD)
    await bridge.until(lambda: "he lied" in str(bridge.slack.ephemerals("ana")))
    prompt = await bridge.prompt("ana", offering=KEEP_AS_NOTE)
    await bridge.ana.press(CHANNEL, prompt["ts"], KEEP_AS_NOTE)
    await chat.marked(ts, NOTE)
    await bridge.settled()
    assert "he lied" not in str(chat.customer.seen)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("snippet.txt", b"note: he lied last time\nand more"),
        ("untitled.txt", b"Here are the steps\n// margin is 60 %"),
        ("internal-prices.txt", b"a,b"),
        ("社内メモ.txt", "数字".encode()),
        # Text that is not UTF-8.
        ("untitled.txt", "note: he lied last time\nand more".encode("utf-16")),
        ("untitled.txt", "Étapes\r\nNote interne\xa0: remboursé".encode("cp1252")),
        ("untitled.txt", "メモ：返金しない\r\n".encode("cp932")),
    ],
)
async def test_a_file_that_is_named_or_begins_like_a_note_is_held(
    bridge: World, name: str, content: bytes
) -> None:
    chat = await answered(bridge)
    ts = await chat.reply(bridge.ana, "See the file", files={name: content})
    await held_for(bridge, chat, ts, "a file here is named like a note or begins like one")
    assert name not in str(chat.customer.seen)


async def test_a_held_file_goes_to_the_customer_once_its_author_says_so(bridge: World) -> None:
    chat = await answered(bridge)
    ts = await chat.reply(bridge.ana, "", files={"notes.txt": b"Notes: none"})
    await chat.marked(ts, HELD)
    prompt = await bridge.prompt("ana", offering=SEND_AS_ME)
    await bridge.ana.press(CHANNEL, prompt["ts"], SEND_AS_ME)
    await chat.marked(ts, SENT)
    entry = await chat.customer.sees(lambda e: bool(e.get("attachments")))
    assert [file["name"] for file in entry["attachments"]] == ["notes.txt"]


async def test_an_edit_that_adds_such_a_line_to_a_sent_message_stays_with_the_team(bridge: World) -> None:
    chat = await answered(bridge)
    ts = await chat.reply(bridge.ana, "On its way!")
    await chat.sees("On its way!", author="teammate")
    await bridge.ana.edit(CHANNEL, ts, "On its way!\nintern: er lügt")
    await bridge.until(lambda: "as it last reached them" in str(bridge.slack.ephemerals("ana")))
    await bridge.settled()
    assert chat.window()[-1] == ("teammate", "On its way!")
    assert "er lügt" not in str(chat.customer.seen)


async def test_an_edit_that_adds_such_a_line_to_a_held_message_is_asked_about_anew(bridge: World) -> None:
    chat = await answered(bridge)
    ts = await chat.reply(bridge.ana, "Let me ask in #ops")
    await held_for(bridge, chat, ts, "names a Slack channel")
    await bridge.ana.edit(CHANNEL, ts, "Let me ask.\nintern: er lügt")
    await bridge.until(
        lambda: "“intern: er lügt”" in bridge.slack.rendered(bridge.slack.ephemerals("ana")[-1])
    )
    await bridge.settled()
    assert chat.marks(ts) == {HELD}
    assert "er lügt" not in str(chat.customer.seen)


async def test_an_edit_that_stays_says_truly_what_the_customer_still_sees(bridge: World) -> None:
    chat = await answered(bridge)
    ts = await chat.reply(bridge.ana, "It is 42 euros")
    await chat.sees("It is 42 euros", author="teammate")
    await bridge.ana.edit(CHANNEL, ts, "It is 43 euros")
    await chat.customer.sees(lambda e: e["text"] == "It is 43 euros")
    await bridge.ana.edit(CHANNEL, ts, "note: she haggles")
    told = await bridge.until(
        lambda: [one["text"] for one in bridge.slack.ephemerals("ana") if "Your edit" in one["text"]]
    )
    # Not what was sent first: that was replaced.
    assert "as it last reached them" in told[0]
    assert "haggles" not in str(chat.customer.seen)


async def test_two_questions_in_one_thread_say_which_message_each_is_about(bridge: World) -> None:
    chat = await answered(bridge)
    for typed in ("Let me ask in #ops", "It is written in #refunds"):
        await chat.marked(await chat.reply(bridge.ana, typed), HELD)
    await bridge.until(lambda: len(bridge.slack.ephemerals("ana")) == 2)
    asked = [bridge.slack.rendered(one) for one in bridge.slack.ephemerals("ana")]
    assert "Your message: “Let me ask in #ops”" in asked[0]
    assert "Your message: “It is written in #refunds”" in asked[1]


async def test_the_question_about_a_deleted_message_goes_when_it_is_pressed(bridge: World) -> None:
    chat = await answered(bridge)
    ts = await chat.reply(bridge.ana, "Let me ask in #ops")
    await chat.marked(ts, HELD)
    prompt = await bridge.prompt("ana", offering=SEND_AS_ME)
    await bridge.ana.delete(CHANNEL, ts)
    await bridge.settled()
    await bridge.ana.press(CHANNEL, prompt["ts"], SEND_AS_ME)
    await bridge.until(lambda: "decided already, or deleted" in str(bridge.slack.ephemerals("ana")))
    assert SEND_AS_ME not in str(bridge.slack.ephemerals("ana"))
    assert "#ops" not in str(chat.customer.seen)


async def test_a_remark_without_any_marker_is_held_and_its_author_sees_the_sentence(bridge: World) -> None:
    chat = await answered(bridge)
    remark = "he has no idea that we lost the first one, don't tell him"
    ts = await chat.reply(bridge.ana, f"Your parcel left our warehouse today.\n{remark}")
    await held_for(bridge, chat, ts, f"“{remark}” reads like a remark")
    assert "no idea" not in str(chat.customer.seen)


async def test_words_to_a_colleague_are_held_unless_the_customer_is_called_so(bridge: World) -> None:
    chat = await answered(bridge)
    # Whoever acted, or was asked about, is known by name.
    await bridge.ben.command("/bookbag", "help", channel=CHANNEL)
    ts = await chat.reply(bridge.ana, "hey Ben, thoughts?")
    await held_for(bridge, chat, ts, "this speaks to a colleague by name")
    assert "thoughts" not in str(chat.customer.seen)
    bens = await bridge.chat("Ben Q", first="I want to talk to a person")
    await bens.taken_over(bridge.ana)
    await bens.reply(bridge.ana, "Hi Ben, it is on its way to you.")
    await bens.sees("Hi Ben, it is on its way to you.", author="teammate")
