"""The count itself: what is right counts nothing, and each mishap counts where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.torture.tokens import AI, CUSTOMER, TEAMMATE, Token, relayed, tokens_in
from benchmarks.torture.verdict import Heard, Row, Talk, Verdict, verdict

Post = dict[str, Any]


def c(number: int) -> Token:
    return Token(CUSTOMER, 7, number)


def a(number: int) -> Token:
    return Token(AI, 7, number)


def t(number: int) -> Token:
    return Token(TEAMMATE, 7, number)


def post(*tokens: Token) -> Post:
    """A post of the app's that carries these messages."""
    blocks: list[Post] = []
    for token in tokens:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": "👤 *Customer 0007*"}]})
        blocks.append({"type": "section", "text": {"type": "plain_text", "text": f"{token} and so on"}})
    return {"bot_id": "B1", "text": f"Customer: {tokens[0]} and so on", "blocks": blocks}


def reply(token: Token, words: str = "and so on") -> Post:
    return {"user": "U1", "text": f"{token} {words}"}


def card(name: str = "Customer 0007") -> Post:
    quote = {"type": "section", "text": {"type": "plain_text", "text": f"Customer: {c(1)} and so on"}}
    return {
        "bot_id": "B1",
        "blocks": [{"type": "header", "text": {"type": "plain_text", "text": f"{name} · api"}}, quote],
    }


def message(seq: int, author: str, token: Token) -> Heard:
    return Heard(seq, "message", author, f"{token} and so on")


class Case:
    """A conversation in which everything arrived: two of the customer's, two of the AI's, three replies."""

    def __init__(self) -> None:
        self.talk = Talk(
            7,
            acknowledged={c(1): 1, a(1): 2, c(2): 3, a(2): 4},
            typed=[t(1), t(2), t(3)],
            edited={t(2)},
            deleted={t(3)},
        )
        self.talk.ledger = [
            message(1, "customer", c(1)),
            message(2, "ai", a(1)),
            message(3, "customer", c(2)),
            message(4, "ai", a(2)),
            Heard(5, "system", "system", "", state="teammate"),
            message(6, "teammate", t(1)),
            message(7, "teammate", t(2)),
            Heard(8, "edit", "teammate", f"{t(2)} and so forth", target=7),
            message(9, "teammate", t(3)),
            Heard(10, "retract", "teammate", "", target=9),
        ]
        self.talk.heard = list(self.talk.ledger)
        self.threads: list[list[Post]] = [
            [card(), post(c(1)), post(a(1), c(2)), post(a(2)), reply(t(1)), reply(t(2), "and so forth")]
        ]

    def judged(self) -> Verdict:
        return verdict([self.talk], [{"messages": thread} for thread in self.threads], with_ledger=True)

    @property
    def thread(self) -> list[Post]:
        return self.threads[0]

    def hear(self, *entries: Heard) -> None:
        self.talk.heard += entries
        self.talk.ledger += entries


def test_where_all_is_well_nothing_counts() -> None:
    found = Case().judged()
    assert found.bad == 0
    assert {row.way: row.sent for row in found.rows} == {
        "customer and AI → ledger": 4,
        "customer → Slack": 2,
        "AI → Slack": 2,
        "teammate → customer": 2,
        "edits, deletions → customer": 2,
        "ledger → customer’s stream": 10,
        "conversation → card": 1,
    }


def test_a_posts_messages_are_read_from_its_sections_in_order_and_quotes_are_not() -> None:
    merged = post(c(1), a(1), c(2))
    merged["blocks"] += card()["blocks"]
    assert relayed([merged, reply(t(1))]) == [c(1), a(1), c(2)]
    assert list(tokens_in("xc0007-000001. c0007-000002, c0007-000003.")) == [c(3)]


def drop_post(case: Case) -> None:
    del case.thread[1]


def repeat_post(case: Case) -> None:
    case.thread.append(post(c(1)))


def repeat_within_a_post(case: Case) -> None:
    case.thread[3] = post(a(2), a(2))


def swap_posts(case: Case) -> None:
    case.thread[1], case.thread[2] = post(c(2)), post(a(1), c(1))


def swap_within_a_post(case: Case) -> None:
    case.thread[2] = post(c(2), a(1))


def take_a_reply_back(case: Case) -> None:
    case.hear(Heard(11, "retract", "teammate", "", target=6))


def never_hear_a_reply(case: Case) -> None:
    case.talk.heard = [entry for entry in case.talk.heard if entry.seq != 6]
    case.talk.ledger = [entry for entry in case.talk.ledger if entry.seq != 6]


