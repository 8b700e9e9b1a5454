"""A summary without a model: the customer's own sentences, the most telling ones."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from bot.ai.interface import (
    AGREEMENT_LIMIT,
    SUBJECT_LIMIT,
    SUMMARY_LIMIT,
    Summary,
    Transcript,
    Turn,
)
from bot.ai.language import guess
from bot.ai.offline.people import asks_for_person
from bot.ai.offline.phrases import greets, thanks
from bot.ai.plain import clean, inert_line, shorten
from bot.ai.search import words

_MOST_SENTENCES = 3
_MOST_QUOTED = 3
_MOST_RANKED = 200  # the latest; ranking more costs time and changes nothing a reader would miss
# After a full stop only a space ends a sentence ("10.30", "v2.1"); the full-width ones end it by themselves.
_END = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”»)])\s+|(?<=[。！？])(?![」』）])|\n+")


def sentences(text: str) -> list[str]:
    """Split at sentence ends and line breaks; each sentence keeps its words and marks exactly."""
    return [sentence for part in _END.split(text) if (sentence := part.strip())]


def most_telling(candidates: Sequence[str]) -> list[int]:
    """Rank sentences, best first: those whose words the others share, and those said lately.

    A customer's first question was often answered long ago; what they said last is why a person is here. The
    first sentence counts half of what the last one does.
    """
    bags = [frozenset(words(sentence)) for sentence in candidates]
    spread = Counter(word for bag in bags for word in bag)
    # Dividing by the length's logarithm keeps a long ramble from beating a short, pointed sentence.
    scores = [
        (1 + (position + 1) / len(bags)) * sum(spread[word] for word in bag) / math.log(3 + len(bag))
        for position, bag in enumerate(bags)
    ]
    return sorted(range(len(bags)), key=lambda position: (-scores[position], position))


def extract(transcript: Transcript) -> Summary:
    """Summarise in the customer's own words, at most three sentences, in their order.

    Sentences are quoted exactly, save what `inert_line` must take the life out of. What was said before the
    last hand back is settled and only quoted where nothing was said since, not even that they want a person.
    Deterministic.
    """
    turns = transcript.turns
    handed_back = max((at for at, turn in enumerate(turns) if turn.who == "system"), default=-1)
    said = _words_of_customer(turns)
    since = _words_of_customer(turns[handed_back + 1 :])
    again = _asking(since) if handed_back >= 0 else []
    candidates = _pointed(since) or again or _worth_quoting(said)
    if not candidates:
        return Summary("New conversation", "The customer has not written anything yet.", "en")
    ranked = most_telling(candidates)
    chosen: list[int] = []
    room = SUMMARY_LIMIT
    for position in ranked[:_MOST_SENTENCES]:
        if len(candidates[position]) < room:
            chosen.append(position)
            room -= len(candidates[position]) + 1
    # Only when the best sentences are all too long is one of them cut.
    quoted = [candidates[position] for position in sorted(chosen or ranked[:1])]
    return Summary(
        subject=inert_line(candidates[ranked[0]], SUBJECT_LIMIT),
        summary=inert_line(" ".join(quoted), SUMMARY_LIMIT),
        language=guess(since or said, transcript.locale),
    )


def quoted(transcript: Transcript) -> str:
    """What teammates said since the last hand back, word for word: the last of it that fits."""
    lines: list[str] = []
    room = AGREEMENT_LIMIT
    for turn in reversed(transcript.turns):
        if turn.who == "system" or len(lines) == _MOST_QUOTED:
            break
        line = " ".join(clean(turn.text).split())
        if turn.who != "teammate" or not line:
            continue
        line = shorten(f"{turn.name}: {line}" if turn.name else line, AGREEMENT_LIMIT)
        room -= len(line) + 1
        if room < -1:
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _words_of_customer(turns: Sequence[Turn]) -> str:
    """What they said; where they only sent files, what those are called."""
    theirs = [turn for turn in turns if turn.who == "customer"]
    said = "\n".join(turn.text for turn in theirs if turn.text)
    return said or "\n".join(one for turn in theirs for one in turn.attached)


def _worth_quoting(said: str) -> list[str]:
    """The customer's sentences, without greetings and the like where there are others."""
    return _pointed(said) or _spoken(said) or [one for one in _inert(said) if one][:1]


def _pointed(said: str) -> list[str]:
    return [sentence for sentence in _asking(said) if not asks_for_person(sentence)]


def _asking(said: str) -> list[str]:
    return [sentence for sentence in _spoken(said) if not (greets(sentence) or thanks(sentence))]


def _spoken(said: str) -> list[str]:
    """The sentences with words in them, without repeats."""
    return [one for one in dict.fromkeys(_inert(said)) if any(char.isalnum() for char in one)]


def _inert(said: str) -> list[str]:
    return [inert_line(sentence, SUMMARY_LIMIT) for sentence in sentences(said)[-_MOST_RANKED:]]
