"""Small PNGs: a screen has few colours, so the most frequent of them and a byte for each pixel will do."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

from tests.png import chunk, png

if TYPE_CHECKING:
    from playwright.async_api import Page

# Chromium reads the picture it took, so that nothing here has to. Colours are counted in steps of four, which
# no eye tells apart; those that are not among the most frequent become the nearest that is.
_REDUCE = """
async ([picture, most]) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height).data;
  const counts = new Map();
  const key = (at) => (pixels[at] & 252) << 16 | (pixels[at + 1] & 252) << 8 | pixels[at + 2] & 252;
  const first = new Map();
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = key(at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
    if (!first.has(colour)) first.set(colour, [pixels[at], pixels[at + 1], pixels[at + 2]]);
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const kept = frequent.slice(0, most).map(([colour]) => colour);
  const palette = kept.map((colour) => first.get(colour));
  const place = new Map(kept.map((colour, number) => [colour, number]));
  const nearest = (rgb) => {
    let best = 0, least = Infinity;
    palette.forEach((one, number) => {
      const far = (one[0] - rgb[0]) ** 2 + (one[1] - rgb[1]) ** 2 + (one[2] - rgb[2]) ** 2;
      if (far < least) [best, least] = [number, far];
    });
    return best;
  };
  const indices = new Uint8Array(pixels.length / 4);
  for (let at = 0; at < pixels.length; at += 4) {
    const colour = key(at);
    let number = place.get(colour);
    if (number === undefined) place.set(colour, number = nearest(first.get(colour)));
    indices[at / 4] = number;
  }
  let written = "";
  for (let at = 0; at < indices.length; at += 32768) {
    written += String.fromCharCode(...indices.subarray(at, at + 32768));
  }
  return { width: image.width, height: image.height, palette: palette.flat(), indices: btoa(written) };
}
"""
MOST_COLOURS = 256


async def developed(picture: bytes, *, on: Page) -> bytes:
    """The same picture as a PNG of at most 256 colours, reduced on a page that is of no other use."""
    found = await on.evaluate(_REDUCE, [base64.b64encode(picture).decode(), MOST_COLOURS])
    width, height = found["width"], found["height"]
    indices = base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, len(indices), width))
    palette = chunk(b"PLTE", bytes(found["palette"]))
    return png(width, height, zlib.compress(rows, 9), palette, with_palette=True)
