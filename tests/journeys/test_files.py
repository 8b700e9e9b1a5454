"""Files both ways: what a customer gets, what they never get, and what the team gets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.blocks.elements.ids import KEEP_AS_NOTE, RETRY, SEND_AS_ME
from bot.demo.customer import ChatError, JsonEntry
from storage.schema import file_pieces, files
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.world import CHANNEL, FAILED, HELD, NOTE, SENT, Chat, World, world
from tests.web.pictures import png_of

# Longer than a piece.
PNG = png_of(bytes(range(256)) * 2000)
PDF = b"%PDF-1.7\n" + b"x" * 1000


async def attached(chat: Chat, text: str = "") -> JsonEntry:
    """Wait for a teammate's message with files."""
    return await chat.customer.sees(
        lambda e: e["kind"] == "message" and e["text"] == text and bool(e.get("attachments"))
    )


async def kept(world: World) -> int:
    """How many files are in our keeping."""
    async with world.bridge.database.read() as tx:
        found = (await tx.connection.execute(files.select())).all()
        pieces = (await tx.connection.execute(file_pieces.select())).all()
    assert {row.id for row in found} == {row.file_id for row in pieces}
    return len(found)


async def held(bridge: World) -> tuple[Chat, str]:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ben, "Here is the drawing", files={"drawing.png": PNG})
    await chat.marked(ts, HELD)
    return chat, ts


async def test_a_file_reaches_the_customer_from_our_own_host(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "Here is the drawing", files={"drawing.png": PNG, "terms.pdf": PDF})
    await chat.marked(ts, SENT)
    entry = await attached(chat, "Here is the drawing")
    picture, terms = entry["attachments"]
    assert (picture["name"], picture["type"], picture["size"]) == ("drawing.png", "image/png", len(PNG))
    status, headers, content = await chat.customer.download(picture["url"])
    assert (status, content, headers["Content-Type"]) == (200, PNG, "image/png")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    _, headers, content = await chat.customer.download(terms["url"])
    assert content == PDF
    assert headers["Content-Disposition"].startswith("attachment")
    said = str(chat.customer.seen)
    assert bridge.slack.url not in said
    assert bridge.slack.bot_token not in said
    assert "files-pri" not in said


async def test_where_a_picture_was_taken_stays_with_whoever_took_it(outside: World) -> None:
    told = png_of(b"what is seen", told=b"60.1699N 24.9384E")
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.reply(outside.ana, "Our shop", files={"shop.png": told})
    (picture,) = (await attached(chat, "Our shop"))["attachments"]
    assert (await chat.customer.download(picture["url"]))[2] == png_of(b"what is seen")
    await chat.customer.say("And mine", attachments=[await chat.customer.upload("mine.png", told)])
    await chat.shows("mine.png")
    await outside.settled()
    assert shared(outside, chat)[-1] == png_of(b"what is seen")


async def test_a_file_without_words_is_a_message(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    await chat.reply(bridge.ana, "", files={"drawing.png": PNG})
    entry = await attached(chat)
    assert [file["name"] for file in entry["attachments"]] == ["drawing.png"]


async def test_only_its_own_customer_gets_a_file(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    other = await bridge.chat("Noor", first="Hello")
    await chat.taken_over(bridge.ana)
    await chat.reply(bridge.ana, "", files={"drawing.png": PNG})
    url = (await attached(chat))["attachments"][0]["url"]
    assert (await other.customer.download(url))[0] == 404
    assert (await chat.customer.download(url, token=""))[0] == 401
    elsewhere = url.replace(chat.id, other.id)
    assert (await other.customer.download(elsewhere))[0] == 404


@pytest.mark.parametrize("text", ["note: see the screenshot", "// look", "@ben look at this"])
async def test_a_notes_file_never_leaves_slack(bridge: World, text: str) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, text, files={"inside.png": PNG})
    await chat.marked(ts, NOTE)
    await bridge.settled()
    assert bridge.slack.downloads == []
    assert await kept(bridge) == 0
    assert "inside.png" not in str(chat.customer.seen)


async def test_a_guests_file_never_leaves_slack(bridge: World) -> None:
    bridge.slack.add_person("gus", is_restricted=True)
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.slack.person("gus"), "Mine", files={"inside.png": PNG})
    await chat.marked(ts, NOTE)
    await bridge.settled()
    assert bridge.slack.downloads == []
    assert await kept(bridge) == 0


