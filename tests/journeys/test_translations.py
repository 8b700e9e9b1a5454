"""What a customer writes in a language that is not the team's stands in the thread in both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.blocks.elements.ids import KEEP_AS_NOTE, SEND_AS_ME, SEND_TRANSLATION
from bot.desk.translations import Translations
from storage.records import FileId
from storage.schema import files
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.world import CHANNEL, FAILED, HELD, NOTE, SENT, Chat, World, world
from tests.web.pictures import png_of

HINT = "translated by the AI"


@pytest.fixture
async def bridge(database_url: str, claude: FakeAnthropic) -> AsyncIterator[World]:
    async with world(
        database_url, ai="claude", anthropic_api_key=claude.key, anthropic_base_url=claude.url
    ) as here:
        yield here


async def held(bridge: World, claude: FakeAnthropic) -> Chat:
    """Ana answers a customer who writes German; the question she came in on is translated."""
    claude.say("Das dauert zwei Tage.")
    chat = await bridge.chat("Maya", first="Wie lange dauert der Versand?")
    await chat.sees("Das dauert zwei Tage.", author="ai")
    claude.summarise("Versand", "Die Kundin fragt nach dem Versand.", "de")
    claude.translate("How long does shipping take?")
    await chat.taken_over(bridge.ana)
    await chat.shows("How long does shipping take?")
    await bridge.settled()
    return chat


def translations(bridge: World, chat: Chat) -> list[str]:
    thread = bridge.slack.rendered({"blocks": [b for m in chat.thread.replies() for b in m["blocks"]]})
    return [line for line in thread.splitlines() if HINT in line]


async def test_a_customers_words_are_followed_by_their_translation(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    answered = asyncio.Event()
    claude.translate("And what does it cost?\nPlease <!here> *hurry*", after=answered)
    await chat.customer.say("Und was kostet das?\nBitte schnell")
    # The original waits for nobody.
    await chat.shows("Und was kostet das?")
    assert "cost" not in str(chat.thread.replies())
    answered.set()
    shown = await chat.shows("And what does it cost?\nPlease <!here> *hurry*")
    assert f"🌐 Maya, {HINT}" in shown
    await bridge.settled()
    # The first is away from its original, so it says which; the second is right under it or says so too.
    first, second = translations(bridge, chat)
    assert "“Wie lange dauert der Versand?”" in first
    assert HINT in second
    # The customer's words are as they were, and no customer reads a translation.
    entries = await bridge.bridge.desk.for_customer(chat.id, after=0, limit=100)
    assert "Und was kostet das?\nBitte schnell" in [entry.text for entry in entries]
    assert "cost" not in str(chat.customer.seen)


async def test_what_the_customer_and_the_ai_say_alone_and_what_is_in_the_teams_language_is_left(
    bridge: World, claude: FakeAnthropic
) -> None:
    claude.say("Zwei Tage.")
    chat = await bridge.chat("Maya", first="Wie lange dauert der Versand?")
    await chat.sees("Zwei Tage.", author="ai")
    await bridge.settled()
    assert len(claude.requests) == 1
    claude.summarise("Versand", "Die Kundin fragt nach dem Versand.", "de")
    claude.translate("How long does shipping take?")
    await chat.taken_over(bridge.ana)
    await chat.shows("How long does shipping take?")
    for text in ("And how much is it?", "ok", "12", "👍"):
        await chat.customer.say(text)
        await chat.shows(text)
    await bridge.settled()
    assert len(claude.requests) == 3
    assert len(translations(bridge, chat)) == 1


async def test_a_model_that_fails_leaves_the_original_and_the_next_is_translated(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    claude.fail(status=500)
    claude.fail(status=500)
    await chat.customer.say("Und was kostet das?")
    await chat.shows("Und was kostet das?")
    await bridge.settled()
    # It finds that it was in the team's language all along, and says nothing.
    claude.translate("")
    await chat.customer.say("Das ist the question")
    await bridge.settled()
    claude.translate("I would like my money back")
    await chat.customer.say("Ich möchte mein Geld zurück")
    await chat.shows("I would like my money back")
    assert len(translations(bridge, chat)) == 2


@pytest.mark.both_databases
async def test_a_translation_that_is_made_twice_is_shown_once(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    claude.translate("And what does it cost?")
    await chat.customer.say("Und was kostet das?")
    await chat.shows("And what does it cost?")
    await bridge.settled()
    before = len(claude.requests)
    async with bridge.bridge.database.read() as tx:
        messages = await tx.ledger.messages_before(chat.id, None, limit=1)
    # Another process did the same, or this one ended before it could say that it had.
    again = Translations(bridge.bridge.database)
    assert await again.original(chat.id, messages[0].seq) is None
    await again.add(messages[0], text="And what does it cost??", language="de")
    await bridge.settled()
    assert len(translations(bridge, chat)) == 2
    assert "??" not in str(chat.thread.replies())
    assert len(claude.requests) == before


async def test_the_teams_language_is_the_channels(database_url: str, claude: FakeAnthropic) -> None:
    async with world(
        database_url,
        ai="claude",
        anthropic_api_key=claude.key,
        anthropic_base_url=claude.url,
        language="de",
    ) as bridge:
        claude.say("Two days.")
        chat = await bridge.chat("Maya", first="How long does shipping take?")
        await chat.sees("Two days.", author="ai")
        claude.summarise("Shipping", "Asks how long it takes.")
        claude.translate("Wie lange dauert der Versand?")
        await chat.taken_over(bridge.ana)
        assert "🌐 Maya, übersetzt von der KI" in await chat.shows("Wie lange dauert der Versand?")
        assert "German" in str(claude.requests[-1]["system"])
        await chat.customer.say("Ist das sicher?")
        await bridge.settled()
        assert len(claude.requests) == 3


# ─── The other way: what a teammate writes ───


async def asked(bridge: World, words: str) -> dict[str, object]:
    """Wait until Ana is asked about a reply with these words; returns the question."""

    def read() -> dict[str, object] | None:
        questions: list[dict[str, object]] = bridge.slack.ephemerals("ana")
        return questions[-1] if questions and words in bridge.slack.rendered(questions[-1]) else None

    found: dict[str, object] = await bridge.until(read)
    return found


async def typed(bridge: World, claude: FakeAnthropic, chat: Chat) -> tuple[str, dict[str, object]]:
    """Ana types English, which is held, and is shown what it is in German."""
    claude.translate("Es kostet vier Euro.")
    ts = await chat.reply(bridge.ana, "It is four euros.")
    await chat.marked(ts, HELD)
    return ts, await asked(bridge, "Es kostet vier Euro.")


async def test_a_reply_in_another_language_is_seen_translated_before_it_is_sent(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    ts, question = await typed(bridge, claude, chat)
    await bridge.settled()
    assert "euro" not in str(chat.window()).lower()
    # Pressed twice at once, it is sent once.
    presses = [bridge.ana.press(CHANNEL, str(question["ts"]), SEND_TRANSLATION) for _ in range(2)]
    await asyncio.gather(*presses, return_exceptions=True)
    await chat.sees("Es kostet vier Euro.\n\nIt is four euros.", author="teammate")
    await chat.marked(ts, SENT)
    # An edit does not replace what was decided about.
    await bridge.ana.edit(CHANNEL, ts, "It is five euros.")
    await asked(bridge, "as it last reached them")
    await bridge.settled()
    assert str(chat.window()).count("Es kostet vier Euro.") == 1
    assert "five" not in str(chat.customer.seen)


async def test_a_reply_may_be_sent_as_written_or_kept(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    ts, question = await typed(bridge, claude, chat)
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("It is four euros.", author="teammate")
    await chat.marked(ts, SENT)
    ts, question = await typed(bridge, claude, chat)
    await bridge.ana.press(CHANNEL, str(question["ts"]), KEEP_AS_NOTE)
    await chat.marked(ts, NOTE)
    assert [text for who, text in chat.window() if who == "teammate"] == ["It is four euros."]


async def test_a_translation_of_words_that_changed_is_not_sent(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    ts, question = await typed(bridge, claude, chat)
    claude.translate("Es kostet fünf Euro.")
    await bridge.ana.edit(CHANNEL, ts, "It is five euros.")
    newer = await asked(bridge, "Es kostet fünf Euro.")
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_TRANSLATION)
    await asked(bridge, "not the translation of what your message says now")
    await bridge.settled()
    assert "euro" not in str(chat.window()).lower()
    await bridge.ana.press(CHANNEL, str(newer["ts"]), SEND_TRANSLATION)
    await chat.sees("Es kostet fünf Euro.\n\nIt is five euros.", author="teammate")


async def test_what_was_held_before_the_hand_back_does_not_talk_beside_the_ai(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    ts, question = await typed(bridge, claude, chat)
    claude.say("NOTHING")
    await chat.handed_back(bridge.ben)
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_TRANSLATION)
    await asked(bridge, "Nobody holds this conversation any more")
    assert "euro" not in str(chat.window()).lower()
    assert chat.marks(ts) == {HELD}


async def test_where_the_model_fails_the_author_decides(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    claude.fail(status=500)
    claude.fail(status=500)
    await chat.reply(bridge.ana, "It is four euros.")
    question = await asked(bridge, "could not be translated just now")
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("It is four euros.", author="teammate")


@pytest.mark.both_databases
async def test_a_reply_in_the_customers_language_or_in_none_that_shows_is_sent_at_once(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    before = len(claude.requests)
    for text in ("Das sind vier Euro und ein paar Cent.", "OK!", "4 €"):
        await chat.reply(bridge.ana, text)
        await chat.sees(text, author="teammate")
    assert len(claude.requests) == before


async def test_nothing_is_translated_where_that_is_off(database_url: str, claude: FakeAnthropic) -> None:
    async with world(
        database_url,
        ai="claude",
        anthropic_api_key=claude.key,
        anthropic_base_url=claude.url,
        translate=False,
    ) as bridge:
        claude.say("Das dauert zwei Tage.")
        chat = await bridge.chat("Maya", first="Wie lange dauert der Versand?")
        await chat.sees("Das dauert zwei Tage.", author="ai")
        claude.summarise("Versand", "Die Kundin fragt nach dem Versand.", "de")
        await chat.taken_over(bridge.ana)
        await chat.customer.say("Und was kostet das?")
        await chat.reply(bridge.ana, "It is four euros.")
        await chat.sees("It is four euros.", author="teammate")
        await bridge.settled()
        assert translations(bridge, chat) == []


@pytest.mark.parametrize("then", [SEND_TRANSLATION, SEND_AS_ME, KEEP_AS_NOTE])
@pytest.mark.both_databases
async def test_what_shows_no_language_does_not_overtake_what_is_held(
    bridge: World, claude: FakeAnthropic, then: str
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    ok, number = await chat.reply(bridge.ana, "ok?"), await chat.reply(bridge.ana, "42")
    for one in (ok, number):
        await chat.marked(one, HELD)
    await asked(bridge, "it follows what you typed before it")
    await bridge.settled()
    assert [text for who, text in chat.window() if who == "teammate"] == []
    await bridge.ana.press(CHANNEL, str(question["ts"]), then)
    await chat.sees("42", author="teammate")
    before = {
        SEND_TRANSLATION: ["Es kostet vier Euro.\n\nIt is four euros."],
        SEND_AS_ME: ["It is four euros."],
        KEEP_AS_NOTE: [],
    }[then]
    assert [text for who, text in chat.window() if who == "teammate"] == [*before, "ok?", "42"]
    for one in (ok, number):
        await chat.marked(one, SENT)


async def test_what_follows_goes_on_when_what_was_held_is_deleted(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    first, _ = await typed(bridge, claude, chat)
    ok = await chat.reply(bridge.ana, "ok?")
    await chat.marked(ok, HELD)
    await bridge.ana.delete(CHANNEL, first)
    await chat.sees("ok?", author="teammate")
    await chat.marked(ok, SENT)


async def test_what_follows_waits_for_all_before_it_and_may_be_sent_sooner(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, first = await typed(bridge, claude, chat)
    claude.translate("Und der Versand ist frei.")
    await chat.reply(bridge.ana, "And the shipping is free.")
    second = await asked(bridge, "Und der Versand ist frei.")
    ok = await chat.reply(bridge.ana, "ok?")
    question = await asked(bridge, "it follows what you typed before it")
    await bridge.ana.press(CHANNEL, str(first["ts"]), SEND_AS_ME)
    await chat.sees("It is four euros.", author="teammate")
    await bridge.settled()
    assert chat.marks(ok) == {HELD}
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("ok?", author="teammate")
    await bridge.ana.press(CHANNEL, str(second["ts"]), KEEP_AS_NOTE)
    await bridge.settled()
    assert [text for who, text in chat.window() if who == "teammate"] == ["It is four euros.", "ok?"]


async def test_what_followed_before_the_hand_back_does_not_talk_beside_the_ai(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    ok = await chat.reply(bridge.ana, "ok?")
    await chat.marked(ok, HELD)
    claude.say("NOTHING")
    await chat.handed_back(bridge.ben)
    await bridge.ana.press(CHANNEL, str(question["ts"]), KEEP_AS_NOTE)
    await asked(bridge, "the AI is still answering")
    assert chat.marks(ok) == {HELD}
    assert "ok?" not in str(chat.window())


async def test_what_followed_before_others_had_it_is_asked_about(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    for text in ("ok?", "42"):
        await chat.marked(await chat.reply(bridge.ana, text), HELD)
    await chat.choose(bridge.ben, "Take over from Ana")
    await bridge.settled()
    await bridge.ana.press(CHANNEL, str(question["ts"]), KEEP_AS_NOTE)
    question = await asked(bridge, "changed hands since you typed it")
    await bridge.settled()
    # About each of them once, whatever is decided then.
    await bridge.ana.press(CHANNEL, str(question["ts"]), KEEP_AS_NOTE)
    await bridge.settled()
    about = [bridge.slack.rendered(one) for one in bridge.slack.ephemerals("ana")]
    assert len([one for one in about if "changed hands" in one]) == 1
    assert teammates_words(chat) == []


@pytest.mark.parametrize(("translate", "value"), [(True, "on"), (False, "off")])
async def test_settings_say_whether_it_translates(
    database_url: str, claude: FakeAnthropic, translate: bool, value: str
) -> None:
    async with world(
        database_url,
        ai="claude",
        anthropic_api_key=claude.key,
        anthropic_base_url=claude.url,
        translate=translate,
    ) as bridge:
        answer = await bridge.ben.command("/bookbag", "settings", channel="general")
        assert f"Translations: {value}" in answer["text"]


# ─── While a reply waits in turn behind one that is held ───

PNG = png_of(b"what is seen")


async def waits(bridge: World, chat: Chat, text: str, **how: Any) -> str:
    """Ana types something that shows no language behind what is held; returns its ts."""
    ts = await chat.reply(bridge.ana, text, **how)
    await chat.marked(ts, HELD)
    await bridge.settled()
    return ts


def teammates_words(chat: Chat) -> list[str]:
    return [text for who, text in chat.window() if who == "teammate"]


async def test_a_file_waits_in_turn_and_goes_with_its_words(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    await waits(bridge, chat, "", files={"drawing.png": PNG})
    await waits(bridge, chat, "ok?", files={"plan.png": PNG})
    await waits(bridge, chat, "42")
    assert teammates_words(chat) == []
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_TRANSLATION)
    await chat.sees("42", author="teammate")
    said = [e for e in chat.customer.seen if e["from"] == "teammate" and e["kind"] == "message"]
    assert [(e["text"], [file["name"] for file in e.get("attachments") or []]) for e in said] == [
        ("Es kostet vier Euro.\n\nIt is four euros.", []),
        ("", ["drawing.png"]),
        ("ok?", ["plan.png"]),
        ("42", []),
    ]
    assert await held_now(bridge, chat) == []
    for entry in said[1:3]:
        assert (await chat.customer.download(entry["attachments"][0]["url"]))[2] == PNG


async def test_what_waits_and_becomes_a_note_never_reaches_the_customer(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    secret = await waits(bridge, chat, "17 %", files={"inside.png": PNG})
    after = await waits(bridge, chat, "ok?")
    await bridge.ana.edit(CHANNEL, secret, "note: 17 % is what it costs us")
    await chat.marked(secret, NOTE)
    # That it is decided lets nothing overtake what is held.
    await bridge.settled()
    assert chat.marks(after) == {HELD}
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("ok?", author="teammate")
    await bridge.settled()
    assert teammates_words(chat) == ["It is four euros.", "ok?"]
    assert "17 %" not in str(chat.customer.seen)
    assert "inside" not in str(chat.customer.seen)
    assert await kept_files(bridge, 0)
    assert chat.marks(secret) == {NOTE}


async def test_what_waits_and_mentions_somebody_by_now_goes_on_only_when_its_author_says_so(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    doubt = await waits(bridge, chat, "ok?")
    after = await waits(bridge, chat, "42")
    await bridge.ana.edit(CHANNEL, doubt, f"ok <@{bridge.slack.user_id('ben')}>?")
    asks = await asked(bridge, "this mentions somebody")
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("42", author="teammate")
    await chat.marked(after, SENT)
    await bridge.settled()
    assert teammates_words(chat) == ["It is four euros.", "42"]
    assert chat.marks(doubt) == {HELD}
    # They were asked once.
    assert bridge.slack.ephemerals("ana")[-1]["ts"] == asks["ts"]
    await bridge.ana.press(CHANNEL, str(asks["ts"]), KEEP_AS_NOTE)
    await chat.marked(doubt, NOTE)
    assert teammates_words(chat) == ["It is four euros.", "42"]


async def test_what_waits_goes_on_in_its_latest_words(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    one = await waits(bridge, chat, "ok?")
    await waits(bridge, chat, "42")
    await bridge.ana.edit(CHANNEL, one, "ok!")
    await bridge.settled()
    await bridge.ana.press(CHANNEL, str(question["ts"]), KEEP_AS_NOTE)
    await chat.sees("42", author="teammate")
    assert teammates_words(chat) == ["ok!", "42"]


async def test_what_waits_and_is_deleted_is_never_sent(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    gone = await waits(bridge, chat, "ok?", files={"drawing.png": PNG})
    after = await waits(bridge, chat, "42")
    await bridge.ana.delete(CHANNEL, gone)
    await bridge.settled()
    assert chat.marks(after) == {HELD}
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_TRANSLATION)
    await chat.sees("42", author="teammate")
    await bridge.settled()
    assert teammates_words(chat) == ["Es kostet vier Euro.\n\nIt is four euros.", "42"]
    assert "drawing" not in str(chat.customer.seen)


@pytest.mark.both_databases
async def test_a_file_that_vanishes_while_it_waits_reaches_nobody(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    alone = await waits(bridge, chat, "", files={"alone.png": PNG})
    worded = await waits(bridge, chat, "ok?", files={"worded.png": PNG})
    await waits(bridge, chat, "42")
    for ts in (alone, worded):
        await bridge.ana.delete_file(bridge.slack.message(CHANNEL, ts)["files"][0]["id"])
    await bridge.until(lambda: kept_files(bridge, 0))
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("42", author="teammate")
    await bridge.settled()
    # As with a reply that was sent already, its words stay when its file goes.
    assert teammates_words(chat) == ["It is four euros.", "ok?", "42"]
    assert "png" not in str(chat.customer.seen)


async def test_nothing_is_sent_of_what_waits_once_its_only_file_is_not_in_our_keeping(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    alone = await waits(bridge, chat, "", files={"alone.png": PNG})
    await waits(bridge, chat, "42")
    async with bridge.bridge.database.read() as tx:
        kept = [FileId(row.id) for row in await tx.connection.execute(files.select())]
    await bridge.bridge.database.write(lambda tx: tx.files.forget(kept))
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("42", author="teammate")
    await chat.marked(alone, FAILED)
    assert teammates_words(chat) == ["It is four euros.", "42"]
    await asked(bridge, "Nothing was sent")


async def held_now(bridge: World, chat: Chat) -> list[str]:
    async with bridge.bridge.database.read() as tx:
        return await tx.held.sources(chat.id)


async def kept_files(bridge: World, count: int) -> bool:
    async with bridge.bridge.database.read() as tx:
        return len((await tx.connection.execute(files.select())).all()) == count


@pytest.mark.parametrize("lost", ["left the channel", "was deactivated"])
async def test_who_may_not_speak_any_more_says_nothing_by_what_waited(
    bridge: World, claude: FakeAnthropic, lost: str
) -> None:
    chat = await held(bridge, claude)
    first, _ = await typed(bridge, claude, chat)
    ok = await waits(bridge, chat, "ok?", files={"drawing.png": PNG})
    if lost == "left the channel":
        bridge.slack.leave(CHANNEL, "ana")
    else:
        bridge.slack.change_person("ana", deleted=True)
    await bridge.settled()
    bridge.slack.change_person("ben", is_admin=True)
    # An administrator tidies up. Nothing speaks in the name of who is gone.
    await bridge.ben.delete(CHANNEL, first)
    await chat.marked(ok, NOTE)
    await bridge.settled()
    assert teammates_words(chat) == []
    assert "drawing" not in str(chat.customer.seen)
    assert await kept_files(bridge, 0)


async def test_where_slack_does_not_say_who_it_was_they_are_asked_as_soon_as_it_does(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    first, _ = await typed(bridge, claude, chat)
    ok = await waits(bridge, chat, "ok?")
    # The fault comes first: nobody may be asked about Ana between what changed of her and the deletion.
    bridge.slack.faults.error("users.info", "internal_error", times=1000)
    bridge.slack.change_person("ana", title="Head of bags")
    await bridge.settled()
    await bridge.ana.delete(CHANNEL, first)

    async def is_asked() -> bool:
        async with bridge.bridge.database.read() as tx:
            return await tx.slack_events.count() == 0 and (await tx.outbox.counts())["open"] > 0

    await bridge.until(is_asked)
    assert (teammates_words(chat), chat.marks(ok)) == ([], {HELD})
    # Nobody is shown anything while Slack does not say who they are; the question waits for that.
    bridge.slack.faults.clear()
    question = await asked(bridge, "the message it followed was deleted")
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("ok?", author="teammate")


async def test_two_who_answer_wait_for_their_own_words_only(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    await chat.choose(bridge.ben, "Join Ana")
    await bridge.settled()
    _, question = await typed(bridge, claude, chat)
    mine = await waits(bridge, chat, "ok?")
    theirs = await chat.reply(bridge.ben, "42")
    await chat.sees("42", author="teammate")
    await chat.marked(theirs, SENT)
    assert chat.marks(mine) == {HELD}
    await bridge.ana.press(CHANNEL, str(question["ts"]), KEEP_AS_NOTE)
    await chat.sees("ok?", author="teammate")
    assert teammates_words(chat) == ["42", "ok?"]


async def test_the_customers_own_language_does_not_wait(bridge: World, claude: FakeAnthropic) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    await chat.reply(bridge.ana, "Das sind vier Euro und ein paar Cent.")
    await chat.sees("Das sind vier Euro und ein paar Cent.", author="teammate")
    await bridge.ana.press(CHANNEL, str(question["ts"]), KEEP_AS_NOTE)
    # Nothing is held any more, so nothing waits.
    await chat.reply(bridge.ana, "ok?")
    await chat.sees("ok?", author="teammate")


async def test_what_waits_is_asked_about_when_its_own_words_are_to_be_translated(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, question = await typed(bridge, claude, chat)
    one = await waits(bridge, chat, "ok?")
    after = await waits(bridge, chat, "42")
    claude.translate("Ist das in Ordnung für Sie?")
    await bridge.ana.edit(CHANNEL, one, "Is that fine with you?")
    newer = await asked(bridge, "Ist das in Ordnung für Sie?")
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_AS_ME)
    await chat.sees("It is four euros.", author="teammate")
    await bridge.settled()
    assert (chat.marks(one), chat.marks(after)) == ({HELD}, {HELD})
    await bridge.ana.press(CHANNEL, str(newer["ts"]), SEND_TRANSLATION)
    await chat.sees("42", author="teammate")
    words = ["It is four euros.", "Ist das in Ordnung für Sie?\n\nIs that fine with you?", "42"]
    assert teammates_words(chat) == words


async def test_what_waits_does_not_wait_for_what_was_typed_after_it(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    _, first = await typed(bridge, claude, chat)
    await waits(bridge, chat, "ok?")
    claude.translate("Und der Versand ist frei.")
    later = await chat.reply(bridge.ana, "And the shipping is free.")
    await asked(bridge, "Und der Versand ist frei.")
    await bridge.ana.press(CHANNEL, str(first["ts"]), SEND_AS_ME)
    await chat.sees("ok?", author="teammate")
    assert teammates_words(chat) == ["It is four euros.", "ok?"]
    assert chat.marks(later) == {HELD}


async def test_what_waits_goes_on_when_what_was_held_becomes_a_note(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    first, _ = await typed(bridge, claude, chat)
    await waits(bridge, chat, "ok?")
    await bridge.ana.edit(CHANNEL, first, "note: it is four euros")
    await chat.sees("ok?", author="teammate")
    await chat.marked(first, NOTE)
    assert teammates_words(chat) == ["ok?"]


@pytest.mark.both_databases
async def test_a_translation_is_not_sent_while_the_one_of_the_new_words_is_made(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    ts, question = await typed(bridge, claude, chat)
    made = asyncio.Event()
    claude.translate("Es kostet fünf Euro.", after=made)
    asked_for = len(claude.requests)
    await bridge.ana.edit(CHANNEL, ts, "It is five euros.")
    await bridge.until(lambda: len(claude.requests) > asked_for)
    await bridge.ana.press(CHANNEL, str(question["ts"]), SEND_TRANSLATION)
    await asked(bridge, "not the translation of what your message says now")
    made.set()
    await asked(bridge, "Es kostet fünf Euro.")
    assert teammates_words(chat) == []
    assert chat.marks(ts) == {HELD}


@pytest.mark.both_databases
async def test_a_translation_of_words_that_changed_meanwhile_is_not_shown(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    made = asyncio.Event()
    claude.translate("Es kostet vier Euro.", after=made)
    claude.translate("Es kostet fünf Euro.")
    asked_for = len(claude.requests)
    ts = await chat.reply(bridge.ana, "It is four euros.")
    await bridge.until(lambda: len(claude.requests) > asked_for)
    await bridge.ana.edit(CHANNEL, ts, "It is five euros.")

    async def is_reworded() -> bool:
        async with bridge.bridge.database.read() as tx:
            reply = await tx.held.get(chat.id, (await tx.held.sources(chat.id))[0])
        return reply is not None and reply.text == "It is five euros."

    await bridge.until(is_reworded)
    made.set()
    await asked(bridge, "Es kostet fünf Euro.")
    await bridge.settled()
    assert "vier" not in str(bridge.slack.ephemerals("ana"))


async def test_what_reads_like_a_note_is_asked_about_before_it_is_translated(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    before = len(claude.requests)
    ts = await chat.reply(bridge.ana, "It will take two more days.\nnote: she complains a lot")
    await chat.marked(ts, HELD)
    await bridge.until(lambda: "“note: she complains a lot”" in str(bridge.slack.ephemerals("ana")))
    await bridge.settled()
    assert len(claude.requests) == before
    assert "complains" not in str(chat.customer.seen)


async def test_a_line_for_the_team_added_to_what_is_translated_is_asked_about(
    bridge: World, claude: FakeAnthropic
) -> None:
    chat = await held(bridge, claude)
    claude.translate("Es dauert noch zwei Tage.")
    ts = await chat.reply(bridge.ana, "It will take two more days.")
    await chat.marked(ts, HELD)
    question = await bridge.prompt("ana", offering=SEND_TRANSLATION)
    await bridge.ana.edit(CHANNEL, ts, "It will take two more days.\ninternal: she complains a lot")
    await bridge.until(lambda: "“internal: she complains a lot”" in str(bridge.slack.ephemerals("ana")))
    await bridge.ana.press(CHANNEL, question["ts"], SEND_TRANSLATION)
    await bridge.settled()
    assert chat.marks(ts) == {HELD}
    assert [entry for entry in chat.customer.seen if entry.get("from") == "teammate"] == []
