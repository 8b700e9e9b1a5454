"""Rules of what goes wrong, and of what happens at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bot.blocks.elements.ids import ALLOW_AI_REPLIES, TAKE_OVER
from tests.machine.customers import chance, which
from tests.machine.moving import Moving
from tests.machine.picture import Reading
from tests.machine.pressing import who

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
    "conversations.members",
)
FAULTS = ("throttled", "broken", "drop_before", "drop_after", "fatal", "fatal_after", "late")


class Trouble(Moving):
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

    @rule(cut=chance)
    def sockets_go(self, cut: int) -> None:
        """Slack closes them; or they are cut, which the SDK notices only after ten seconds: rarely then."""
        really = self.patient and not cut

        async def gone() -> None:
            await self.disturbed()
            if really:
                self.house.slack.drop_sockets()
            else:
                await self.house.slack.disconnect_sockets()

        self.step("the sockets are cut" if really else "Slack closes the sockets", gone())

    @rule(which=which, what=st.sampled_from(("breaks", "breaks", "ends", "is there again")))
    def stream(self, which: int, what: str) -> None:
        customer = self.talk(which).customer

        async def changes() -> None:
            match what:
                case "breaks":
                    customer.cut()
                case "ends":
                    customer.leave()
                case _:
                    customer.come_back()

        self.step(f"the stream of {customer.name} {what}", changes())

    @rule(which=which, calls=st.sampled_from((None, 0, 1, 2, 3, 4)), by=who)
    def process_ends(self, which: int, calls: int | None, by: str) -> None:
        """In good order, or killed in the middle of work: when Slack has heard of so many calls about it."""
        talk = self.talk(which)

        async def ends() -> None:
            before = len(self.house.slack.calls)
            await self.say(talk)
            if talk.messages:
                await self.type(talk, by, Reading.PLAIN)
            if calls:
                await self.house.within(0.3, lambda: len(self.house.slack.calls) >= before + calls)
            await self.disturbed()
            await (self.house.restart() if calls is None else self.house.kill())

        how = "restarts" if calls is None else f"is killed after {calls} calls to Slack"
        self.step(f"the service works for {talk.name} and {how}", ends())

    @rule(which=which, takes=st.sampled_from((True, True, False)), by=who, types=st.booleans())
    def at_once(self, which: int, takes: bool, by: str, types: bool) -> None:
        """A button is pressed while the customer, the AI and the holder speak."""
        talk = self.talk(which)

        async def all_at_once() -> None:
            if await self.card(talk) is None:
                return
            await self.doubt(talk)
            work: list[Awaitable[object]] = [
                self.press_card(talk, by, TAKE_OVER if takes else ALLOW_AI_REPLIES)
            ]
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
