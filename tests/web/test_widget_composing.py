"""Writing in the chat window, in a real browser: nothing is cut or dropped without a word."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from playwright.async_api import FilePayload, expect

from bot.text.lines import one_line
from bot.web.pages import STATIC

from .house import House
from .test_messages import UNSEEN
from .test_widget import Window, browser, context, database, house, pytestmark, window
from .test_widget_waiting import AGAIN

__all__ = ["browser", "context", "database", "house", "pytestmark", "window"]

LONGEST = 8000


def notice(window: Window) -> Any:
    return window.page.locator("bookbag-chat .notice")


def button(window: Window, name: str) -> Any:
    return window.page.get_by_role("button", name=name, exact=True)


async def paste(window: Window, text: str) -> None:
    await window.input.focus()
    await window.page.keyboard.insert_text(text)


def prose(letters: int, seed: int = 1) -> str:
    """Words, sentences and paragraphs of just so many letters."""
    chance = random.Random(seed)  # noqa: S311 - words to read, and the same at each run
    text = ""
    while len(text) < letters:
        text += "".join(chance.choices("abcdefghij🙂é", k=chance.randint(1, 12)))
        text += chance.choices([" ", ". ", "\n", "\n\n"], [80, 10, 5, 5])[0]
    return text[: letters - 1] + "."


async def test_a_pasted_text_that_is_too_long_stays_and_goes_in_parts(window: Window) -> None:
    text = prose(10_007)
    await paste(window, text)
    assert await window.input.input_value() == text
    await expect(notice(window)).to_contain_text("2,007 characters too many. A message takes up to 8,000.")
    await expect(button(window, "Send")).to_be_disabled()
    await window.input.press("Enter")
    await expect(window.page.locator("bookbag-chat li.mine")).to_have_count(0)
    assert await window.input.input_value() == text
    await button(window, "Send in 2 parts").click()
    await expect(window.page.locator("bookbag-chat li.mine")).to_have_count(2)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    await expect(notice(window)).to_be_hidden()
    await expect(window.input).to_have_value("")
    parts = await (await window.chat()).texts()
    assert [len(part) <= LONGEST for part in parts] == [True, True]
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert window.complaints == []


@pytest.mark.parametrize(
    "text",
    [
        "🙂" * (LONGEST + 5),
        "👩‍👩‍👧‍👦" * 1200,
        "x" * 20_000,
        "one line\n" * 1000,
        "    indented\n\n\n" * 700,
        prose(17_000, seed=2),
    ],
    ids=["emoji", "families", "one word", "lines", "paragraphs", "prose"],
)
async def test_parts_are_cut_where_a_reader_would_and_lose_no_letter(window: Window, text: str) -> None:
    await paste(window, text)
    offer = window.page.get_by_role("button", name=re.compile(r"^Send in \d parts$"))
    number = int((await offer.inner_text()).split()[2])
    await offer.click()
    await expect(window.page.locator("bookbag-chat li.mine")).to_have_count(number)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    parts = await (await window.chat()).texts()
    assert all(len(part) <= LONGEST for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    if "👦" in text:
        assert all(part.startswith("👩") and part.endswith("👦") for part in parts)
    if "line" in text or "indented" in text:
        assert all(part.endswith(("line", "indented")) for part in parts)
    if "indented" in text:
        assert all(part.lstrip("\n").startswith(("    indented", "indented")) for part in parts)


async def test_a_text_that_is_too_long_goes_as_a_file_or_comes_back(window: Window) -> None:
    text = prose(41_000)
    await paste(window, text)
    await expect(window.page.get_by_role("button", name=re.compile("parts"))).to_have_count(0)
    await button(window, "Attach as a file").click()
    await expect(window.input).to_have_value("")
    await expect(notice(window)).to_be_hidden()
    # Out of the tray it is words again.
    await window.input.fill("Or rather:")
    await button(window, "Remove: message.txt").click()
    await expect(window.input).to_have_value(f"{text}\nOr rather:")
    await button(window, "Attach as a file").click()
    await window.input.fill("My diary")
    await window.input.press("Enter")
    await expect(window.page.locator("bookbag-chat li.mine .file")).to_have_count(1)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    chat = await window.chat()
    entry = (await chat.entries())[0]
    assert (entry["text"], entry["attachments"][0]["name"]) == ("My diary", "message.txt")
    assert (await chat.get(entry["attachments"][0]["url"].removeprefix(chat.path))).raw.decode() == (
        f"{text}\nOr rather:"
    )


async def test_the_files_of_a_text_in_parts_go_with_its_end(window: Window) -> None:
    order: FilePayload = {"name": "order.txt", "mimeType": "text/plain", "buffer": b"A-1042"}
    await window.page.locator("bookbag-chat input[type=file]").set_input_files([order])
    await paste(window, prose(8_100))
    await button(window, "Send in 2 parts").click()
    await expect(window.page.locator("bookbag-chat li.mine")).to_have_count(2)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    assert [len(entry.get("attachments") or []) for entry in await (await window.chat()).entries()] == [0, 1]


async def test_just_as_much_as_fits_goes_as_it_is(window: Window) -> None:
    await paste(window, "🙂" * LONGEST)
    await expect(notice(window)).to_be_hidden()
    await window.input.press("Enter")
    await expect(window.page.locator("bookbag-chat li.mine")).to_have_count(1)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    assert await (await window.chat()).texts() == ["🙂" * LONGEST]


async def test_a_message_of_which_nothing_can_be_seen_is_refused_in_words_and_stays(window: Window) -> None:
    for text in UNSEEN:
        await window.input.fill(text)
        await window.input.press("Enter")
        if not text.strip().strip("\ufeff"):
            continue
        await expect(notice(window).locator("span")).to_have_text("There is nothing to read in this message.")
        await expect(window.input).to_have_value(text)
        await window.input.fill("")
        await expect(notice(window)).to_be_hidden()
    await expect(window.page.locator("bookbag-chat li.mine")).to_have_count(0)
    await window.said("👍")
    assert window.complaints == []


async def test_half_a_letter_becomes_a_sign_that_one_is_missing(window: Window) -> None:
    await window.input.evaluate(
        "node => { node.value = 'a\\ud83d b'; node.dispatchEvent(new Event('input')); }"
    )
    await window.input.press("Enter")
    await window.reads_in_the_end("a\ufffd b")
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    assert await (await window.chat()).texts() == ["a\ufffd b"]


async def test_the_window_and_the_server_see_the_same_letters(window: Window) -> None:
    source = (STATIC / "widget" / "7_composer.js").read_text(encoding="utf-8")
    written = re.search(r"const UNSEEN =\s*(/.*/u);", source)
    assert written
    unseen: list[int] = await window.page.evaluate(
        f"""() => {{
          const found = [];
          for (let code = 0; code <= 0x10ffff; code += 1) {{
            if (code >= 0xd800 && code <= 0xdfff) continue;
            if ({written[1]}.test(String.fromCodePoint(code))) found.push(code);
          }}
          return found;
        }}"""
    )
    letters = (code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    assert unseen == [code for code in letters if not one_line(chr(code))]


LANGUAGES = {
    "en": ("1 character too many. A message takes up to 8,000.", "Send in 2 parts", "Attach as a file"),
    "de": (
        "1 Zeichen zu viel. Eine Nachricht fasst höchstens 8.000.",
        "In 2 Teilen senden",
        "Als Datei anhängen",
    ),
    "es": ("Sobra 1 carácter. Un mensaje admite hasta 8000.", "Enviar en 2 partes", "Adjuntar como archivo"),
    "fr": (
        "1 caractère de trop. Un message en contient 8\u202f000 au plus.",
        "Envoyer en 2 parties",
        "Joindre comme fichier",
    ),
    "ja": (
        "1 文字超えています。1 件のメッセージは 8,000 文字までです。",
        "2 件に分けて送信",
        "ファイルとして添付",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_composer_speaks_the_customers_language(
    window: Window, house: House, language: str
) -> None:
    await window.page.evaluate(AGAIN, language)
    await window.page.locator("bookbag-chat textarea").focus()
    await window.page.keyboard.insert_text("x " * 4000 + "y")
    said, parts, as_file = LANGUAGES[language]
    await expect(notice(window).locator("span")).to_have_text(said)
    await expect(button(window, parts)).to_be_visible()
    await expect(button(window, as_file)).to_be_visible()


async def test_the_window_has_all_its_words_in_each_language(window: Window) -> None:
    source = (STATIC / "widget" / "1_words.js").read_text(encoding="utf-8")
    names: dict[str, list[str]] = await window.page.evaluate(
        f"""() => {{ {source};
          const all = Object.entries(WORDS);
          return Object.fromEntries(all.map(([language, words]) => [language, Object.keys(words)]));
        }}"""
    )
    assert set(names) == set(LANGUAGES)
    for language, found in names.items():
        assert found == names["en"], language