async def test_a_held_reply_reworded_into_a_note_leaves_no_file(bridge: World) -> None:
    chat, ts = await held(bridge)
    await bridge.ben.edit(CHANNEL, ts, "note: not yet")
    await chat.marked(ts, NOTE)
    assert await kept(bridge) == 0


async def test_a_note_reworded_into_a_reply_stays_a_note_and_so_does_its_file(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "note: look", files={"inside.png": PNG})
    await chat.marked(ts, NOTE)
    await bridge.ana.edit(CHANNEL, ts, "look")
    await bridge.settled()
    assert bridge.slack.downloads == []
    assert "look" not in str(chat.window())


async def test_what_comes_behind_a_file_waits_for_it(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    bridge.slack.fail_downloads(times=2)
    await chat.reply(bridge.ana, "Before")
    await chat.reply(bridge.ana, "With it", files={"drawing.png": PNG})
    await chat.reply(bridge.ana, "Behind")
    await chat.sees("Behind")
    assert [text for who, text in chat.window() if who == "teammate"] == ["Before", "With it", "Behind"]


@pytest.mark.both_databases
async def test_a_file_delivered_twice_comes_once(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "Here", files={"drawing.png": PNG}, deliveries=3)
    await chat.marked(ts, SENT)
    await bridge.settled()
    assert [text for who, text in chat.window() if who == "teammate"] == ["Here"]
    assert await kept(bridge) == 1


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("big.png", PNG * 22, "larger"),
        ("setup.exe", b"MZ\x90\x00" + b"\x00" * 100, "of a kind"),
        ("picture.png", b"<svg onload=alert(1)>\x00", "of a kind"),
        ("archive.zip", b"PK\x03\x04" + b"\x00" * 100, "of a kind"),
    ],
)
async def test_what_customers_are_not_sent_keeps_its_words_back_too(
    bridge: World, name: str, content: bytes, why: str
) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "Please run this", files={"fine.png": PNG, name: content})
    await chat.marked(ts, FAILED)
    prompt = await bridge.prompt("ana")
    assert why in prompt["text"]
    assert "Nothing was sent" in prompt["text"]
    # The same file again would not do.
    assert "Retry" not in bridge.slack.rendered(prompt)
    await bridge.settled()
    assert "Please run this" not in str(chat.window())
    assert await kept(bridge) == 0


