"""A person in the workspace, acting from this process or any other."""

from __future__ import annotations

import base64
import io
import json
import uuid
from typing import TYPE_CHECKING, Any

import aiohttp

from sandbox.errors import PersonError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.payload import Payload


class WorkspacePerson:
    """Does by HTTP what a person does by hand; raises PersonError where the screen would not let them.

    Channels are named by id or name. With a `session`, which stays the caller's, many acts are cheap.
    """

    def __init__(self, url: str, name: str, *, session: aiohttp.ClientSession | None = None) -> None:
        self._url = url.rstrip("/")
        self.name = name
        self._session = session

    def __repr__(self) -> str:
        return f"Person({self._url!r}, {self.name!r})"

    async def post(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        deliveries: int = 1,
        *,
        broadcast: bool = False,
        files: Mapping[str, bytes] | None = None,
        client_msg_id: str | None = None,
        as_: Payload | None = None,
    ) -> str:
        """Send a message as typed; returns its ts.

        `as_`: fields of the message event, put over those that typing makes, exactly as Slack shall deliver
        them; a field that is None is left out.

        `@ana`, `@Ana Silva`, `@here`, `#channel` and raw `<@U…>` become mentions. With more
        `deliveries` than one the app gets the same event again, marked as a retry; 0 loses it.
        """
        result = await self._do(
            "post",
            channel=channel,
            text=text,
            thread_ts=thread_ts,
            deliveries=deliveries,
            broadcast=broadcast,
            files=_encoded(files),
            client_msg_id=client_msg_id or str(uuid.uuid4()),
            **{"as": as_},
        )
        return str(result)

    async def edit(
        self,
        channel: str,
        ts: str,
        text: str | None = None,
        *,
        deliveries: int = 1,
        files: Mapping[str, bytes] | None = None,
        as_: Payload | None = None,
    ) -> None:
        """Put other words into an own message, and add files to it.

        `as_`: fields that the message, then anybody's, has from now on; with None one that it has no longer.
        """
        await self._do(
            "edit",
            channel=channel,
            ts=ts,
            text=text,
            deliveries=deliveries,
            files=_encoded(files),
            **{"as": as_},
        )

    async def delete(self, channel: str, ts: str, *, deliveries: int = 1) -> None:
        """Delete an own message (any message, for an admin), or dismiss an ephemeral one."""
        await self._do("delete", channel=channel, ts=ts, deliveries=deliveries)

    async def delete_file(self, file: str) -> None:
        """Delete an own file by its id: its messages keep a tombstone, or go if they were nothing but it."""
        await self._do("delete_file", file=file)

    async def react(self, channel: str, ts: str, emoji: str) -> None:
        await self._do("react", channel=channel, ts=ts, emoji=emoji)

    async def unreact(self, channel: str, ts: str, emoji: str) -> None:
        await self._do("unreact", channel=channel, ts=ts, emoji=emoji)

    async def press(
        self,
        channel: str,
        message_ts: str,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
    ) -> Payload:
        """Click a button of a message or an ephemeral, or choose `value` in a menu.

        Returns once the app acknowledged: `{ok, error, response, trigger_id}`, where `error` is
        `operation_timeout` or `dispatch_failed` when it did not. Raises PersonError when there is no
        such element.
        """
        return await self._act(
            "press", channel=channel, ts=message_ts, action_id=action_id, value=value, block_id=block_id
        )

    async def press_view(
        self,
        action_id: str,
        value: Any = None,
        *,
        view: str | None = None,
        block_id: str | None = None,
        values: Payload | None = None,
    ) -> Payload:
        """The same in the modal on top, in the view with this id, or in "home"."""
        return await self._act(
            "press_view", action_id=action_id, value=value, view=view, block_id=block_id, values=values
        )

    async def command(self, command: str, text: str = "", *, channel: str, wait: float = 2.0) -> Payload:
        """Type a slash command; returns the message (or modal) that answers it, as the person sees it.

        That is what the acknowledgement carries, or the first message or modal within `wait`
        seconds; `{}` when nothing comes. A failure is the notice Slack shows, with `error`.
        """
        return await self._act("command", command=command, text=text, channel=channel, wait=wait)

    async def submit(self, view: str | None = None, values: Payload | None = None) -> Payload:
        """Submit the modal with this id, or the one on top.

        `values` is keyed by block_id then action_id, by block_id alone, or by action_id alone. Returns
        `{ok, error, response_action, errors?, view?}`.
        """
        return await self._act("submit", view=view, values=values)

    async def close_view(self) -> Payload:
        return await self._act("close_view")

    async def shortcut(self, callback_id: str, channel: str | None = None, ts: str | None = None) -> Payload:
        """Use a message shortcut; without a message, a global one."""
        return await self._act("shortcut", callback_id=callback_id, channel=channel, ts=ts)

    async def open_home(self) -> None:
        await self._do("open_home")

    async def home(self) -> Payload | None:
        """The person's App Home as published, or None."""
        return await self._do("home")  # type: ignore[no-any-return]

    async def views(self) -> list[Payload]:
        """The open modals, the one on top last."""
        return await self._list("views")

    async def ephemerals(self) -> list[Payload]:
        """What only this person sees, in all channels, oldest first."""
        return await self._list("ephemerals")

    async def messages(self, channel: str) -> list[Payload]:
        """The channel's messages without the replies in threads, oldest first."""
        return await self._list("messages", channel=channel)

    async def thread(self, channel: str, ts: str) -> list[Payload]:
        """The parent and its replies, oldest first."""
        return await self._list("thread", channel=channel, ts=ts)

    async def _act(self, action: str, **arguments: Any) -> Payload:
        return await self._do(action, **arguments)  # type: ignore[no-any-return]

    async def _list(self, action: str, **arguments: Any) -> list[Payload]:
        return await self._do(action, **arguments)  # type: ignore[no-any-return]

    async def _do(self, action: str, **arguments: Any) -> Any:
        if self._session is not None:
            body = await self._post(self._session, action, arguments)
        else:
            async with aiohttp.ClientSession() as session:
                body = await self._post(session, action, arguments)
        if "error" in body:
            raise PersonError(body["error"])
        return body["result"]

    async def _post(self, session: aiohttp.ClientSession, action: str, arguments: Payload) -> Payload:
        address = f"{self._url}/sandbox/people/{self.name}/{action}"
        # Files may be large, and those want to be read in pieces.
        body = io.BytesIO(json.dumps(arguments).encode())
        headers = {"Content-Type": "application/json"}
        async with session.post(address, data=body, headers=headers) as response:
            return await response.json()  # type: ignore[no-any-return]


def _encoded(files: Mapping[str, bytes] | None) -> list[Payload]:
    return [{"name": n, "content": base64.b64encode(c).decode()} for n, c in (files or {}).items()]
