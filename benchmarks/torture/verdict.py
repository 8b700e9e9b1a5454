"""Compares what was sent with what arrived, and counts what is lost, doubled or out of order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.torture.tokens import AI, CUSTOMER, TEAMMATE, Token, relayed, title_of, token_of

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """An entry as a customer got it, from the stream or from the ledger."""

    seq: int
    kind: str
    author: str
    text: str
    target: int | None = None
    state: str | None = None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Heard:
        state = entry.get("state")
        return cls(
            entry["seq"],
            entry["kind"],
            entry["from"],
            entry["text"],
            entry.get("target"),
            state["state"] if state else None,
        )


@dataclass(slots=True)
class Talk:
    """One conversation as its players know it."""

    number: int
    acknowledged: dict[Token, int] = field(default_factory=dict)
    typed: list[Token] = field(default_factory=list)
    deleted: set[Token] = field(default_factory=set)
    edited: set[Token] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    ledger: list[Heard] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"Customer {self.number:04}"


@dataclass(slots=True)
class Row:
    """One way that messages take."""

    way: str
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return self.lost + self.doubled + self.disordered

    def compare(
        self, expected: Iterable[Token], arrived: Sequence[Token], order: Mapping[Token, int]
    ) -> None:
        """Count `expected` as sent. `order` says where each belongs; an arrival not in it has no place."""
        counts = Counter(arrived)
        for token in expected:
            self.sent += 1
            if not counts[token]:
                self._note("lost", token)
        for token, count in counts.items():
            if count > 1:
                self._note("doubled", token, count - 1)
        highest = -1
        for token in dict.fromkeys(arrived):
            place = order.get(token, highest)
            if place < highest:
                self._note("disordered", token)
            highest = max(highest, place)

    def lose(self, what: object) -> None:
        self._note("lost", what)

    def double(self, what: object) -> None:
        self._note("doubled", what)

    def disorder(self, what: object) -> None:
        self._note("disordered", what)

    def _note(self, column: str, what: object, count: int = 1) -> None:
        setattr(self, column, getattr(self, column) + count)
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"{column}: {what}")


class Verdict:
    """All ways, and the rules that must hold beside them."""

    def __init__(self) -> None:
        self.to_ledger = Row("customer and AI → ledger")
        self.customer = Row("customer → Slack")
        self.ai = Row("AI → Slack")
        self.teammate = Row("teammate → customer")
        self.changes = Row("edits, deletions → customer")
        self.stream = Row("ledger → customer’s stream")
        self.cards = Row("conversation → card")
        self.ai_after_take_over = 0

    @property
    def rows(self) -> list[Row]:
        return [
            self.to_ledger, self.customer, self.ai, self.teammate, self.changes, self.stream, self.cards
        ]  # fmt: skip

    @property
    def lost(self) -> int:
        return sum(row.lost for row in self.rows)

    @property
    def bad(self) -> int:
        return sum(row.bad for row in self.rows) + self.ai_after_take_over


def verdict(talks: Iterable[Talk], threads: Iterable[Mapping[str, Any]], *, with_ledger: bool) -> Verdict:
    """Without the ledger (it is long to read, and only the end needs it) its ways count nothing."""
    found = Verdict()
    by_title: dict[str, list[list[Mapping[str, Any]]]] = defaultdict(list)
    for thread in threads:
        by_title[title_of(thread["messages"][0]).partition(" · ")[0]].append(thread["messages"])
    for talk in talks:
        mine = by_title.get(talk.name, [])
        if talk.acknowledged:
            found.cards.sent += 1
            if not mine:
                found.cards.lose(talk.name)
        for _ in mine[1:]:
            found.cards.double(talk.name)
        replies = [message for messages in mine for message in messages[1:]]
        _to_slack(found, talk, replies)
        _to_customer(found, talk, replies)
        if with_ledger:
            _through_ledger(found, talk)
    return found


def _to_slack(found: Verdict, talk: Talk, replies: Sequence[Mapping[str, Any]]) -> None:
    """The thread shows each message once, and all of them in the ledger's order."""
    shown = relayed(replies)
    places = {token: entry.seq for entry in reversed(talk.heard) if (token := _says(entry)) is not None}
    places.update(talk.acknowledged)
    for author, row in ((CUSTOMER, found.customer), (AI, found.ai)):
        expected = [token for token in talk.acknowledged if token.author == author]
        row.compare(expected, [token for token in shown if token.author == author], places)
    _across_authors(found, shown, places)
    for token in shown:
        if token.conversation != talk.number:
            (found.ai if token.author == AI else found.customer).double(f"{token} in a strange thread")


