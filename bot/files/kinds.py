"""What kinds of files go from hand to hand, told by their bytes, and what they are called.

A name or a media type is what a sender says; only the bytes decide. What runs, what holds other files and
what a browser could run in our name (HTML, SVG) is on no list (docs/decisions/0016-files.md).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.text.lines import as_label

LONGEST_NAME = 100
# No signature is longer, and none of these kinds is told by more.
OPENING = 64

_NOT_IN_A_NAME = re.compile(r'[<>:"/\\|?*]')
# C0 controls but for tab, line feed, form feed and carriage return: no text has them.
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


_BYTE_ORDERS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OLDER = "unknown-8bit"
# The older charsets of the languages that this program speaks.
_CANDIDATES = ("cp1252", "cp932", "euc_jp", "cp1250", "cp850")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A media type, the endings its files have (the usual one first), and whether a browser may show it."""

    type: str
    endings: tuple[str, ...]
    is_picture: bool = False


PNG = FileKind("image/png", ("png",), is_picture=True)
JPEG = FileKind("image/jpeg", ("jpg", "jpeg"), is_picture=True)
GIF = FileKind("image/gif", ("gif",), is_picture=True)
WEBP = FileKind("image/webp", ("webp",), is_picture=True)
PDF = FileKind("application/pdf", ("pdf",))
TEXT = FileKind("text/plain", ("txt", "log", "csv", "md"))

KINDS = (PNG, JPEG, GIF, WEBP, PDF, TEXT)
IN_WORDS = "pictures (PNG, JPEG, GIF, WebP), PDF and plain text"
_PICTURES = frozenset(kind.type for kind in KINDS if kind.is_picture)

_SIGNATURES: tuple[tuple[Callable[[bytes], bool], FileKind], ...] = (
    (lambda opening: opening.startswith(b"\x89PNG\r\n\x1a\n"), PNG),
    (lambda opening: opening.startswith(b"\xff\xd8\xff"), JPEG),
    (lambda opening: opening.startswith((b"GIF87a", b"GIF89a")), GIF),
    (lambda opening: opening.startswith(b"RIFF") and opening[8:12] == b"WEBP", WEBP),
    (lambda opening: opening.startswith(b"%PDF-"), PDF),
)


class Sniffer:
    """Tells a file's kind from its bytes as they come. What is no text at its end was never one."""

    def __init__(self, opening: bytes) -> None:
        """`opening` is the file's first bytes, `OPENING` of them if it has so many."""
        self.kind: FileKind | None = next((kind for is_it, kind in _SIGNATURES if is_it(opening)), TEXT)
        self._charset = "utf-16" if opening.startswith(_BYTE_ORDERS) else "utf-8"
        self._decoder = codecs.getincrementaldecoder(self._charset)()

    @property
    def media_type(self) -> str:
        """What the file's bytes are, known once all of them were read.

        "text/plain" alone is UTF-8. Text in one of the many older charsets does not say which: it is
        "unknown-8bit" (RFC 1428), kept and given out to the byte.
        """
        if self.kind is None:
            return ""
        is_plain = self.kind is not TEXT or self._charset == "utf-8"
        return self.kind.type if is_plain else f"{self.kind.type}; charset={self._charset}"

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        """Read on. The kind is None once it is known to be none on the list."""
        if self.kind is not TEXT:
            return
        if self._charset == "utf-16":
            self._feed_utf_16(piece, final=final)
            return
        if self._charset == "utf-8":
            try:
                self._decoder.decode(piece, final)
            except UnicodeDecodeError:
                self._charset = _OLDER
        if _BINARY.search(piece):
            self.kind = None

    def _feed_utf_16(self, piece: bytes, *, final: bool) -> None:
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            self.kind = None
        else:
            if _BINARY.search(text.encode()):
                self.kind = None


def readings(opening: bytes, media_type: str) -> Sequence[str]:
    """What the beginning of a text may say: one reading, or several where nobody knows its charset.

    Empty for what is no text. A letter that is cut in two at the end is left out.
    """
    if not media_type.startswith(TEXT.type):
        return ()
    if media_type.endswith("utf-16"):
        return (opening.decode("utf-16", "ignore"),)
    if media_type.endswith(_OLDER):
        return tuple(opening.decode(charset, "ignore") for charset in _CANDIDATES)
    return (opening.decode("utf-8-sig", "ignore"),)


def is_picture(media_type: str) -> bool:
    """Whether a browser may show it in place; anything else is handed over to be saved."""
    return media_type in _PICTURES


def safe_name(name: str, kind: FileKind) -> str:
    """A name that is no path, hides nothing, bears no mark of ours and ends as its kind does.

    No PDF is called "invoice.pdf.exe".
    """
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    bare = as_label(_NOT_IN_A_NAME.sub(" ", bare)).strip(". ")
    stem, dot, ending = bare.rpartition(".")
    if not dot or ending.lower() not in kind.endings:
        stem, ending = bare, kind.endings[0]
    return f"{stem[: LONGEST_NAME - len(ending) - 1].strip('. ') or 'file'}.{ending.lower()}"


def in_size(size: int) -> str:
    """A size as people read it."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
