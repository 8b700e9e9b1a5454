"""Rules of what teammates type, change and delete in threads."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from storage.records import ConversationState
from tests.journeys.world import CHANNEL
from tests.machine.customers import Customers, chance, which
from tests.machine.picture import GUEST, TEAM, Fate, Reading, Talk, ThreadMessage, Wording

writer = st.sampled_from((*TEAM, *TEAM, GUEST))
readings = st.sampled_from((Reading.PLAIN, Reading.PLAIN, Reading.PLAIN, Reading.NOTE, Reading.MENTION))
deliveries = st.sampled_from((1, 1, 1, 2, 3))
# How many threads back: who has an old one open goes on in it.
former = st.sampled_from((0, 0, 0, 1, 2))

TYPED = (Reading.PLAIN, Reading.NOTE, Reading.MENTION)
NOTES = ("note: {}", "// {}", "@ben {}", "*Note:* {}", "> // {}", "@here {}")


class Writing(Customers):
    """The threads."""

    @rule(which=which, by=writer, reading=readings, style=chance, deliveries=deliveries, former=former)
    def reply(self, which: int, by: str, reading: Reading, style: int, deliveries: int, former: int) -> None:
        talk = self.talk(which)
        self.step(
            f"{by} types a {reading} for {talk.name}, delivered {deliveries} times",
            self.type(talk, by, reading, style=style, deliveries=deliveries, former=former),
        )

    @rule(which=which, times=st.integers(2, 4), other=st.sampled_from((None, None, *TEAM)))
    def holder_replies(self, which: int, times: int, other: str | None) -> None:
        """Quickly, and perhaps somebody who may not know who holds types too."""
        talk = self.talk(which)

        async def replies() -> None:
            _, holder = await self.stands(talk)
            for _ in range(times if holder else 0):
                await self.type(talk, str(holder), Reading.PLAIN)
            if other:
                await self.type(talk, other, Reading.PLAIN)

        self.step(
            f"the holder of {talk.name} types {times} replies{', and so does ' * bool(other)}{other or ''}",
            replies(),
        )

    @rule(which=which, at=chance, reading=st.sampled_from(TYPED), style=chance, deliveries=deliveries)
    def edit(self, which: int, at: int, reading: Reading, style: int, deliveries: int) -> None:
        talk = self.talk(which)

        async def edits() -> None:
            found = await self.fates(talk)
            sent = [one for one in talk.messages if found[one.ts] is Fate.SENT and one.is_there][-2:]
            typed = sent[at % len(sent)] if sent and at < 3 else self.pick(talk, at)
            if typed is None:
                return
            self.journal.append(f"  {typed.author}'s message {typed.number}")
            reads = reading if reading is Reading.NOTE else typed.always or reading
            if found[typed.ts] is Fate.UNKNOWN or typed.wordings[-1].reading != reads:
                typed.surely = None
            wording = self.wording(
                typed.number, len(typed.wordings), reads, style, guest=typed.author == GUEST
            )
            typed.wordings.append(wording)
            person = self.house.person(typed.author)
            await person.edit(CHANNEL, typed.ts, wording.text, deliveries=deliveries, as_=typed.loses)

        self.step(f"a message to {talk.name} is edited into a {reading}, {deliveries} times", edits())

    @rule(which=which, at=chance, deliveries=deliveries)
    def delete(self, which: int, at: int, deliveries: int) -> None:
        talk = self.talk(which)

        async def deletes() -> None:
            typed = self.pick(talk, at)
            if typed is not None:
                self.journal.append(f"  {typed.author}'s message {typed.number}")
                typed.deleted = True
                await self.house.person(typed.author).delete(CHANNEL, typed.ts, deliveries=deliveries)

        self.step(f"a message to {talk.name} is deleted", deletes())

    async def type(
        self,
        talk: Talk,
        by: str,
        reading: Reading,
        *,
        style: int = 0,
        deliveries: int = 1,
        sure: bool = True,
        former: int = 0,
    ) -> None:
        thread = await self.thread(talk, former=former)
        if thread is None:
            return
        number = self.number()
        wording = self.wording(number, 0, reading, style, guest=by == GUEST)
        state, holder = await self.stands(talk)
        surely = {Reading.NOTE: Fate.NOTE, Reading.MENTION: Fate.HELD}.get(reading)
        if reading is Reading.PLAIN and sure:
            surely = Fate.SENT if state is ConversationState.TEAMMATE and holder == by else Fate.HELD
        stranger = self.is_silent()
        person = self.house.person(by)
        ts = await person.post(CHANNEL, wording.text, thread_ts=thread, deliveries=deliveries)
        talk.messages.append(ThreadMessage(number, thread, ts, by, [wording], surely, late=stranger))
        self.journal.append(f"  message {number}: {wording.text}")

    def is_silent(self) -> bool:
        """Whom Slack cannot describe is not heard until it can: what they typed comes again, and late."""
        silent = ("users.info", "conversations.members")
        return any(method in fault for fault in self.house.slack.faults.pending for method in silent)

    def wording(self, number: int, version: int, reading: Reading, style: int, *, guest: bool) -> Wording:
        if guest:
            return Wording(f"I am only a guest S{self.number()}.", Reading.PLAIN)
        match reading:
            case Reading.NOTE:
                return Wording(NOTES[style % len(NOTES)].format(f"S{self.number()}."), reading)
            case Reading.MENTION:
                return Wording(f"I will ask @chloe about r{number}v{version}.", reading)
            case Reading.MORE:
                return Wording(f"Half of it S{self.number()}.", reading)
            case Reading.PLAIN:
                return Wording(f"It is on its way r{number}v{version}.", reading)