async def test_a_page_instead_of_the_bytes_is_no_file(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    bridge.slack.revoke_scope("files:read")
    ts = await chat.reply(bridge.ana, "Here", files={"drawing.png": PNG})
    await chat.marked(ts, FAILED)
    assert "files:read" in (await bridge.prompt("ana"))["text"]
    assert "Here" not in str(chat.window())


async def test_our_token_goes_to_no_other_host(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    await publish(bridge, chat, {"url_private_download": "http://127.0.0.1:9/steal", "name": "x.png"})
    assert "kept outside Slack" in (await bridge.prompt("ana"))["text"]
    assert chat.window()[-1][0] != "teammate"


async def test_a_document_of_slacks_own_is_no_file_for_customers(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    place = f"{bridge.slack.url}/files-pri/{bridge.slack.team_id}-F0/plan"
    await publish(bridge, chat, {"url_private": place, "mode": "quip", "name": "Plan"})
    assert "of a kind" in (await bridge.prompt("ana"))["text"]


async def test_our_own_file_read_again_is_nobodys_reply(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.customer.say("The zip", attachments=[await chat.customer.upload("zip.png", PNG)])
    await outside.until(lambda: "file zip.png" in in_order(chat))
    await outside.settled()
    shared_as = next(reply["ts"] for reply in chat.thread.replies() if reply.get("files"))
    # Slack may leave nothing on it but its author to tell that a bot shared it.
    message = outside.slack.channel(CHANNEL).messages[shared_as]
    for mark in ("bot_id", "bot_profile", "app_id"):
        del message[mark]
    await outside.restart()
    ts = await chat.reply(outside.ana, "Behind it")
    await chat.marked(ts, SENT)
    await outside.settled()
    async with outside.bridge.database.read() as tx:
        assert all(not (one.source or "").endswith(shared_as) for one in await tx.ledger.since(chat.id))
    assert outside.slack.ephemerals() == []


async def test_a_stub_from_a_shared_channel_is_looked_up(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    await bridge.settled()
    other = await bridge.ana.post("general", "", files={"drawing.png": PNG})
    file = bridge.slack.message("general", other)["files"][0]["id"]
    await publish(bridge, chat, {"id": file, "file_access": "check_file_info"})
    assert (await attached(chat, "See"))["attachments"][0]["name"] == "drawing.png"


async def test_a_held_reply_takes_its_file_along_when_it_is_sent(bridge: World) -> None:
    chat, ts = await held(bridge)
    assert "drawing.png" not in str(chat.customer.seen)
    prompt = await bridge.prompt("ben")
    await bridge.ben.press(CHANNEL, prompt["ts"], SEND_AS_ME)
    entry = await attached(chat, "Here is the drawing")
    assert (await chat.customer.download(entry["attachments"][0]["url"]))[2] == PNG
    await chat.marked(ts, SENT)


async def test_a_held_replys_file_is_nobodys_until_then(bridge: World) -> None:
    chat, _ = await held(bridge)
    async with bridge.bridge.database.read() as tx:
        found = (await tx.connection.execute(files.select())).one()
    url = f"/v1/conversations/{chat.id}/files/{found.id}"
    assert (await chat.customer.download(url))[0] == 404
    with pytest.raises(ChatError, match="unknown_file"):
        await chat.customer.say("mine!", attachments=[found.id])


async def test_a_held_reply_kept_as_a_note_leaves_no_file(bridge: World) -> None:
    chat, ts = await held(bridge)
    prompt = await bridge.prompt("ben")
    await bridge.ben.press(CHANNEL, prompt["ts"], KEEP_AS_NOTE)
    await chat.marked(ts, NOTE)
    assert await kept(bridge) == 0


async def test_a_deleted_message_takes_its_file_away(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "Here", files={"drawing.png": PNG})
    url = (await attached(chat, "Here"))["attachments"][0]["url"]
    await bridge.ana.delete(CHANNEL, ts)
    await chat.customer.sees(lambda e: e["kind"] == "retract")
    assert (await chat.customer.download(url))[0] == 404
    assert await kept(bridge) == 0


async def test_a_deleted_file_goes_and_the_words_stay(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "Here", files={"drawing.png": PNG, "terms.pdf": PDF})
    first, second = (await attached(chat, "Here"))["attachments"]
    await bridge.ana.delete_file(bridge.slack.message(CHANNEL, ts)["files"][0]["id"])
    edit = await chat.customer.sees(lambda e: e["kind"] == "edit")
    assert (edit["text"], [file["name"] for file in edit["attachments"]]) == ("Here", ["terms.pdf"])
    assert (await chat.customer.download(first["url"]))[0] == 404
    assert (await chat.customer.download(second["url"]))[0] == 200


async def test_an_edit_of_the_words_leaves_the_file(bridge: World) -> None:
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    ts = await chat.reply(bridge.ana, "Hear", files={"drawing.png": PNG})
    await attached(chat, "Hear")
    await bridge.ana.edit(CHANNEL, ts, "Here")
    edit = await chat.customer.sees(lambda e: e["kind"] == "edit")
    assert (edit["text"], len(edit["attachments"])) == ("Here", 1)


async def publish(bridge: World, chat: Chat, file: dict[str, Any]) -> None:
    """Deliver a message of Ana's that carries a file described like that."""
    thread = await chat.thread.ts()
    ts = f"{float(thread) + 5:.6f}"
    bridge.slack.publish(
        {
            "type": "message",
            "subtype": "file_share",
            "user": bridge.slack.user_id("ana"),
            "text": "See",
            "ts": ts,
            "event_ts": ts,
            "thread_ts": thread,
            "channel": bridge.bridge.installation.channel,
            "channel_type": "channel",
            "files": [{"id": "F0", "size": 10, **file}],
        }
    )


def in_order(chat: Chat) -> list[str]:
    """What the bot put into the thread about the customer: words, or the names of files."""
    shown = []
    for reply in chat.thread.replies():
        shown += [f"file {file['name']}" for file in reply.get("files", [])]
        shown += [text for who, text in chat.thread.said(reply) if who == "customer" and text]
    return shown


def shared(world: World, chat: Chat) -> list[bytes]:
    """The files in the thread, byte for byte."""
    return [
        world.slack.file(file["id"]) for reply in chat.thread.replies() for file in reply.get("files", [])
    ]


async def test_a_customers_file_stands_in_the_thread_in_its_place(outside: World) -> None:
    chat = await outside.chat(first="Look at this")
    picture = await chat.customer.upload("../../broken zip.PNG", PNG)
    await chat.customer.say("The zip", attachments=[picture])
    await chat.customer.say("Can you help?")
    await chat.shows("Can you help?")
    await outside.settled()
    assert in_order(chat) == ["Look at this", "The zip", "file broken zip.png", "Can you help?"]
    assert shared(outside, chat) == [PNG]
    own = next(e for e in chat.customer.seen if e["text"] == "The zip")["attachments"][0]
    assert (await chat.customer.download(own["url"]))[2] == PNG
    assert outside.slack.ephemerals() == []


async def test_a_message_of_nothing_but_a_file_is_one(outside: World) -> None:
    chat = await outside.chat()
    number = await chat.customer.say(
        "", attachments=[await chat.customer.upload("notes", b"Gr\xc3\xbc\xc3\x9fe\n")]
    )
    assert number == 1
    await chat.shows("notes.txt")
    await outside.settled()
    assert shared(outside, chat) == [b"Gr\xc3\xbc\xc3\x9fe\n"]


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("orders.csv", "Größe;Preis\r\nM;10 €\r\n".encode("cp1252"), "text/plain; charset=unknown-8bit"),
        ("notes.txt", "Grüße 你好\r\n".encode("utf-16"), "text/plain; charset=utf-16"),
        ("cut.txt", b"caf\xc3", "text/plain; charset=unknown-8bit"),
    ],
)
async def test_a_text_in_another_charset_goes_from_hand_to_hand_to_the_byte(
    outside: World, name: str, content: bytes, media_type: str
) -> None:
    chat = await outside.chat()
    await chat.customer.say("", attachments=[await chat.customer.upload(name, content)])
    own = (await chat.customer.sees(lambda e: bool(e.get("attachments"))))["attachments"][0]
    assert (own["name"], own["type"], own["size"]) == (name, media_type, len(content))
    await chat.shows(name)
    await outside.settled()
    assert shared(outside, chat) == [content]
    assert (await chat.customer.download(own["url"]))[2] == content


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.html", b"<script>\x00</script>", "file_type"),
        ("picture.svg", b"\xff\xfe\x00\x00<svg/>", "file_type"),
        ("setup.exe", b"MZ\x90\x00" + b"\x00" * 500, "file_type"),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "file_type"),
        ("nothing.png", b"", "file_empty"),
        ("big.png", PNG * 22, "file_too_large"),
    ],
)
async def test_what_is_no_file_for_us_is_refused(
    outside: World, name: str, content: bytes, code: str
) -> None:
    chat = await outside.chat()
    with pytest.raises(ChatError, match=code):
        await chat.customer.upload(name, content)
    assert await kept(outside) == 0