def hear_a_reply_twice(case: Case) -> None:
    case.hear(message(11, "teammate", t(1)))


def hear_replies_swapped(case: Case) -> None:
    swapped = {6: t(2), 7: t(1)}
    case.talk.edited = set()
    case.thread[-1] = reply(t(2))
    case.talk.ledger = [
        message(entry.seq, "teammate", swapped[entry.seq]) if entry.seq in swapped else entry
        for entry in case.talk.ledger
        if entry.kind != "edit"
    ]
    case.talk.heard = list(case.talk.ledger)


def miss_an_edit(case: Case) -> None:
    case.talk.heard = [entry for entry in case.talk.heard if entry.kind != "edit"]
    case.talk.ledger = list(case.talk.heard)


def miss_a_deletion(case: Case) -> None:
    case.talk.heard = [entry for entry in case.talk.heard if entry.kind != "retract"]
    case.talk.ledger = list(case.talk.heard)


def hear_an_edit_twice(case: Case) -> None:
    case.hear(Heard(11, "edit", "teammate", f"{t(2)} and so forth", target=7))


def forget_what_was_acknowledged(case: Case) -> None:
    case.talk.ledger = [entry for entry in case.talk.ledger if entry.seq != 3]


def write_twice(case: Case) -> None:
    case.hear(message(11, "customer", c(1)))


def skip_in_the_stream(case: Case) -> None:
    del case.talk.heard[0]


def stream_twice(case: Case) -> None:
    case.talk.heard.insert(3, case.talk.heard[2])


def stream_backwards(case: Case) -> None:
    case.talk.heard[1], case.talk.heard[2] = case.talk.heard[2], case.talk.heard[1]


def say_other_words(case: Case) -> None:
    case.talk.heard[0] = replace(case.talk.heard[0], text="something else")


def start_no_thread(case: Case) -> None:
    case.threads = []


def start_two_threads(case: Case) -> None:
    case.threads.append([card()])


def refuse(case: Case) -> None:
    case.talk.refused.append("404 not_found")


@pytest.mark.parametrize(
    ("mishap", "way", "column"),
    [
        (drop_post, "customer", "lost"),
        (repeat_post, "customer", "doubled"),
        (repeat_within_a_post, "ai", "doubled"),
        (swap_posts, "customer", "disordered"),
        (swap_within_a_post, "ai", "disordered"),
        (take_a_reply_back, "teammate", "lost"),
        (never_hear_a_reply, "teammate", "lost"),
        (hear_a_reply_twice, "teammate", "doubled"),
        (hear_replies_swapped, "teammate", "disordered"),
        (miss_an_edit, "changes", "lost"),
        (miss_a_deletion, "changes", "lost"),
        (hear_an_edit_twice, "changes", "doubled"),
        (forget_what_was_acknowledged, "to_ledger", "lost"),
        (write_twice, "to_ledger", "doubled"),
        (skip_in_the_stream, "stream", "lost"),
        (stream_twice, "stream", "doubled"),
        (stream_backwards, "stream", "disordered"),
        (say_other_words, "stream", "lost"),
        (start_no_thread, "cards", "lost"),
        (start_two_threads, "cards", "doubled"),
        (refuse, "to_ledger", "lost"),
    ],
)
def test_each_mishap_counts_once_where_it_belongs(
    mishap: Callable[[Case], None], way: str, column: str
) -> None:
    case = Case()
    mishap(case)
    found = case.judged()
    row: Row = getattr(found, way)
    assert getattr(row, column) == 1, row
    assert row.examples
    assert found.bad >= 1


def test_an_ai_that_talks_on_after_the_take_over_is_counted() -> None:
    case = Case()
    case.hear(message(11, "ai", a(3)))
    assert case.judged().ai_after_take_over == 1


def test_what_was_never_acknowledged_may_be_there_or_not() -> None:
    case = Case()
    case.hear(message(11, "customer", c(3)))
    case.thread.append(post(c(3)))
    assert case.judged().bad == 0
    case.thread.append(post(c(3)))
    assert case.judged().customer.doubled == 1


def test_a_reply_whose_deletion_the_storm_cut_off_counts_as_kept() -> None:
    case = Case()
    case.thread.append(reply(t(3)))
    assert case.judged().teammate.lost == 1
    case.talk.heard.pop()
    case.talk.ledger.pop()
    assert case.judged().bad == 0
