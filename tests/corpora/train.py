"""Trains the learned judge. `python -m tests.corpora.train` writes its weights from the corpora here.

The same corpora give the same weights: nothing depends on chance or on the clock. It takes about a minute.

A support vector machine with squared loss, solved in the dual, one example after the other (Hsieh et al.
2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM"). Of a remark in several sentences nobody
says which one is the remark: after a first round on whole texts it is the one that reads most like one. All
sentences of a reply are examples for the customer.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import zlib
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.desk.replies.signs import TeamSign
from bot.slack.text.intent import as_seen
from bot.slack.text.markers.judge import sign_in
from bot.slack.text.markers.learned.features import SIZE, features_of, whole_features
from bot.slack.text.markers.learned.model import WEIGHTS
from bot.slack.text.markers.learned.sentences import sentences_of
from tests.corpora.measure import TRAINED_ON

# How much an example counts. What the words find already teaches little about whole sentences.
COST = 1.0
FOUND_BY_WORDS = 0.2
OF_A_SENTENCE = 0.5
ROUNDS = 12
# Chosen by what `python -m tests.corpora.calibrate` prints.
THRESHOLD = 0.49
STRICTER = 0.9
# A weight of less than that, of 127, is left out: it would only make the file larger.
SMALLEST = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A line of a corpus as the judge sees it."""

    sentences: Sequence[set[int]]
    whole: Collection[int]
    is_remark: bool
    is_found_by_words: bool


@dataclass(frozen=True, slots=True)
class _Example:
    features: array[int]
    label: int
    cost: float


@dataclass(frozen=True, slots=True)
class Trained:
    """Weights as they were found, before they are made small for the file."""

    weights: list[float]

    def score(self, features: Collection[int]) -> float:
        return sum(map(self.weights.__getitem__, features)) / math.sqrt(len(features))


def texts_of(corpus: Path) -> Iterator[Text]:
    for line in corpus.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        parts = sentences_of(as_seen(one["text"]))
        if not parts:
            continue
        each = [features_of(part) for part in parts]
        whole = whole_features(each) if len(each) > 1 else each[0]
        sign = sign_in(as_seen(one["text"]))
        yield Text(each, whole, one["for"] == "team", sign is not None and sign.kind is not TeamSign.REMARK)


def trained_on(texts: Sequence[Text]) -> Trained:
    """What tells the remarks among the texts from the replies."""
    wholes = [
        _Example(array("l", sorted(text.whole)), 1 if text.is_remark else -1, _cost(text)) for text in texts
    ]
    first = _solved(wholes)
    parts = []
    for text in texts:
        if len(text.sentences) == 1:
            continue
        chosen = [max(text.sentences, key=first.score)] if text.is_remark else text.sentences
        cost = OF_A_SENTENCE * _cost(text)
        label = 1 if text.is_remark else -1
        parts += [_Example(array("l", sorted(features)), label, cost) for features in chosen]
    return _solved([*wholes, *parts])


def _cost(text: Text) -> float:
    return COST * (FOUND_BY_WORDS if text.is_remark and text.is_found_by_words else 1.0)


def _solved(examples: Sequence[_Example]) -> Trained:
    weights = [0.0] * SIZE
    dual = [0.0] * len(examples)
    order = list(range(len(examples)))
    chance = random.Random(1)  # noqa: S311 - an order, the same each time
    for _ in range(ROUNDS):
        chance.shuffle(order)
        for at in order:
            example = examples[at]
            value = 1 / math.sqrt(len(example.features))
            slack = 0.5 / example.cost
            margin = example.label * value * sum(map(weights.__getitem__, example.features))
            gradient = margin - 1 + slack * dual[at]
            before = dual[at]
            after = max(before - gradient / (1 + slack), 0.0)
            if after != before:
                dual[at] = after
                step = (after - before) * example.label * value
                for one in example.features:
                    weights[one] += step
    return Trained(weights)


def packed(found: Trained, *, threshold: float, stricter: float, checksum: str) -> bytes:
    """The weights as they are shipped: a line that says how to read them, and one byte for each."""
    largest = max(map(abs, found.weights))
    scale = largest / 127
    whole = array("b", (round(weight / scale) for weight in found.weights))
    small = array("b", (0 if abs(weight) < SMALLEST else weight for weight in whole))
    head = {"scale": scale, "bias": -threshold, "stricter": stricter, "corpora": checksum}
    return json.dumps(head).encode() + b"\n" + zlib.compress(small.tobytes(), 9)


def checksum_of(corpora: Sequence[Path]) -> str:
    """Changes with the corpora, whatever the line ends that a checkout gives them."""
    found = hashlib.sha256()
    for corpus in corpora:
        found.update(corpus.read_text(encoding="utf-8").encode())
    return found.hexdigest()


def main() -> None:
    texts = [text for corpus in TRAINED_ON for text in texts_of(corpus)]
    found = trained_on(texts)
    WEIGHTS.write_bytes(
        packed(found, threshold=THRESHOLD, stricter=STRICTER, checksum=checksum_of(TRAINED_ON))
    )


if __name__ == "__main__":
    main()
