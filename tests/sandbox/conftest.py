"""A workspace, and a bot made of the real SDK and Bolt that runs against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Bot:
    """A Bolt app that notes the events it hears; tests add listeners of their own to `app`."""

    def __init__(self, slack: Workspace) -> None:
        self.slack = slack
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        self.app = AsyncApp(
            client=self.client, signing_secret=slack.signing_secret, process_before_response=True
        )
        self.events: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self._handlers: list[Any] = []
        self.app.use(self._note)
        self.app.event({"type": "message"})(self._ignore)

    async def _note(self, body: dict[str, Any], next_: Any) -> None:
        self.bodies.append(body)
        if "event" in body:
            self.events.append(body["event"])
        await next_()

    async def _ignore(self) -> None:
        pass

    async def connect(self) -> None:
        """Open one more Socket Mode connection."""
        handler: Any = AsyncSocketModeHandler(self.app, self.slack.app_token)
        self._handlers.append(handler)
        await handler.connect_async()
        expected = len(self._handlers)
        await self.slack.until(lambda: self.slack.open_connections >= expected)

    async def close(self) -> None:
        for handler in self._handlers:
            await handler.close_async()
        self._handlers.clear()

    def heard(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """The events of this type (or message subtype) with these fields."""
        return [
            event
            for event in self.events
            if kind in (event["type"], event.get("subtype"))
            and all(event.get(key) == value for key, value in fields.items())
        ]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace() as workspace:
        yield workspace


@pytest.fixture
def client(slack: Workspace) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
async def bot(slack: Workspace) -> AsyncIterator[Bot]:
    running = Bot(slack)
    await running.connect()
    yield running
    await running.close()
