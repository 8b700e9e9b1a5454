"""Replays recorded conversations through the whole program and compares both sides with the recording.

Each line of the file is `{"id", "turns": [{"from": "customer" or "ai", "text"}]}`. Customer turns go in
through the customer's API, AI turns through the server key; a teammate takes over at the middle, types the
remaining AI turns into the thread, and allows AI replies again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.blocks.elements.ids import ALLOW_AI_REPLIES, TAKE_OVER
from bot.demo.customer import CustomerChat
from bot.demo.stage import CHANNEL, Stage
from bot.demo.thread import ThreadScreen

AT_ONCE = 8
WITHIN = 60.0

Said = tuple[str, str]


class BadRecording(Exception):
    """The file is not a list of recorded conversations. The message names the line."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded conversation: who spoke ("customer" or "ai") and what they said."""

    id: str
    turns: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where one side does not equal the recording."""

    recording: str
    side: str
    expected: Sequence[Said]
    found: Sequence[Said]

    def __str__(self) -> str:
        pairs = enumerate(zip(self.expected, self.found, strict=False))
        turn = next((n for n, (a, b) in pairs if a != b), min(len(self.expected), len(self.found)))
        wanted, got = (_turn(said, turn) for said in (self.expected, self.found))
        return f"{self.recording}, {self.side}, turn {turn + 1}: recorded {wanted}, found {got}"


def read_recordings(path: Path) -> list[Recording]:
    """The recordings in a file. Raises `BadRecording`."""
    recordings = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise BadRecording(f"{path.name} cannot be read: {error.strerror or type(error).__name__}") from error
    except UnicodeDecodeError as error:
        raise BadRecording(f"{path.name} is not UTF-8 text, so it holds no recordings") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            turns = [(str(turn["from"]), str(turn["text"])) for turn in data["turns"]]
            recording = Recording(str(data["id"]), turns)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadRecording(
                f"{path.name}, line {number}: {type(error).__name__} {error}. Each line is "
                '{"id": …, "turns": [{"from": "customer" or "ai", "text": …}]}.'
            ) from error
        if not turns or turns[0][0] != "customer" or {who for who, _ in turns} - {"customer", "ai"}:
            raise BadRecording(
                f"{path.name}, line {number}: turns are from “customer” or “ai”, and the customer begins"
            )
        recordings.append(recording)
    if not recordings:
        raise BadRecording(f"{path.name} holds no recordings")
    return recordings


async def replay(
    stage: Stage, recordings: Sequence[Recording], *, carried: Callable[[int], None]
) -> list[Difference]:
    """Replay all, several at once, and return where either side differs. `carried` hears of each turn."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(recording: Recording) -> list[Difference]:
        async with free:
            return await _Replay(stage, recording, carried).run()

    found = await asyncio.gather(*(one(recording) for recording in recordings))
    return [difference for differences in found for difference in differences]


class _Replay:
    def __init__(self, stage: Stage, recording: Recording, carried: Callable[[int], None]) -> None:
        self._stage = stage
        self._recording = recording
        self._carried = carried
        self._middle = max(1, len(recording.turns) // 2)
        self._teammate = stage.slack.person("ana")
        # The card is found by the customer's name.
        self._name = f"Recording {recording.id}"
        self._thread = ThreadScreen(stage.slack, f"{self._name} ")
        self._expected = [
            (who if who == "customer" or turn < self._middle else "teammate", text)
            for turn, (who, text) in enumerate(recording.turns)
        ]

    async def run(self) -> list[Difference]:
        async with CustomerChat(
            self._stage.bridge.address, name=self._name, server_key=self._stage.server_key
        ) as chat:
            # What is missing shows in the comparison.
            with suppress(TimeoutError):
                await self._play(chat)
            return self._compare(chat)

    async def _play(self, chat: CustomerChat) -> None:
        for turn, (who, text) in enumerate(self._expected):
            if turn == self._middle:
                await self._take_over(chat)
            if who == "customer":
                await chat.say(text)
            elif who == "ai":
                await chat.ai_says(text)
            else:
                # A person answers what they see: everything said so far is in the thread by now.
                await self._thread_has(turn)
                await self._teammate.post(CHANNEL, text, thread_ts=await self._thread.ts())
                # The customer speaks next; their words and these must not race.
                await self._customer_has(chat, turn + 1)
            self._carried(1)
        await self._thread_has(len(self._expected))
        await self._customer_has(chat, len(self._expected))
        await self._allow_ai_replies(chat)

    async def _take_over(self, chat: CustomerChat) -> None:
        await self._thread_has(self._middle)
        await self._teammate.press(CHANNEL, await self._thread.ts(), TAKE_OVER)
        await chat.sees(lambda entry: _state(entry) == "teammate", timeout=WITHIN)

    async def _allow_ai_replies(self, chat: CustomerChat) -> None:
        await self._thread.card_shows("[Allow AI replies]")
        await self._teammate.press(CHANNEL, await self._thread.ts(), ALLOW_AI_REPLIES)
        await chat.sees(lambda entry: _state(entry) == "ai", timeout=WITHIN)

    async def _thread_has(self, count: int) -> None:
        await self._thread.ts()
        await self._stage.slack.until(lambda: len(self._in_thread()) >= count, timeout=WITHIN)

    async def _customer_has(self, chat: CustomerChat, count: int) -> None:
        number_of = self._expected[count - 1]
        await chat.sees(
            lambda _entry: len(_in_window(chat)) >= count and _in_window(chat)[count - 1] == number_of,
            timeout=WITHIN,
        )

    def _compare(self, chat: CustomerChat) -> list[Difference]:
        sides = {"the customer’s window": _in_window(chat), "the thread": self._in_thread()}
        return [
            Difference(self._recording.id, side, self._expected, found)
            for side, found in sides.items()
            if list(found) != self._expected
        ]

    def _in_thread(self) -> Sequence[Said]:
        return [said for reply in self._thread.replies() for said in self._thread.said(reply)]


def _in_window(chat: CustomerChat) -> Sequence[Said]:
    return [(entry["from"], entry["text"]) for entry in chat.seen if entry["kind"] == "message"]


def _turn(said: Sequence[Said], turn: int) -> str:
    return f"{said[turn][0]}: “{said[turn][1]}”" if turn < len(said) else "nothing more"


def _state(entry: object) -> object:
    return entry["state"]["state"] if isinstance(entry, dict) and entry.get("state") else None
