"""Pictures made on the spot."""

from __future__ import annotations

import zlib

from tests.png import chunk, png


def picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG with a soft gradient."""
    rows = b"".join(
        b"\x00" + b"".join(bytes((90 + x * 120 // width, 130, 90 + y * 120 // height)) for x in range(width))
        for y in range(height)
    )
    return png(width, height, zlib.compress(rows))


def png_of(data: bytes, *, told: bytes | None = None) -> bytes:
    """What is laid out as a PNG with this data in it. `told` is what a program wrote into it besides."""
    return png(320, 200, data, *([] if told is None else [chunk(b"eXIf", told)]))
