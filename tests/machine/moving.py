"""Rules of threads that start again, of messages that Slack forgets, and of what nobody is there for."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bot.blocks.elements.ids import TAKE_OVER
from tests.journeys.world import CHANNEL
from tests.machine.customers import chance, which
from tests.machine.picture import Fate, Reading, Talk, ThreadMessage
from tests.machine.pressing import Pressing, who
from tests.machine.writing import former

maybe = st.booleans()


class Moving(Pressing):
    """Where a conversation is in Slack, and what of it is still there."""

    @rule(which=which, by=who)
    def rebuild(self, which: int, by: str) -> None:
        talk = self.talk(which)
        self.step(f"{by} has the thread of {talk.name} start again", self._rebuilt(talk, by))

    @rule(which=which)
    def card_deleted(self, which: int) -> None:
        """By an admin. The service finds out when it next changes the card."""
        talk = self.talk(which)

        async def deleted() -> None:
            card = await self.card(talk)
            if card is None or card.get("subtype") == "tombstone":
                return
            # One that nobody replied to would take its thread along.
            if len(self.house.slack.thread(CHANNEL, card["ts"])) > 1:
                await self.house.person("ana").delete(CHANNEL, card["ts"])

        self.step(f"the card of {talk.name} is deleted", deleted())

    @rule(which=which, at=chance)
    def forgotten(self, which: int, at: int) -> None:
        """By Slack's retention, which tells nobody."""
        talk = self.talk(which)

        async def forgets() -> None:
            # What is on its way when its message vanishes may be lost with it.
            await self.house.settled()
            typed = self.pick(talk, at)
            if typed is not None:
                self._vanishes(typed)

        self.step(f"Slack forgets a message to {talk.name}", forgets())

    @rule(which=which)
    def thread_forgotten(self, which: int) -> None:
        """The card and all under it. The service finds out when it next changes or posts something there."""
        talk = self.talk(which)

        async def forgets() -> None:
            await self.house.settled()
            card = await self.card(talk)
            if card is None:
                return
            talk.forgotten = True
            for typed in talk.messages:
                typed.vanished = typed.vanished or typed.thread == card["ts"]
            self.house.slack.retention(CHANNEL, thread=card["ts"])

        self.step(f"Slack forgets the thread of {talk.name}", forgets())

    @rule(which=which, by=who, times=st.integers(1, 3), back=former, forgets=maybe, moves=maybe)
    def away(self, which: int, by: str, times: int, back: int, forgets: bool, moves: bool) -> None:
        """No process is there while people type, and Slack delivers none of it later."""
        talk = self.talk(which)

        async def types() -> None:
            _, holder = await self.stands(talk)
            for number in range(times):
                await self.type(talk, holder or by, Reading.PLAIN, deliveries=0, former=back if number else 0)
            typed = self.pick(talk, 0)
            if forgets and typed is not None and (await self.fates(talk))[typed.ts] is not Fate.UNKNOWN:
                self._vanishes(typed)

        async def goes() -> None:
            if moves:
                # Somebody has said something in the thread that is left behind.
                await self.press_card(talk, by, TAKE_OVER)
                await self.type(talk, (await self.stands(talk))[1] or by, Reading.PLAIN, sure=False)
                await self.house.settled()
                await self._rebuilt(talk, by)
            await self.house.settled()
            if await self.card(talk) is not None:
                await self.house.away(types())

        self.step(f"people type for {talk.name} while nobody is there{', in a new thread' * moves}", goes())

    async def _rebuilt(self, talk: Talk, by: str) -> None:
        if await self.card(talk) is None:
            return
        async with self.house.ledger.read() as tx:
            ticket = await tx.tickets.open_of(talk.id)
        if ticket is not None:
            await self.house.person(by).command("/bookbag", f"rebuild {ticket.number}", channel=CHANNEL)

    def _vanishes(self, typed: ThreadMessage) -> None:
        self.journal.append(f"  {typed.author}'s message {typed.number}")
        typed.vanished = True
        self.house.slack.retention(CHANNEL, ts=[typed.ts])
