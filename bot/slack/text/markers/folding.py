"""Text as it is compared: however it was typed, the same letters become the same text."""

from __future__ import annotations

import re
import unicodedata

# Letters of other scripts that look like Latin ones, and kanji that are mistaken for those of a label.
_LOOK_ALIKES = str.maketrans("авеёікмнорсԁтухѕјαβεικνορτυχі杜肉內", "abeeikmhopcdtyxsjabeikvoptuxi社内内")
_MARKS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u00b4]")
# Letters and selectors without a shape, beside all that Unicode calls "format".
_SHAPELESS = dict.fromkeys(
    [0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10),
     *range(0xE0000, 0xE01F0), *(code for code in range(0x20000) if unicodedata.category(chr(code)) == "Cf")]
)  # fmt: skip


def visible(text: str) -> str:
    """Compatibility forms made one, such as full width letters, and what has no shape left out."""
    # Its compatibility form is a letter of ordinary words.
    return unicodedata.normalize("NFKC", text.translate(_SHAPELESS).replace("㊙", "🔒"))


def folded(text: str) -> str:
    """Visible, without case and accents, look-alikes as Latin letters, an apostrophe as a space."""
    # The French "noté" says that something was understood; without its accent it would be our marker.
    plain = unicodedata.normalize("NFD", re.sub(r"\bnoté", "entendu", visible(text).casefold()))
    plain = unicodedata.normalize("NFC", _MARKS.sub("", plain)).translate(_LOOK_ALIKES)
    return _APOSTROPHES.sub(" ", plain)


def is_slip_of(word: str, meant: str) -> bool:
    """Whether `word` is `meant` with one slip: a letter too many, too few, another one, or two swapped."""
    if word == meant or abs(len(word) - len(meant)) > 1:
        return word == meant
    start = next((at for at, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), None)
    if start is None:
        return True
    rest, wanted = word[start:], meant[start:]
    return (
        rest[1:] == wanted[1:]
        or rest[1:] == wanted
        or rest == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )
