"""The learned judge: does a sentence read like what teammates say to each other, or like words to a customer?

A linear model over features of letters, words and the parts that words play (`features.py`). It was trained
on the corpora in `tests/corpora` by `python -m tests.corpora.train`, which writes `weights.bin`. Decision
0007 has what it catches of remarks that it was not trained on, and what it holds of plain replies.

It judges a text as a whole and each sentence of it, because a reply of four plain lines and one remark is
held too. A single sentence says less than a text, so more is asked of it. It knows five languages, and leaves
the others to the words alone.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.slack.text.markers.learned.features import features_of, whole_features
from bot.slack.text.markers.learned.languages import is_known
from bot.slack.text.markers.learned.sentences import is_too_short, sentences_of

WEIGHTS = Path(__file__).with_name("weights.bin")


@dataclass(frozen=True, slots=True)
class Model:
    """`weights` are whole numbers, to be multiplied by `scale`. A text above 0 reads as if for the team.

    `stricter` is how much more a sentence of a longer text has to score; `corpora` is the checksum of what
    the model was trained on.
    """

    weights: memoryview
    scale: float
    bias: float
    stricter: float
    corpora: str

    def score(self, features: Collection[int]) -> float:
        """How much a text or a sentence with those features reads like a remark."""
        total: int = sum(map(self.weights.__getitem__, features))
        return self.bias + self.scale * total / math.sqrt(len(features))


def remark_in(seen: str) -> str | None:
    """The sentence for which a text reads as if it, or a part of it, were for the team, if any.

    `seen` is Slack's formatting, as for `judge.sign_in`. Takes about a millisecond for a usual reply, and
    time in proportion to the text.
    """
    sentences = sentences_of(seen)
    if not sentences or is_too_short(sentences) or not is_known(sentences):
        return None
    model = trained()
    each = [features_of(sentence) for sentence in sentences]
    if len(each) == 1:
        return sentences[0] if model.score(each[0]) > 0 else None
    scores = [model.score(features) for features in each]
    worst = max(range(len(scores)), key=scores.__getitem__)
    if scores[worst] > model.stricter or model.score(whole_features(each)) > 0:
        return sentences[worst]
    return None


@cache
def trained() -> Model:
    """The model that is shipped. The first call takes some milliseconds."""
    head, _, packed = WEIGHTS.read_bytes().partition(b"\n")
    return Model(memoryview(zlib.decompress(packed)).cast("b"), **json.loads(head))
