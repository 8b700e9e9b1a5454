"""The app's manifest asks Slack for exactly what the program uses, in the form that Slack takes."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from jsonschema import Draft7Validator
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

import bot
import bot.handlers.app
from bot.desk.desk import Desk
from bot.files.store import FileStore
from bot.handlers.app import slack_app
from bot.handlers.interactions.background_tasks import BackgroundTasks
from bot.manifest import as_yaml, manifest, messages_tab
from bot.notifier import Notifier
from bot.settings import Settings
from bot.slack.api.clock import SlackClock
from bot.slack.api.downloads import SlackFiles, SlackHost
from bot.slack.inbound.event_queue import EventQueue
from bot.slack.inbound.ingest_lag import IngestLag
from bot.slack.outbound.gate import Outbound
from bot.slack.outbound.homes import Homes
from bot.slack.outbound.private import Private
from bot.slack.workspace.departures import DepartureMonitor
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UserCache
from storage.engine.database import Database, utc_now

# The bot scopes that docs.slack.dev/reference/methods names for each method; any of a method's scopes is
# enough for one kind of conversation, and we use public and private channels both.
SCOPES_OF = {
    "apps_connections_open": set[str](),  # an app-level token's connections:write
    "auth_test": set[str](),
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_replies": {"channels:history", "groups:history"},
    "reactions_add": {"reactions:write"},
    "reactions_remove": {"reactions:write"},
    "users_info": {"users:read"},
    "views_open": set[str](),
    "views_update": set[str](),
    "views_publish": set[str](),
}
# docs.slack.dev/reference/events: `message` comes by these subscriptions, which need these scopes.
_ABOUT_CHANNELS = {"channels:read", "groups:read"}
SUBSCRIPTIONS_OF: dict[str, dict[str, set[str]]] = {
    "message": {"message.channels": {"channels:history"}, "message.groups": {"groups:history"}},
    "app_home_opened": {"app_home_opened": set()},
    "app_uninstalled": {"app_uninstalled": set()},
    "channel_archive": {"channel_archive": {"channels:read"}},
    "channel_id_changed": {"channel_id_changed": _ABOUT_CHANNELS},
    "channel_left": {"channel_left": {"channels:read"}},
    "channel_shared": {"channel_shared": _ABOUT_CHANNELS},
    "channel_unarchive": {"channel_unarchive": {"channels:read"}},
    "channel_unshared": {"channel_unshared": _ABOUT_CHANNELS},
    "group_archive": {"group_archive": {"groups:read"}},
    "group_left": {"group_left": {"groups:read"}},
    "group_unarchive": {"group_unarchive": {"groups:read"}},
    "member_joined_channel": {"member_joined_channel": _ABOUT_CHANNELS},
    "member_left_channel": {"member_left_channel": _ABOUT_CHANNELS},
    "tokens_revoked": {"tokens_revoked": set()},
    "user_change": {"user_change": {"users:read"}},
}

_TEXT = {"type": "string", "minLength": 1}
_ADDRESS = {"type": "string", "pattern": "^https://"}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required or [],
        "additionalProperties": False,
    }


SCHEMA = _object(
    {
        "_metadata": _object({"major_version": {"const": 1}, "minor_version": {"type": "integer"}}),
        "display_information": _object(
            {
                "name": {**_TEXT, "maxLength": 35},
                "description": {**_TEXT, "maxLength": 140},
                "long_description": {"type": "string", "minLength": 174, "maxLength": 4000},
                "background_color": {"type": "string", "pattern": "^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
            },
            ["name"],
        ),
        "features": _object(
            {
                "app_home": _object(
                    {
                        "home_tab_enabled": {"type": "boolean"},
                        "messages_tab_enabled": {"type": "boolean"},
                        "messages_tab_read_only_enabled": {"type": "boolean"},
                    }
                ),
                "bot_user": _object(
                    {
                        "display_name": {"type": "string", "pattern": "^[A-Za-z0-9._ -]{1,80}$"},
                        "always_online": {"type": "boolean"},
                    },
                    ["display_name"],
                ),
                "shortcuts": {"type": "array", "maxItems": 10},
                "slash_commands": {
                    "type": "array",
                    "maxItems": 50,
                    "items": _object(
                        {
                            "command": {"type": "string", "pattern": r"^/[^\s/]{1,31}$"},
                            "description": {**_TEXT, "maxLength": 2000},
                            "usage_hint": {"type": "string", "maxLength": 1000},
                            "should_escape": {"type": "boolean"},
                            "url": _ADDRESS,
                        },
                        ["command", "description"],
                    ),
                },
            }
        ),
        "oauth_config": _object(
            {
                "scopes": _object(
                    {
                        "bot": {
                            "type": "array", "maxItems": 255, "uniqueItems": True,
                            "items": {"type": "string", "pattern": r"^[a-z:._]+$"},
                        },
                        "bot_optional": {"type": "array"},
                    }
                ),
                "redirect_urls": {"type": "array", "maxItems": 1000, "items": _ADDRESS},
            }
        ),
        "settings": _object(
            {
                "event_subscriptions": _object(
                    {
                        "request_url": _ADDRESS,
                        "bot_events": {"type": "array", "maxItems": 100, "uniqueItems": True},
                    }
                ),
                "interactivity": _object(
                    {
                        "is_enabled": {"type": "boolean"},
                        "request_url": _ADDRESS,
                        "message_menu_options_url": _ADDRESS,
                    },
                    ["is_enabled"],
                ),
                "org_deploy_enabled": {"type": "boolean"},
                "socket_mode_enabled": {"type": "boolean"},
                "token_rotation_enabled": {"type": "boolean"},
            }
        ),
    },
    ["display_information"],
)  # fmt: skip


class Noting(AsyncApp):
    """Bolt's app, noting what is listened to."""

    noted: list[tuple[str, Any]]

    def __init__(self, **arguments: Any) -> None:
        self.noted = []
        super().__init__(**arguments)

    def event(self, event: Any, *more: Any, **arguments: Any) -> Callable[..., Any]:
        self.noted.append(("event", event))
        return super().event(event, *more, **arguments)

    def command(self, command: Any, *more: Any, **arguments: Any) -> Callable[..., Any]:
        self.noted.append(("command", command))
        return super().command(command, *more, **arguments)

    def action(self, constraints: Any, *more: Any, **arguments: Any) -> Callable[..., Any]:
        self.noted.append(("action", constraints))
        return super().action(constraints, *more, **arguments)

    def shortcut(self, constraints: Any, *more: Any, **arguments: Any) -> Callable[..., Any]:
        self.noted.append(("shortcut", constraints))
        return super().shortcut(constraints, *more, **arguments)

    def heard(self, kind: str) -> set[str]:
        return {what for noted, what in self.noted if noted == kind and isinstance(what, str)}


