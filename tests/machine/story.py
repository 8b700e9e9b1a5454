"""The ledger read as a story: every entry must be allowed by what came before it and by what was done.

The order of the ledger is the order of the commits, so this holds whatever raced with whatever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bot.blocks.elements.ids import SEND_AS_ME, TAKE_OVER_AND_SEND
from bot.desk.timeline import Event
from storage.records import Audience, Author, ConversationState, Entry, Kind, Status
from tests.machine.picture import GUEST, Reading, Talk, ThreadMessage
from tests.machine.tokens import token


class Story:
    """Where a conversation stands after its entries, and what was wrong with them.

    `name_of` gives the name of a Slack user by their id; `external` says that the AI is another program's.
    """

    def __init__(self, talk: Talk, name_of: Callable[[str], str], *, external: bool) -> None:
        self._talk = talk
        self._name_of = name_of
        self._external = external
        self._seen: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._escalated = 0
        self._direct: list[ThreadMessage] = []
        self.state = ConversationState.AI
        self.holder: str | None = None
        self.epoch = 0
        self.status: Status | None = None
        self.origin: dict[int, tuple[ThreadMessage, Audience]] = {}
        self.sent: dict[str, str] = {}
        self.noted: set[str] = set()
        self.failed: set[str] = set()
        self.retracted: set[str] = set()
        self.problems: list[str] = []

    def read(self, entries: Sequence[Entry]) -> Story:
        self._must([e.seq for e in entries] == list(range(1, len(entries) + 1)), "numbers with gaps")
        for entry in entries:
            before = len(self.problems)
            self._entry(entry)
            self.problems[before:] = [
                f"{self._talk.name}, entry {entry.seq} ({entry.author} {entry.kind}): {problem}"
                for problem in self.problems[before:]
            ]
        return self

    def _entry(self, entry: Entry) -> None:
        match entry.kind, entry.author:
            case Kind.SYSTEM, _:
                self._happened(entry)
            case Kind.MESSAGE, Author.CUSTOMER:
                self._customer(entry)
            case Kind.MESSAGE, Author.AI:
                self._ai(entry)
            case Kind.MESSAGE, Author.TEAMMATE:
                self._sent(entry)
            case Kind.MESSAGE, Author.SYSTEM:
                # The only words of the program's own: they go before the escalation's entry.
                self._escalate()
            case Kind.NOTE, _:
                self._noted(entry)
            case Kind.EDIT | Kind.RETRACT, _:
                self._changed(entry)
        self._must(entry.epoch == self.epoch, f"epoch {entry.epoch} in stretch {self.epoch}")

    def _happened(self, entry: Entry) -> None:
        by = str(entry.data.get("by") or "").lower()
        match entry.data["event"]:
            case Event.TAKEN_OVER:
                self._must(self.state is not ConversationState.TEAMMATE, f"taken from {self.holder} by {by}")
                self._taken[by] += 1
                self._must(self._taken[by] <= self._talk.take_overs[by], f"{by} did not press Take over")
                self._moved(ConversationState.TEAMMATE, by, Status.ON_YOU)
            case Event.ESCALATED:
                self._must(self.state is ConversationState.WAITING, "escalated, and no words to the customer")
            case Event.RESUMED:
                self._must(self.state is not ConversationState.AI, "handed back twice")
                pressed = (by, entry.epoch - 1) in self._talk.hand_backs
                self._must(pressed, f"{by} did not press Allow AI replies of stretch {entry.epoch - 1}")
                self._moved(ConversationState.AI, None, None)
            case _:
                self._must(entry.audience is Audience.TEAM, "meant for the team, shown to the customer")

    def _escalate(self) -> None:
        self._must(
            self.state is ConversationState.AI, "the customer is told to wait, and waits or is answered"
        )
        self._escalated += 1
        if self._external:
            self._must(self._escalated <= self._talk.escalations, "escalated, and nobody asked for it")
        self._moved(ConversationState.WAITING, None, Status.NEW)

    def _moved(self, state: ConversationState, holder: str | None, status: Status | None) -> None:
        self.state, self.holder, self.status = state, holder, status
        self.epoch += 1

    def _customer(self, entry: Entry) -> None:
        said = token(entry.text)
        self._once(said)
        self._must(said in self._talk.said, "the customer never said it")
        if self.status is Status.ON_CUSTOMER:
            self.status = Status.ON_YOU

    def _ai(self, entry: Entry) -> None:
        self._must(
            self.state is ConversationState.AI, f"the AI speaks while the conversation is {self.state}'s"
        )
        said = token(entry.text)
        self._once(said)
        if self._external:
            self._must(said in self._talk.ai_said, "the AI never said it, or was refused")
            thought_in = self._talk.thought_in.get(said)
            self._must(thought_in == self.epoch, f"thought of in stretch {thought_in}, said in {self.epoch}")

    def _sent(self, entry: Entry) -> None:
        typed = self._typed(entry)
        if typed is None:
            return
        said = token(entry.text)
        self._once(said)
        reading = typed.reads(said)
        author = self._name_of(entry.person.user) if entry.person else None
        self._must(author == typed.author != GUEST, f"{author} sent what {typed.author} typed")
        self._must(reading in (Reading.PLAIN, Reading.MENTION), f"{said} was not meant for the customer")
        self._must(self.state is ConversationState.TEAMMATE, f"sent beside the {self.state}")
        if self.holder == author and reading is Reading.PLAIN and not typed.pressed:
            self._in_order(typed)
        elif self.holder != author or reading is not Reading.PLAIN:
            pressed = typed.pressed & {SEND_AS_ME, TAKE_OVER_AND_SEND}
            self._must(bool(pressed), f"{author} never said to send {said}; {self.holder} holds")
        self.sent[typed.ts] = said
        self.origin[entry.seq] = (typed, Audience.CUSTOMER)
        self._must(entry.audience is Audience.CUSTOMER, "sent, and hidden from the customer")
        if self.status in (Status.NEW, Status.ON_YOU):
            self.status = Status.ON_CUSTOMER

    def _in_order(self, typed: ThreadMessage) -> None:
        before = [one for one in self._direct if one.thread == typed.thread]
        passed = [one.ts for one in before if one.ts > typed.ts and not typed.late]
        self._must(not passed, f"message {typed.number} was typed before, and comes after, another's")
        self._direct.append(typed)

    def _noted(self, entry: Entry) -> None:
        self._must(entry.audience is Audience.TEAM, "a note for the customer's eyes")
        typed = self._typed(entry)
        if typed is not None:
            # What shows more may have other words, or none.
            reading = typed.reads(token(entry.text)) or Reading.MORE
            (self.failed if reading is Reading.MORE else self.noted).add(typed.ts)
            self.origin[entry.seq] = (typed, Audience.TEAM)

    def _changed(self, entry: Entry) -> None:
        target = int(entry.data["target"])
        if target == 0:
            # A message that was taken back before it was decided about: its place is taken.
            typed, audience = self._typed(entry), Audience.TEAM
        else:
            typed, audience = self.origin.get(target, (None, Audience.TEAM))
            self._must(typed is not None, f"changes entry {target}, which no teammate typed")
        if typed is None:
            return
        self._must(
            entry.audience is audience, f"for the {entry.audience}, and changes what is for {audience}"
        )
        if entry.kind is Kind.RETRACT:
            self._must(typed.deleted or typed.unwanted, "taken back, and nobody deleted it")
            self.retracted.add(typed.ts)
            return
        reading = typed.reads(token(entry.text))
        shows_more = any(one.reading is Reading.MORE for one in typed.wordings)
        self._must(reading is not None or shows_more, "words that nobody typed")
        if audience is Audience.CUSTOMER:
            self._must(reading is Reading.PLAIN, f"an edit that reads like a {reading}")

    def _typed(self, entry: Entry) -> ThreadMessage | None:
        typed = self._talk.message((entry.source or "").rpartition("/")[2])
        self._must(typed is not None, "from a message that nobody typed")
        return typed

    def _once(self, said: str) -> None:
        self._seen[said] += 1
        self._must(bool(said) and self._seen[said] == 1, f"{said or 'something unknown'} said twice")

    def _must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)
