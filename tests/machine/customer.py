"""A customer who keeps every byte that the live chat sent them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from tests.journeys.world import SERVER_KEY

JsonEntry = Mapping[str, Any]

# The service may be dead or starting: who talks to it tries again this soon, and for so long.
RETRY_SECONDS = 0.02
PATIENCE_SECONDS = 20


class Refused(Exception):
    """The live chat said no."""

    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code
        super().__init__(f"{status} {code}")


class CustomerAtHome:
    """One customer's browser: sends until it is answered, and follows the stream from its last number.

    `address` is asked before each request, for a service that was killed comes back somewhere else.
    """

    def __init__(self, address: Callable[[], str], number: int) -> None:
        self._address = address
        self._number = number
        self._token = ""
        self._http = aiohttp.ClientSession()
        self._watching: asyncio.Task[None] | None = None
        self._stream: aiohttp.ClientResponse | None = None
        self._open = asyncio.Event()
        self._open.set()
        self.id = ""
        self.name = f"Customer {number}"
        self.received = bytearray()
        self.seen: list[JsonEntry] = []

    async def start(self) -> None:
        body = {"client_id": f"conversation-{self._number}", "customer": {"name": self.name}}
        answer = await self.call("POST", "/v1/conversations", body)
        self.id, self._token = answer["conversation_id"], answer["token"]
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        await self._http.close()

    async def say(self, text: str, client_id: str) -> int:
        return int((await self.call("POST", self.path("/messages"), _said(text, client_id)))["seq"])

    @property
    def epoch(self) -> int:
        """That of the newest entry that this browser knows, which an AI beside it would answer now."""
        return max((entry["epoch"] for entry in self.seen), default=0)

    async def ai_says(self, text: str, client_id: str, epoch: int) -> int:
        body = {**_said(text, client_id), "from": "ai", "epoch": epoch}
        return int((await self.call("POST", self.path("/messages"), body, bearer=SERVER_KEY))["seq"])

    async def escalate(self, epoch: int) -> None:
        body = {"reason": "I cannot help", "epoch": epoch}
        await self.call("POST", self.path("/escalate"), body, bearer=SERVER_KEY)

    async def state(self) -> str:
        return str((await self.call("GET", self.path()))["state"])

    async def pages(self, limit: int = 7) -> Sequence[JsonEntry]:
        """The whole conversation, read again from its beginning."""
        found: list[JsonEntry] = []
        after = 0
        while True:
            page = await self.call("GET", self.path(f"/messages?after={after}&limit={limit}"))
            found += page["data"]
            after = page["pagination"]["cursor"]
            if not page["pagination"]["has_more"]:
                return found

    def has_seen(self, number: int) -> bool:
        """Whether the stream came as far as this entry."""
        return not number or bool(self.seen and self.seen[-1]["seq"] >= number)

    def cut(self) -> None:
        """Lose the connection; the browser comes back by itself."""
        if self._stream is not None:
            self._stream.close()

    def leave(self) -> None:
        """Close the laptop."""
        self._open.clear()
        self.cut()

    def come_back(self) -> None:
        self._open.set()

    def path(self, rest: str = "") -> str:
        return f"/v1/conversations/{self.id}{rest}"

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, bearer: str = ""
    ) -> Any:
        """Raises `Refused`. Repeats what got no answer: every request that changes something has a name."""
        headers = {"Authorization": f"Bearer {bearer or self._token}"} if bearer or self._token else {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    request = self._http.request(method, self._address() + path, json=body, headers=headers)
                    async with request as response:
                        raw = await response.read()
                except aiohttp.ClientError:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                if not bearer:
                    self.received += raw
                answer = json.loads(raw)
                if response.status < 400:
                    return answer
                if response.status != 503:
                    raise Refused(response.status, answer["error"]["code"])

    async def _watch(self) -> None:
        while True:
            await self._open.wait()
            headers = {"Authorization": f"Bearer {self._token}"}
            if self.seen:
                headers["Last-Event-ID"] = str(self.seen[-1]["seq"])
            with contextlib.suppress(aiohttp.ClientError):
                async with self._http.get(self._address() + self.path("/events"), headers=headers) as stream:
                    self._stream = stream
                    await self._read(stream)
            await asyncio.sleep(RETRY_SECONDS)

    async def _read(self, stream: aiohttp.ClientResponse) -> None:
        async for line in stream.content:
            self.received += line
            if line.startswith(b"data:"):
                self.seen.append(json.loads(line[5:]))


def window(entries: Sequence[JsonEntry]) -> Sequence[tuple[int, str, str]]:
    """What a chat window shows after these entries: number, author and words, edits and retractions done."""
    now: dict[int, tuple[str, str]] = {}
    for entry in entries:
        match entry["kind"]:
            case "message":
                now[entry["seq"]] = (entry["from"], entry["text"])
            case "edit":
                now[entry["target"]] = (now[entry["target"]][0], entry["text"])
            case "retract":
                now.pop(entry["target"], None)
    return [(seq, *words) for seq, words in now.items()]


def _said(text: str, client_id: str) -> Mapping[str, str]:
    return {"text": text, "client_id": client_id}
