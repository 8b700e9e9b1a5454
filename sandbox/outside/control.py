"""What people do by hand, over HTTP: `POST /sandbox/people/{name}/{action}` with a JSON object.

Both the tests' Person and the browser page speak to this, so what one can do the other can.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.content.composer import type_message
from sandbox.content.shapes import message_shape, replies_of, top_level
from sandbox.errors import PersonError, SlackError
from sandbox.payload import json_object
from sandbox.people.given import ABOUT_ANOTHER, given_fields, with_given

if TYPE_CHECKING:
    from sandbox.core import Core
    from sandbox.model import User, WorkspaceChannel, WorkspaceFile
    from sandbox.payload import Payload

Action = Callable[["User", "Payload"], Awaitable[Any]]


class Control:
    """The actions of people, each by its name in the address."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._state = core.state
        self._actions: dict[str, Action] = {
            "post": self._post,
            "edit": self._edit,
            "delete": self._delete,
            "delete_file": self._delete_file,
            "react": self._react,
            "unreact": self._unreact,
            "press": self._press,
            "press_view": self._press_view,
            "command": self._command,
            "submit": self._submit,
            "close_view": self._close_view,
            "open_home": self._open_home,
            "shortcut": self._shortcut,
            "ephemerals": self._ephemerals,
            "messages": self._messages,
            "thread": self._thread,
            "views": self._views,
            "home": self._home,
        }

    async def handle(self, request: web.Request) -> web.Response:
        # Only a page of the sandbox's own can send JSON without the browser asking first.
        if request.content_type != "application/json":
            return web.json_response({"error": "send JSON"}, status=415)
        action = self._actions.get(request.match_info["action"])
        if action is None:
            there = ", ".join(sorted(self._actions))
            return web.json_response({"error": f"no such action; there are {there}"}, status=404)
        try:
            user = self._state.person(request.match_info["name"])
            result = await action(user, json_object(await request.text()))
        except PersonError as error:
            return web.json_response({"error": str(error)}, status=409)
        except SlackError as error:
            return web.json_response({"error": error.code}, status=409)
        except KeyError as error:
            return web.json_response({"error": f"{error} is missing"}, status=400)
        except (ValueError, TypeError, AttributeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"result": result})

    def _channel(self, user: User, said: Payload) -> WorkspaceChannel:
        channel = self._state.channel_named(said["channel"])
        if user.id not in channel.members:
            raise PersonError(f"{user.name} is not in #{channel.name}")
        return channel

    def _visible(self, user: User, said: Payload) -> WorkspaceChannel:
        """A channel that they can look into: theirs, or a public one."""
        channel = self._state.channel_named(said["channel"])
        return self._channel(user, said) if channel.is_private or channel.is_im else channel

    def _typed(self, text: str) -> Payload:
        spellings = {person.real_name: person.id for person in self._state.users.values()}
        return type_message(text, names=self._state.names, mentions=spellings)

    async def _post(self, user: User, said: Payload) -> str:
        """Send what was typed. `as` has fields of the message event, over those that typing makes.

        So any shape can be played: words of an app or on somebody's behalf, blocks and attachments of all
        kinds, subtypes, old messages. A field that is null is left out. With the subtype message_changed or
        message_deleted it happens to the message that `as` names.
        """
        channel = self._channel(user, said)
        shape, text = given_fields(said, channel), str(said.get("text") or "")
        if channel.is_im and self._state.messages_tab != "open":
            raise PersonError("sending messages to this app is turned off")
        deliveries = int(said.get("deliveries", 1))
        if shape.get("subtype") in ABOUT_ANOTHER:
            return self._core.messages.replay(channel, shape, deliveries=deliveries)
        thread_ts = said.get("thread_ts") or shape.pop("thread_ts", None)
        if thread_ts is not None and thread_ts not in channel.messages:
            raise PersonError(f"there is no thread {thread_ts} in #{channel.name}")
        client_msg_id = said.get("client_msg_id") or str(uuid.uuid4())
        content: Payload = {"user": user.id, "team": user.team_id, "client_msg_id": client_msg_id}
        if user.is_stranger_to(self._state.team_id):
            content |= {"user_team": user.team_id, "source_team": user.team_id}
        if text:
            content |= self._typed(text)
        files = self._files(user, said)
        if files:
            content.setdefault("text", "")
            message = self._core.uploads.share(
                channel, files, with_given(content, shape), thread_ts=thread_ts, deliveries=deliveries
            )
        elif text.strip() or shape:
            message = self._core.messages.post(
                channel,
                with_given(content, shape),
                thread_ts=thread_ts,
                broadcast=bool(said.get("broadcast")),
                deliveries=deliveries,
            )
        else:
            raise PersonError("there is nothing to send")
        return str(message["ts"])

    def _files(self, user: User, said: Payload) -> list[WorkspaceFile]:
        return [
            self._core.uploads.add(one["name"], base64.b64decode(one["content"]), user=user.id)
            for one in said.get("files") or ()
        ]

    async def _edit(self, user: User, said: Payload) -> None:
        """Put other words into a message of one's own; `files` are added to it.

        `as` has fields that the message has from now on, with null one that it has no longer. Without words
        the message is not marked as edited, as when Slack itself changes it.
        """
        channel = self._channel(user, said)
        shape, text = given_fields(said, channel), said.get("text")
        message = self._core.messages.find(channel, said["ts"])
        if message.get("user") != user.id and not shape:
            raise PersonError(f"{user.name} did not write {said['ts']}")
        content = {} if text is None else self._typed(text)
        editor = None if content.get("text", message.get("text")) == message.get("text") else user.id
        files = self._files(user, said)
        if files:
            content["files"] = self._core.uploads.added_to(channel, message, files)
        elif editor is None and not shape:
            return
        content |= {key: value for key, value in shape.items() if value is not None}
        without = tuple(key for key, value in shape.items() if value is None)
        self._core.messages.change(
            channel,
            said["ts"],
            content,
            editor=editor,
            without=without,
            deliveries=int(said.get("deliveries", 1)),
        )

    async def _delete(self, user: User, said: Payload) -> None:
        channel = self._channel(user, said)
        if self._core.ephemerals.find(said["ts"]) is not None:
            self._core.ephemerals.remove(said["ts"])
            return
        message = self._core.messages.find(channel, said["ts"])
        if message.get("user") != user.id and not user.is_admin:
            raise PersonError(f"{user.name} neither wrote {said['ts']} nor is an admin")
        self._core.messages.delete(channel, said["ts"], deliveries=int(said.get("deliveries", 1)))

    async def _delete_file(self, user: User, said: Payload) -> None:
        file = self._state.files.get(said["file"])
        if file is None or (file.user != user.id and not user.is_admin):
            raise PersonError(f"{said['file']} is no file of {user.name}'s")
        self._core.uploads.delete(file)

    async def _react(self, user: User, said: Payload) -> None:
        self._core.messages.react(
            self._channel(user, said), said["ts"], said["emoji"].strip(":"), user=user.id
        )

    async def _unreact(self, user: User, said: Payload) -> None:
        self._core.messages.unreact(
            self._channel(user, said), said["ts"], said["emoji"].strip(":"), user=user.id
        )

    async def _press(self, user: User, said: Payload) -> Payload:
        return await self._core.interactions.press(
            user,
            self._visible(user, said),
            said["ts"],
            said["action_id"],
            value=said.get("value"),
            block_id=said.get("block_id"),
        )

    async def _press_view(self, user: User, said: Payload) -> Payload:
        return await self._core.interactions.press_view(
            user,
            said["action_id"],
            view_id=said.get("view"),
            value=said.get("value"),
            block_id=said.get("block_id"),
            typed=said.get("values") or {},
        )

    async def _command(self, user: User, said: Payload) -> Payload:
        return await self._core.commands.run(
            user,
            said["command"],
            str(said.get("text") or ""),
            channel=self._channel(user, said),
            wait=float(said.get("wait", 2.0)),
        )

    async def _submit(self, user: User, said: Payload) -> Payload:
        return await self._core.interactions.submit(
            user, view_id=said.get("view"), typed=said.get("values") or {}
        )

    async def _close_view(self, user: User, said: Payload) -> Payload:
        return await self._core.interactions.close_view(user)

    async def _open_home(self, user: User, said: Payload) -> None:
        self._core.interactions.open_home(user)

    async def _shortcut(self, user: User, said: Payload) -> Payload:
        channel = self._channel(user, said) if said.get("channel") else None
        return await self._core.interactions.shortcut(
            user, said["callback_id"], channel=channel, ts=said.get("ts")
        )

    async def _ephemerals(self, user: User, said: Payload) -> list[Payload]:
        return self._core.ephemerals.of(user.id)

    async def _messages(self, user: User, said: Payload) -> list[Payload]:
        channel = self._channel(user, said)
        return [message_shape(channel, message) for message in top_level(channel)]

    async def _thread(self, user: User, said: Payload) -> list[Payload]:
        channel = self._channel(user, said)
        parent = self._core.messages.find(channel, said["ts"])
        return [message_shape(channel, one) for one in [parent, *replies_of(channel, parent["ts"])]]

    async def _views(self, user: User, said: Payload) -> list[Payload]:
        return self._core.modals.stack(user.id)

    async def _home(self, user: User, said: Payload) -> Payload | None:
        return self._state.homes.get(user.id)
