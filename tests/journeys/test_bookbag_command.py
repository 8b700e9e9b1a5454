"""`/bookbag`: what there is and what is open, and taking over from its lists."""

from __future__ import annotations

import asyncio

from bot.blocks.elements.ids import TAKE_OVER
from sandbox import WorkspacePerson
from tests.journeys.world import CHANNEL, NOTE, World


async def test_alone_it_says_what_there_is_and_what_is_open(outside: World) -> None:
    await outside.chat("Maya", first="Hello")
    held = await outside.chat("Noor", first="Hello")
    await held.taken_over(outside.ana)
    answer = await outside.ben.command("/bookbag", "", channel=CHANNEL)
    shown = outside.slack.rendered(answer)
    assert answer["text"] == "Bookbag: 1 live with the AI, 1 open ticket, 0 waiting"
    assert "1 live with the AI" in shown
    assert "/bookbag conversations" in shown


async def test_conversations_lists_those_that_are_not_tickets_and_takes_one_over(outside: World) -> None:
    live = await outside.chat("Maya", first="Where is my parcel?")
    held = await outside.chat("Noor", first="Hello")
    await held.taken_over(outside.ana)
    await live.thread.ts()
    answer = await outside.ben.command("/bookbag", "conversations", channel=CHANNEL)
    shown = outside.slack.rendered(answer)
    assert "Where is my parcel?" in shown
    assert "Noor" not in shown

    await outside.ben.press(CHANNEL, answer["ts"], TAKE_OVER)
    await live.thread.card_shows("Ben is answering")
    told = await outside.until(
        lambda: [e for e in outside.slack.ephemerals("ben") if "You are answering Maya" in e["text"]]
    )
    assert "Open the thread" in outside.slack.rendered(told[0])
    again = await outside.ben.command("/bookbag", "conversations", channel=CHANNEL)
    said = outside.slack.rendered(again)
    assert "Apart from open tickets, nobody talks to the AI" in said
    # Two customers are in a conversation at this moment.
    assert "No live conversations" not in said


async def test_tickets_lists_open_ones_and_says_whose_they_are(outside: World) -> None:
    chat = await outside.chat("Maya", first="Where is my parcel?")
    await chat.taken_over(outside.ana)
    await chat.shows("🎫")
    shown = outside.slack.rendered(await outside.ben.command("/bookbag", "tickets", channel=CHANNEL))
    for words in ("1 open ticket", "#1", "Maya", "On Ana", "Where is my parcel?"):
        assert words in shown
    await chat.handed_back(outside.ana)
    shown = outside.slack.rendered(await outside.ben.command("/bookbag", "tickets", channel=CHANNEL))
    assert "No open tickets" in shown


async def test_a_long_list_has_pages(outside: World) -> None:
    chats = [await outside.chat(f"Customer {number}", first="Hello") for number in range(10)]
    await asyncio.gather(*(chat.thread.ts() for chat in chats))
    answer = await outside.ben.command("/bookbag", "conversations", channel=CHANNEL)
    assert "1 to 8 of 10" in outside.slack.rendered(answer)
    await outside.ben.press(CHANNEL, answer["ts"], "page:next")
    turned = await outside.until(
        lambda: [e for e in outside.slack.ephemerals("ben") if "9 to 10 of 10" in outside.slack.rendered(e)]
    )
    assert "Customer 0" in outside.slack.rendered(turned[0])


async def test_an_unknown_word_is_answered_with_what_there_is(outside: World) -> None:
    answer = await outside.ben.command("/bookbag", "<!channel> fire", channel=CHANNEL)
    assert "/bookbag conversations" in outside.slack.rendered(answer)
    assert outside.slack.mentions(answer) == set()


async def test_a_guest_may_read_but_not_act(outside: World) -> None:
    outside.slack.add_person("gus", real_name="Gus Guest", is_restricted=True)
    gus = outside.slack.person("gus")
    chat = await outside.chat("Maya", first="Hello")
    await chat.press(gus, TAKE_OVER)
    assert "Only full members" in (await outside.prompt("gus"))["text"]
    ts = await chat.reply(gus, "I would like to help")
    await chat.marked(ts, "lock")
    assert (await outside.bridge.desk.view(chat.id)).conversation.state == "ai"
    assert "help" not in str(chat.customer.seen)


