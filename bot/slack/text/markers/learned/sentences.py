"""The sentences of a text that are said to somebody: without programs, addresses, code and what is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.slack.text.markers.code import FENCE, is_program_text
from bot.slack.text.markers.folding import visible

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.-]+", re.IGNORECASE)
_CODE = re.compile(r"`[^`\n]+`|(?<![\w@])@[a-z0-9][\w.-]*/[\w./-]+")
_EMOJI_NAME = re.compile(r":[a-z][a-z0-9_+'-]+:")
_QUOTE = re.compile(r"\s*(?:>|&gt;)")
_BULLET = re.compile(r"\s*(?:[-*•·–—]|\d{1,2}[.)])\s+")
# What begins a comment in many languages of programs.
_COMMENT = re.compile(r"(?:^|\s)(?:#+|//+|--|/\*+|<!--+|;+|%+)\s*(?=\S)")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Fewer are a setting's name and its value.
_FEWEST_WORDS = 4
_KANA_OR_KANJI = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
_ENDS = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"”’)»]))\s+(?=\S)|(?<=[。！？])\s*|\n+")


# A word alone ("ok", "Lena", "tomorrow") reads the same whoever it is for.
_TOO_SHORT = re.compile(r"\W*(?:[^\W_]+(?:['’.,:/-][^\W_]+)*\W*|[\u3041-\u30ff\u4e00-\u9fff\W]{0,4})")


def is_too_short(sentences: Sequence[str]) -> bool:
    """Whether nobody could say whom a text is for."""
    is_word = len(sentences) == 1 and bool(_TOO_SHORT.fullmatch(sentences[0]))
    return is_word and not (len(sentences[0]) > 4 and _KANA_OR_KANJI.search(sentences[0]))


def sentences_of(seen: str) -> list[str]:
    """Each sentence and line, as it was typed but for what stands in for code and addresses.

    Of a block of code only lines of some words count, comments among them.
    """
    text = FENCE.sub(lambda fence: "\n".join(("", *_spoken(fence[1]), "")), seen)
    lines = text.splitlines()
    own = [line for line in lines if not _QUOTE.match(line)]
    # What is quoted above an answer are the customer's words. A quotation alone is a reply in its own right.
    kept = own if any(line.strip() for line in own) else [_QUOTE.sub("", line, count=1) for line in lines]
    text = "\n".join(_BULLET.sub("", line, count=1) for line in kept)
    text = _EMOJI_NAME.sub("☺", _CODE.sub("¤", _ADDRESS.sub("¢", text)))
    parts = (part.strip() for part in _ENDS.split(visible(text)))
    return [part for part in parts if part and any(letter.isalnum() for letter in part)]


def _spoken(fenced: str) -> Iterator[str]:
    is_program = is_program_text(fenced)
    for line in fenced.splitlines():
        comment = _COMMENT.search(line)
        said = line[comment.end() :] if comment else "" if is_program else line
        if len(_WORD.findall(said)) >= _FEWEST_WORDS or len(_KANA_OR_KANJI.findall(said)) > 2 * _FEWEST_WORDS:
            yield said
