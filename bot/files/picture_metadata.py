"""Takes out of a picture what cameras and programs wrote into it: where, when, with what and by whom.

What is seen stays as it is, byte for byte, and the way up that a camera noted. What hangs on behind a
picture's end is no part of it and goes too: some phones put a second one there, with a place of its own. The
kinds are laid out as in ITU-T T.81 and CIPA DC-008 (JPEG, Exif), W3C PNG and RFC 9649 (WebP).
"""

from __future__ import annotations

import struct
from typing import Protocol

from bot.files.kinds import JPEG, PNG, WEBP, FileKind

_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112


class Filter(Protocol):
    """Reads a file piece by piece and gives out what may go on."""

    def feed(self, piece: bytes) -> bytes:
        """What is certain by now. Nothing is left to say after the last piece but what was cut short."""


def filter_for(kind: FileKind) -> Filter:
    """What takes such data out of files of this kind. GIF, PDF and text pass as they are."""
    if kind is JPEG:
        return _Jpeg()
    if kind is PNG:
        return _Png()
    if kind is WEBP:
        return _Webp()
    return _Untouched()


class _Untouched:
    def feed(self, piece: bytes) -> bytes:
        return piece


class _Jpeg:
    """Segments, each a marker and a length; behind a start of scan, data up to the next marker."""

    START, END, SCAN = 0xD8, 0xD9, 0xDA
    # Without a length of their own: the start, restarts within a scan, and one that means nothing.
    BARE = frozenset({START, 0x01, *range(0xD0, 0xD8)})
    APPLICATIONS = range(0xE0, 0xF0)
    COMMENT = 0xFE

    def __init__(self) -> None:
        self._left = bytearray()
        self._in_scan = False
        self._is_over = False

    def feed(self, piece: bytes) -> bytes:
        self._left += piece
        out = bytearray()
        while not self._is_over and (self._scanned(out) if self._in_scan else self._segment(out)):
            pass
        if self._is_over:
            self._left.clear()
        return bytes(out)

    def _scanned(self, out: bytearray) -> bool:
        """Pass data on up to the next marker. False if that is not there yet."""
        at = 0
        while (at := self._left.find(b"\xff", at)) >= 0:
            if at + 1 == len(self._left):
                break
            follows = self._left[at + 1]
            if follows not in (0x00, 0xFF) and not 0xD0 <= follows <= 0xD7:
                self._in_scan = False
                break
            at += 1 if follows == 0xFF else 2
        else:
            at = len(self._left)
        out += self._left[:at]
        del self._left[:at]
        return not self._in_scan

    def _segment(self, out: bytearray) -> bool:
        """Pass one segment on, or not. False if it is not all there yet."""
        start = self._left.find(b"\xff")
        # What stands between segments belongs to none of them, and fill bytes say nothing.
        del self._left[: start if start >= 0 else len(self._left)]
        while self._left.startswith(b"\xff\xff"):
            del self._left[:1]
        if len(self._left) < 2:
            return False
        marker = self._left[1]
        if marker in self.BARE or marker == self.END:
            out += self._taken(2)
            self._is_over = marker == self.END
            return True
        if len(self._left) < 4:
            return False
        (length,) = struct.unpack_from(">H", self._left, 2)
        if len(self._left) < 2 + length:
            return False
        segment = self._taken(2 + length)
        out += segment if self._stays(marker, segment[4:]) else _way_up(segment[4:])
        self._in_scan = marker == self.SCAN
        return True

    def _stays(self, marker: int, content: bytes) -> bool:
        """Whether the segment is needed to see the picture as it was meant."""
        if marker in self.APPLICATIONS:
            wanted = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}.get(marker)
            return wanted is not None and content.startswith(wanted)
        return marker != self.COMMENT

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._left[:count])
        del self._left[:count]
        return taken


def _way_up(content: bytes) -> bytes:
    """The segment that says only which way up the picture is, if `content` is one that does; else nothing."""
    tiff = content.removeprefix(_EXIF)
    if tiff == content:
        return b""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for at in range(first + 2, first + 2 + 12 * count, 12):
            tag, kind, _count, way = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == _ORIENTATION and kind == 3 and 2 <= way <= 8:
                entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, way, 0)
                said = _EXIF + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
                return b"\xff\xe1" + struct.pack(">H", 2 + len(said)) + said
    except (KeyError, struct.error):
        pass
    return b""


class _Chunks:
    """Chunks behind an opening, each a head that says how long its body is; bodies pass by, none is kept."""

    OPENING: int
    HEAD = 8

    def __init__(self) -> None:
        self._left = bytearray()
        self._awaited = self.OPENING
        self._passes = True
        self._is_over = False

    def feed(self, piece: bytes) -> bytes:
        self._left += piece
        out = bytearray()
        while not self._is_over:
            body = self._taken(self._awaited)
            self._awaited -= len(body)
            out += body if self._passes else self.instead_of(body)
            if self._awaited or len(self._left) < self.HEAD:
                return bytes(out)
            out += self.begun(self._taken(self.HEAD))
        return bytes(out)

    def begun(self, head: bytes) -> bytes:
        """Say by `_awaited` and `_passes` what becomes of the chunk's body, and return what of its head."""
        raise NotImplementedError

    def instead_of(self, body: bytes) -> bytes:
        """What goes on for a part of a body that does not pass."""
        raise NotImplementedError

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._left[:count])
        del self._left[:count]
        return taken


class _Png(_Chunks):
    OPENING = 8
    CHECKSUM = 4
    # What is no more than good to have begins with a small letter; these of it change what is seen.
    SEEN = frozenset(
        b"tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT cICP mDCV cLLI acTL fcTL fdAT".split()
    )

    def begun(self, head: bytes) -> bytes:
        length, name = struct.unpack(">I4s", head)
        self._awaited = length + self.CHECKSUM
        self._passes = name[:1].isupper() or name in self.SEEN
        if name == b"IEND":
            # Always empty, so its checksum is always this.
            self._is_over = True
            return head + bytes.fromhex("ae426082") if length == 0 else b""
        return head if self._passes else b""

    def instead_of(self, body: bytes) -> bytes:
        return b""


class _Webp(_Chunks):
    """Its size stands in its opening, before anybody knows what will be left out: that is blanked instead."""

    OPENING = 12
    SEEN = frozenset([b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"])
    # In the first byte of VP8X: there is Exif, there is XMP.
    DESCRIBED = 0x08 | 0x04

    def __init__(self) -> None:
        super().__init__()
        self._is_overview = False

    def begun(self, head: bytes) -> bytes:
        name, length = struct.unpack("<4sI", head)
        self._awaited = length + length % 2
        self._passes = name in self.SEEN
        self._is_overview = name == b"VP8X"
        return head if self._passes or self._is_overview else struct.pack("<4sI", b"JUNK", length)

    def instead_of(self, body: bytes) -> bytes:
        if self._is_overview and body:
            self._passes = True
            return bytes([body[0] & ~self.DESCRIBED]) + body[1:]
        return bytes(len(body))