@pytest.fixture
async def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Noting:
    """The program's own app, with every listener it registers."""
    monkeypatch.setattr(bot.handlers.app, "AsyncApp", Noting)
    client = AsyncWebClient("xoxb-1", base_url="http://127.0.0.1:1/api/")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'unused.db'}")
    users = UserCache(client, database, home_team="T1")
    installation = Installation("T1", "Team", "U1", "B1", "https://t.slack.com/", "C1", "live-chat")
    desk = Desk(database, ai_answers=True)
    session = aiohttp.ClientSession()
    files = SlackFiles(
        client,
        session,
        database,
        FileStore(database, largest=1, most=1),
        SlackHost("http://127.0.0.1:1/api/"),
    )
    channels = SlackChannels(client, desk, installation)
    permissions = Permissions(users, channels, bot_user="U1")
    private = Private(client, permissions, Outbound(client, channels.exposure), team="T1")
    made = slack_app(
        client,
        desk=desk,
        channels=channels,
        departures=DepartureMonitor(desk, permissions, channels),
        homes=Homes(Notifier(), desk, installation, permissions, users, private),
        users=users,
        permissions=permissions,
        private=private,
        event_queue=EventQueue(
            database,
            Notifier(),
            permissions,
            users,
            files,
            installation,
            ingest_lag=IngestLag(database, Notifier(), least=timedelta(0)),
            slack_clock=SlackClock(utc_now),
        ),
        installation=installation,
        dropped=lambda _since: None,
        settings=Settings(slack_bot_token="xoxb-1", slack_channel="C1"),
        writer=None,
        background=BackgroundTasks(),
        anyone_replies=False,
        signing_secret="s",
        slack_clock=SlackClock(utc_now),
        channel_language="en",
    )
    await session.close()
    await database.close()
    assert isinstance(made, Noting)
    return made


