"""The story that the demo plays: a question, a take over, a note, a reply, a hand back, an escalation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.blocks.elements.ids import AGREED, ALLOW_AI_REPLIES, TAKE_OVER
from bot.demo.customer import CustomerChat, JsonEntry
from bot.demo.stage import CHANNEL, Stage
from bot.demo.thread import SlackMessage, ThreadScreen

CUSTOMER = "Maya Lindqvist"

QUESTION = "Hello! How long does delivery take?"
PROBLEM = "My new backpack broke. What now?"
NOTE = "note: third broken buckle this week, tell purchasing"
REPLY = "Hi Maya, sorry about that! A new backpack leaves today, free of charge. 🎒"
THANKS = "Thank you so much!"
SECOND = "How do I return something?"
PLEASE = "Could I talk to a human about my invoice?"


T = TypeVar("T")


class NotSeen(Exception):
    """A step of the play was not seen where it should have been."""


class Narrator(Protocol):
    """Shows the play to whoever watches."""

    def chapter(self, text: str) -> None: ...
    def chat(self, who: str, text: str) -> None: ...
    def slack(self, text: str) -> None: ...
    def only_seen_by(self, who: str, text: str) -> None: ...


async def play(stage: Stage, narrator: Narrator) -> None:
    """Play it. Each step is awaited at both ends before the next begins; raises `NotSeen` if one is not."""
    async with CustomerChat(stage.bridge.address, name=CUSTOMER) as chat:
        scene = _Scene(stage, narrator, chat)
        await scene.ai_answers()
        await scene.somebody_types_too_early()
        await scene.take_over()
        await scene.note_and_reply()
        await scene.hand_back()
        await scene.escalation()
        await scene.lists()


class _Scene:
    def __init__(self, stage: Stage, narrator: Narrator, chat: CustomerChat) -> None:
        self._tell = narrator
        self._chat = chat
        self._slack = stage.slack
        self._thread = ThreadScreen(stage.slack, CUSTOMER)
        self._ana = stage.slack.person("ana")
        self._ben = stage.slack.person("ben")
        self._unanswered = 0
        self._told: set[str] = set()

    async def ai_answers(self) -> None:
        self._tell.chapter(f"{CUSTOMER} opens the chat and writes. The AI answers; Slack watches along.")
        for words in (QUESTION, PROBLEM):
            await self._ai_answers_to(await self._customer_says(words))
        await self._card_shows("The AI is answering")

    async def somebody_types_too_early(self) -> None:
        self._tell.chapter(
            "Ben types in the thread although the AI still answers. Nothing is sent; he is asked."
        )
        ts = await self._ben.post(CHANNEL, "Is this the blue one?", thread_ts=await self._thread.ts())
        self._tell.slack("Ben: Is this the blue one?")
        asked = await self._until("a question to Ben alone", lambda: self._slack.ephemerals("ben"))
        self._tell.only_seen_by("Ben", asked[-1]["text"])
        await self._ben.press(CHANNEL, asked[-1]["ts"], "keep_as_note")
        await self._marked(ts, "lock", "Ben keeps it as a note")
        self._not_seen("Is this the blue one?")

    async def take_over(self) -> None:
        self._tell.chapter("Ana presses “Take over”.")
        await self._ana.press(CHANNEL, await self._thread.ts(), TAKE_OVER)
        await self._customer_sees(
            "that Ana joined", lambda e: e["kind"] == "system" and "joined" in e["text"]
        )
        await self._thread_shows("who took over", lambda m: "took over" in self._thread.rendered(m))
        await self._thread_shows("the summary", lambda m: "Ticket #1" in self._thread.rendered(m))
        await self._card_shows("On Ana")

    async def note_and_reply(self) -> None:
        self._tell.chapter("She writes a note for the team, then answers. Only the answer leaves Slack.")
        note = await self._ana.post(CHANNEL, NOTE, thread_ts=await self._thread.ts())
        self._tell.slack(f"Ana: {NOTE}")
        await self._marked(note, "lock", "kept in the team")
        reply = await self._ana.post(CHANNEL, REPLY, thread_ts=await self._thread.ts())
        self._tell.slack(f"Ana: {REPLY}")
        await self._customer_sees("Ana’s reply", lambda e: e["from"] == "teammate" and e["text"] == REPLY)
        await self._marked(reply, "white_check_mark", "delivered")
        self._not_seen(NOTE)
        await self._card_shows("On customer")
        self._unanswered = await self._customer_says(THANKS)
        await self._card_shows("On Ana")

    async def hand_back(self) -> None:
        self._tell.chapter(
            "Ana presses “Allow AI replies”: what was agreed stands there already. She hands back: the AI is "
            "there again and the ticket closed, in one step."
        )
        answers = sum(entry["from"] == "ai" for entry in self._chat.seen)
        if answers != 2:
            raise NotSeen(f"the AI spoke while Ana held the conversation: {answers} answers, not 2")
        await self._ana.press(CHANNEL, await self._thread.ts(), ALLOW_AI_REPLIES)
        agreed = await self._until("what was agreed", self._agreed)
        if REPLY not in agreed:
            raise NotSeen(f"Ana was not shown what she agreed with {CUSTOMER}, but “{agreed}”")
        self._tell.only_seen_by("Ana", agreed)
        await self._ana.submit()
        await self._customer_sees("the hand back", lambda e: e["kind"] == "system" and "left" in e["text"])
        await self._thread_shows("the hand back", lambda m: "is closed" in self._thread.rendered(m))
        await self._thread_shows("what was agreed", lambda m: "Handed back" in self._thread.rendered(m))
        self._not_seen("Handed back")
        await self._card_shows("Closed")
        await self._ai_answers_to(self._unanswered)
        await self._ai_answers_to(await self._customer_says(SECOND))

    def _agreed(self) -> str:
        """What stands in Ana's window; nothing before it is written."""
        views = self._slack.views("ana")
        field = views[-1]["state"]["values"].get(AGREED) if views else None
        return str(field[AGREED]["value"] or "") if field else ""

    async def escalation(self) -> None:
        self._tell.chapter(
            "Maya asks for a person. The AI escalates: a New ticket, and one truthful sentence."
        )
        await self._customer_says(PLEASE)
        await self._customer_sees("that somebody was asked", lambda e: "colleague" in e["text"])
        await self._thread_shows(
            "the escalation", lambda m: "asks for a teammate" in self._thread.rendered(m)
        )
        await self._card_shows("Waiting for a teammate")

    async def lists(self) -> None:
        self._tell.chapter("Ben types /bookbag tickets.")
        listed = await self._ben.command("/bookbag", "tickets", channel=CHANNEL)
        shown = self._slack.rendered(listed)
        if CUSTOMER not in shown:
            raise NotSeen(f"the open ticket is not listed for Ben: {shown}")
        self._tell.only_seen_by("Ben", shown)

    async def _customer_says(self, text: str) -> int:
        number = await self._chat.say(text)
        await self._customer_sees("their own words", lambda e: e["seq"] == number and e["text"] == text)
        await self._thread_shows("the customer’s words", lambda m: ("customer", text) in self._thread.said(m))
        return number

    async def _ai_answers_to(self, number: int) -> None:
        answer = await self._customer_sees(
            "the AI’s answer", lambda e: e["from"] == "ai" and e["seq"] > number
        )
        await self._thread_shows("the AI’s answer", lambda m: ("ai", answer["text"]) in self._thread.said(m))

    async def _customer_sees(self, what: str, wanted: Callable[[JsonEntry], bool]) -> JsonEntry:
        try:
            entry = await self._chat.sees(wanted)
        except TimeoutError as error:
            raise NotSeen(f"{CUSTOMER} did not see {what}") from error
        self._tell.chat(entry.get("name") or _SPEAKERS[entry["from"]], entry["text"])
        return entry

    async def _thread_shows(self, what: str, wanted: Callable[[SlackMessage], bool]) -> None:
        try:
            message = await self._thread.shows(wanted)
        except TimeoutError as error:
            raise NotSeen(f"the thread did not show {what}") from error
        # One post may show several things that are waited for; told twice it would read as doubled.
        if message["ts"] not in self._told:
            self._told.add(message["ts"])
            self._tell.slack(self._thread.rendered(message))

    async def _card_shows(self, words: str) -> None:
        try:
            card = await self._thread.card_shows(words)
        except TimeoutError as error:
            raise NotSeen(f"the card did not show “{words}”") from error
        self._tell.slack(f"[card] {card}")

    async def _marked(self, ts: str, reaction: str, meaning: str) -> None:
        def is_marked() -> bool:
            reply = next(reply for reply in self._thread.replies() if reply["ts"] == ts)
            return any(one["name"] == reaction for one in reply.get("reactions", []))

        await self._until(f"the mark “{meaning}”", is_marked)
        self._tell.slack(f"  ↳ :{reaction}: {meaning}")

    async def _until(self, what: str, predicate: Callable[[], T]) -> T:
        try:
            found: T = await self._slack.until(predicate, timeout=60)
        except TimeoutError as error:
            raise NotSeen(f"Slack did not show {what}") from error
        return found

    def _not_seen(self, words: str) -> None:
        if any(words in entry["text"] for entry in self._chat.seen):
            raise NotSeen(f"{CUSTOMER} was shown “{words}”, which was meant for the team")


_SPEAKERS = {"customer": CUSTOMER, "ai": "AI", "teammate": "Teammate", "system": "·"}
