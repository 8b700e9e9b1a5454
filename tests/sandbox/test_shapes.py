"""What the sandbox answers and delivers has the shapes of Slack's own recordings (`derive_shapes`).

A field that the sandbox has and no recording does is a lie, or newer than the recordings: then it stands in
`NEWER` with where it is documented.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Workspace
from tests.sandbox.derive_shapes import METHODS, SHAPES, merge, shape_of

RECORDED = json.loads(SHAPES.read_text())
# Where a field that no recording has is documented: a page of docs.slack.dev, or the SDK that reads it.
NEWER = {
    "files.info.response_metadata": "docs.slack.dev/reference/methods/files.info",
    "ViewSubmissionPayload.response_urls": (
        "docs.slack.dev/reference/interaction-payloads/view-interactions-payload"
    ),
    "ViewSubmissionPayload.view.blocks": (
        "docs.slack.dev/reference/interaction-payloads/view-interactions-payload"
    ),
}
SECTION = {"type": "section", "block_id": "b", "text": {"type": "plain_text", "text": "Hello"}}
VIEW = {
    "type": "modal",
    "callback_id": "asked",
    "title": {"type": "plain_text", "text": "A"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [SECTION],
}
BUTTON = {
    "type": "actions",
    "block_id": "a",
    "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
    ],
}


# What one recording leaves out of them another has: a message is a message wherever it stands.
ALIKE = {
    "message": "message",
    "messages": "message",
    "file": "file",
    "files": "file",
    "bot_profile": "bot_profile",
}


def _alike(shape: Any) -> Iterator[tuple[str, Any]]:
    """Every message, file and bot profile inside a shape."""
    if isinstance(shape, list):
        yield from _alike(shape[0])
    elif isinstance(shape, dict):
        for name, inner in shape.items():
            one = inner[0] if isinstance(inner, list) else inner
            if name in ALIKE and isinstance(one, dict):
                yield ALIKE[name], one
            yield from _alike(one)


def _merged() -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(ALIKE.values(), "any")
    messages = [one["event"] for kind, one in RECORDED["events"].items() if kind.startswith("message")]
    for name, shape in [*_alike([RECORDED["api"]]), *_alike([RECORDED["events"]])]:
        found[name] = merge(found[name], shape)
    for event in messages:
        found["message"] = merge(found["message"], event)
    return found


MERGED = _merged()


def differences(found: Any, recorded: Any, path: str) -> Iterator[str]:
    """Where a shape has what the recorded one has not."""
    if "any" in (found, recorded):
        return
    if isinstance(found, dict) and isinstance(recorded, dict):
        for name, inner in found.items():
            where = f"{path}.{name}"
            if name in recorded:
                yield from differences(inner, _of_its_kind(name, recorded[name]), where)
            elif where not in NEWER:
                yield f"{where}: in no recording"
    elif isinstance(found, list) and isinstance(recorded, list):
        yield from differences(found[0], recorded[0], f"{path}[]")
    elif found != recorded:
        yield f"{path}: {found} where {recorded} was recorded"


def _of_its_kind(name: str, recorded: Any) -> Any:
    if name not in ALIKE or isinstance(recorded, str):
        return recorded
    merged = MERGED[ALIKE[name]]
    return [merged] if isinstance(recorded, list) else merged


def _recorded_event(kind: str) -> Any:
    """The event's own shape in the envelope that all events share: not every recording has all of it."""
    envelope: Any = "any"
    for shape in RECORDED["events"].values():
        envelope = merge(envelope, {name: inner for name, inner in shape.items() if name != "event"})
    is_message = kind.startswith("message")
    return envelope | {"event": MERGED["message"] if is_message else RECORDED["events"][kind]["event"]}


