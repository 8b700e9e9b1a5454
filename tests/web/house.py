"""A whole live chat on a loopback port, with the real desk over a real database, and words to drive it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web

from bot.desk.desk import Desk
from bot.desk.replies.thread_messages import Intent, Outcome
from bot.files.store import FileStore
from bot.notifier import Notifier
from bot.web.application import live_chat
from bot.web.callers.limits import CallRate, Limits
from bot.web.serving import Connections, Runner
from storage import migrate
from storage.engine.database import Database
from storage.records import ConversationId, MessageRef, Person, PersonId
from tests.threads import deleted, edited, typed

API_KEY = "server-key"
LARGEST_FILE = 1_000_000
IDENTITY_SECRET = "identity-secret"
PLENTY = CallRate(per_second=100_000, burst=100_000)
UNLIMITED = Limits(
    messages=PLENTY,
    conversations=PLENTY,
    starts_in_all=PLENTY,
    uploads=PLENTY,
    bytes_each=CallRate(per_second=1e6, burst=10_000_000),
)
TEAM, CHANNEL = "T1", "C1"
ANA = Person(PersonId(TEAM, "U1"), "Ana García", None, may_act=True, fetched_at=datetime.now(UTC))


@dataclass
class Reports:
    """A health that says what a test tells it to."""

    problems: dict[str, str] = field(default_factory=dict)

    async def ready(self) -> dict[str, str]:
        return self.problems


@dataclass
class Reply:
    """What the server answered."""

    status: int
    headers: Any
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass
class Event:
    """One server-sent event."""

    id: int
    name: str
    entry: dict[str, Any]


class Stream:
    """An open event stream, read as a browser would."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def block(self) -> list[str]:
        """The lines up to the next empty one. Raises `EOFError` when the server ended the stream."""
        lines: list[str] = []
        while True:
            line = await self.response.content.readline()
            if not line:
                raise EOFError
            if line == b"\n":
                return lines
            lines.append(line.decode().rstrip("\n"))

    async def event(self, *, within: float = 60) -> Event:
        async with asyncio.timeout(within):
            while True:
                fields = dict(line.split(": ", 1) for line in await self.block() if not line.startswith(":"))
                if "data" in fields:
                    return Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))

    async def events(self, count: int) -> list[Event]:
        return [await self.event() for _ in range(count)]

    async def ended(self, *, within: float = 60) -> bool:
        async with asyncio.timeout(within):
            try:
                while True:
                    await self.block()
            except EOFError:
                return True
            except aiohttp.ClientError:
                return True


