"""Files are told by their bytes, and called something harmless."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.kinds import (
    GIF,
    JPEG,
    KINDS,
    LONGEST_NAME,
    PDF,
    PNG,
    TEXT,
    WEBP,
    FileKind,
    Sniffer,
    readings,
    safe_name,
)


def kind_of(content: bytes, *, piece: int = 7) -> FileKind | None:
    sniffer = Sniffer(content[:64])
    for start in range(0, len(content), piece):
        sniffer.feed(content[start : start + piece], final=start + piece >= len(content))
    return sniffer.kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", PNG),
        (b"\xff\xd8\xff\xe0\x00", JPEG),
        (b"GIF89a\x00\x00", GIF),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", WEBP),
        (b"%PDF-1.7\n\x00\x01", PDF),
        ("Grüße, 你好\r\n\tEnde".encode(), TEXT),
        # It may be called what it likes: what is served is text, to be saved.
        (b"<script>alert(1)</script>", TEXT),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"PK\x03\x04\x14\x00", None),
        (b"MZ\x90\x00", None),
        (b"\x7fELF\x02", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        ("Größe;Preis\r\nM;10 €\r\n".encode("cp1252"), TEXT),
        ("日本語のメモ\r\n".encode("cp932"), TEXT),
        (b"cut in the middle of \xc3", TEXT),
        ("Grüße, 你好 😀\r\n".encode("utf-16"), TEXT),
        (codecs.BOM_UTF16_BE + "Grüße, 你好 😀\r\n".encode("utf-16-be"), TEXT),
        (codecs.BOM_UTF8 + "Grüße".encode(), TEXT),
        (b"looks like text\x00", None),
        (b"caf\xe9 \x1b[2J", None),
        ("no mark of its order".encode("utf-16-le"), None),
        ("a\x1b[2J".encode("utf-16"), None),
        ("half a letter".encode("utf-16") + b"a", None),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", None),
        ("four bytes each".encode("utf-32"), None),
    ],
)
def test_a_file_is_what_its_bytes_are(content: bytes, kind: FileKind | None) -> None:
    assert kind_of(content) is kind
    assert kind_of(content, piece=1000) is kind


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("Grüße".encode(), "text/plain"),
        ("Grüße".encode("utf-16"), "text/plain; charset=utf-16"),
        ("Grüße".encode("cp1252"), "text/plain; charset=unknown-8bit"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
    ],
)
def test_a_text_says_how_it_is_written_where_that_is_not_utf_8(content: bytes, media_type: str) -> None:
    sniffer = Sniffer(content[:64])
    sniffer.feed(content, final=True)
    assert sniffer.media_type == media_type


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_a_text_may_say_is_read_in_each_way_it_may_be_written(charset: str) -> None:
    content = ("Für dich: – é\n" * 40).encode(charset)
    sniffer = Sniffer(content[:64])
    sniffer.feed(content, final=True)
    assert any(text.startswith("Für dich: – é\n") for text in readings(content[:101], sniffer.media_type))


@pytest.mark.parametrize(
    ("name", "kind", "called"),
    [
        ("photo.PNG", PNG, "photo.png"),
        ("photo.jpeg", JPEG, "photo.jpeg"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("C:\\Users\\me\\scan.pdf", PDF, "scan.pdf"),
        ("invoice.pdf.exe", PDF, "invoice.pdf.exe.pdf"),
        ("invoice\u202efdp.exe", PDF, "invoice fdp.exe.pdf"),
        ("page.html", TEXT, "page.html.txt"),
        ("", GIF, "file.gif"),
        ("...", WEBP, "file.webp"),
        ('a"b\r\nc<d>.txt', TEXT, "a b c d.txt"),
        ("🔒 Note from Ana.txt", TEXT, "Note from Ana.txt"),
        ("📎 invoice.pdf ✅.pdf", PDF, "invoice.pdf.pdf"),
        ("🔒.txt", TEXT, "txt.txt"),
    ],
)
def test_a_name_is_no_path_and_ends_as_its_kind_does(name: str, kind: FileKind, called: str) -> None:
    assert safe_name(name, kind) == called


@given(st.text(max_size=300), st.sampled_from(KINDS))
def test_every_name_becomes_a_short_one_that_stays_as_it_is(name: str, kind: FileKind) -> None:
    called = safe_name(name, kind)
    assert len(called) <= LONGEST_NAME
    assert called.rpartition(".")[2] in kind.endings
    assert not set(called) & set('/\\"\r\n\x00')
    assert safe_name(called, kind) == called
