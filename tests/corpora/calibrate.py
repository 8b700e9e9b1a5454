"""What the learned judge makes of lines that it was not trained on. `python -m tests.corpora.calibrate`.

Every corpus is cut into four parts. Each part is judged by a model that was trained on the other three, so
the figures are honest for lines by the same writers. A writer whom it does not know is judged a little worse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.corpora.measure import TRAINED_ON
from tests.corpora.train import STRICTER, Text, texts_of, trained_on

PARTS = 4
SHARES_HELD = (0.003, 0.005, 0.01, 0.02, 0.03, 0.05)


def scored(texts: Sequence[Text]) -> Iterator[tuple[Text, float]]:
    """Each text with how far it is above a threshold of zero, as a model says that has not seen it."""
    for part in range(PARTS):
        model = trained_on([text for at, text in enumerate(texts) if at % PARTS != part])
        for text in texts[part::PARTS]:
            whole = model.score(text.whole)
            worst = max(map(model.score, text.sentences))
            yield text, max(whole, worst - STRICTER) if len(text.sentences) > 1 else whole


def table() -> str:
    texts = [text for corpus in TRAINED_ON for text in texts_of(corpus)]
    found = list(scored(texts))
    replies = sorted(
        (score for text, score in found if not text.is_remark and not text.is_found_by_words), reverse=True
    )
    remarks = [score for text, score in found if text.is_remark and not text.is_found_by_words]
    lines = [
        "| threshold | plain replies held | remarks sent, of those that the words leave open |",
        "|--:|--:|--:|",
    ]
    for share in SHARES_HELD:
        threshold = replies[int(share * len(replies))]
        sent = sum(score <= threshold for score in remarks) / len(remarks)
        lines.append(f"| {threshold:.2f} | {100 * share:.1f} % | {100 * sent:.1f} % |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201 - what it is for