class Heard:
    """What the workspace delivers over HTTP."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    async def receive(self, request: web.Request) -> web.Response:
        text = await request.text()
        if request.content_type == "application/json":
            body = json.loads(text)
        else:
            form = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
            # A form has no booleans.
            plain = {name: {"true": True, "false": False}.get(value, value) for name, value in form.items()}
            body = json.loads(form["payload"]) if "payload" in form else plain
        self.bodies.append(body)
        return web.json_response({"challenge": body.get("challenge", "")})

    def events(self) -> dict[str, dict[str, Any]]:
        """The latest of each kind, by its type and subtype."""
        found = {}
        for body in self.bodies:
            event = body.get("event") or body
            kind = "/".join(str(event[name]) for name in ("type", "subtype") if event.get(name))
            found[kind] = body
        return found


@asynccontextmanager
async def listening(slack: Workspace) -> AsyncIterator[Heard]:
    heard = Heard()
    app = web.Application()
    app.router.add_post("/slack/events", heard.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await slack.deliver_events_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield heard
    finally:
        await runner.cleanup()


async def answers(slack: Workspace, client: AsyncWebClient) -> dict[str, Any]:
    """An answer of every method that the workspace serves."""
    general = slack.channel("live-chat").id
    found: dict[str, Any] = {}

    async def ask(method: str, **how: Any) -> Any:
        token = how.pop("token", None)
        try:
            answer = await client.api_call(
                method, json=how, headers={"Authorization": f"Bearer {token}"} if token else None
            )
        except SlackApiError as error:
            raise AssertionError(f"{method}: {error.response.data}") from error
        found[method] = answer.data
        return answer.data

    ana = await slack.person("ana").post("live-chat", "Hello")
    user = slack.message("live-chat", ana)["user"]
    posted = await ask(
        "chat.postMessage", channel=general, text="Hello", blocks=[SECTION, BUTTON],
        metadata={"event_type": "x", "event_payload": {"a": 1}},
    )  # fmt: skip
    ts = posted["ts"]
    await client.chat_postMessage(channel=general, thread_ts=ts, text="Under it", reply_broadcast=True)
    await slack.person("ana").post("live-chat", "Mine", thread_ts=ts)
    await ask("chat.update", channel=general, ts=ts, text="Hello!", blocks=[SECTION, BUTTON])
    await ask("chat.postEphemeral", channel=general, user=user, text="You alone")
    await ask("chat.getPermalink", channel=general, message_ts=ts)
    await ask("reactions.add", channel=general, timestamp=ts, name="eyes")
    await ask("reactions.get", channel=general, timestamp=ts)
    await ask("conversations.history", channel=general, include_all_metadata=True)
    await ask("conversations.replies", channel=general, ts=ts, include_all_metadata=True)
    await ask("reactions.remove", channel=general, timestamp=ts, name="eyes")
    for method in ("conversations.info", "conversations.members"):
        await ask(method, channel=general)
    await ask("conversations.list")
    await ask("conversations.open", users=user)
    await ask("conversations.join", channel=slack.channel("general").id)
    await ask("conversations.leave", channel=slack.channel("general").id)
    await ask("users.info", user=user, include_locale=True)
    for method in ("auth.test", "team.info", "emoji.list", "users.list", "usergroups.list"):
        await ask(method)
    await ask("bots.info", bot=(await client.auth_test())["bot_id"])
    await ask("apps.connections.open", token=slack.app_token)
    upload = await ask("files.getUploadURLExternal", filename="a.txt", length=2)
    async with aiohttp.ClientSession() as session, session.post(upload["upload_url"], data=b"Hi") as answer:
        assert answer.status == 200
    await ask(
        "files.completeUploadExternal", files=[{"id": upload["file_id"]}], channel_id=general, thread_ts=ts
    )
    await ask("files.info", file=upload["file_id"])
    await ask("files.delete", file=upload["file_id"])
    await ask("views.publish", user_id=user, view={"type": "home", "blocks": []})
    await ask("chat.delete", channel=general, ts=ts)
    return found


async def test_every_answer_has_the_shape_of_slacks_own(slack: Workspace, client: AsyncWebClient) -> None:
    found = await answers(slack, client)
    assert [
        one
        for method, answer in found.items()
        for one in differences(shape_of(answer), RECORDED["api"][method], method)
    ] == []
    # The rest needs a press, an e-mail address or an assistant: see below and the tests of each.
    assert set(METHODS) - set(found) == {
        "assistant.threads.setStatus", "users.lookupByEmail", "views.open", "views.push", "views.update",
    }  # fmt: skip


async def test_every_event_has_the_shape_of_slacks_own(slack: Workspace, client: AsyncWebClient) -> None:
    slack.add_channel("other")
    async with listening(slack) as heard:
        ana, ben = slack.person("ana"), slack.person("ben")
        ts = await ana.post("live-chat", "Hello <https://example.com>")
        await ana.edit("live-chat", ts, "Hello!")
        await ana.post("live-chat", "A file", files={"a.txt": b"Hi"})
        reply = await ben.post("live-chat", "Under it", thread_ts=ts)
        await client.chat_postMessage(channel=slack.channel("live-chat").id, text="Of the bot")
        await ben.react("live-chat", ts, "eyes")
        await ben.unreact("live-chat", ts, "eyes")
        await ben.delete("live-chat", reply)
        await ben.open_home()
        slack.leave("live-chat", "ben")
        slack.join("live-chat", "ben")
        slack.change_person("ben", is_restricted=True)
        slack.archive("other")
        slack.archive("other", archived=False)
        slack.share("live-chat")
        slack.leave("other")
        slack.leave("live-chat")
        slack.limit_events()
        await slack.until(lambda: slack.events_under_way == 0)
        found = heard.events()
    found = {kind: body for kind, body in found.items() if kind != "url_verification"}
    assert [
        one
        for kind, body in found.items()
        for one in differences(shape_of(body), _recorded_event(kind), kind)
    ] == []
    assert {
        "message",
        "message/message_changed",
        "message/message_deleted",
        "reaction_added",
        "app_home_opened",
    } <= set(found)


async def test_every_interaction_has_the_shape_of_slacks_own(
    slack: Workspace, client: AsyncWebClient
) -> None:
    async with listening(slack) as heard:
        ana = slack.person("ana")
        posted = await client.chat_postMessage(
            channel=slack.channel("live-chat").id, text="Press", blocks=[SECTION, BUTTON]
        )
        acts = [
            asyncio.create_task(ana.press("live-chat", posted["ts"], "go")),
            asyncio.create_task(ana.command("/bookbag", "help", channel="live-chat")),
            asyncio.create_task(ana.shortcut("bookbag_note", "live-chat", posted["ts"])),
        ]
        await slack.until(lambda: len(heard.bodies) >= 4)
        await asyncio.gather(*acts, return_exceptions=True)
        pressed = next(one for one in heard.bodies if one.get("type") == "block_actions")
        opened = await client.views_open(trigger_id=pressed["trigger_id"], view=VIEW)
        updated = await client.views_update(view_id=opened["view"]["id"], view=VIEW)
        await asyncio.gather(ana.submit(opened["view"]["id"]), return_exceptions=True)
        bodies = heard.bodies[:]
    kinds = {
        "block_actions": "BlockActionPayload",
        "message_action": "MessageShortcutPayload",
        "view_submission": "ViewSubmissionPayload",
        None: "SlashCommandPayload",
    }
    interactions = {kinds[one.get("type")]: one for one in bodies if one.get("type") in kinds}
    assert set(interactions) == set(kinds.values())
    assert [
        one
        for name, body in interactions.items()
        for one in differences(shape_of(body), RECORDED["interactions"][name], name)
    ] == []
    for method, answer in (("views.open", opened.data), ("views.update", updated.data)):
        assert list(differences(shape_of(answer), RECORDED["api"][method], method)) == []


@pytest.mark.parametrize(
    ("found", "recorded", "says"),
    [
        ({"a": 1}, {"a": "string"}, "x.a: number where string was recorded"),
        ({"b": 1}, {"a": "string"}, "x.b: in no recording"),
        ({"a": [{"b": True}]}, {"a": [{"c": "any"}]}, "x.a[].b: in no recording"),
        ({"a": None}, {"a": "string"}, None),
    ],
)
def test_a_difference_is_found(found: Any, recorded: Any, says: str | None) -> None:
    assert list(differences(shape_of(found), recorded, "x")) == ([] if says is None else [says])
