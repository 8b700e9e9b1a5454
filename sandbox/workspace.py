"""The workspace: its lifecycle, who is in it, and how it reaches the app."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self, Unpack

from sandbox.core import Core
from sandbox.delivery.callbacks import Callbacks
from sandbox.delivery.feed import DEFAULT_SUBSCRIPTIONS
from sandbox.delivery.sockets import Sockets
from sandbox.faults.pacing import CallPacing
from sandbox.faults.scripted import Faults
from sandbox.model import MessagesTab, WorkspaceChannel
from sandbox.people.person import WorkspacePerson
from sandbox.people.readings import Readings
from sandbox.server import Server
from sandbox.state import WorkspaceState
from sandbox.web_api.server import WebApi

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sandbox.clock import Clock
    from sandbox.model import PersonFields
    from sandbox.payload import Payload
    from sandbox.rules import Rules

DEFAULT_SCOPES = frozenset(
    {
        "assistant:write", "channels:history", "channels:join", "channels:manage", "channels:read",
        "chat:write", "chat:write.customize", "commands", "emoji:read", "files:read", "files:write",
        "groups:history", "groups:read", "groups:write", "im:history", "im:write", "reactions:read",
        "reactions:write", "team:read", "usergroups:read", "users:read", "users:read.email",
    }
)  # fmt: skip


class Workspace(Readings):
    """A Slack workspace on this machine: one team, one installed app, channels and people.

    It comes with #general, #live-chat (where the bot is) and Ana (an admin), Ben and Chloe in both.

    `clock` (seconds since 1970) stamps messages and expires triggers and response URLs; timeouts and
    paces are real time. `post_rate` limits posts a second into a channel; `minute` is how many seconds
    a minute has in `rules.tiers`. `ack_timeout` is how long the
    app has to acknowledge, `retries` how often an event comes again over a socket, `retry_delays` the
    pauses before the retries in HTTP mode. Without `keep_log`, `calls` and `events` stay empty, so that a
    long run does not fill the memory. `message_shortcuts` are the app's entries in a message's menu: their
    names by callback id. `messages_tab` says whether it may write to people, and they to it.
    """

    def __init__(
        self,
        *,
        clock: Clock = time.time,
        name: str = "Sandbox",
        app_name: str = "Bridge",
        scopes: Collection[str] = DEFAULT_SCOPES,
        subscriptions: Collection[str] = DEFAULT_SUBSCRIPTIONS,
        ack_timeout: float = 3.0,
        retries: int = 3,
        retry_delays: Sequence[float] = (0.0, 60.0, 300.0),
        queue_limit: int = 10_000,
        post_rate: float | None = None,
        minute: float = 60.0,
        keep_log: bool = True,
        message_shortcuts: Mapping[str, str] | None = None,
        messages_tab: MessagesTab = "open",
    ) -> None:
        state = WorkspaceState(clock=clock, team_name=name, app_name=app_name)
        state.message_shortcuts |= message_shortcuts or {}
        state.messages_tab = messages_tab
        self._sockets = Sockets(state, ack_timeout=ack_timeout, retries=retries, queue_limit=queue_limit)
        core = Core(
            state,
            sockets=self._sockets,
            pace=CallPacing(post_rate, state.rules, minute=minute),
            scopes=scopes,
            subscriptions=subscriptions,
            keep_log=keep_log,
        )
        self.faults = Faults()
        self.disturbance = core.disturbance
        super().__init__(core, WebApi(core, self.faults, keep_log=keep_log))
        self._server = Server(core, self._web_api, self)
        self._retry_delays = retry_delays
        self._furnish()

    def _furnish(self) -> None:
        everyone = [
            self.add_person("ana", real_name="Ana Silva", is_admin=True),
            self.add_person("ben", real_name="Ben Okafor"),
            self.add_person("chloe", real_name="Chloe Martin"),
        ]
        self.add_channel("general", members=everyone, with_bot=False)
        self.add_channel("live-chat", members=everyone)

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 picks a free one."""
        self._state.url = await self._server.start(host=host, port=port)

    async def stop(self) -> None:
        await self.disturbance.close()
        await self._sockets.close()
        for callbacks in self._core.callbacks:
            await callbacks.close()
        await self.faults.close()
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    def person(self, name: str) -> WorkspacePerson:
        """Somebody who acts; PersonError where nobody is called so."""
        return WorkspacePerson(self.url, self._state.person(name).name)

    def add_person(
        self, name: str, *, channels: Iterable[str] | None = None, **fields: Unpack[PersonFields]
    ) -> str:
        """A new person, by default in every public channel; returns the user id. Publishes no event.

        A `team_id` of another workspace makes them a stranger from a shared channel. With `teams` they are on
        an Enterprise Grid: in those workspaces and, whatever `team_id` says, in this one if it is among them.
        """
        return self._state.add_person(name, channels=channels, **fields).id

    def hide_person(self, name: str, *, hidden: bool = True) -> None:
        """Let users.info know nothing of somebody who is there and writes. Publishes no event."""
        self._state.person(name).is_hidden = hidden

    def add_channel(
        self,
        name: str,
        *,
        is_private: bool = False,
        is_archived: bool = False,
        is_ext_shared: bool = False,
        members: Iterable[str] | None = None,
        with_bot: bool = True,
    ) -> WorkspaceChannel:
        """A new channel with these people (ids or names; everyone by default). Publishes no event."""
        wanted = [person.id for person in self._state.people] if members is None else members
        people = [self._state.person(member).id for member in wanted]
        return self._state.add_channel(
            name,
            members=[*people, self.bot_user_id] if with_bot else people,
            is_private=is_private,
            is_archived=is_archived,
            is_ext_shared=is_ext_shared,
        )

    def add_emoji(self, name: str) -> None:
        """A picture of the workspace's own, which people type as `:name:`. Publishes no event."""
        self._state.custom_emoji[name] = f"{self.url}/emoji/{name}.png"

    def add_group_message(self, *members: str, with_bot: bool = False) -> WorkspaceChannel:
        """A direct message of several people (by name or id). Publishes no event."""
        people = [self._state.person(member) for member in members]
        return self._state.add_channel(
            f"mpdm-{'--'.join(person.name for person in people)}-1",
            members=[*(person.id for person in people), *([self.bot_user_id] if with_bot else [])],
            is_private=True,
            is_mpim=True,
        )

    def revoke_scope(self, scope: str) -> None:
        """Let the app be one that was installed without that scope."""
        self._core.scopes.discard(scope)

    def grant_scope(self, scope: str) -> None:
        """Let it be one that was installed again, with that scope."""
        self._core.scopes.add(scope)

    def fail_downloads(self, *, times: int = 1) -> None:
        """The app's next downloads of files are answered with a 503."""
        self._core.uploads.failing = times

    def join(self, channel: str, user: str | None = None) -> None:
        """Add a person (the bot, by default) to a channel, with the event."""
        self._core.membership.join(self.channel(channel), self._member(user))

    def leave(self, channel: str, user: str | None = None) -> None:
        """Take a person (the bot, by default) out of a channel, with the event."""
        self._core.membership.leave(self.channel(channel), self._member(user))

    def change_person(self, name: str, **what: Any) -> None:
        """Make somebody a guest (`is_restricted=True`), deactivate them (`deleted=True`), with the event."""
        self._core.membership.change(self._state.person(name), **what)

    def share(
        self, channel: str, *, with_team: str = "T0ELSEWHERE", shared: bool = True, pending: bool = False
    ) -> None:
        """Share a channel with another organisation's workspace, or end that, with the event.

        `pending`: it is only offered to them, of which the app hears nothing.
        """
        found = self.channel(channel)
        if pending:
            found.is_pending_ext_shared = shared
            return
        self._core.membership.share(found, with_team, shared=shared)

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Archive a channel or bring it back, with the event."""
        self._core.membership.archive(
            self.channel(channel), user_id=self._state.people[0].id, archived=archived
        )

    def retention(
        self,
        channel: str,
        *,
        before: str | None = None,
        ts: str | Collection[str] | None = None,
        thread: str | None = None,
        with_parent: bool = True,
    ) -> list[str]:
        """Let messages vanish without an event; see `Messages.forget`."""
        return self._core.messages.forget(
            self.channel(channel), before=before, ts=ts, thread=thread, with_parent=with_parent
        )

    def clock_offset(self, seconds: float) -> None:
        """Let Slack's clock be so far ahead of the app's, or behind it; see
        `WorkspaceState.set_clock_offset`.
        """
        self._state.set_clock_offset(seconds)

    def limit_events(self, *, limited: bool = True) -> None:
        """Drop events and tell the app so, each time this is called, until they are no longer `limited`."""
        self._core.feed.limit(limited=limited)

    @property
    def rules(self) -> Rules:
        """Which reading of Slack's less certain rules is in force; set it as needed."""
        return self._state.rules

    def change_channel_id(self, channel: str, *, is_told: bool = True) -> str:
        """Give a channel another id, with the event if it `is_told`; returns it. The old one is nobody's."""
        return self._core.membership.rename(self.channel(channel), is_told=is_told)

    def unfurl(self, channel: str, ts: str, *, url: str = "https://example.com/") -> None:
        """Attach a link preview to a message: a message_changed whose text is the same as before."""
        found = self.channel(channel)
        preview = {"id": 1, "from_url": url, "fallback": "Example", "title": "Example", "title_link": url}
        self._core.messages.change(found, ts, {"attachments": [preview]}, editor=None)

    def publish(self, event: Payload, *, deliveries: int = 1) -> None:
        """Send the app an event that this workspace has no gesture for; `event_ts` is filled in."""
        self._core.feed.publish({"event_ts": self._state.timestamps.new(), **event}, deliveries=deliveries)

    def deliver_events_to(self, url: str) -> asyncio.Task[None]:
        """Switch to HTTP mode: everything goes to this one URL, signed.

        Await the result to know that the URL answered the url_verification challenge; it raises
        UnverifiedUrl otherwise.
        """
        callbacks = Callbacks(
            self._state, url, timeout=self._sockets.ack_timeout, retry_delays=self._retry_delays
        )
        self._core.callbacks.append(callbacks)
        self._core.transport = callbacks
        return callbacks.verification()

    async def disconnect_sockets(self, *, reason: str = "refresh_requested") -> None:
        """Send every connection a `disconnect` and close it (`warning` only announces)."""
        await self._sockets.disconnect(reason=reason)

    def drop_sockets(self, *, only: int | None = None) -> None:
        """Cut every connection, or one by its number, without a word, as a failing network does."""
        self._sockets.drop(only=only)

    @property
    def events_under_way(self) -> int:
        """How many events wait for a socket or for their acknowledgement; what HTTP mode does is not seen."""
        return self._sockets.events_under_way

    @property
    def lost_events(self) -> list[Payload]:
        """Events given up: never acknowledged, or pushed out of the full queue."""
        return self._core.lost_events

    def _member(self, user: str | None) -> str:
        return self.bot_user_id if user is None else self._state.person(user).id
