"""HTTP mode: signed requests to the app's URL, events with retries, the rest once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from sandbox.errors import Undelivered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState

FORM = "application/x-www-form-urlencoded"


class UnverifiedUrl(Exception):
    """The app's URL did not echo the url_verification challenge."""


class Callbacks:
    """Posts what happens to one URL; each event on its own, as Slack does, so they may overtake."""

    def __init__(
        self, state: WorkspaceState, url: str, *, timeout: float, retry_delays: Sequence[float]
    ) -> None:
        self._state = state
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._retry_delays = list(retry_delays)
        self._session: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[None]] = set()
        self.lost: list[Payload] = []

    def send_event(self, payload: Payload, *, attempt: int = 0, reason: str = "") -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(payload, attempt, reason))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, payload: Payload, attempt: int, reason: str) -> None:
        body = json.dumps(payload).encode()
        while True:
            marks = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
            failure, stop = await self._post_event(body, marks)
            if not failure:
                self._state.changes.note()
                return
            if stop or attempt >= len(self._retry_delays):
                self.lost.append(payload)
                self._state.changes.note()
                return
            await asyncio.sleep(self._retry_delays[attempt])
            attempt, reason = attempt + 1, failure

    async def _post_event(self, body: bytes, marks: Mapping[str, str]) -> tuple[str, bool]:
        """Why the delivery failed ("" if it did not), and whether the app asked for no retry."""
        try:
            status, headers, _ = await self._post(body, "application/json", marks)
        except TimeoutError:
            return "http_timeout", False
        except aiohttp.TooManyRedirects:
            return "too_many_redirects", False
        except aiohttp.ClientError:
            return "connection_failed", False
        if 200 <= status < 300:
            return "", False
        return "http_error", headers.get("X-Slack-No-Retry") == "1"

    async def request(self, kind: str, payload: Payload) -> Payload | None:
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        try:
            status, _, answer = await self._post(urlencode(form).encode(), FORM, {})
        except TimeoutError:
            raise Undelivered("operation_timeout") from None
        except aiohttp.ClientError:
            raise Undelivered("dispatch_failed") from None
        if not 200 <= status < 300:
            raise Undelivered("http_client_error" if status < 500 else "http_service_error")
        if not answer.strip():
            return None
        try:
            said = json.loads(answer)
        except ValueError:
            return {"text": answer}
        return said if isinstance(said, dict) else None

    def verification(self) -> asyncio.Task[None]:
        """The url_verification under way; it raises UnverifiedUrl unless the URL echoes the challenge."""
        task = asyncio.get_running_loop().create_task(self._verify())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _verify(self) -> None:
        challenge = secrets.token_hex(20)
        body = json.dumps(
            {"token": self._state.app.verification_token, "challenge": challenge, "type": "url_verification"}
        ).encode()
        try:
            status, _, answer = await self._post(body, "application/json", {})
        except (TimeoutError, aiohttp.ClientError) as error:
            raise UnverifiedUrl(f"{self._url}: {type(error).__name__}") from error
        if status != 200 or challenge not in answer:
            raise UnverifiedUrl(f"{self._url} answered {status} without the challenge")

    async def _post(
        self, body: bytes, content_type: str, marks: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], str]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0", **self._sign(body), **marks}
        async with self._session.post(self._url, data=body, headers=headers) as response:
            return response.status, response.headers, await response.text()

    def _sign(self, body: bytes) -> dict[str, str]:
        # The app checks the age against the machine's clock, from which only the offset leads away.
        stamp = str(int(time.time() + self._state.clock.offset))
        secret = self._state.app.signing_secret.encode()
        signature = hmac.new(secret, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}

    async def close(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
