"""Rules of the buttons that teammates press."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from bot.blocks.elements.ids import (
    ALLOW_AI_REPLIES,
    KEEP_AS_NOTE,
    SEND_AS_ME,
    TAKE_BACK,
    TAKE_OVER,
    TAKE_OVER_AND_SEND,
    ConversationValue,
    HeldValue,
)
from sandbox import PersonError
from storage.records import ConversationState
from tests.journeys.world import CHANNEL
from tests.machine.customers import chance, which
from tests.machine.picture import TEAM, Talk
from tests.machine.writing import Writing

# What a presser reads whom Slack does not describe.
NOBODY = "Slack could not say who you are just now. Nothing was changed; please press again."

who = st.sampled_from(TEAM)


class Pressing(Writing):
    """Cards, messages in threads, and questions that only one person sees."""

    @initialize(by=st.sampled_from((None, None, *TEAM)), slack_ahead=st.sampled_from((0, -600, -90, 90, 600)))
    def begin(self, by: str | None, slack_ahead: int) -> None:
        """The first customer says something, and perhaps somebody takes over."""
        self.open(slack_ahead=slack_ahead)
        talk = self.talks[0]
        self.step(f"{talk.name} says something", self.say(talk))
        if by:
            self.step(f"{by} presses Take over", self.press_card(talk, by, TAKE_OVER))

    @rule(which=which, by=who, also=st.sampled_from((None, None, *TEAM)), again=st.booleans())
    def take_over(self, which: int, by: str, also: str | None, again: bool) -> None:
        talk = self.talk(which)

        async def pressed() -> None:
            before = await self.stands(talk)
            strangers = self._unknown()
            pressers = [by, *([also] if also else []), *([by] if again else [])]
            ok = await asyncio.gather(*(self.press_card(talk, one, TAKE_OVER) for one in pressers))
            state, holder = await self.stands(talk)
            if before[0] is ConversationState.TEAMMATE:
                assert (state, holder) == before, f"{holder} took it from {before[1]}"
            elif any(ok) and self._unknown() == strangers:
                assert state is ConversationState.TEAMMATE, "a press was acknowledged and nobody holds"
                assert holder in pressers, f"{holder} did not press"

        self.step(f"{by} presses Take over of {talk.name}{f', {also} too' * bool(also)}", pressed())

    @rule(which=which, by=who, old=st.booleans(), at=chance)
    def allow_ai_replies(self, which: int, by: str, old: bool, at: int) -> None:
        talk = self.talk(which)
        words = f"{by} presses Allow AI replies of {talk.name}{' on an old message' * old}"
        work = self.press_old(talk, by, at) if old else self.press_card(talk, by, ALLOW_AI_REPLIES)
        self.step(words, work)

    @rule(at=chance, action=st.sampled_from((SEND_AS_ME, SEND_AS_ME, KEEP_AS_NOTE, TAKE_OVER_AND_SEND)))
    def decide(self, at: int, action: str) -> None:
        self.step(f"somebody decides about a held message: {action}", self.decided(at, action))

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
        ours = self.house.slack.bot_user_id
        old = [message for message in thread if message.get("user") == ours and _button(message)]
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
        elif action == TAKE_BACK:
            for typed in talk.messages:
                typed.unwanted = typed.unwanted or typed.vanished
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
        elif action == ALLOW_AI_REPLIES:
            await self._hands_back(by)
        return bool(result["ok"])

    async def _hands_back(self, by: str) -> None:
        """Send the hand back that the press opened, as it stands. Another program's AI needs none."""
        person = self.house.person(by)
        if not await person.views():
            return
        try:
            sent = await person.submit()
        except PersonError:
            # Another press closed it at this very moment.
            return
        if not sent["ok"]:
            if sent["error"] is not None:
                await self.house.settled()
            # What was refused stays on the screen.
            with suppress(PersonError):
                await person.close_view()

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
