"""What one person alone is shown passes one gate, which asks at that moment whether they may see it."""

from __future__ import annotations

import ast
import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot.blocks.modals.forms import said_modal
from bot.blocks.thread.prompts import refusal
from bot.desk.desk import Desk
from bot.desk.errors import MayNotAct, NotInChannel
from bot.notifier import ANYTHING, Notifier
from bot.slack.outbound.gate import Outbound
from bot.slack.outbound.homes import Homes
from bot.slack.outbound.private import OWN_WORDS, About, Listed, Private
from bot.slack.workspace.installation import find_installation
from bot.slack.workspace.permissions import Departure, Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UnknownPerson, UserCache
from sandbox import Workspace
from storage.engine.database import Database
from storage.records import Customer, PersonId

CHANNEL = "live-chat"
MESSAGE = refusal("Maya asks for her parcel.")
METHODS = ("chat.postEphemeral", "chat.postMessage", "views.open", "views.update", "views.publish")

Way = Callable[[PersonId, About], Awaitable[object]]


class Gate:
    """The gate over a workspace, a conversation of one of its customers, and every way to one person."""

    def __init__(
        self,
        slack: Workspace,
        private: Private,
        permissions: Permissions,
        users: UserCache,
        channels: SlackChannels,
    ) -> None:
        self.slack = slack
        self.permissions = permissions
        self.users = users
        self.channels = channels
        self.client: AsyncWebClient
        self.private = private
        self.about: About = OWN_WORDS
        self.dora = PersonId(slack.team_id, slack.user_id("dora"))
        channel = slack.channel(CHANNEL).id
        view: View = said_modal(MESSAGE)
        home = {"type": "home", "blocks": [one.to_dict() for one in MESSAGE.blocks]}
        self.ways: dict[str, Way] = {
            "beside": lambda to, about: private.beside(
                to, MESSAGE, channel=channel, thread_ts=None, about=about
            ),
            "direct": lambda to, about: private.direct(to, MESSAGE, about=about),
            "open": lambda to, about: private.open(to, view, trigger="1.1.x", about=about),
            "update": lambda to, about: private.update(to, view, view_id="V1", hash_="h", about=about),
            "home": lambda to, about: private.home(to, home, hash_=None, about=about),
            "instead": lambda to, about: private.instead(
                to, MESSAGE, response_url=f"{slack.url}/none", about=about
            ),
        }

    def shown(self) -> list[str]:
        return [method for method in METHODS for _ in self.slack.calls_of(method)]

    def forgets(self) -> None:
        """As when Slack reports that somebody changed."""
        self.users.forget(self.dora)
        self.channels.somebody_moved(self.slack.channel(CHANNEL).id)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, ai_answers=False)


@pytest.fixture
async def gate(
    slack: Workspace, client: AsyncWebClient, database: Database, desk: Desk
) -> AsyncIterator[Gate]:
    slack.add_person("dora")
    installation = await find_installation(client, CHANNEL)
    channels = SlackChannels(client, desk, installation)
    await channels.start(let_in=True)
    users = UserCache(client, database, home_team=slack.team_id)
    permissions = Permissions(users, channels, bot_user=slack.bot_user_id)
    private = Private(client, permissions, Outbound(client, channels.exposure), team=slack.team_id)
    made = Gate(slack, private, permissions, users, channels)
    made.client = client
    conversation, _ = await desk.start(channel="web", inbox=None, customer=Customer(), client_id=None)
    made.about = conversation.id
    yield made
    await channels.stop()


def becomes(**what: bool | str) -> Callable[[Gate], None]:
    return lambda gate: gate.slack.change_person("dora", **what)


GONE: dict[str, tuple[Callable[[Gate], None], type[Exception]]] = {
    "guest": (becomes(is_restricted=True), MayNotAct),
    "guest of one channel": (becomes(is_ultra_restricted=True), MayNotAct),
    "of another organisation": (becomes(team_id="T0OTHER01"), MayNotAct),
    "deactivated": (becomes(deleted=True), MayNotAct),
    "bot": (becomes(is_bot=True), MayNotAct),
    "left the channel": (lambda gate: gate.slack.leave(CHANNEL, "dora"), NotInChannel),
    "unknown to Slack": (
        lambda gate: gate.slack.faults.error("users.info", "user_not_found", times=1000),
        UnknownPerson,
    ),
    "while Slack is silent about them": (
        lambda gate: gate.slack.faults.error("users.info", "internal_error", times=1000),
        UnknownPerson,
    ),
    "while Slack is silent about the channel": (
        lambda gate: gate.slack.faults.error("conversations.members", "internal_error", times=1000),
        UnknownPerson,
    ),
}


@pytest.mark.parametrize("kind", GONE)
@pytest.mark.parametrize("is_list", [False, True])
async def test_who_may_not_see_it_is_shown_it_in_no_way(gate: Gate, kind: str, is_list: bool) -> None:
    change, why = GONE[kind]
    about = Listed(None) if is_list else gate.about
    # Whatever was asked a moment ago counts for nothing.
    await gate.ways["direct"](gate.dora, about)
    before = gate.shown()
    change(gate)
    gate.forgets()
    for way in gate.ways.values():
        with pytest.raises((MayNotAct, UnknownPerson)) as refused:
            await way(gate.dora, about)
        assert isinstance(refused.value, why)
    assert gate.shown() == before


async def test_an_answer_of_slack_older_than_a_minute_counts_for_nothing(
    gate: Gate, database: Database, clock: object
) -> None:
    await gate.ways["direct"](gate.dora, gate.about)
    gate.slack._state.users[gate.dora.user].deleted = True
    clock.forward(seconds=60)  # type: ignore[attr-defined]
    with pytest.raises(MayNotAct):
        await gate.ways["direct"](gate.dora, gate.about)