async def test_another_program_escalates_with_the_server_key(outside: World) -> None:
    chat = await outside.chat("Maya", first="Hello")
    await chat.customer.escalate("asked twice for a person")
    await chat.thread.card_shows("Waiting for a teammate")
    await chat.shows("asked twice for a person")
    await chat.customer.escalate("once more")
    await chat.taken_over(outside.ana)
    assert (await outside.bridge.desk.open_tickets(limit=10)).total == 1
    assert [who for who, _ in chat.window()] == ["customer", "system"]


async def test_tickets_come_by_shelf_and_the_closed_ones_newest_first(outside: World) -> None:
    mine = await outside.chat("Maya", first="Where is my parcel?")
    hers = await outside.chat("Noor", first="The zip is broken")
    waiting = await outside.chat("Otis", first="A person, please")
    await mine.taken_over(outside.ben)
    await hers.taken_over(outside.ana)
    await mine.sees("Ben joined the chat.")
    await mine.reply(outside.ben, "Let me look.")
    await mine.sees("Let me look.")
    await waiting.customer.escalate("asked for a person")
    await waiting.thread.card_shows("Waiting for a teammate")

    async def shown(word: str) -> str:
        return outside.slack.rendered(
            await outside.ben.command("/bookbag", f"tickets {word}", channel=CHANNEL)
        )

    for word, names in {
        "": {"Maya", "Noor", "Otis"},
        "mine": {"Maya"},
        "new": {"Otis"},
        "me": set(),
        "customer": {"Maya"},
        "hold": set(),
        "CLOSED": set(),
    }.items():
        rendered = await shown(word)
        assert {name for name in ("Maya", "Noor", "Otis") if name in rendered} == names, word
    assert "waiting less than a minute" in await shown("new")

    for chat, who in ((hers, outside.ana), (mine, outside.ben)):
        await chat.handed_back(who)
    closed = await shown("closed")
    assert closed.index("Maya") < closed.index("Noor")
    assert "Ana" in closed
    assert "Take over" not in closed


async def test_a_ticket_that_waits_is_taken_over_from_its_shelf(outside: World) -> None:
    chat = await outside.chat("Otis", first="A person, please")
    await chat.customer.escalate("asked for a person")
    await chat.thread.card_shows("Waiting for a teammate")
    answer = await outside.ben.command("/bookbag", "tickets new", channel=CHANNEL)
    await outside.ben.press(CHANNEL, answer["ts"], TAKE_OVER)
    await chat.thread.card_shows("Ben is answering")


async def test_show_says_where_a_ticket_stands_and_what_was_said_last(outside: World) -> None:
    chat = await outside.chat("Maya", first="Where is my parcel?")
    await chat.taken_over(outside.ana)
    await chat.reply(outside.ana, "On its way!")
    await chat.sees("On its way!")
    await chat.shows("🎫")
    shown = outside.slack.rendered(await outside.ben.command("/bookbag", "show #1", channel=CHANNEL))
    for words in ("Ticket #1 · Maya", "On customer", "Ana", "Opened", "first reply after less than a minute"):
        assert words in shown
    for words in ("Maya: Where is my parcel?", "Ana: On its way!", "Open thread"):
        assert words in shown
    await chat.handed_back(outside.ana)
    shown = outside.slack.rendered(await outside.ben.command("/bookbag", "show 1", channel=CHANNEL))
    assert "closed " in shown
    assert ", after less than a minute" in shown


async def test_what_a_command_lacks_is_said(outside: World) -> None:
    for text, says in {
        "show": "Say which ticket, by its number",
        "show twelve": "Say which ticket, by its number",
        "show 99999999999999": "Say which ticket, by its number",
        "show 7": "There is no ticket #7",
        "tickets <!here>": "There are no such tickets",
    }.items():
        answer = await outside.ben.command("/bookbag", text, channel=CHANNEL)
        assert says in outside.slack.rendered(answer), text
        assert outside.slack.mentions(answer) == set()


