"""A customer at the other end of the live chat API: says things and watches the stream, as a website does."""

from __future__ import annotations

import asyncio
import io
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp

JsonEntry = Mapping[str, Any]

_RETRY_SECONDS = 0.2
_TRIES = 50


class ChatError(Exception):
    """The live chat API refused. The message is its code and words."""


class CustomerChat:
    """One customer's chat. `seen` is what their window has been sent, in the order it came.

    The stream resumes from its last number when it breaks. What is said is said once, however often the
    request had to be repeated. The same `client_id` is the same chat, in another window.
    """

    def __init__(
        self,
        address: str,
        *,
        name: str,
        server_key: str | None = None,
        client_id: str | None = None,
        inbox: str | None = None,
    ) -> None:
        self._inbox = inbox
        self._address = address.rstrip("/")
        self._name = name
        self._server_key = server_key
        self.client_id = client_id or str(uuid.uuid4())
        self._token = ""
        self._http: aiohttp.ClientSession | None = None
        self._watching: asyncio.Task[None] | None = None
        self._stream: aiohttp.ClientResponse | None = None
        self._news = asyncio.Event()
        self.conversation_id = ""
        self.seen: list[JsonEntry] = []

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=5))
        body: dict[str, Any] = {"client_id": self.client_id, "customer": {"name": self._name}}
        answer = await self._call(
            "POST", "/v1/conversations", body | ({"inbox": self._inbox} if self._inbox else {})
        )
        self.conversation_id = answer["conversation_id"]
        self._token = answer["token"]
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        if self._http is not None:
            await self._http.close()

    @property
    def token(self) -> str:
        """What shows that this is the conversation's customer."""
        return self._token

    async def say(self, text: str, *, client_id: str | None = None, attachments: Sequence[str] = ()) -> int:
        """Send a message; returns its number. The same `client_id` again is the same message."""
        body: dict[str, Any] = {"text": text, "client_id": client_id or str(uuid.uuid4())}
        return await self._say(body | ({"attachments": [*attachments]} if attachments else {}), self._token)

    async def upload(self, name: str, content: bytes) -> str:
        """Upload a file for one of the next messages; returns its id."""
        url = f"{self._address}/v1/conversations/{self.conversation_id}/files"
        async with self._session.post(
            url,
            params={"name": name},
            data=io.BytesIO(content),
            headers={"Authorization": f"Bearer {self._token}"},
        ) as response:
            answer = await response.json()
        if response.status != 201:
            raise ChatError(f"{answer['error']['code']}: {answer['error']['message']}")
        return str(answer["file_id"])

    async def download(self, url: str, *, token: str | None = None) -> tuple[int, Mapping[str, str], bytes]:
        """What the server gives for the address of an attachment: status, headers and bytes."""
        headers = {"Authorization": f"Bearer {self._token if token is None else token}"}
        async with self._session.get(self._address + url, headers=headers) as response:
            return response.status, response.headers, await response.read()

    @property
    def epoch(self) -> int:
        """That of the newest entry here: what another program's AI that begins to think now has to send."""
        return max((entry["epoch"] for entry in self.seen), default=0)

    async def ai_says(self, text: str, *, epoch: int | None = None) -> int:
        """Send what another program's AI answers, with the server key; returns its number.

        `epoch` is that of the entry it answers; None: the newest that was seen here.
        """
        body = {"text": text, "client_id": str(uuid.uuid4()), "from": "ai"}
        return await self._say(
            {**body, "epoch": self.epoch if epoch is None else epoch}, self._server_key or ""
        )

    async def escalate(self, reason: str, *, epoch: int | None = None) -> None:
        """What another program does when its AI gives up, with the server key. `epoch`: as for `ai_says`."""
        path = f"/v1/conversations/{self.conversation_id}/escalate"
        body = {"reason": reason, "epoch": self.epoch if epoch is None else epoch}
        await self._call("POST", path, body, bearer=self._server_key)

    async def signs_in(self, **customer: Any) -> None:
        """Say who the customer is, as their website does once it knows."""
        await self._call("POST", f"/v1/conversations/{self.conversation_id}/customer", customer)

    async def go_back(self) -> str:
        """Go on with the AI instead of waiting; returns who answers now."""
        return str((await self._call("POST", f"/v1/conversations/{self.conversation_id}/resume"))["state"])

    async def leave_address(self, email: str) -> str:
        """Leave an address while waiting; returns who answers now."""
        path = f"/v1/conversations/{self.conversation_id}/address"
        return str((await self._call("POST", path, {"email": email}))["state"])

    async def state(self) -> str:
        return str((await self._call("GET", f"/v1/conversations/{self.conversation_id}"))["state"])

    async def cut(self) -> None:
        """Break the stream, as a tunnel does to a phone; it comes back by itself."""
        if self._stream is not None:
            self._stream.close()

    async def sees(self, wanted: Callable[[JsonEntry], bool], *, timeout: float = 60) -> JsonEntry:
        """The first entry like that in the window, now or within `timeout` seconds; else TimeoutError."""
        async with asyncio.timeout(timeout):
            while True:
                self._news.clear()
                for entry in self.seen:
                    if wanted(entry):
                        return entry
                await self._news.wait()

    @property
    def _session(self) -> aiohttp.ClientSession:
        assert self._http is not None  # noqa: S101 - for the type checker: entered before use
        return self._http

    async def _say(self, body: Mapping[str, Any], bearer: str) -> int:
        path = f"/v1/conversations/{self.conversation_id}/messages"
        return int((await self._call("POST", path, body, bearer=bearer))["seq"])

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, bearer: str | None = None
    ) -> Any:
        assert self._http is not None  # noqa: S101 - for the type checker: entered before use
        headers = {"Authorization": f"Bearer {bearer or self._token}"} if (bearer or self._token) else {}
        for _ in range(_TRIES):
            try:
                async with self._http.request(
                    method, self._address + path, json=body, headers=headers
                ) as response:
                    answer = await response.json()
                    if response.status == 429:
                        await asyncio.sleep(float(response.headers.get("Retry-After", "1")))
                        continue
                    if response.status >= 400:
                        raise ChatError(f"{answer['error']['code']}: {answer['error']['message']}")
                    return answer
            except aiohttp.ClientError:
                # Every request carries a client_id, so repeating it changes nothing.
                await asyncio.sleep(_RETRY_SECONDS)
        raise ChatError("the live chat does not answer")

    async def _watch(self) -> None:
        assert self._http is not None  # noqa: S101 - for the type checker: entered before use
        url = f"{self._address}/v1/conversations/{self.conversation_id}/events"
        while True:
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
            if self.seen:
                headers["Last-Event-ID"] = str(self.seen[-1]["seq"])
            try:
                async with self._http.get(url, headers=headers) as response:
                    self._stream = response
                    async for line in response.content:
                        if line.startswith(b"data:"):
                            self.seen.append(json.loads(line[5:]))
                            self._news.set()
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(_RETRY_SECONDS)
