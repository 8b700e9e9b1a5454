"""A customer's end of one conversation over the real HTTP API: says, listens, and never gives up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from benchmarks.torture.house import House
from benchmarks.torture.tokens import Token
from benchmarks.torture.verdict import Heard, Talk

# A call that gets no answer in this many seconds is made again.
_PATIENCE = aiohttp.ClientTimeout(total=15)
_STREAM = aiohttp.ClientTimeout(total=None, connect=5, sock_read=40)
_PAGE = 200
# How likely a customer cuts the own stream after an event.
_CUT = 0.002


class Refused(Exception):
    """The bridge said no, and will say it again."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.code = code


class Chat:
    """What one customer, and the AI beside them, do over HTTP. `on_news` hears of each event."""

    def __init__(self, house: House, session: aiohttp.ClientSession, talk: Talk, *, seed: int) -> None:
        self._house = house
        self._session = session
        self._turn = talk.number
        self._chance = random.Random(f"{seed}/{talk.number}/chat")
        self._id = ""
        self._token = ""
        self._last = 0
        self.talk = talk
        self.state = "ai"
        self.streams = 0
        self.retries = 0
        self.on_news: Callable[[], None] = lambda: None

    async def start(self) -> None:
        body = {
            "client_id": f"torture-{self.talk.number}-{self._chance.getrandbits(64):x}",
            "channel": "api",
            "customer": {"name": self.talk.name},
        }
        started = await self._call("POST", "/v1/conversations", self._house.server_key, body)
        self._id, self._token = started["conversation_id"], started["token"]

    async def say(self, token: Token, *, from_ai: bool = False) -> None:
        """Send until it is acknowledged. Raises `Refused`."""
        body = {"text": f"{token} and so on", "client_id": str(token)}
        if from_ai:
            body["from"] = "ai"
        key = self._house.server_key if from_ai else self._token
        said = await self._call("POST", f"/v1/conversations/{self._id}/messages", key, body)
        self.talk.acknowledged[token] = said["seq"]

    async def listen(self) -> None:
        """Follow the event stream, from where it broke off each time."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                await self._follow()
            self._turn += 1
            await asyncio.sleep(self._chance.uniform(0.05, 0.5))

    async def read_ledger(self) -> None:
        after = 0
        self.talk.ledger = []
        while True:
            path = f"/v1/conversations/{self._id}/messages?after={after}&limit={_PAGE}"
            page = await self._call("GET", path, self._token)
            self.talk.ledger += [Heard.of(entry) for entry in page["data"]]
            after = page["pagination"]["cursor"]
            if not page["pagination"]["has_more"]:
                return

    async def _follow(self) -> None:
        address = f"{self._house.address(self._turn)}/v1/conversations/{self._id}/events"
        headers = {"Authorization": f"Bearer {self._token}", "Last-Event-ID": str(self._last)}
        async with self._session.get(address, headers=headers, timeout=_STREAM) as response:
            if response.status != 200:
                return
            self.streams += 1
            async for raw in response.content:
                if not raw.startswith(b"data:"):
                    continue
                heard = Heard.of(json.loads(raw[5:]))
                self.talk.heard.append(heard)
                self._last = heard.seq
                self.state = heard.state or self.state
                self.on_news()
                if self._chance.random() < _CUT:
                    return

    async def _call(self, method: str, path: str, key: str, body: Any = None) -> Mapping[str, Any]:
        """Ask until there is an answer: another bridge each time one does not give any."""
        while True:
            wait = self._chance.uniform(0.05, 0.5)
            try:
                async with self._session.request(
                    method,
                    f"{self._house.address(self._turn)}{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {key}"},
                    timeout=_PATIENCE,
                ) as response:
                    answer = await response.json()
                    if response.status < 300:
                        return answer  # type: ignore[no-any-return]
                    if response.status == 429:
                        wait = float(response.headers.get("Retry-After", 1))
                    elif response.status < 500:
                        raise Refused(response.status, answer["error"]["code"])
            except (aiohttp.ClientError, TimeoutError, OSError):
                self._turn += 1
            self.retries += 1
            await asyncio.sleep(wait)
