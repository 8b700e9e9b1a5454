"""A workspace that runs in a process of its own (`python -m sandbox`), from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self, Unpack

import aiohttp

from sandbox.errors import PersonError
from sandbox.people.person import WorkspacePerson

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.model import PersonFields
    from sandbox.payload import Payload


class RemoteWorkspace:
    """Sets faults, cuts sockets, archives and reads in bulk. Raises PersonError with what was refused.

        async with RemoteWorkspace("http://127.0.0.1:9000") as slack:
            await slack.random_faults(rate=0.2, seed=7)

    Everything it does, and what the people from `person` do, goes over one keep-alive session.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120)
        )
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._session is not None:
            await self._session.close()

    def person(self, name: str) -> WorkspacePerson:
        """Somebody who acts."""
        return WorkspacePerson(self._url, name, session=self._session)

    async def script_fault(self, kind: str, method: str, **how: Any) -> None:
        """One of the scripted faults of `Faults`, by its name there.

        `when` is no function but the arguments that the call has to have.
        """
        await self._do("script_fault", kind=kind, method=method, **how)

    async def random_faults(
        self,
        *,
        rate: float = 0.2,
        seed: int = 0,
        methods: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
    ) -> None:
        """As `Faults.random`."""
        await self._do(
            "random_faults",
            rate=rate,
            seed=seed,
            methods=None if methods is None else sorted(methods),
            kinds=None if kinds is None else sorted(kinds),
        )

    async def clear_faults(self) -> None:
        await self._do("clear_faults")

    async def disturb(self, **how: float) -> None:
        """As `Disturbance.begin`; without arguments, an end to it."""
        await self._do("disturb", **how)

    async def drop_sockets(self) -> None:
        await self._do("drop_sockets")

    async def disconnect_sockets(self, *, reason: str = "refresh_requested") -> None:
        await self._do("disconnect_sockets", reason=reason)

    async def archive(self, channel: str, *, archived: bool = True) -> None:
        await self._do("archive", channel=channel, archived=archived)

    async def join(self, channel: str, user: str | None = None) -> None:
        await self._do("join", channel=channel, user=user)

    async def leave(self, channel: str, user: str | None = None) -> None:
        await self._do("leave", channel=channel, user=user)

    async def share(
        self, channel: str, *, with_team: str = "T0ELSEWHERE", shared: bool = True, pending: bool = False
    ) -> None:
        """As `Workspace.share`."""
        await self._do("share", channel=channel, with_team=with_team, shared=shared, pending=pending)

    async def change_channel_id(self, channel: str, *, is_told: bool = True) -> str:
        """As `Workspace.change_channel_id`."""
        return str(await self._do("change_channel_id", channel=channel, is_told=is_told))

    async def add_channel(self, name: str, **what: Any) -> str:
        """As `Workspace.add_channel`; returns the id."""
        return str(await self._do("add_channel", name=name, **what))

    async def add_person(
        self, name: str, *, channels: Collection[str] | None = None, **fields: Unpack[PersonFields]
    ) -> str:
        """As `Workspace.add_person`."""
        places = None if channels is None else sorted(channels)
        return str(await self._do("add_person", name=name, channels=places, **fields))

    async def change_person(self, name: str, **what: Any) -> None:
        """As `Workspace.change_person`."""
        await self._do("change_person", name=name, **what)

    async def hide_person(self, name: str, *, hidden: bool = True) -> None:
        """As `Workspace.hide_person`."""
        await self._do("hide_person", name=name, hidden=hidden)

    async def add_emoji(self, name: str) -> None:
        await self._do("add_emoji", name=name)

    async def unfurl(self, channel: str, ts: str, *, url: str = "https://example.com/") -> None:
        """As `Workspace.unfurl`."""
        await self._do("unfurl", channel=channel, ts=ts, url=url)

    async def publish(self, event: Payload, *, deliveries: int = 1) -> None:
        """As `Workspace.publish`."""
        await self._do("publish", event=event, deliveries=deliveries)

    async def limit_events(self, *, limited: bool = True) -> None:
        """As `Workspace.limit_events`."""
        await self._do("limit_events", limited=limited)

    async def fail_downloads(self, *, times: int = 1) -> None:
        await self._do("fail_downloads", times=times)

    async def revoke_scope(self, scope: str) -> None:
        await self._do("revoke_scope", scope=scope)

    async def grant_scope(self, scope: str) -> None:
        await self._do("grant_scope", scope=scope)

    async def retention(
        self,
        channel: str,
        *,
        before: str | None = None,
        ts: str | Collection[str] | None = None,
        thread: str | None = None,
        with_parent: bool = True,
    ) -> list[str]:
        """As `Workspace.retention`."""
        return await self._do(  # type: ignore[no-any-return]
            "retention",
            channel=channel,
            before=before,
            ts=ts if ts is None or isinstance(ts, str) else sorted(ts),
            thread=thread,
            with_parent=with_parent,
        )

    async def clock_offset(self, seconds: float) -> None:
        """As `Workspace.clock_offset`."""
        await self._do("clock_offset", seconds=seconds)

    async def rules(self, **readings: str | bool) -> Payload:
        """Set some of `Rules`; returns all."""
        return await self._do("rules", **readings)  # type: ignore[no-any-return]

    async def status(self) -> Payload:
        """`messages` by channel, `changes`, `open_connections`, `lost_events`, `faults`, `disturbances`,
        `clock_offset`."""
        return await self._do("status")  # type: ignore[no-any-return]

    async def threads(self, channel: str) -> list[Payload]:
        """Every thread of the channel, `{ts, messages}`, the parent first; blocks and metadata included."""
        return await self._do("threads", channel=channel)  # type: ignore[no-any-return]

    async def _do(self, action: str, **said: Any) -> Any:
        if self._session is None:
            raise RuntimeError("a RemoteWorkspace is used within `async with`")
        async with self._session.post(f"{self._url}/sandbox/workspace/{action}", json=said) as response:
            body = json.loads(await response.read())
        if "error" in body:
            raise PersonError(body["error"])
        return body["result"]