async def test_nobody_is_gone_by_an_answer_from_before_they_came(gate: Gate) -> None:
    """Another process heard that somebody joined, or became a full member, and let them take over."""
    home = gate.slack.channel(CHANNEL)
    home.members.remove(gate.dora.user)
    assert not await (await gate.channels.of(home.id)).members.has_now(gate.dora.user)
    home.members.append(gate.dora.user)
    assert await gate.permissions.departure(gate.dora, home=home.id) is None
    user = gate.slack._state.users[gate.dora.user]
    user.is_restricted = True
    gate.users.forget(gate.dora)
    assert not (await gate.users.current(gate.dora)).may_act
    user.is_restricted = False
    assert await gate.permissions.departure(gate.dora, home=home.id) is None
    user.is_restricted = True
    gate.users.forget(gate.dora)
    assert await gate.permissions.departure(gate.dora, home=home.id) is Departure.NO_MEMBER


@pytest.mark.parametrize("list_of", ["nobody", "others", "silence"])
async def test_nobody_is_gone_by_a_list_without_ourselves(gate: Gate, list_of: str) -> None:
    home = gate.slack.channel(CHANNEL)
    match list_of:
        case "nobody":
            home.members = []
        case "others":
            home.members = [gate.slack.user_id("ana")]
        case _:
            gate.slack.faults.error("conversations.members", "internal_error", times=1000)
    assert await gate.permissions.departure(gate.dora, home=home.id) is None


@pytest.mark.parametrize("user", [None, {}, [], {"id": "U1"}, {"id": "U1", "team_id": None, "teams": []}])
async def test_a_description_of_nobody_shows_nothing_and_makes_nobody_gone(gate: Gate, user: object) -> None:
    home = gate.slack.channel(CHANNEL)
    gate.slack.faults.answer("users.info", {"ok": True, "user": user}, times=1000)
    with pytest.raises(UnknownPerson):
        await gate.ways["direct"](gate.dora, gate.about)
    assert await gate.permissions.departure(gate.dora, home=home.id) is None


async def test_a_home_that_was_left_long_ago_is_emptied_too(gate: Gate, desk: Desk) -> None:
    seconds = 1000.0
    notifier = Notifier()
    installation = await find_installation(gate.client, CHANNEL)
    homes = Homes(
        notifier,
        desk,
        installation,
        gate.permissions,
        gate.users,
        gate.private,
        pause=0,
        spacing=0,
        clock=lambda: seconds,
    )
    running = asyncio.create_task(homes.run())
    await homes.opened(gate.dora)
    assert "Waiting now" in str(gate.slack.home("dora"))
    seconds += 3600
    notifier.ring(ANYTHING)
    await gate.slack.until(lambda: gate.dora in homes._left)
    becomes(is_restricted=True)(gate)
    gate.forgets()
    homes.somebody_changed(gate.dora.user)
    await gate.slack.until(lambda: "Only full members" in str(gate.slack.home("dora")))
    running.cancel()
    await asyncio.wait({running})


async def test_words_of_this_program_alone_are_for_anybody(gate: Gate) -> None:
    becomes(is_restricted=True)(gate)
    gate.forgets()
    await gate.ways["beside"](gate.dora, OWN_WORDS)
    assert gate.shown() == ["chat.postEphemeral"]


# What reaches one person alone: the SDK's methods, and the class that posts to a `response_url`.
USED = {"views_open", "views_update", "views_publish", "chat_postEphemeral", "AsyncWebhookClient"}
TO_ONE_PERSON = USED | {
    "views_push",
    "chat_scheduleMessage",
    "conversations_open",
    "WebhookClient",
    "respond",
    "assistant_threads_setSuggestedPrompts",
}


def test_nothing_goes_around_the_gate() -> None:
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for name, path, _ in uses():
        if name in TO_ONE_PERSON:
            callers[name].add(path)
    assert dict(callers) == {name: {"slack/outbound/private.py"} for name in USED}
    # The rest of what is posted is for a channel, and judged by that.
    assert {path for name, path, _ in uses() if name == "chat_postMessage"} == {
        "slack/outbound/gate.py",
        "slack/outbound/private.py",
        "probing/scratch.py",  # in a channel that holds no conversation
    }


def test_who_says_words_of_this_program_alone_is_known() -> None:
    """A new one has to be looked at: whatever is shown as `OWN_WORDS` is shown to anybody."""
    assert {path for name, path, _ in uses() if name == "OWN_WORDS"} == {
        "handlers/interactions/background_tasks.py",
        "handlers/interactions/interaction.py",
        "slack/outbound/homes.py",
        "slack/outbound/message_sender.py",
        "slack/outbound/private.py",
        "slack/outbound/message_updates.py",
    }


def test_what_answers_slack_itself_with_content_is_known() -> None:
    """An acknowledgement can carry a message or a window: who gives it one has asked before."""
    answers = {
        (path, argument)
        for name, path, node in uses()
        if name == "ack" and isinstance(node, ast.Call)
        for argument in (keyword.arg for keyword in node.keywords)
        if argument in ("text", "blocks", "view")
    }
    assert answers == {
        ("handlers/commands.py", "text"),
        ("handlers/commands.py", "blocks"),
        ("handlers/compose.py", "view"),
    }


def uses() -> list[tuple[str, str, ast.AST]]:
    """Every name that the program's code uses but does not only import, with its file."""
    found: list[tuple[str, str, ast.AST]] = []
    root = Path(bot.__file__).parent
    for file in sorted(root.rglob("*.py")):
        path = file.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                found.append((node.attr, path, node))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.append((node.func.id, path, node))
            elif isinstance(node, ast.Name):
                found.append((node.id, path, node))
    return found
