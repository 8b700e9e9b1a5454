"""Pictures made on the spot."""

from __future__ import annotations

import struct
import zlib


def picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG with a soft gradient."""
    rows = b"".join(
        b"\x00" + b"".join(bytes((90 + x * 120 // width, 130, 90 + y * 120 // height)) for x in range(width))
        for y in range(height)
    )
    return png_of(zlib.compress(rows), width=width, height=height)


def png_of(data: bytes, *, told: bytes | None = None, width: int = 320, height: int = 200) -> bytes:
    """What is laid out as a PNG with this data in it. `told` is what a program wrote into it besides."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    written = [] if told is None else [(b"eXIf", told)]
    chunks = ((b"IHDR", header), *written, (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
