"""What a camera wrote into a picture goes; what is seen of it stays."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.kinds import GIF, JPEG, PDF, PNG, TEXT, WEBP, FileKind
from bot.files.picture_metadata import filter_for
from tests.png import chunk, png

PLACE = b"60.1699N 24.9384E"
SCAN = b"\x12\xff\x00\x34\xff\xd0\x56" * 9


def filtered(kind: FileKind, content: bytes, *, pieces: int = 1 << 18) -> bytes:
    way = filter_for(kind)
    return b"".join(way.feed(content[at : at + pieces]) for at in range(0, len(content), pieces))


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", 2 + len(content)) + content


def exif(*, way: int | None, order: str = ">") -> bytes:
    """What a phone writes: a maker, which way up, and a place behind it all."""
    entries = [struct.pack(f"{order}HHII", 0x010F, 2, 4, 0x41424300)]
    if way is not None:
        entries.append(struct.pack(f"{order}HHIHH", 0x0112, 3, 1, way, 0))
    head = (b"MM" if order == ">" else b"II") + struct.pack(f"{order}HI", 42, 8)
    return b"Exif\0\0" + head + struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4) + PLACE


def jpeg(*between: bytes, behind: bytes = b"") -> bytes:
    """A progressive one: two scans, with a table between them."""
    tables = segment(0xDB, bytes(65)) + segment(0xC2, bytes(15)) + segment(0xC4, bytes(20))
    scans = segment(0xDA, bytes(10)) + SCAN + segment(0xC4, bytes(20)) + segment(0xDA, bytes(8)) + SCAN
    return b"\xff\xd8" + b"".join(between) + tables + scans + b"\xff\xd9" + behind


JFIF = segment(0xE0, b"JFIF\0" + bytes(9))
PROFILE = segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(500))
ADOBE = segment(0xEE, b"Adobe" + bytes(7))
TOLD = [
    segment(0xE1, exif(way=1)),
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE),
    segment(0xE2, b"MPF\0" + PLACE),
    segment(0xED, b"Photoshop 3.0\0" + PLACE),
    segment(0xFE, PLACE),
    segment(0xE7, PLACE),
]


def test_a_jpeg_loses_what_was_written_into_it_and_nothing_else() -> None:
    whole = jpeg(JFIF, *TOLD[:3], PROFILE, ADOBE, *TOLD[3:], behind=jpeg(*TOLD))
    assert filtered(JPEG, whole) == jpeg(JFIF, PROFILE, ADOBE)


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("way", range(2, 9))
def test_a_picture_keeps_its_way_up_and_no_more(way: int, order: str) -> None:
    kept = filtered(JPEG, jpeg(segment(0xE1, exif(way=way, order=order))))
    assert PLACE not in kept
    assert b"ABC" not in kept
    said = kept[2 : kept.index(b"\xff\xdb")]
    assert said == segment(0xE1, said[4:])
    assert said[4:14] == b"Exif\0\0MM\0*"
    assert struct.unpack_from(">IHHHIH", said, 14) == (8, 1, 0x0112, 3, 1, way)
    # Read again, it says the same.
    assert filtered(JPEG, kept) == kept


@pytest.mark.parametrize(
    "content",
    [
        exif(way=None),
        exif(way=9),
        exif(way=6)[:20],
        b"Exif\0\0",
        b"Exif\0\0XX" + bytes(30),
        b"Exif\0\0MM\0*\xff\xff\xff\xff",
    ],
)
def test_what_does_not_say_the_way_up_goes_whole(content: bytes) -> None:
    assert filtered(JPEG, jpeg(segment(0xE1, content))) == jpeg()


def test_fill_bytes_and_what_stands_between_segments_go() -> None:
    assert filtered(JPEG, jpeg(b"\xff\xff" + JFIF, PLACE, PROFILE)) == jpeg(JFIF, PROFILE)


def test_fill_bytes_hide_no_end() -> None:
    filled = jpeg()[:-2] + b"\xff\xff\xff\xd9"
    assert filtered(JPEG, filled + PLACE) == filled


@pytest.mark.parametrize("cut", range(2, 40))
def test_a_jpeg_cut_short_is_passed_on_as_far_as_it_goes(cut: int) -> None:
    whole = jpeg(JFIF, *TOLD)
    assert jpeg(JFIF).startswith(filtered(JPEG, whole[:-cut]))


def small_png(*between: bytes) -> bytes:
    return png(4, 3, zlib.compress(bytes(3 * 4 * 3 + 3)), *between)


SEEN = [
    chunk(b"gAMA", bytes(4)),
    chunk(b"iCCP", bytes(300)),
    chunk(b"pHYs", bytes(9)),
    chunk(b"acTL", bytes(8)),
]
WRITTEN = [chunk(name, PLACE) for name in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"prIv")]


def test_a_png_loses_what_was_written_into_it_and_nothing_else() -> None:
    assert filtered(
        PNG, small_png(*SEEN[:2], *WRITTEN, *SEEN[2:]) + PLACE + small_png(*WRITTEN)
    ) == small_png(*SEEN)


def riff(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + bytes(len(data) % 2)


def webp(flags: int, *chunks: bytes) -> bytes:
    body = b"WEBP" + riff(b"VP8X", bytes([flags]) + bytes(9)) + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_webp_is_blanked_where_something_was_written_into_it() -> None:
    shown = [riff(b"ICCP", bytes(7)), riff(b"ALPH", bytes(5)), riff(b"VP8 ", bytes(30))]
    blank = riff(b"JUNK", bytes(len(PLACE)))
    written = webp(0b00101100 | 0x10, *shown, *(riff(name, PLACE) for name in (b"EXIF", b"XMP ", b"priv")))
    assert filtered(WEBP, written) == webp(0b00100000 | 0x10, *shown, blank, blank, blank)


@pytest.mark.parametrize("kind", [GIF, PDF, TEXT])
def test_other_kinds_pass_as_they_are(kind: FileKind) -> None:
    assert filtered(kind, jpeg(*TOLD), pieces=5) == jpeg(*TOLD)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (JPEG, jpeg(JFIF, *TOLD, segment(0xE1, exif(way=6)), behind=PLACE)),
        (PNG, small_png(*SEEN, *WRITTEN) + PLACE),
        (WEBP, webp(0x0C, riff(b"VP8 ", bytes(30)), riff(b"EXIF", PLACE))),
    ],
)
@pytest.mark.parametrize("pieces", [1, 2, 3, 7, 64, 1000])
def test_how_it_comes_in_pieces_makes_no_difference(kind: FileKind, content: bytes, pieces: int) -> None:
    kept = filtered(kind, content)
    assert PLACE not in kept
    assert filtered(kind, content, pieces=pieces) == kept


@given(st.sampled_from([JPEG, PNG, WEBP]), st.binary(max_size=200), st.integers(1, 50))
def test_whatever_comes_it_ends_and_grows_no_longer(kind: FileKind, content: bytes, pieces: int) -> None:
    opening = {JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n", WEBP: b"RIFF\0\0\0\0WEBP"}[kind]
    assert len(filtered(kind, opening + content, pieces=pieces)) <= len(opening + content) + 4
