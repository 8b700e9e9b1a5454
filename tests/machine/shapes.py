"""Rules of messages that carry more than their words, or that somebody did not type with their own hands."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journeys.world import CHANNEL
from tests.machine.customers import chance, which
from tests.machine.picture import TEAM, Fate, Reading, Talk, ThreadMessage, Wording
from tests.machine.trouble import Trouble
from tests.machine.writing import deliveries
from tests.slack.shapes import MORE, WHOLE, Fields

by = st.sampled_from(TEAM)
more = st.sampled_from(sorted(MORE))
whole = st.sampled_from(sorted(WHOLE))
apps = st.sampled_from(
    (
        {"bot_id": "B0OTHER001", "app_id": "A0OTHER001"},
        {"bot_id": "B0OTHER001", "subtype": "bot_message", "username": "Ana"},
        {"bot_profile": {"id": "B0OTHER001", "name": "Assistant"}},
    )
)
automatons = st.sampled_from(
    (
        {"user": None, "bot_id": "B0OTHER001", "subtype": "bot_message", "username": "Ana"},
        {"user": None, "bot_id": "B0OTHER001"},
        {"user": "USLACKBOT"},
        {"subtype": "reminder_add"},
    )
)


class Shapes(Trouble):
    """The vocabulary of Slack's messages. Each one of a person's ends in one way."""

    @rule(which=which, by=by, name=more, deliveries=deliveries)
    def shows_more(self, which: int, by: str, name: str, deliveries: int) -> None:
        """Neither its words nor what else it shows reaches the customer: both are marked as the team's."""
        talk = self.talk(which)

        async def posts() -> None:
            secret = Wording(f"Half of it S{self.number()}.", Reading.MORE)
            fields = MORE[name](secret.text, f"and more S{self.number()}.")
            typed = await self._post(talk, by, fields, secret, Fate.FAILED, deliveries=deliveries)
            if typed is not None:
                typed.always = _stays(fields)

        self.step(f"{by} posts {name} for {talk.name}, delivered {deliveries} times", posts())

    @rule(which=which, by=by, name=whole)
    def shows_no_more(self, which: int, by: str, name: str) -> None:
        talk = self.talk(which)

        async def posts() -> None:
            number = self.number()
            wording = Wording(f"It is on its way r{number}v0.", Reading.PLAIN)
            fields = WHOLE[name](wording.text, "")
            typed = await self._post(talk, by, fields, wording, None, number=number)
            if typed is not None and fields.get("attachments"):
                # Slack's own previews go with their link.
                typed.loses = {"attachments": None}

        self.step(f"{by} posts {name} for {talk.name}", posts())

    @rule(which=which, by=by, fields=apps)
    def through_an_app(self, which: int, by: str, fields: Fields) -> None:
        talk = self.talk(which)

        async def posts() -> None:
            number = self.number()
            wording = Wording(f"An app wrote this r{number}v0.", Reading.MENTION)
            words = {"text": wording.text, **fields}
            typed = await self._post(talk, by, words, wording, Fate.HELD, number=number)
            if typed is not None:
                typed.always = Reading.MENTION

        self.step(f"an app posts for {by} to {talk.name}", posts())

    @rule(which=which, fields=automatons)
    def nobody_posts(self, which: int, fields: Fields) -> None:
        talk = self.talk(which)

        async def posts() -> None:
            thread = await self.thread(talk)
            if thread is not None:
                said = {"text": f"Nobody wrote this S{self.number()}.", **fields}
                await self.house.person("ana").post(CHANNEL, "", thread_ts=thread, as_=said)

        self.step(f"an app or Slack posts in the thread of {talk.name}", posts())

    @rule(which=which, at=chance, name=more, marked=st.booleans())
    def more_is_added(self, which: int, at: int, name: str, marked: bool) -> None:
        talk = self.talk(which)

        async def adds() -> None:
            typed = self.pick(talk, at)
            if typed is not None and typed.author in TEAM:
                await self._add(talk, typed, name, marked=marked)

        self.step(f"{name} is added to a message to {talk.name}", adds())

    async def _post(
        self,
        talk: Talk,
        by: str,
        fields: Fields,
        wording: Wording,
        surely: Fate | None,
        *,
        number: int | None = None,
        deliveries: int = 1,
    ) -> ThreadMessage | None:
        thread = await self.thread(talk)
        if thread is None:
            return None
        number, late = number or self.number(), self.is_silent()
        person = self.house.person(by)
        ts = await person.post(CHANNEL, "", thread_ts=thread, deliveries=deliveries, as_=fields)
        typed = ThreadMessage(number, thread, ts, by, [wording], surely, late=late)
        talk.messages.append(typed)
        self.journal.append(f"  message {typed.number}: {wording.text}")
        return typed

    async def _add(self, talk: Talk, typed: ThreadMessage, name: str, *, marked: bool) -> None:
        outcome = (await self.fates(talk))[typed.ts]
        wording = Wording(f"Half of it S{self.number()}.", Reading.MORE)
        fields = MORE[name](wording.text, f"and more S{self.number()}.")
        self.journal.append(f"  {typed.author}'s message {typed.number}: {wording.text}")
        became = {
            Fate.SENT: Fate.SENT,
            Fate.NOTE: Fate.NOTE,
            Fate.HELD: Fate.FAILED,
            Fate.FAILED: Fate.FAILED,
        }
        typed.surely = None if typed.late or typed.pressed else became.get(outcome)
        typed.wordings.append(wording)
        typed.always = _stays(fields) or typed.always
        # Words make it a person's edit, and blocks. Without them those that are there go.
        words = wording.text if marked and "blocks" in fields else None
        shown = {"blocks": None, **typed.loses, **fields}
        await self.house.person(typed.author).edit(CHANNEL, typed.ts, words, as_=shown)


def _stays(fields: Fields) -> Reading | None:
    """What composing it anew does not take away."""
    return Reading.MORE if fields.keys() - {"text", "blocks"} else None