def methods_called() -> set[str]:
    """The Web API methods that the program's sources call on a client."""
    offered = {
        name
        for name, member in inspect.getmembers(AsyncWebClient, asyncio.iscoroutinefunction)
        if "_" in name.strip("_") and not name.startswith("_") and name != "api_call"
    }
    called = set()
    for path in Path(bot.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in offered:
                called.add(node.attr)
    return called


async def test_it_asks_for_the_scopes_of_what_is_called_and_heard_and_for_no_other(app: Noting) -> None:
    called = methods_called()
    assert called == set(SCOPES_OF), "a method came or went: see its page for its scopes"
    needed = set().union(*(SCOPES_OF[method] for method in called))
    for event in app.heard("event"):
        needed |= set().union(*SUBSCRIPTIONS_OF[event].values())
    if app.heard("command"):
        needed.add("commands")
    asked = manifest()["oauth_config"]["scopes"]["bot"]
    assert sorted(needed) == asked


async def test_it_subscribes_to_the_events_that_are_heard_and_to_no_other(app: Noting) -> None:
    heard = {name for event in app.heard("event") for name in SUBSCRIPTIONS_OF[event]}
    assert sorted(heard) == manifest()["settings"]["event_subscriptions"]["bot_events"]


async def test_its_commands_and_shortcuts_are_those_that_are_answered(app: Noting) -> None:
    features = manifest()["features"]
    assert {command["command"] for command in features["slash_commands"]} == app.heard("command")
    assert {one["callback_id"] for one in features.get("shortcuts", [])} == app.heard("shortcut")


def test_people_can_be_told_something_in_private() -> None:
    """Without a messages tab Slack refuses an app's direct messages; nobody is to type there."""
    home = manifest()["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, True)


async def test_the_home_tab_is_there_because_its_opening_is_heard(app: Noting) -> None:
    assert manifest()["features"]["app_home"]["home_tab_enabled"] is ("app_home_opened" in app.heard("event"))


def test_it_can_write_to_people_who_cannot_write_back() -> None:
    """Without the tab Slack refuses what a holder is told privately; what is typed there goes nowhere."""
    assert messages_tab() == "read-only"
    assert "message.im" not in manifest()["settings"]["event_subscriptions"]["bot_events"]


async def test_interactivity_is_on_because_there_are_buttons(app: Noting) -> None:
    assert app.heard("action")
    assert manifest()["settings"]["interactivity"] == {"is_enabled": True}


@pytest.mark.parametrize(
    "url", [None, "https://chat.example", "https://chat.example/", "https://x.example/sub"]
)
def test_it_is_within_slacks_schema_and_limits(url: str | None) -> None:
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(manifest(url=url))] == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("display_information", "name"), "n" * 36),
        (("display_information", "description"), "d" * 141),
        (("features", "bot_user", "display_name"), "b" * 81),
        (("features", "slash_commands", 0, "command"), "/" + "c" * 32),
        (("features", "slash_commands", 0, "usage_hint"), "u" * 1001),
        (("settings", "event_subscriptions", "bot_events"), [f"e{n}" for n in range(101)]),
        (("settings", "unknown"), True),
    ],
)
def test_the_schema_refuses_what_slack_would(path: tuple[Any, ...], wrong: object) -> None:
    app = manifest()
    *places, last = path
    inside: Any = app
    for place in places:
        inside = inside[place]
    inside[last] = wrong
    assert list(Draft7Validator(SCHEMA).iter_errors(app))


def test_for_socket_mode_it_names_no_address() -> None:
    app = manifest()
    assert app["settings"]["socket_mode_enabled"] is True
    assert "http" not in re.sub(r"#.*", "", as_yaml(app))


@pytest.mark.parametrize("url", ["https://chat.example", "https://chat.example/"])
def test_for_http_everything_is_delivered_to_one_address(url: str) -> None:
    app = manifest(url=url)
    address = "https://chat.example/slack/events"
    assert app["settings"]["socket_mode_enabled"] is False
    assert app["settings"]["event_subscriptions"]["request_url"] == address
    assert app["settings"]["interactivity"]["request_url"] == address
    assert {command["url"] for command in app["features"]["slash_commands"]} == {address}


def test_as_printed_it_reads_back_the_same() -> None:
    for url in (None, "https://chat.example"):
        assert yaml.safe_load(as_yaml(manifest(url=url))) == manifest(url=url)