class Chat:
    """One customer's conversation."""

    def __init__(self, house: House, conversation_id: str, token: str) -> None:
        self.house = house
        self.id = ConversationId(conversation_id)
        self.token = token
        self.path = f"/v1/conversations/{conversation_id}"
        self.thread = MessageRef(TEAM, CHANNEL, f"{next(house.numbers)}.0001")

    async def get(self, path: str = "", *, bearer: str | None = None, **more: Any) -> Reply:
        return await self.house.ask("GET", self.path + path, bearer=bearer or self.token, **more)

    async def post(self, path: str, body: object = None, *, bearer: str | None = None, **more: Any) -> Reply:
        return await self.house.ask("POST", self.path + path, body=body, bearer=bearer or self.token, **more)

    async def say(self, text: str, *, client_id: str | None = None, **more: Any) -> Reply:
        body = {"text": text, "client_id": client_id or f"c{next(self.house.numbers)}", **more}
        return await self.post("/messages", body)

    async def ai_says(self, text: str) -> None:
        await self.house.desk.outside_ai_says(self.id, text, client_id=f"a{next(self.house.numbers)}")

    async def taken_over(self, by: Person = ANA) -> None:
        await self.house.database.write(lambda tx: tx.people.remember(by))
        await self.house.database.write(lambda tx: tx.conversations.place_card(self.id, self.thread))
        await self.house.desk.take_over(self.id, by=by)

    async def reply(self, text: str, *, by: Person = ANA, intent: Intent = Intent.FOR_CUSTOMER) -> MessageRef:
        message = MessageRef(TEAM, CHANNEL, f"{next(self.house.numbers)}.0002")
        outcome = await typed(self.house.database, self.thread, message, by=by, text=text, intent=intent)
        assert outcome is (Outcome.SENT if intent is Intent.FOR_CUSTOMER else Outcome.NOTE)
        return message

    async def reword(self, message: MessageRef, text: str, *, by: Person = ANA) -> None:
        await edited(self.house.database, self.thread, message, by=by, text=text, intent=Intent.FOR_CUSTOMER)

    async def take_back(self, message: MessageRef) -> None:
        await deleted(self.house.database, self.thread, message)

    async def handed_back(self, by: Person = ANA) -> None:
        view = await self.house.desk.view(self.id)
        await self.house.desk.allow_ai_replies(self.id, by=by, epoch=view.conversation.epoch)

    async def entries(self) -> list[dict[str, Any]]:
        return list((await self.get("/messages?limit=200")).json["data"])

    async def texts(self) -> list[str]:
        return [entry["text"] for entry in await self.entries()]

    @asynccontextmanager
    async def stream(
        self, *, after: int | None = None, last_event_id: str | None = None, origin: str | None = None
    ) -> AsyncIterator[Stream]:
        query = "" if after is None else f"?after={after}"
        sent = {"Authorization": f"Bearer {self.token}"}
        if last_event_id is not None:
            sent["Last-Event-ID"] = last_event_id
        if origin is not None:
            sent["Origin"] = origin
        async with self.house.session.get(f"{self.path}/events{query}", headers=sent) as response:
            assert response.status == 200
            yield Stream(response)


class House:
    """The server and everything under it. Use as an async context manager."""

    def __init__(
        self,
        database: Database,
        *,
        limits: Limits = UNLIMITED,
        api_key: str | None = API_KEY,
        identity_secret: str | None = IDENTITY_SECRET,
        allowed_origins: Sequence[str] = ("*",),
        port: int = 0,
        **more: Any,
    ) -> None:
        self.database = database
        self.notifier = Notifier()
        self.health = Reports()
        self.desk = Desk(database, ai_answers=False)
        self.files = FileStore(database, largest=LARGEST_FILE, most=10 * LARGEST_FILE)
        self.numbers = itertools.count(1000)
        self.app = live_chat(
            self.desk,
            self.notifier,
            self.files,
            token_secret=b"token-secret",
            api_key=api_key,
            identity_secret=identity_secret,
            health=self.health,
            limits=limits,
            allowed_origins=allowed_origins,
            **more,
        )
        self.runner = Runner(self.app, Connections(most=10_000, each=None))
        self.port = port

    async def __aenter__(self) -> House:
        self.database.on_commit.append(self.notifier.after_commit)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()
        self.port = self.runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.session = aiohttp.ClientSession(self.base, timeout=aiohttp.ClientTimeout(total=15))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()
        await self.runner.cleanup()
        self.database.on_commit.remove(self.notifier.after_commit)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        data: bytes | None = None,
        bearer: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        sent = dict(headers or {})
        if bearer is not None:
            sent["Authorization"] = f"Bearer {bearer}"
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        elif body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        async with self.session.request(method, path, data=data, headers=sent) as response:
            return Reply(response.status, response.headers, await response.read())

    async def start(self, body: dict[str, Any] | None = None, **more: Any) -> Reply:
        return await self.ask("POST", "/v1/conversations", body=body or {}, **more)

    async def chat(self, **body: Any) -> Chat:
        started = (await self.start(body)).json
        return Chat(self, started["conversation_id"], started["token"])


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Database]:
    """The database there, with all its tables."""
    database = Database(database_url)
    try:
        if not await migrate.is_current(database):
            await migrate.upgrade(database)
        yield database
    finally:
        await database.close()


async def until(condition: Any, *, within: float = 60) -> None:
    """Wait for the thing itself."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)
