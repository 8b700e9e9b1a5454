"""Files in the chat window, in a real browser: chosen, pasted, refused, shown and taken back."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, FilePayload, expect

from bot.desk.replies.thread_messages import Intent, Outcome
from storage.records import FileId, MessageRef
from tests.threads import typed

from .house import ANA, CHANNEL, TEAM, Chat, House
from .pictures import picture
from .test_widget import Window, browser, context, database, house, pytestmark, window

__all__ = ["browser", "context", "database", "house", "pytestmark", "window"]

DROP = """
([name, type, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const panel = document.querySelector("bookbag-chat").shadowRoot.querySelector(".panel");
  panel.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}
"""
PASTE = """
([name, type, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const input = document.querySelector("bookbag-chat").shadowRoot.querySelector("textarea");
  const how = { clipboardData: carried, bubbles: true, cancelable: true };
  input.dispatchEvent(new ClipboardEvent("paste", how));
}
"""


def chosen(name: str, media_type: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": content}


async def choose(window: Window, *files: FilePayload) -> None:
    await window.page.locator("bookbag-chat input[type=file]").set_input_files(list(files))


async def send(window: Window) -> None:
    await window.page.get_by_role("button", name="Send").click()


def tray(window: Window) -> Any:
    return window.page.locator("bookbag-chat .tray .file .called")


def shown(window: Window) -> Any:
    """Pictures that the browser could read."""
    return window.page.locator("bookbag-chat .picture img")


async def replied(chat: Chat, text: str, name: str, content: bytes) -> MessageRef:
    """A teammate's reply with a file."""

    async def once() -> Any:
        yield content

    file = await chat.house.files.take(chat.id, once(), name=name, slack_id="F1")
    message = MessageRef(TEAM, CHANNEL, f"{next(chat.house.numbers)}.0002")
    outcome = await typed(
        chat.house.database,
        chat.thread,
        message,
        by=ANA,
        text=text,
        intent=Intent.FOR_CUSTOMER,
        files=[FileId(file.id)],
    )
    assert outcome is Outcome.SENT
    return message


async def test_a_chosen_picture_goes_with_the_words_and_outlives_a_reload(window: Window) -> None:
    await choose(
        window, chosen("zip.png", "image/png", picture()), chosen("notes.txt", "text/plain", b"hello")
    )
    await expect(tray(window)).to_have_text(["zip.png", "notes.txt"])
    await window.input.fill("My zip")
    await send(window)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    await expect(tray(window)).to_have_count(0)
    entry = (await (await window.chat()).entries())[0]
    assert [file["name"] for file in entry["attachments"]] == ["zip.png", "notes.txt"]
    await window.page.reload()
    await expect(shown(window)).to_have_count(1)
    await expect(shown(window)).to_have_attribute("alt", "zip.png")
    async with window.page.expect_download() as download:
        await window.page.get_by_role("button", name="notes.txt").click()
    assert (await download.value).suggested_filename == "notes.txt"
    assert window.complaints == []


@pytest.mark.parametrize("gesture", [DROP, PASTE], ids=["dropped", "pasted"])
async def test_a_picture_can_be_dropped_and_pasted(window: Window, gesture: str) -> None:
    await window.page.evaluate(gesture, ["shot.png", "image/png", list(picture())])
    await expect(tray(window)).to_have_text(["shot.png"])
    await send(window)
    await expect(shown(window)).to_have_count(1)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    assert [e["text"] for e in await (await window.chat()).entries()] == [""]


async def test_a_file_can_be_taken_out_again_before_it_is_sent(window: Window) -> None:
    await choose(window, chosen("zip.png", "image/png", picture()))
    await window.page.get_by_role("button", name="Remove: zip.png").click()
    await expect(tray(window)).to_have_count(0)
    await expect(window.page.get_by_role("button", name="Send")).to_be_disabled()


async def test_what_cannot_be_sent_is_refused_before_anything_goes_out(window: Window) -> None:
    await choose(window, chosen("setup.exe", "application/x-msdownload", b"MZ"))
    await expect(window.page.locator("bookbag-chat .refusal")).to_contain_text("PDF and plain text")


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
REFUSED = [
    (chosen("IMG_1", "application/octet-stream", HEIC), "IMG_1: Only pictures"),
    (chosen("IMG_1.heic", "image/heic", HEIC), "IMG_1.heic: Only pictures"),
    (chosen("fake.png", "image/png", b"MZ\x00\x01"), "fake.png: Only pictures"),
    (chosen("table.csv", "text/csv", b"PK\x03\x04\x14\x00"), "table.csv: Only pictures"),
    (chosen("empty.png", "image/png", b""), "empty.png: This file is empty."),
]


@pytest.mark.parametrize(("file", "says"), REFUSED)
async def test_a_file_that_cannot_go_is_refused_before_and_its_words_go(
    window: Window, file: FilePayload, says: str
) -> None:
    await window.input.fill("My zip is broken")
    await choose(window, file, chosen("zip.png", "image/png", picture()))
    await expect(window.page.locator("bookbag-chat .refusal")).to_contain_text(says)
    await expect(tray(window)).to_have_text(["zip.png"])
    await expect(window.input).to_have_value("My zip is broken")
    await send(window)
    await expect(window.page.locator("bookbag-chat li.mine")).to_have_count(1)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    entry = (await (await window.chat()).entries())[0]
    assert (entry["text"], [one["name"] for one in entry["attachments"]]) == ("My zip is broken", ["zip.png"])
    assert window.complaints == []


async def test_words_do_not_go_while_a_file_beside_them_is_being_refused(window: Window) -> None:
    """Whoever presses Enter too soon reads that the file does not go along, and decides."""
    await window.page.evaluate(
        """() => {
          const whole = Blob.prototype.arrayBuffer;
          const asked = new Promise((resolve) => (window.readOn = resolve));
          Blob.prototype.arrayBuffer = async function () { await asked; return whole.call(this); };
        }"""
    )
    await window.input.fill("My photo")
    await choose(window, chosen("IMG_1.png", "image/png", HEIC))
    await window.input.press("Enter")
    await window.page.evaluate("readOn()")
    await expect(window.page.locator("bookbag-chat .refusal")).to_contain_text("IMG_1.png")
    await expect(window.input).to_have_value("My photo")
    await window.input.press("Enter")
    await window.reads_in_the_end("My photo")


CHARSETS = {
    "orders.csv": ("application/vnd.ms-excel", "Größe;Preis\r\nM;10 €\r\n".encode("cp1252")),
    "notes.txt": ("text/plain", "Grüße 你好".encode("utf-16")),
    "data.json": ("application/json", b"{}"),
}


async def test_text_files_in_other_charsets_pass_to_the_byte(window: Window) -> None:
    await choose(window, *(chosen(name, kind, content) for name, (kind, content) in CHARSETS.items()))
    await expect(tray(window)).to_have_text([*CHARSETS])
    await send(window)
    await expect(window.page.locator("bookbag-chat li.mine .file")).to_have_count(3)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    async with window.page.expect_download() as download:
        await window.page.get_by_role("button", name="orders.csv").click()
    saved = await (await download.value).path()
    assert await asyncio.to_thread(Path(saved).read_bytes) == CHARSETS["orders.csv"][1]
    assert window.complaints == []


async def test_words_whose_file_the_server_refuses_go_without_it(window: Window) -> None:
    big = chosen("big.png", "image/png", picture() + bytes(1_100_000))
    await choose(window, chosen("zip.png", "image/png", picture()), big)
    await window.input.fill("Two pictures")
    await send(window)
    failed = window.page.locator("bookbag-chat li.failed .meta")
    await expect(failed).to_contain_text("This file is too large.")
    await failed.get_by_role("button", name="Send without it").click()
    await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(0)
    await expect(window.bubble("Two pictures")).to_have_count(1)
    entry = (await (await window.chat()).entries())[0]
    assert (entry["text"], [one["name"] for one in entry["attachments"]]) == ("Two pictures", ["zip.png"])


@pytest.mark.parametrize(
    ("file", "says"),
    [
        # The browser looks at no more than a file's beginning.
        (chosen("late.txt", "text/plain", b"a" * 5000 + b"\x00"), "Only pictures"),
        (chosen("big.png", "image/png", picture() + bytes(1_100_000)), "This file is too large."),
    ],
)
async def test_the_servers_refusal_is_said_in_words_and_holds_up_nothing(
    window: Window, file: FilePayload, says: str
) -> None:
    await window.said("First")
    await choose(window, file)
    await send(window)
    failed = window.page.locator("bookbag-chat li.failed .meta")
    await expect(failed).to_contain_text(says)
    await window.said("Second")
    await failed.get_by_role("button", name="Remove").click()
    await window.reads_in_the_end("First", "Second")


async def test_a_teammates_picture_is_shown_and_taken_back(window: Window) -> None:
    await window.said("Hello")
    chat = await window.chat()
    await chat.taken_over()
    message = await replied(chat, "Like this", "drawing.png", picture())
    await expect(shown(window)).to_have_count(1)
    await chat.take_back(message)
    await expect(shown(window)).to_have_count(0)
    await expect(window.bubble("Message removed")).to_have_count(1)
    assert window.complaints == []


async def test_a_page_that_forbids_such_pictures_still_offers_the_file(
    house: House, context: BrowserContext
) -> None:
    async def strict(route: Any) -> None:
        answer = await route.fetch()
        policy = answer.headers["content-security-policy"].replace(" blob:", "")
        await route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    await context.route(re.compile(r"/$"), strict)
    window = await Window.at(f"{house.base}/", house, context)
    await choose(window, chosen("zip.png", "image/png", picture()))
    await send(window)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    await expect(window.page.get_by_role("button", name="Save: zip.png")).to_have_count(1)
    await asyncio.wait_for(window.page.evaluate("1"), 5)
