"""What the gate makes of the corpora. `python -m tests.corpora.measure` prints it for each language."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.desk.replies.thread_messages import Intent
from bot.slack.text.from_slack import read

LANGUAGES = ("en", "de", "es", "fr", "ja")
HERE = Path(__file__).parent
# The rule was written with these at hand, the third after it was first frozen.
KNOWN = tuple(HERE / f"{name}.jsonl" for name in ("first", "second", "third"))
# The learned judge was trained on these: the last three were written for that.
TRAINED_ON = (*KNOWN, *(HERE / f"training_{name}.jsonl" for name in "abc"))
# Nobody has looked at these to mend the rule: they tell how a remark fares that nobody has thought of. Nearly
# all remarks of the fourth carry some sign, those of the fifth hardly any.
UNSEEN = (HERE / "fourth.jsonl", HERE / "fifth.jsonl")
CORPORA = (*KNOWN, *UNSEEN)
# Recorded dialogues that lie beside the repository on some machines and are no part of it.
SHARED_DIALOGUES = Path(os.environ.get("BOOKBAG_DIALOGUES", "shared/transcripts/sgd.jsonl"))


@dataclass(frozen=True, slots=True)
class Measured:
    """A corpus's lines by (language, whom they are for, what they were taken for), and those it got wrong."""

    counts: Counter[tuple[str, str, Intent]]
    sent: Sequence[str]
    held: Sequence[str]

    def of(self, audience: str, *intent: Intent, language: str | None = None) -> int:
        return sum(
            count
            for (in_, for_, found), count in self.counts.items()
            if for_ == audience and found in intent and language in (None, in_)
        )


def measured(corpus: Path) -> Measured:
    counts: Counter[tuple[str, str, Intent]] = Counter()
    sent, held = [], []
    for line in corpus.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        intent = read(one["text"], names={}).intent
        counts[one["language"], one["for"], intent] += 1
        if one["for"] == "team" and intent is Intent.FOR_CUSTOMER:
            sent.append(one["text"])
        if one["for"] == "customer" and intent is not Intent.FOR_CUSTOMER:
            held.append(one["text"])
    return Measured(counts, sent, held)


def spoken_by_assistants() -> Iterator[str]:
    """What assistants said to customers in the recorded dialogues, each text once."""
    said: set[str] = set()
    for line in SHARED_DIALOGUES.read_text(encoding="utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            if turn["from"] == "ai" and turn["text"] not in said:
                said.add(turn["text"])
                yield turn["text"]


def table() -> str:
    lines = [
        "| corpus | language | remarks | kept as a note | held | **sent** | plain replies | held | share |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for corpus in CORPORA:
        found = measured(corpus)
        for language in (*LANGUAGES, None):
            remarks = found.of("team", *Intent, language=language)
            plain = found.of("customer", *Intent, language=language)
            held = found.of("customer", Intent.NOTE, Intent.UNCLEAR, language=language)
            figures = (
                remarks,
                found.of("team", Intent.NOTE, language=language),
                found.of("team", Intent.UNCLEAR, language=language),
                f"**{found.of('team', Intent.FOR_CUSTOMER, language=language)}**",
                plain,
                held,
                f"{100 * held / plain:.1f} %",
            )
            lines.append(f"| {corpus.stem} | {language or 'all'} | {' | '.join(map(str, figures))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201 - what it is for