def _across_authors(found: Verdict, shown: Sequence[Token], places: Mapping[Token, int]) -> None:
    """What is in order for each author can still be out of order between them."""
    highest = {CUSTOMER: -1, AI: -1}
    for token in dict.fromkeys(shown):
        if token.author not in highest or token not in places:
            continue
        place, other = places[token], highest[AI if token.author == CUSTOMER else CUSTOMER]
        if highest[token.author] < place < other:
            (found.ai if token.author == AI else found.customer).disorder(f"{token} behind the other’s")
        highest[token.author] = max(highest[token.author], place)


def _to_customer(found: Verdict, talk: Talk, replies: Sequence[Mapping[str, Any]]) -> None:
    """The customer reads each reply once, in the order typed, and in the words that stand in Slack now."""
    stands = {
        token: str(message["text"])
        for message in replies
        if not message.get("bot_id") and (token := token_of(str(message.get("text"))))
    }
    # Slack has the last word on what was deleted: the storm may have ended before a teammate got to it.
    deleted = talk.deleted - stands.keys()
    window, heard = _window(found, talk)
    arrived = [token for _, token in sorted(heard.items()) if token.author == TEAMMATE]
    kept = [token for token in talk.typed if token not in deleted]
    found.teammate.compare(kept, arrived, {token: token.number for token in talk.typed})
    for token in talk.edited:
        if token not in deleted:
            found.changes.sent += 1
            if token in window and window[token] != stands.get(token):
                found.changes.lose(f"{token} reads as before its edit")
    for token in deleted:
        found.changes.sent += 1
        if token in window:
            found.changes.lose(f"{token} was deleted and is still read")
    for token in kept:
        if token in arrived and token not in window:
            found.teammate.lose(f"{token} was taken back by nobody")


def _window(found: Verdict, talk: Talk) -> tuple[dict[Token, str], dict[int, Token]]:
    """What the teammates' messages read now, and where each stood when it came."""
    entries = {entry.seq: entry for entry in talk.heard}
    came: dict[int, Token] = {}
    window: dict[Token, str] = {}
    changed: set[tuple[str, int | None, str]] = set()
    for _, entry in sorted(entries.items()):
        if entry.author != "teammate":
            continue
        if entry.kind == "message":
            token = token_of(entry.text)
            if token is not None:
                came[entry.seq] = token
                window[token] = entry.text
            continue
        change = (entry.kind, entry.target, entry.text)
        if change in changed:
            found.changes.double(f"{entry.kind} of {entry.target} in conversation {talk.number}")
        changed.add(change)
        target = came.get(entry.target or 0)
        if target is None:
            continue
        if entry.kind == "retract":
            window.pop(target, None)
        else:
            window[target] = entry.text
    return window, came


def _through_ledger(found: Verdict, talk: Talk) -> None:
    written = [token for entry in talk.ledger if (token := _says(entry)) is not None]
    by_number = {token: token.number for token in written}
    for author in (CUSTOMER, AI):
        found.to_ledger.compare(
            [token for token in talk.acknowledged if token.author == author],
            [token for token in written if token.author == author],
            by_number,
        )
    for refusal in talk.refused:
        found.to_ledger.lose(f"refused with {refusal} in conversation {talk.number}")
    _stream(found.stream, talk)
    taken = [entry.seq for entry in talk.ledger if entry.state == "teammate"]
    if taken:
        after = [e for e in talk.ledger if e.seq > taken[0] and e.author == "ai" and e.kind == "message"]
        found.ai_after_take_over += len(after)


def _stream(row: Row, talk: Talk) -> None:
    heard = {entry.seq: entry for entry in talk.heard}
    # A message that was changed since comes in its latest words.
    changed = {entry.target for entry in talk.ledger}
    for entry in talk.ledger:
        row.sent += 1
        came = heard.get(entry.seq)
        if came is not None and entry.seq in changed:
            came = replace(came, text=entry.text)
        if came != entry:
            row.lose(f"entry {entry.seq} of conversation {talk.number}")
    highest = 0
    for entry in talk.heard:
        if entry.seq == highest:
            row.double(f"entry {entry.seq} of conversation {talk.number}")
        elif entry.seq < highest:
            row.disorder(f"entry {entry.seq} of conversation {talk.number}")
        highest = max(highest, entry.seq)


def _says(entry: Heard) -> Token | None:
    if entry.kind != "message" or entry.author not in ("customer", "ai"):
        return None
    return token_of(entry.text)
