"""The Slack channel that a probe writes to, and the only thing here that writes.

It is a gate of its own beside `bot.slack.outbound.gate`: that one knows the channels where conversations
live, this one has a single channel, which was looked at before and holds none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble

T = TypeVar("T")

# Slack's own pace: a post a second in a channel, and no method more often than its minute allows.
PACE = 1.0
_PATIENCE = 3
_LONGEST_WAIT = 30.0
# What says nothing about the rule that was asked about.
_NO_ANSWER = {Trouble.THROTTLED, Trouble.NOT_SENT, Trouble.MAYBE_SENT, Trouble.TOKEN, Trouble.CHANNEL}


class NotAsked(Exception):
    """Slack's answer says nothing about the rule; the message is why."""


class Scratch:
    """Posts, edits and shares in one channel, and takes all of it away again.

    `pace`: seconds between two calls that write. Methods raise `NotAsked` where Slack did not get to the
    matter, and `SlackApiError` where it refuses.
    """

    def __init__(self, client: AsyncWebClient, channel: str, *, bot_id: str, pace: float = PACE) -> None:
        self._client = client
        self._channel = channel
        self._bot_id = bot_id
        self._pace = pace
        self._next = 0.0
        self._posted: list[str] = []
        self._files: list[str] = []

    async def post(self, text: str | None = "Probe", **what: Any) -> dict[str, Any]:
        """The message as Slack's answer has it."""
        answer = await self._write(
            lambda: self._client.chat_postMessage(
                channel=self._channel, text=text, **{"unfurl_links": False, "unfurl_media": False, **what}
            )
        )
        self._posted.append(answer["ts"])
        return dict(answer["message"])

    async def update(self, ts: str, **what: Any) -> None:
        await self._write(lambda: self._client.chat_update(channel=self._channel, ts=ts, **what))

    async def delete(self, ts: str) -> None:
        await self._write(lambda: self._client.chat_delete(channel=self._channel, ts=ts))
        self._posted.remove(ts)

    async def gone(self) -> str:
        """The ts of a message that was there and is not any more."""
        ts: str = (await self.post())["ts"]
        await self.delete(ts)
        return ts

    async def upload(self, name: str, content: bytes) -> str:
        """A file that is uploaded and shared nowhere yet; its id."""
        place = await self.place_for(name, len(content))
        self._files.append(place["file_id"])
        session = self._client.session
        if session is None:
            raise NotAsked("there is no connection to upload with")
        async with session.post(place["upload_url"], data=content) as answer:
            if answer.status != 200:
                raise NotAsked(f"the upload was answered with HTTP {answer.status}")
        return str(place["file_id"])

    async def place_for(self, name: str, length: int) -> Any:
        return await self._ask(lambda: self._client.files_getUploadURLExternal(filename=name, length=length))

    async def share(self, file: str, *, thread_ts: str | None = None) -> None:
        await self._write(
            lambda: self._client.files_completeUploadExternal(
                files=[{"id": file, "title": "Probe"}], channel_id=self._channel, thread_ts=thread_ts
            )
        )

    async def share_of(self, file: str) -> dict[str, Any]:
        """Where the file stands, as soon as Slack says so."""
        for _ in range(_PATIENCE * 2):
            found = (await self._ask(lambda: self._client.files_info(file=file)))["file"]
            shares = found.get("shares") or {}
            for kind in shares.values():
                for share in kind.get(self._channel, ()):
                    self._posted.append(share["ts"])
                    return dict(share)
            await asyncio.sleep(self._pace)
        raise NotAsked("Slack does not say where the file stands")

    async def thread(self, ts: str, **what: Any) -> list[dict[str, Any]]:
        answer = await self._ask(
            lambda: self._client.conversations_replies(channel=self._channel, ts=ts, **what)
        )
        return list(answer["messages"])

    async def history(self, **what: Any) -> list[dict[str, Any]]:
        answer = await self._ask(lambda: self._client.conversations_history(channel=self._channel, **what))
        return list(answer["messages"])

    async def clear(self) -> int:
        """Take away what was written; how much could not be."""
        left = 0
        for ts in sorted(await self._ours(), reverse=True):
            left += not await self._goes(partial(self._client.chat_delete, channel=self._channel, ts=ts))
        for file in self._files:
            left += not await self._goes(partial(self._client.files_delete, file=file))
        return left

    async def _ours(self) -> set[str]:
        """All that is known, and what may have been posted by a call whose answer was lost."""
        known = set(self._posted)
        if not known:
            return known
        try:
            seen = await self.history(oldest=min(known), inclusive=True, limit=200)
        except (NotAsked, *CALL_ERRORS):
            return known
        return known | {one["ts"] for one in seen if one.get("bot_id") == self._bot_id}

    async def _goes(self, call: Callable[[], Awaitable[Any]]) -> bool:
        try:
            await self._write(call)
        except NotAsked:
            return False
        except SlackApiError as error:
            return Failure.of(error).reason in ("message_not_found", "file_not_found", "file_deleted")
        return True

    async def _write(self, call: Callable[[], Awaitable[T]]) -> T:
        """One call at Slack's pace."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        self._next = loop.time() + self._pace
        return await self._ask(call)

    async def _ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """One call; where Slack asks to wait, the same again after that, a few times."""
        for tried in range(_PATIENCE):
            try:
                return await call()
            except CALL_ERRORS as error:
                failure = Failure.of(error)
                wait = failure.after.total_seconds()
                again = failure.trouble is Trouble.THROTTLED and wait <= _LONGEST_WAIT
                if again and tried + 1 < _PATIENCE:
                    await asyncio.sleep(wait)
                    continue
                if failure.trouble in _NO_ANSWER or not isinstance(error, SlackApiError):
                    raise NotAsked(failure.reason) from None
                raise
        raise NotAsked("ratelimited")


async def refused(call: Awaitable[Any], code: str) -> str | None:
    """None where the call is refused with this code; else what Slack does."""
    try:
        await call
    except SlackApiError as error:
        said = Failure.of(error).reason
    else:
        return f"Slack takes it, instead of {code}"
    return None if said == code else f"Slack says {said}, not {code}"
