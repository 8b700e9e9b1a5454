"""Asks each question in a Slack channel made for it, and clears up."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.probing.questions import QUESTIONS, Question
from bot.probing.scratch import PACE, NotAsked, Scratch
from bot.slack.api.errors import CALL_ERRORS, Failure
from bot.slack.workspace.installation import Mends, NotConnected, find_channel, find_installation

# In seconds: for all questions, and for clearing up after them.
TIME_TO_ASK = 240.0
TIME_TO_CLEAR = 120.0
_MENDS = Mends(
    archived="Name another one.",
    shared="Name one that is nobody else's.",
    without_us="Type “/invite @{bot}” there, then start again.",
    unseen="Make one, type “/invite @bookbag” there, and name it.",
)
BEGINS = "Bookbag asks Slack some questions here, and takes its messages away again in a few minutes."


class NotProbed(NotConnected):
    """Nothing was asked. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What became of one question: `differs` says how, `why` why it could not be asked; neither: the same."""

    name: str
    says: str
    differs: str | None = None
    why: str | None = None


async def probe(
    client: AsyncWebClient, channel: str, *, live: Collection[str], pace: float = PACE
) -> AsyncGenerator[ProbeAnswer, None]:
    """Ask everything, one answer at a time; the last one, `clearing up`, says what could not be taken away.

    `live` are the ids of the channels where conversations are. Raises `NotProbed` before anything is written
    in a channel that is not made for this, and `NotConnected` as the start does.
    """
    scratch = await _scratch(client, channel, live=live, pace=pace)
    deadline = asyncio.get_running_loop().time() + TIME_TO_ASK
    try:
        try:
            await scratch.post(BEGINS)
        except (NotAsked, SlackApiError) as error:
            said = str(error) if isinstance(error, NotAsked) else Failure.of(error).reason
            raise NotProbed(f"Slack takes no posts there: {said}.") from None
        for name, question in QUESTIONS.items():
            yield await _answer(name, question, scratch, deadline)
    finally:
        left = await _cleared(scratch)
    if left:
        yield ProbeAnswer(
            "clearing up", "Everything is taken away again.", differs=f"{left} are left in the channel"
        )


async def _answer(name: str, question: Question, scratch: Scratch, deadline: float) -> ProbeAnswer:
    says = inspect.getdoc(question) or name
    try:
        async with asyncio.timeout_at(deadline):
            return ProbeAnswer(name, says, differs=await question(scratch))
    except TimeoutError:
        return ProbeAnswer(name, says, why="the time was up")
    except NotAsked as error:
        return ProbeAnswer(name, says, why=str(error))
    except SlackApiError as error:
        return ProbeAnswer(name, says, differs=f"Slack refuses it: {Failure.of(error).reason}")
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return ProbeAnswer(
            name, says, why=f"Slack's answer has another shape: {type(error).__name__} {error}"
        )


async def _cleared(scratch: Scratch) -> str:
    try:
        async with asyncio.timeout(TIME_TO_CLEAR):
            left = await scratch.clear()
    except TimeoutError:
        return "some messages"
    return f"{left} messages or files" if left else ""


async def _scratch(client: AsyncWebClient, channel: str, *, live: Collection[str], pace: float) -> Scratch:
    """The channel, once it is sure that nobody but who asks is in it, and no conversation."""
    found = await find_installation(client, channel, mends=_MENDS)
    name = f"#{found.channel_name}"
    if found.channel in live:
        raise NotProbed(f"Conversations live in {name}. Make a Slack channel for the probe and name that.")
    described = await find_channel(client, found.channel, mends=_MENDS)
    if described.get("is_org_shared") or described.get("is_general"):
        raise NotProbed(f"{name} is not yours alone. Make a Slack channel for the probe and name that.")
    others = [one for one in await _members(client, found.channel) if one != found.bot_user]
    if len(others) > 1:
        raise NotProbed(
            f"{len(others)} people and apps are in {name} beside the bot, and would be shown what it tries. "
            "Make a Slack channel with nobody but you and the bot in it."
        )
    return Scratch(client, found.channel, bot_id=found.bot_id, pace=pace)


async def _members(client: AsyncWebClient, channel: str) -> list[str]:
    """The first who are in the channel: more than two are too many already."""
    try:
        answer: Any = await client.conversations_members(channel=channel, limit=10)
    except CALL_ERRORS as error:
        reason = Failure.of(error).reason
        raise NotProbed(f"Slack does not say who is in that channel: {reason}.") from None
    return list(answer["members"])