async def test_what_is_more_than_a_conversation_may_hold_is_refused(database_url: str) -> None:
    async with world(database_url, most_files=2 * len(PNG) + 10) as outside:
        chat, other = await outside.chat(), await outside.chat("Noor")
        first = await chat.customer.upload("one.png", PNG)
        await chat.customer.say("One", attachments=[first])
        await chat.shows("one.png")
        # What a teammate sends takes none of the customer's room.
        await chat.taken_over(outside.ana)
        await chat.reply(outside.ana, "Here", files={"drawing.png": PNG})
        await attached(chat, "Here")
        await outside.settled()
        several = [chat.customer.upload(f"{number}.png", PNG) for number in range(3)]
        answers = await asyncio.gather(*several, return_exceptions=True)
        refused = [one for one in answers if isinstance(one, ChatError)]
        assert [isinstance(one, str) for one in answers].count(True) == 1
        assert len(refused) == 2
        assert all("files_full" in str(one) for one in refused)
        assert await kept(outside) == 3
        await other.customer.upload("theirs.png", PNG)
        # Nor does a full conversation keep a teammate's from the customer.
        await chat.reply(outside.ana, "And this", files={"other.png": PNG})
        await attached(chat, "And this")


async def test_a_page_called_a_picture_is_text_and_is_saved_as_that(outside: World) -> None:
    chat = await outside.chat()
    page = await chat.customer.upload("cat.html", b"<script>alert(1)</script>")
    await chat.customer.say("", attachments=[page])
    own = (await chat.customer.sees(lambda e: bool(e.get("attachments"))))["attachments"][0]
    assert (own["name"], own["type"]) == ("cat.html.txt", "text/plain")
    _, headers, _ = await chat.customer.download(own["url"])
    assert headers["Content-Disposition"].startswith("attachment")


