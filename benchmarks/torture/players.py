"""Who does what in a storm: customers and the AI in every conversation, a teammate in every second."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping
from typing import Any

from benchmarks.torture.chat import Chat, Refused
from benchmarks.torture.tokens import AI, CUSTOMER, TEAMMATE, Token, title_of
from sandbox import PersonError, RemoteWorkspace, WorkspacePerson

CHANNEL = "live-chat"
TAKE_OVER = "take_over"
PEOPLE = ("ana", "ben", "chloe")
# How often a teammate waits for a reply's arrival before the next one, edits one, deletes one.
_WAITS, _EDITS, _DELETES = 0.7, 0.05, 0.03
# A reply that has not arrived after this many seconds is not waited for any more.
_PATIENCE = 5.0


class Cards:
    """Where each conversation's card is, found as a teammate finds it: by looking at the channel."""

    def __init__(self, slack: RemoteWorkspace) -> None:
        self._slack = slack
        self._by_name: Mapping[str, Mapping[str, Any]] = {}
        self._looked = asyncio.Condition()

    async def watch(self) -> None:
        ana = self._slack.person("ana")
        while True:
            found = await ana.messages(CHANNEL)
            async with self._looked:
                # The first of two cards of one name is the one that a conversation had first.
                self._by_name = {title_of(card).partition(" · ")[0]: card for card in reversed(found)}
                self._looked.notify_all()
            await asyncio.sleep(0.5)

    async def of(self, name: str) -> str:
        """The thread's ts, once there is a card."""
        async with self._looked:
            await self._looked.wait_for(lambda: name in self._by_name)
            return str(self._by_name[name]["ts"])


class Players:
    """Everybody in one conversation. `count` messages are sent: half by the customer, half to them."""

    def __init__(
        self, chat: Chat, cards: Cards, slack: RemoteWorkspace, *, count: int, seed: int, taken_over: bool
    ) -> None:
        number = chat.talk.number
        self._chat = chat
        self._talk = chat.talk
        self._cards = cards
        self._teammate: WorkspacePerson = slack.person(PEOPLE[number % len(PEOPLE)])
        self._count = count
        self._taken_over = taken_over
        self._chance = random.Random(f"{seed}/{number}/players")
        self._news = asyncio.Event()
        chat.on_news = self._news.set
        self._listening: asyncio.Task[None] | None = None

    async def play(self) -> None:
        """Until everything is sent. The customer's stream goes on until `leave`."""
        await self._chat.start()
        self._listening = asyncio.create_task(self._chat.listen())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._customer(self._count - self._count // 2))
            group.create_task(self._other_side(self._count // 2))

    async def leave(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _customer(self, count: int) -> None:
        for number in range(1, count + 1):
            try:
                await self._chat.say(Token(CUSTOMER, self._talk.number, number))
            except Refused as refused:
                self._talk.refused.append(str(refused))

    async def _other_side(self, count: int) -> None:
        if not self._taken_over:
            await self._ai(count)
            return
        # The AI talks on, until it is told that it is paused, while the teammate takes over.
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ai(count // 2))
            await self._press()
            said_by_ai = sum(token.author == AI for token in self._talk.acknowledged)
            await self._type(max(1, count - said_by_ai))

    async def _ai(self, count: int) -> None:
        for number in range(1, count + 1):
            try:
                await self._chat.say(Token(AI, self._talk.number, number), from_ai=True)
            except Refused as refused:
                if refused.code == "ai_paused":
                    return
                self._talk.refused.append(str(refused))

    async def _press(self) -> None:
        """Press until the customer's side says that a teammate answers."""
        card = await self._cards.of(self._talk.name)
        while self._chat.state != "teammate":
            with contextlib.suppress(PersonError):
                await self._teammate.press(CHANNEL, card, TAKE_OVER)
            await self._heard(lambda: self._chat.state == "teammate", patience=_PATIENCE)

    async def _type(self, count: int) -> None:
        thread = await self._cards.of(self._talk.name)
        for number in range(1, count + 1):
            token = Token(TEAMMATE, self._talk.number, number)
            ts = await self._teammate.post(CHANNEL, f"{token} and so on", thread)
            self._talk.typed.append(token)
            outcome = self._chance.random()
            if outcome < _EDITS:
                self._talk.edited.add(token)
                await asyncio.sleep(self._chance.uniform(0, 0.5))
                await self._teammate.edit(CHANNEL, ts, f"{token} and so forth")
            elif outcome < _EDITS + _DELETES:
                self._talk.deleted.add(token)
                await asyncio.sleep(self._chance.uniform(0, 0.5))
                await self._teammate.delete(CHANNEL, ts)
            elif self._chance.random() < _WAITS:
                words = str(token)
                await self._heard(lambda words=words: self._reads(words), patience=_PATIENCE)
            else:
                await asyncio.sleep(self._chance.uniform(0.05, 0.4))

    def _reads(self, words: str) -> bool:
        return any(entry.text.startswith(words) for entry in reversed(self._talk.heard))

    async def _heard(self, so: Any, *, patience: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not so():
                    self._news.clear()
                    await self._news.wait()
