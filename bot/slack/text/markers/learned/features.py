"""What the learned judge sees of a sentence: its letters, its words, and the parts that its words play.

A feature is a number below `SIZE`: the checksum of a run of letters, of words or of parts. Two features that
share a number share a weight, which happens to few of those that matter. Everything takes time in proportion
to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zlib import crc32

from bot.slack.text.markers.folding import folded
from bot.slack.text.markers.learned.roles import SPACED, UNSPACED

SIZE = 1 << 20

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d[\d.,:/]*|[^\w\s]|_")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
_BLANK = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")
# "Lena, …" and "an Lena: …" call somebody, mostly.
_CALL = re.compile(r"(?:[^\W\d_]+ )?[^\W\d_]+\s?([,:])")
_CALL_AT_END = re.compile(r", [A-ZÀ-Ý][^\W\d_]+ ?[.?!]*$")
_PLAIN_MARKS = frozenset('.,:;?!()-–—→/"')

_ROLES: dict[str, tuple[str, ...]] = {}
for _role, _words in SPACED.items():
    for _word in _words.split():
        _ROLES[_word] = (*_ROLES.get(_word, ()), _role)
_UNSPACED_ROLE = {word: role for role, words in UNSPACED.items() for word in words.split()}
_UNSPACED = re.compile("|".join(map(re.escape, sorted(_UNSPACED_ROLE, key=len, reverse=True))))
# In German the capital letter alone tells the reader from somebody absent, and not at a sentence's start.
_GERMAN_YOU = frozenset(("Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer", "Ihres"))
_GERMAN_HER = frozenset(("sie", "ihr", "ihre", "ihren", "ihrem", "ihrer", "ihres"))
_READERS = frozenset(("reader", "formal reader", "informal reader", "several readers", "sie"))
_ABSENT = frozenset(("absent", "customer", "person"))


def features_of(sentence: str) -> set[int]:
    """The features of one sentence, or of a whole text that is no more than one."""
    fold = _BLANK.sub(" ", _DIGIT.sub("0", folded(sentence))).strip()
    is_japanese = bool(_JAPANESE.search(fold))
    found: set[int] = set()
    if is_japanese:
        found |= _letters(f"^{fold}$", (1, 2, 3, 4))
        for length in (2, 3, 4, 5, 6):
            found.add(_number(f"end {fold[-length:]}"))
            found.add(_number(f"start {fold[:length]}"))
        roles = [_UNSPACED_ROLE[part] for part in _UNSPACED.findall(fold)]
        sequence = ["^", *roles, "$"]
    else:
        found |= _letters(f" {fold} ", (3, 4))
        tokens = _TOKEN.findall(sentence)
        words = [_folded_token(token) for token in tokens]
        edged = ["^", *words, "$"]
        for length in (1, 2, 3):
            found |= _runs("w", edged, length)
        found |= {_number(f"s {one} * {two}") for one, two in zip(edged, edged[2:], strict=False)}
        found |= {_number(f"W {token}") for token in tokens if token[0].isalpha()}
        sequence, roles = _parts(tokens, words)
    for length in (1, 2, 3, 4):
        found |= _runs("r", sequence, length)
    found |= {_number(each) for each in _shape(sentence, frozenset(roles), len(fold))}
    return found


def whole_features(sentences: Sequence[set[int]]) -> set[int]:
    """The features of a text of several sentences."""
    found: set[int] = set().union(*sentences)
    found.add(_number(f"sentences {min(len(sentences), 6)}"))
    return found


def _number(feature: str) -> int:
    return crc32(feature.encode()) & (SIZE - 1)


def _letters(text: str, lengths: Sequence[int]) -> set[int]:
    data = text.encode("utf-16-le", "replace")
    mask = SIZE - 1
    return {
        crc32(data[at : at + 2 * length], length) & mask
        for length in lengths
        for at in range(0, len(data) - 2 * length + 1, 2)
    }


def _runs(kind: str, sequence: Sequence[str], length: int) -> set[int]:
    return {
        _number(f"{kind}{length} {' '.join(sequence[at : at + length])}")
        for at in range(len(sequence) - length + 1)
    }


def _folded_token(token: str) -> str:
    if token[0].isdigit():
        return "0"
    return folded(token).replace(" ", "'") if token[0].isalpha() else token


def _parts(tokens: Sequence[str], words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The sentence as the parts that its words play, and these parts without what is none."""
    sequence, roles = ["^"], list[str]()
    for at, (token, word) in enumerate(zip(tokens, words, strict=True)):
        if not token[0].isalpha():
            sequence.append("0" if word == "0" else token if token in _PLAIN_MARKS else "☺")
            continue
        is_first = not at or tokens[at - 1] in ".!?"
        own = tuple(_roles_of(token, word, is_first=is_first))
        if own:
            roles += own
            sequence.append(own[0])
        elif len(word) <= 3:
            sequence.append(f"_{word}")
        elif token[0].isupper():
            sequence.append("First" if not at else "Name")
        else:
            sequence.append("x")
    sequence.append("$")
    return sequence, roles


def _roles_of(token: str, word: str, *, is_first: bool) -> Iterator[str]:
    if token in _GERMAN_YOU:
        yield "sie" if is_first else "formal reader"
    elif token in _GERMAN_HER:
        yield "absent"
    else:
        parts = word.split("'") if "'" in word else (word,)
        yield from dict.fromkeys(role for part in (word, *parts) for role in _ROLES.get(part, ()))


def _shape(sentence: str, roles: frozenset[str], length: int) -> Iterator[str]:
    present = sorted(roles)
    for at, one in enumerate(present):
        yield f"p {one}"
        yield from (f"p {one} {two}" for two in present[at + 1 :])
    letters = [letter for letter in sentence if letter.isalpha()]
    begins_small = bool(letters) and letters[0].islower()
    call = _CALL.match(sentence)
    last = sentence[-1:]
    to_reader = "".join(sorted(role[0] for role in roles & _READERS))
    of_absent = bool(roles & _ABSENT)
    shapes = [
        f"small {begins_small}",
        f"capitals {any(letter.isupper() for letter in letters)}",
        f"last {'x' if last.isalnum() else last}",
        f"length {min(9, length // 20)}",
        f"call {call[1] if call else ''}",
        f"call at end {bool(_CALL_AT_END.search(sentence))}",
        f"asks {'?' in sentence or '？' in sentence} {to_reader} {of_absent}",
        f"polite {to_reader} {of_absent} {'polite' in roles}",
    ]
    for at, one in enumerate(shapes):
        yield one
        yield from (f"{one} {two}" for two in shapes[at + 1 :])
