"""Rules of what goes wrong, and of what happens at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bot.blocks.ids import ALLOW_AI_REPLIES, TAKE_OVER
from tests.machine.people import People, chance, which, who
from tests.machine.picture import Reading

METHODS = (
    "chat.postMessage",
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "reactions.add",
    "reactions.remove",
    "conversations.replies",
    "conversations.history",
    "users.info",
)
FAULTS = ("throttled", "broken", "drop_before", "drop_after", "fatal", "fatal_after", "late")


class Trouble(People):
    """Slack, the network and the machine, at their worst."""

    @rule(method=st.sampled_from(METHODS), kind=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def fault(self, method: str, kind: str, times: int) -> None:
        async def scripted() -> None:
            faults = self.house.slack.faults
            match kind:
                case "throttled":
                    faults.rate_limit(method, times=times, retry_after=0)
                case "broken":
                    faults.server_error(method, times=times)
                case "drop_before":
                    faults.drop_before(method, times=times)
                case "drop_after":
                    faults.drop_after(method, times=times)
                case "fatal" | "fatal_after":
                    faults.error(method, "fatal_error", after=kind == "fatal_after", times=times)
                case "late":
                    faults.land_late(method, seconds=0.1, times=times)

        self.step(f"{method} will meet: {kind}, {times} times", scripted())

    @rule()
    def sockets_close(self) -> None:
        async def closed() -> None:
            await self.disturbed()
            await self.house.slack.disconnect_sockets()

        self.step("Slack closes the sockets", closed())

    @rule(really=chance)
    def sockets_are_cut(self, really: int) -> None:
        """The SDK notices only after ten seconds: rarely, and not at all in the suite."""

        async def cut() -> None:
            await self.disturbed()
            self.house.slack.drop_sockets()

        if self.patient and not really:
            self.step("the sockets are cut", cut())

    @rule(which=which)
    def stream_breaks(self, which: int) -> None:
        async def cut() -> None:
            self.talk(which).customer.cut()

        self.step("a customer's stream breaks", cut())

    @rule(which=which)
    def customer_leaves(self, which: int) -> None:
        async def leave() -> None:
            self.talk(which).customer.leave()

        self.step("a customer closes the window", leave())

    @rule(which=which)
    def customer_comes_back(self, which: int) -> None:
        async def come_back() -> None:
            self.talk(which).customer.come_back()

        self.step("a customer opens the window again", come_back())

    @rule()
    def restart(self) -> None:
        async def restarted() -> None:
            await self.disturbed()
            await self.house.restart()

        self.step("the service restarts", restarted())

    @rule(which=which, calls=st.integers(0, 4), by=who)
    def kill(self, which: int, calls: int, by: str) -> None:
        """In the middle of work: when Slack has heard of so many calls about it."""
        talk = self.talk(which)

        async def killed() -> None:
            before = len(self.house.slack.calls)
            await self.say(talk)
            if talk.messages:
                await self.type(talk, by, Reading.PLAIN)
            if calls:
                await self.house.within(0.3, lambda: len(self.house.slack.calls) >= before + calls)
            await self.disturbed()
            await self.house.kill()

        self.step(f"the service is killed in work for {talk.name}, after {calls} calls to Slack", killed())

    @rule(which=which, takes=st.sampled_from((True, True, False)), by=who, types=st.booleans())
    def at_once(self, which: int, takes: bool, by: str, types: bool) -> None:
        """A button is pressed while the customer, the AI and the holder speak."""
        talk = self.talk(which)

        async def all_at_once() -> None:
            if await self.card(talk) is None:
                return
            await self.doubt(talk)
            work: list[Awaitable[object]] = [self.press_card(talk, by, TAKE_OVER if takes else ALLOW_AI_REPLIES)]
            if self.ai == "external":
                work += [self.outside_ai_says(talk), self.outside_ai_says(talk)]
            if types:
                work.append(self.type(talk, by, Reading.PLAIN, sure=False))
            await asyncio.gather(self.say(talk), *work)

        what = "Take over" if takes else "Allow AI replies"
        self.step(f"{by} presses {what} while everybody speaks to and as {talk.name}", all_at_once())

    @rule()
    def time_passes(self) -> None:
        self.step("everything settles", self.judged())


