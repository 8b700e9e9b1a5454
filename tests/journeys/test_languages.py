"""Everybody reads the bot in the language of their own Slack, and the channel in its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.blocks.elements.ids import HOLD_REASON, TAKE_OVER
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.test_home import opened
from tests.journeys.world import CHANNEL, SENT, Chat, World, world


@pytest.fixture
async def german(database_url: str) -> AsyncIterator[World]:
    """A bridge whose channel reads German."""
    async with world(database_url, language="de") as here:
        yield here


def somebody(bridge: World, name: str, locale: str) -> None:
    bridge.slack.add_person(name, real_name=name.capitalize(), locale=locale)


async def told(bridge: World, who: str, words: str) -> str:
    """Wait until the latest that only they see has these words; returns how it reads."""

    def read() -> str | None:
        rendered = bridge.slack.rendered(bridge.slack.ephemerals(who)[-1])
        return rendered if words in rendered else None

    found: str = await bridge.until(read)
    return found


async def held(bridge: World) -> Chat:
    chat = await bridge.chat("Maya", first="Where is my order?")
    await chat.taken_over(bridge.ana)
    await chat.shows("🎫")
    await bridge.settled()
    return chat


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("en-GB", "today in figures"),
        ("de-DE", "heute in Zahlen"),
        ("es-LA", "hoy en cifras"),
        ("fr-FR", "la journée en chiffres"),
        ("ja-JP", "今日の集計"),
        ("pt-BR", "today in figures"),
    ],
)
async def test_a_command_is_answered_in_the_askers_language(bridge: World, locale: str, says: str) -> None:
    somebody(bridge, "kim", locale)
    for _ in range(2):
        answer = await bridge.slack.person("kim").command("/bookbag", "help", channel=CHANNEL)
        assert says in bridge.slack.rendered(answer)
        # And the next one's is not touched by it.
        answer = await bridge.ana.command("/bookbag", "help", channel=CHANNEL)
        assert "today in figures" in bridge.slack.rendered(answer)


async def test_what_only_one_teammate_sees_is_in_theirs_and_the_thread_in_the_channels(bridge: World) -> None:
    somebody(bridge, "kenji", "ja-JP")
    kenji = bridge.slack.person("kenji")
    chat = await held(bridge)
    assert "Ana is answering" in await chat.thread.card_shows("Allow AI replies")
    # What help calls the card's button is what stands on the card.
    answer = await kenji.command("/bookbag", "help", channel=CHANNEL)
    assert "Allow AI replies を押すと AI に対応を戻し" in bridge.slack.rendered(answer).replace("*", "")

    await chat.reply(kenji, "I know where it is")
    asked = await told(bridge, "kenji", "Ana さんがこのお客様に対応中です")
    assert "自分の名前で送信" in asked

    # A rule refuses in a thread of its own, which speaks no language.
    await chat.choose(kenji, "Join Ana")
    await chat.shows("joined. What they type")
    await chat.choose(kenji, "Join Ana")
    await told(bridge, "kenji", "すでにこのお客様に対応中です")

    await chat.choose(kenji, "On hold…")
    (modal,) = await kenji.views()
    assert modal["title"]["text"] == "保留にする"
    refused = await kenji.submit(values={HOLD_REASON: "  "})
    assert refused["errors"][HOLD_REASON] == "まだ何も入力されていません。内容を入力してください。"
    home = await opened(bridge, kenji, "kenji", "待っているお客様はいません")
    assert "AI と会話しているお客様はいません" in home
    assert "Nobody" in await opened(bridge, bridge.ana, "ana", "Nobody waits")


async def test_a_channel_reads_its_own_language_and_its_buttons_work(german: World) -> None:
    chat = await german.chat("Maya", first="Where is my order?")
    assert "Die KI antwortet" in await chat.thread.card_shows("Übernehmen")
    await chat.press(german.ana, TAKE_OVER)
    await chat.shows("Ana hat übernommen. Die KI pausiert")
    ts = await chat.reply(german.ana, "On its way!")
    await chat.marked(ts, SENT)
    await chat.sees("On its way!")
    card = await chat.thread.card_shows("KI-Antworten erlauben")
    assert "Ana antwortet" in card
    # The customer's words, and what the customer reads, are as they were.
    assert "Where is my order?" in await chat.shows("Where is my order?")
    assert "Übernehmen" not in str(chat.customer.seen)
    # Ana's Slack is English, and the channel's button has its own label.
    answer = await german.ana.command("/bookbag", "help", channel=CHANNEL)
    assert "KI-Antworten erlauben" in german.slack.rendered(answer)
    assert "hands back" in german.slack.rendered(answer)
    await chat.handed_back(german.ana)
    await chat.shows("Ana hat KI-Antworten erlaubt")


async def test_who_cannot_be_described_is_answered_in_english(bridge: World) -> None:
    somebody(bridge, "kenji", "ja-JP")
    bridge.slack.faults.error("users.info", "internal_error", times=9)
    answer = await bridge.slack.person("kenji").command("/bookbag", "help", channel=CHANNEL)
    assert "Slack could not say who you are just now" in bridge.slack.rendered(answer)


async def test_why_the_ai_asks_for_somebody_is_said_in_the_channels_language(german: World) -> None:
    chat = await german.chat("Maya", first="I want a person")
    shown = await chat.shows("Der Kunde möchte mit einem Menschen sprechen.")
    assert "asked for a person" not in shown


async def test_why_claude_failed_is_said_in_the_channels_language(database_url: str) -> None:
    async with (
        FakeAnthropic() as claude,
        world(
            database_url,
            language="de",
            ai="claude",
            anthropic_api_key=claude.key,
            anthropic_base_url=claude.url,
        ) as bridge,
    ):
        claude.fail(status=401)
        claude.summarise("Hallo", "Grüßt nur.", "de")
        claude.say('{"translation": "", "language": "en"}', always=True)
        chat = await bridge.chat("Maya", first="Hello?")
        await chat.shows("die KI konnte nicht antworten (Claude answered 401")
        await bridge.settled()
