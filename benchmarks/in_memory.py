"""The rival: a bridge of the same shape that remembers everything in a dict and nothing beyond its end.

The same Bolt app over the same sockets, the same server, streams, text and blocks; what it leaves out is the
database, and with it every promise about crashes, doubles and order.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.processes import announce, parent_ended
from bot.app import SOCKETS, slack_client
from bot.blocks.elements.message import Message
from bot.blocks.thread.card import card
from bot.blocks.thread.entries import entry_message
from bot.desk.queries.views import ConversationView
from bot.settings import Settings, read_settings
from bot.slack.inbound.events import Posted, thread_event
from bot.slack.text.from_slack import read
from bot.slack.workspace.installation import Installation, find_installation
from bot.web.api.answers import EntryShown
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Entry,
    Kind,
    MessageRef,
)

MODULE = "benchmarks.in_memory"


@dataclass(eq=False)
class Chat:
    """A conversation, its entries, its streams, and the lock that keeps its posts in order."""

    conversation: Conversation
    entries: list[Entry] = field(default_factory=list)
    streams: list[web.StreamResponse] = field(default_factory=list)
    posting: asyncio.Lock = field(default_factory=asyncio.Lock)
    thread: str | None = None

    def add(self, author: Author, name: str | None, text: str) -> Entry:
        entry = Entry(
            conversation_id=self.conversation.id,
            seq=len(self.entries) + 1,
            kind=Kind.MESSAGE,
            author=author,
            audience=Audience.CUSTOMER,
            epoch=0,
            person=None,
            name=name,
            avatar_url=None,
            text=text,
            data={},
            source=None,
            created_at=datetime.now(UTC),
        )
        self.entries.append(entry)
        return entry

    async def push(self, entry: Entry) -> None:
        frame = f"id: {entry.seq}\nevent: message\ndata: {EntryShown.of(entry).json_text()}\n\n".encode()
        for stream in self.streams:
            await stream.write(frame)


class InMemory:
    """The whole program."""

    def __init__(self, client: AsyncWebClient, installation: Installation) -> None:
        self._client = client
        self._installation = installation
        self._chats: dict[str, Chat] = {}
        self._threads: dict[str, Chat] = {}
        self._posting: set[asyncio.Task[None]] = set()

    async def start(self, request: web.Request) -> web.Response:
        said = await request.json()
        conversation = Conversation(
            id=ConversationId(secrets.token_hex(16)),
            channel="web",
            inbox=None,
            customer=Customer(name=said["customer"]["name"]),
            state=ConversationState.AI,
            epoch=0,
            holder=None,
            escalated_at=None,
            last_seq=0,
            last_message_seq=0,
            mirrored=True,
            card=None,
            created_at=datetime.now(UTC),
            last_message_at=None,
        )
        self._chats[conversation.id] = Chat(conversation)
        body = {"conversation_id": conversation.id, "token": secrets.token_urlsafe(32), "state": "ai"}
        return web.json_response(body, status=201)

    async def say(self, request: web.Request) -> web.Response:
        chat = self._chats[request.match_info["id"]]
        said = await request.json()
        entry = chat.add(Author.CUSTOMER, chat.conversation.customer.name, said["text"])
        await chat.push(entry)
        task = asyncio.create_task(self._mirror(chat, entry))
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)
        return web.json_response({"seq": entry.seq, "id": entry.id}, status=202)

    async def events(self, request: web.Request) -> web.StreamResponse:
        chat = self._chats[request.match_info["id"]]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        chat.streams.append(response)
        await asyncio.Event().wait()
        return response

    async def heard(self, event: dict[str, Any]) -> None:
        """A teammate's message in a thread goes to that thread's customer."""
        happened = thread_event(event, team=self._installation.team)
        if not isinstance(happened, Posted) or happened.thread.ts not in self._threads:
            return
        chat = self._threads[happened.thread.ts]
        words = read(happened.text, names={}, has_files=bool(happened.files))
        await chat.push(chat.add(Author.TEAMMATE, "Ana", words.text))

    async def _mirror(self, chat: Chat, entry: Entry) -> None:
        async with chat.posting:
            if chat.thread is None:
                view = ConversationView(chat.conversation, holder=None, ticket=None, last_message=entry)
                chat.thread = (await self._post(card(view), thread=None)).ts
                self._threads[chat.thread] = chat
            await self._post(entry_message(chat.conversation, entry), thread=chat.thread)

    async def _post(self, message: Message, *, thread: str | None) -> MessageRef:
        answer = await self._client.chat_postMessage(
            channel=self._installation.channel,
            thread_ts=thread,
            metadata={"event_type": "rival", "event_payload": {"key": secrets.token_hex(16)}},
            mrkdwn=False,
            unfurl_links=False,
            unfurl_media=False,
            **message.arguments(),
        )
        return MessageRef(self._installation.team, self._installation.channel, answer["ts"])


def bolt_app(program: InMemory, client: AsyncWebClient, installation: Installation) -> AsyncApp:
    async def authorize(**_context: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=installation.team,
            bot_user_id=installation.bot_user,
            bot_id=installation.bot_id,
            bot_token=client.token,
        )

    app = AsyncApp(
        client=client, authorize=authorize, process_before_response=True, request_verification_enabled=False
    )

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        await program.heard(event)

    return app


async def serve(settings: Settings) -> None:
    assert settings.slack_app_token is not None  # noqa: S101 - for the type checker: our parent sets it
    async with aiohttp.ClientSession() as session:
        client = slack_client(settings, session)
        installation = await find_installation(client, settings.slack_channel)
        program = InMemory(client, installation)
        web_app = web.Application()
        web_app.router.add_post("/v1/conversations", program.start)
        web_app.router.add_post("/v1/conversations/{id}/messages", program.say)
        web_app.router.add_get("/v1/conversations/{id}/events", program.events)
        runner = web.AppRunner(web_app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port).start()
        bolt = bolt_app(program, client, installation)
        handlers = [AsyncSocketModeHandler(bolt, settings.slack_app_token) for _ in range(SOCKETS)]
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt leaves it untyped
        host, port = runner.addresses[0][:2]
        announce(address=f"http://{host}:{port}")
        await parent_ended()
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call] # the same
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(read_settings(os.environ)))
