"""Pictures as PNG lays them out, from their parts."""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes, *between: bytes, with_palette: bool = False) -> bytes:
    """Of 8 bits a colour, or of a colour in its palette, with `data` and, before it, these chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, 3 if with_palette else 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header), *between, chunk(b"IDAT", data), chunk(b"IEND")
    return _SIGNATURE + b"".join(chunks)
