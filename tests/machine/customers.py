"""Rules of what customers and their AI do."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from storage.records import ConversationState
from tests.machine.bench import Bench
from tests.machine.customer import Refused
from tests.machine.picture import Talk

which = st.sampled_from((0, 0, 0, 1))
chance = st.integers(0, 5)


class Customers(Bench):
    """The customers' side."""

    @rule()
    def another_customer(self) -> None:
        async def comes() -> None:
            if len(self.talks) < 2:
                self.talks.append(Talk(await self.house.customer()))

        self.step("another customer comes", comes())

    @rule(which=which, times=st.sampled_from((1, 1, 2, 4)), person=st.booleans())
    def customer_says(self, which: int, times: int, person: bool) -> None:
        talk = self.talk(which)

        async def says() -> None:
            for _ in range(times):
                await self.say(talk, wants_person=person)

        self.step(f"{talk.name} says {times} things{', asks for a person' * person}", says())

    @rule(which=which, at=chance)
    def customer_repeats(self, which: int, at: int) -> None:
        talk = self.talk(which)

        async def repeats() -> None:
            said = list(talk.said)[-3:]
            if said:
                one = said[at % len(said)]
                assert await talk.customer.say(f"Anything {one}.", one) == talk.said[one]

        self.step(f"{talk.name} repeats a request", repeats())

    @rule(which=which)
    def ai_says(self, which: int) -> None:
        talk = self.talk(which)
        if self.ai == "external":
            self.step(f"the outside AI speaks to {talk.name}", self.outside_ai_says(talk, sure=True))

    @rule(which=which)
    def ai_thinks(self, which: int) -> None:
        """The outside AI begins to think; what it comes to is said some time later."""
        talk = self.talk(which)

        async def thinks() -> None:
            talk.thoughts.append(talk.customer.epoch)

        if self.ai == "external":
            self.step(f"the outside AI thinks about {talk.name}", thinks())

    @rule(which=which)
    def ai_says_late(self, which: int) -> None:
        """It says what it thought of, whatever happened meanwhile."""
        talk = self.talk(which)
        if self.ai == "external" and talk.thoughts:
            epoch = talk.thoughts.pop(0)
            saying = self.outside_ai_says(talk, sure=True, epoch=epoch)
            self.step(f"the outside AI tells {talk.name} what it thought of in epoch {epoch}", saying)

    @rule(which=which)
    def escalate(self, which: int) -> None:
        talk = self.talk(which)
        self.step(f"the API escalates {talk.name}", self.escalated(talk))

    async def say(self, talk: Talk, *, wants_person: bool = False) -> None:
        one = f"c{self.number()}"
        talk.said[one] = 0
        text = "I want to talk to a person" if wants_person else "How long does shipping take?"
        talk.said[one] = await talk.customer.say(f"{text} {one}.", one)

    async def outside_ai_says(self, talk: Talk, *, sure: bool = False, epoch: int | None = None) -> None:
        """`sure`: nothing else happens in the conversation, so whether it is refused is known before.

        `epoch` is the one in which it thought of it; None: it thinks now, of what its customer sees.
        """
        one = f"a{self.number()}"
        state, _ = await self.stands(talk)
        current = await self.epoch_of(talk)
        thought_in = talk.customer.epoch if epoch is None else epoch
        talk.ai_said[one], talk.thought_in[one] = 0, thought_in
        expected = (
            "ai_paused" if state is not ConversationState.AI else "stale" if thought_in != current else None
        )
        try:
            talk.ai_said[one] = await talk.customer.ai_says(f"Two days. {one}.", one, thought_in)
            assert not sure or expected is None, f"accepted in {state}, epoch {current}, from {thought_in}"
        except Refused as refused:
            if refused.code not in ("ai_paused", "stale") or (sure and refused.code != expected):
                raise
            del talk.ai_said[one]

    async def escalated(self, talk: Talk) -> None:
        """As its AI asks for it that thinks of what its customer sees now."""
        talk.escalations += 1
        try:
            await talk.customer.escalate(talk.customer.epoch)
        except Refused as refused:
            if refused.code != "stale":
                raise