async def test_a_file_goes_with_one_message_of_its_own_customers(outside: World) -> None:
    chat = await outside.chat()
    other = await outside.chat("Noor")
    picture = await chat.customer.upload("zip.png", PNG)
    with pytest.raises(ChatError, match="unknown_file"):
        await other.customer.say("Mine", attachments=[picture])
    first = await chat.customer.say("Mine", client_id="a", attachments=[picture])
    assert await chat.customer.say("Mine", client_id="a", attachments=[picture]) == first
    with pytest.raises(ChatError, match="unknown_file"):
        await chat.customer.say("Again", attachments=[picture])


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("trouble", ["throttled", "refused_first", "lost_answer", "broken", "fatal_after"])
async def test_a_file_is_shared_once_whatever_slack_does(outside: World, method: str, trouble: str) -> None:
    chat = await outside.chat(first="Before")
    await chat.shows("Before")
    faults = outside.slack.faults
    match trouble:
        case "throttled":
            faults.rate_limit(method, retry_after=1)
        case "refused_first":
            faults.drop_before(method)
        case "lost_answer":
            faults.drop_after(method)
        case "broken":
            faults.server_error(method)
        case "fatal_after":
            faults.error(method, "fatal_error", after=True)
    await chat.customer.say("The zip", attachments=[await chat.customer.upload("zip.png", PNG)])
    await chat.customer.say("After")
    await chat.shows("After")
    await outside.settled()
    assert in_order(chat) == ["Before", "The zip", "file zip.png", "After"]
    if trouble in ("lost_answer", "fatal_after"):
        # It was looked for, not asked for again.
        assert len(outside.slack.calls_of("files.completeUploadExternal")) == 1


async def test_a_file_goes_along_to_a_thread_that_starts_again(outside: World) -> None:
    chat = await outside.chat(first="Before")
    await chat.shows("Before")
    await outside.settled()
    old = await chat.thread.ts()
    outside.slack.faults.error("files.completeUploadExternal", "thread_not_found")
    await chat.customer.say("The zip", attachments=[await chat.customer.upload("zip.png", PNG)])
    await chat.customer.say("After")
    await outside.until(lambda: len(outside.slack.messages(CHANNEL)) == 2)
    await outside.settled()
    new = next(one["ts"] for one in outside.slack.messages(CHANNEL) if one["ts"] != old)
    names = [
        [file["name"] for reply in outside.slack.thread(CHANNEL, ts) for file in reply.get("files", [])]
        for ts in (old, new)
    ]
    assert names == [[], ["zip.png"]]


async def test_a_file_that_slack_refuses_can_be_shared_again(outside: World) -> None:
    chat = await outside.chat(first="Before")
    await chat.shows("Before")
    outside.slack.faults.error("files.completeUploadExternal", "posting_to_channel_denied")
    await chat.customer.say("The zip", attachments=[await chat.customer.upload("zip.png", PNG)])
    await chat.shows("posting_to_channel_denied")
    notice = await chat.thread.shows(lambda m: "posting_to_channel_denied" in chat.thread.rendered(m))
    await outside.ana.press(CHANNEL, notice["ts"], RETRY)
    await outside.until(lambda: "file zip.png" in in_order(chat))
    await outside.settled()
    assert in_order(chat).count("file zip.png") == 1


async def test_an_app_without_the_scope_says_so_and_goes_on(outside: World) -> None:
    outside.slack.revoke_scope("files:write")
    chat = await outside.chat()
    await chat.customer.say("The zip", attachments=[await chat.customer.upload("zip.png", PNG)])
    await chat.customer.say("After")
    await chat.shows("After")
    await chat.shows("missing_scope")


async def test_the_ai_is_told_that_there_is_a_file_and_no_more(database_url: str) -> None:
    async with (
        FakeAnthropic() as claude,
        world(database_url, ai="claude", anthropic_api_key=claude.key, anthropic_base_url=claude.url) as here,
    ):
        claude.say("A colleague will look at your picture.")
        chat = await here.chat()
        await chat.customer.say("", attachments=[await chat.customer.upload("zip.png", PNG)])
        await chat.customer.sees(lambda e: e["from"] == "ai")
        asked = str(claude.requests[0]["messages"])
        assert "[attached a file: zip.png (image/png)]" in asked
        assert "/v1/" not in asked


async def test_the_offline_ai_leaves_a_file_to_a_person(bridge: World) -> None:
    chat = await bridge.chat()
    await chat.customer.say("", attachments=[await chat.customer.upload("zip.png", PNG)])
    await chat.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "waiting")
    await chat.thread.card_shows("zip.png")
