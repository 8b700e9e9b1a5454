"""A browser shows a picture without what was written into it as it showed it with that."""

from __future__ import annotations

import base64
import struct

import pytest
from playwright.async_api import async_playwright

from bot.files.kinds import JPEG, PNG, WEBP, FileKind
from bot.files.picture_metadata import filter_for

from . import chromium

pytestmark = chromium.is_there

PLACE = b"60.1699N 24.9384E"
MADE = """type => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 40, height: 20});
  const pen = canvas.getContext("2d", {alpha: false});
  pen.fillStyle = "rgb(200 40 40)"; pen.fillRect(0, 0, 40, 20);
  pen.fillStyle = "rgb(20 60 220)"; pen.fillRect(0, 0, 10, 5);
  return canvas.toDataURL(type).split(",")[1];
}"""
SHOWN = """async ([type, data]) => {
  const image = new Image();
  image.src = `data:${type};base64,${data}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"),
    {width: image.naturalWidth, height: image.naturalHeight});
  const pen = canvas.getContext("2d", {alpha: false});
  pen.drawImage(image, 0, 0);
  return [canvas.width, canvas.height, ...pen.getImageData(0, 0, canvas.width, canvas.height).data];
}"""


def written_into(kind: FileKind, picture: bytes) -> bytes:
    """The same with a place in it, and in a JPEG a way up: turned by a quarter."""
    if kind is JPEG:
        tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0) + PLACE
        exif = b"Exif\0\0" + tiff
        return picture[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + picture[2:] + PLACE
    if kind is PNG:
        # No reader looks at the checksum of what it does not know.
        return picture[:33] + struct.pack(">I", len(PLACE)) + b"prIv" + PLACE + bytes(4) + picture[33:]
    chunk = b"EXIF" + struct.pack("<I", len(PLACE)) + PLACE + b"\0"
    assert picture[12:16] == b"VP8X"
    body = picture[8:20] + bytes([picture[20] | 0x08]) + picture[21:] + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("kind", [JPEG, PNG, WEBP], ids=lambda kind: kind.endings[0])
async def test_a_browser_shows_the_same(kind: FileKind) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
        page = await browser.new_page()
        made = base64.b64decode(await page.evaluate(MADE, kind.type))
        told = written_into(kind, made)
        kept = filter_for(kind).feed(told)
        assert PLACE in told
        assert PLACE not in kept
        before, after = [
            await page.evaluate(SHOWN, [kind.type, base64.b64encode(one).decode()]) for one in (told, kept)
        ]
        await browser.close()
    assert after == before
    assert after[:2] == ([20, 40] if kind is JPEG else [40, 20])