async def test_find_looks_through_both_sides_and_the_notes_and_opens_the_thread(outside: World) -> None:
    maya = await outside.chat("Maya Lindqvist", first="Is the Größe right?")
    aiko = await outside.chat("Aiko", first="注文の返金をお願いします。\nよろしく")
    await maya.taken_over(outside.ana)
    await maya.reply(outside.ana, "I ordered a larger backpack for you.")
    await maya.sees("I ordered a larger backpack for you.")
    noted = await maya.reply(outside.ana, "// her café is in Lisbon")
    await maya.marked(noted, NOTE)
    await aiko.thread.ts()

    async def found(words: str) -> str:
        answer = await outside.ben.command("/bookbag", f"find {words}", channel=CHANNEL)
        assert not [one for one in outside.slack.mentions(answer) if not one.startswith(("<http", "<!date"))]
        return outside.slack.rendered(answer)

    for words, who, line in (
        ("grosse", "Maya", "Is the Größe right?"),
        ("GRÖSSE", "Maya", "Is the Größe right?"),
        ("larger  BACKPACK", "Maya", "I ordered a larger backpack for you."),
        ("Cafe", "Maya", "café is in Lisbon"),
        ("返金", "Aiko", "注文の返金をお願いします。"),
        ("lindqvist", "Maya", "Maya Lindqvist"),
    ):
        rendered = await found(words)
        for shown in ("1 conversation with", who, line, "Open thread"):
            assert shown in rendered, words
    assert "よろしく" not in await found("返金")
    assert "There is no “<!here>” in 2 conversations" in await found("<!here>")
    assert "Say what to look for" in await found("   ")


async def test_who_is_not_in_the_channel_reads_nothing_of_customers(outside: World) -> None:
    await outside.chat(first="My card number is secret")
    outside.slack.add_person("dora", real_name="Dora", channels=["general"])
    dora = outside.slack.person("dora")
    for words in ("conversations", "tickets", "find secret", "show 1", "stats", "rebuild 1", "settings"):
        answer = await dora.command("/bookbag", words, channel="general")
        assert "for those in #live-chat" in str(answer), words
    assert "live with the AI" in str(await dora.command("/bookbag", "help", channel="general"))
    await dora.open_home()

    def home() -> str | None:
        view = outside.slack.home("dora")
        return None if view is None else outside.slack.rendered({"blocks": view["blocks"]})

    assert "for those in #live-chat" in await outside.until(home)


async def test_settings_say_how_it_is_set_up_and_no_secret(outside: World) -> None:
    answer = await outside.ben.command("/bookbag", "settings", channel="general")
    shown = outside.slack.rendered(answer)
    for words in (f"#{CHANNEL}", "another program, through the API", "BOOKBAG_REPLIES", "whoever took over"):
        assert words in shown
    for secret in (outside.settings.slack_bot_token, outside.settings.api_key, outside.settings.database_url):
        assert str(secret) not in str(answer)


async def test_a_channel_that_has_another_name_by_now_is_called_by_that(outside: World) -> None:
    channel = outside.slack.channel(CHANNEL)
    outside.slack.add_channel("elsewhere", members=["chloe"])
    outside.slack.leave(CHANNEL, "chloe")
    channel.name = "support-desk"
    outside.slack.publish({"type": "channel_unshared", "channel": channel.id})

    async def says(who: WorkspacePerson, text: str, where: str) -> str:
        return outside.slack.rendered(await who.command("/bookbag", text, channel=where))

    async def is_known() -> bool:
        return "#support-desk" in await says(outside.ben, "settings", channel.name)

    await outside.until(is_known)
    assert "#live-chat" not in await says(outside.ben, "settings", channel.name)
    assert "for those in #support-desk" in await says(outside.chloe, "tickets", "elsewhere")
    assert "start in #support-desk" in await says(outside.ben, "connect", channel.name)
