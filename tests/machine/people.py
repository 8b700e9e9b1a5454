"""Rules of what customers, their AI and teammates do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bot.blocks.ids import (
    ALLOW_AI_REPLIES,
    KEEP_AS_NOTE,
    SEND_AS_ME,
    TAKE_OVER,
    TAKE_OVER_AND_SEND,
    ConversationValue,
    HeldValue,
)
from bot.handlers.actions import NOBODY
from sandbox import PersonError
from storage.records import State
from tests.journeys.world import CHANNEL
from tests.machine.bench import Bench
from tests.machine.customer import Refused
from tests.machine.picture import GUEST, TEAM, Fate, Reading, Talk, ThreadMessage, Wording

which = st.sampled_from((0, 0, 0, 1))
chance = st.integers(0, 5)
who = st.sampled_from(TEAM)
writer = st.sampled_from((*TEAM, *TEAM, GUEST))
readings = st.sampled_from((Reading.PLAIN, Reading.PLAIN, Reading.PLAIN, Reading.NOTE, Reading.MENTION))
deliveries = st.sampled_from((1, 1, 1, 2, 3))

typed_before = precondition(lambda machine: any(talk.messages for talk in machine.talks))

NOTES = ("note: {}", "// {}", "@ben {}", "*Note:* {}", "> // {}", "@here {}")


class People(Bench):
    """Everybody who acts on purpose."""

    @initialize(by=st.sampled_from((None, None, *TEAM)))
    def begin(self, by: str | None) -> None:
        """The first customer says something, and perhaps somebody takes over."""
        self.open()
        talk = self.talks[0]
        self.step(f"{talk.name} says something", self.say(talk))
        if by:
            self.step(f"{by} presses Take over", self.press_card(talk, by, TAKE_OVER))

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
    def escalate(self, which: int) -> None:
        talk = self.talk(which)
        self.step(f"the API escalates {talk.name}", self.escalated(talk))

    @rule(which=which, by=who, also=st.sampled_from((None, None, *TEAM)), again=st.booleans())
    def take_over(self, which: int, by: str, also: str | None, again: bool) -> None:
        talk = self.talk(which)

        async def pressed() -> None:
            before = await self.stands(talk)
            strangers = self._unknown()
            pressers = [by, *([also] if also else []), *([by] if again else [])]
            ok = await asyncio.gather(*(self.press_card(talk, one, TAKE_OVER) for one in pressers))
            state, holder = await self.stands(talk)
            if before[0] is State.TEAMMATE:
                assert (state, holder) == before, f"{holder} took it from {before[1]}"
            elif any(ok) and self._unknown() == strangers:
                assert state is State.TEAMMATE, "a press was acknowledged and nobody holds"
                assert holder in pressers, f"{holder} did not press"

        self.step(f"{by} presses Take over of {talk.name}{f', {also} too' * bool(also)}", pressed())

    @rule(which=which, by=who, old=st.booleans(), at=chance)
    def allow_ai_replies(self, which: int, by: str, old: bool, at: int) -> None:
        talk = self.talk(which)
        words = f"{by} presses Allow AI replies of {talk.name}{' on an old message' * old}"
        work = self.press_old(talk, by, at) if old else self.press_card(talk, by, ALLOW_AI_REPLIES)
        self.step(words, work)

    @rule(which=which, by=writer, reading=readings, style=chance, deliveries=deliveries)
    def reply(self, which: int, by: str, reading: Reading, style: int, deliveries: int) -> None:
        talk = self.talk(which)
        self.step(
            f"{by} types a {reading} for {talk.name}, delivered {deliveries} times",
            self.type(talk, by, reading, style=style, deliveries=deliveries),
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

    @typed_before
    @rule(which=which, at=chance, reading=st.sampled_from(Reading), style=chance, deliveries=deliveries)
    def edit(self, which: int, at: int, reading: Reading, style: int, deliveries: int) -> None:
        talk = self.talk(which)

        async def edits() -> None:
            found = await self.fates(talk)
            sent = [one for one in talk.messages if found[one.ts] is Fate.SENT][-2:]
            typed = sent[at % len(sent)] if sent and at < 3 else self.pick(talk, at)
            if typed is None:
                return
            self.journal.append(f"  {typed.author}'s message {typed.number}")
            if found[typed.ts] is Fate.UNKNOWN or typed.wordings[-1].reading != reading:
                typed.surely = None
            wording = self.wording(
                typed.number, len(typed.wordings), reading, style, guest=typed.author == GUEST
            )
            typed.wordings.append(wording)
            person = self.house.person(typed.author)
            await person.edit(CHANNEL, typed.ts, wording.text, deliveries=deliveries)

        self.step(f"a message to {talk.name} is edited into a {reading}, {deliveries} times", edits())

    @typed_before
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

    @typed_before
    @rule(at=chance, action=st.sampled_from((SEND_AS_ME, SEND_AS_ME, KEEP_AS_NOTE, TAKE_OVER_AND_SEND)))
    def decide(self, at: int, action: str) -> None:
        self.step(f"somebody decides about a held message: {action}", self.decided(at, action))

    async def say(self, talk: Talk, *, wants_person: bool = False) -> None:
        one = f"c{self.number()}"
        talk.said[one] = 0
        text = "I want to talk to a person" if wants_person else "How long does shipping take?"
        talk.said[one] = await talk.customer.say(f"{text} {one}.", one)

    async def outside_ai_says(self, talk: Talk, *, sure: bool = False) -> None:
        """`sure`: nothing else happens in the conversation, so whether it is refused is known before."""
        one = f"a{self.number()}"
        state, _ = await self.stands(talk)
        talk.ai_said[one] = 0
        try:
            talk.ai_said[one] = await talk.customer.ai_says(f"Two days. {one}.", one)
            assert not sure or state is State.AI, f"accepted while {state}"
        except Refused as refused:
            if refused.code != "ai_paused" or (sure and state is State.AI):
                raise
            del talk.ai_said[one]

    async def escalated(self, talk: Talk) -> None:
        talk.escalations += 1
        await talk.customer.escalate()

    async def type(
        self, talk: Talk, by: str, reading: Reading, *, style: int = 0, deliveries: int = 1, sure: bool = True
    ) -> None:
        card = await self.card(talk)
        if card is None:
            return
        number = self.number()
        wording = self.wording(number, 0, reading, style, guest=by == GUEST)
        state, holder = await self.stands(talk)
        surely = {Reading.NOTE: Fate.NOTE, Reading.MENTION: Fate.HELD}.get(reading)
        if reading is Reading.PLAIN and sure:
            surely = Fate.SENT if state is State.TEAMMATE and holder == by else Fate.HELD
        person = self.house.person(by)
        ts = await person.post(CHANNEL, wording.text, thread_ts=card["ts"], deliveries=deliveries)
        talk.messages.append(ThreadMessage(number, ts, by, [wording], surely))
        self.journal.append(f"  message {number}: {wording.text}")

    def wording(self, number: int, version: int, reading: Reading, style: int, *, guest: bool) -> Wording:
        if guest:
            return Wording(f"I am only a guest S{self.number()}.", Reading.PLAIN)
        match reading:
            case Reading.NOTE:
                return Wording(NOTES[style % len(NOTES)].format(f"S{self.number()}."), reading)
            case Reading.MENTION:
                return Wording(f"I will ask @chloe about r{number}v{version}.", reading)
            case Reading.PLAIN:
                return Wording(f"It is on its way r{number}v{version}.", reading)

    async def press_card(self, talk: Talk, by: str, action: str) -> bool:
        """Press a button of the card, if it has it. True if the press was acknowledged."""
        card = await self.card(talk)
        if card is None:
            return False
        return await self.press(talk, by, card, action)

    async def press_old(self, talk: Talk, by: str, at: int) -> bool:
        """Press the button of a message in the thread, which may have been made for another stretch."""
        card = await self.card(talk)
        thread = self.house.slack.thread(CHANNEL, card["ts"])[1:] if card else []
        old = [message for message in thread if _button(message)]
        if not old:
            return False
        message = old[max(0, at - 3) % len(old)]
        return await self.press(talk, by, message, str(_button(message)["action_id"]))

    async def press(self, talk: Talk, by: str, message: Mapping[str, Any], action: str) -> bool:
        offered = _button(message, action)
        if not offered:
            return False
        await self.doubt(talk)
        if action == TAKE_OVER:
            talk.take_overs[by] += 1
        else:
            talk.hand_backs.add((by, ConversationValue.read(offered["value"]).epoch))
        try:
            result = await self.house.person(by).press(CHANNEL, message["ts"], action)
        except PersonError:
            # The card changed at this very moment.
            return False
        if not result["ok"]:
            # Slack shows a warning sign. What the press does may still come, but not later.
            await self.house.settled()
        return bool(result["ok"])

    async def decided(self, at: int, action: str) -> None:
        """Answer one of the latest questions, or one that asks something else where none is this."""

        def questions() -> Sequence[Mapping[str, Any]]:
            return [m for m in self.house.slack.ephemerals() if _button(m, KEEP_AS_NOTE)][-3:]

        asked = await self.house.within(0.2, questions)
        if not asked:
            return
        message = asked[at % len(asked)]
        by = self.name_of(message["visible_to"])
        if not _button(message, action):
            action = str(_button(message)["action_id"])
        value = HeldValue.read(_button(message, action)["value"])
        talk = next(talk for talk in self.talks if talk.id == value.conversation_id)
        typed = talk.message(value.source.rpartition("/")[2])
        assert typed is not None, "a question about a message that nobody typed"
        assert typed.author == by, f"{by} is asked about {typed.author}'s message"
        self.journal.append(f"  {by}, message {typed.number}: {action}")
        await self.doubt(talk)
        typed.pressed.add(action)
        typed.surely = None
        if action == TAKE_OVER_AND_SEND:
            talk.take_overs[by] += 1
        try:
            result = await self.house.person(by).press(CHANNEL, message["ts"], action)
        except PersonError:
            return
        if not result["ok"]:
            await self.house.settled()

    def _unknown(self) -> int:
        """How many presses were refused because Slack could not say whose they were."""
        return sum(NOBODY in message["text"] for message in self.house.slack.ephemerals())


def _button(message: Mapping[str, Any], action: str | None = None) -> Mapping[str, Any]:
    """The message's button of that action, or its first one; empty where it has none."""
    for block in message.get("blocks", []):
        for element in block.get("elements", []):
            if element.get("type") == "button" and action in (None, element["action_id"]):
                return dict(element)
    return {}
