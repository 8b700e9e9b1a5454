"""Everything the workspace remembers. In memory only; one event loop changes it, so nothing locks."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Unpack

from sandbox.changes import Changes
from sandbox.clock import OffsetClock, Timestamps
from sandbox.content.mrkdwn import MrkdwnNames
from sandbox.delivery.triggers import Triggers
from sandbox.errors import PersonError, SlackError
from sandbox.model import App, Enterprise, MessagesTab, User, WorkspaceChannel, WorkspaceFile
from sandbox.payload import Ids, Payload, random_id
from sandbox.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.clock import Clock
    from sandbox.model import PersonFields


class WorkspaceState:
    """One team with one installed app, its people and channels."""

    def __init__(self, *, clock: Clock, team_name: str, app_name: str) -> None:
        self.clock = OffsetClock(clock)
        self.rules = Rules()
        self.ids = Ids()
        self.timestamps = Timestamps(self.clock)
        self.changes = Changes()
        # What expires does so after a time that has passed, whatever the clock on Slack's wall says.
        self.elapsed = clock
        self.triggers = Triggers(clock)
        self.url = ""
        self.team_id = random_id("T")
        self.team_name = team_name
        self.team_domain = team_name.lower().replace(" ", "-")
        self.enterprise: Enterprise | None = None
        self.users: dict[str, User] = {}
        self.channels: dict[str, WorkspaceChannel] = {}
        self.ephemerals: list[Payload] = []
        self.files: dict[str, WorkspaceFile] = {}
        self.modals: dict[str, list[Payload]] = {}
        self.homes: dict[str, Payload] = {}
        self.usergroups: list[Payload] = []
        self.custom_emoji: dict[str, str] = {}
        # What the app offers in a message's menu: names by callback id.
        self.message_shortcuts: dict[str, str] = {}
        self.messages_tab: MessagesTab = "open"
        self.thread_statuses: dict[tuple[str, str], str] = {}
        self.socket_tickets: set[str] = set()
        self.app = self._install(app_name)

    def _install(self, app_name: str) -> App:
        app = App(
            app_id=random_id("A"),
            name=app_name,
            bot_id=random_id("B"),
            bot_user_id=random_id("U"),
            bot_token=f"xoxb-sandbox-{secrets.token_hex(12)}",
            app_token=f"xapp-sandbox-{secrets.token_hex(12)}",
            signing_secret=f"sandbox-{secrets.token_hex(16)}",
            verification_token=secrets.token_hex(12),
        )
        self.users[app.bot_user_id] = User(
            app.bot_user_id, self.team_id, app_name.lower(), app_name, is_bot=True, bot_id=app.bot_id
        )
        return app

    @property
    def now(self) -> int:
        return int(self.clock())

    def set_clock_offset(self, seconds: float) -> None:
        """Let Slack's clock be so far ahead of (below 0: behind) the app's.

        Timestamps, times of events, the `Date` of answers and the time of signed requests follow it.
        Assumed: no page promises that Slack's clock and the app's agree.
        """
        self.clock.offset = seconds
        self.timestamps.restart()
        self.changes.note()

    @property
    def enterprise_fields(self) -> Payload:
        """What commands and descriptions of the workspace add on an Enterprise Grid."""
        if self.enterprise is None:
            return {}
        return {"enterprise_id": self.enterprise.id, "enterprise_name": self.enterprise.name}

    @property
    def enterprise_id(self) -> str | None:
        return self.enterprise.id if self.enterprise else None

    def add_enterprise(self) -> Enterprise:
        """Make the workspace one of an Enterprise Grid organisation, if it is none yet."""
        if self.enterprise is None:
            self.enterprise = Enterprise(random_id("E"), f"{self.team_name} Group")
        return self.enterprise

    @property
    def people(self) -> list[User]:
        return [user for user in self.users.values() if not user.is_bot]

    @property
    def names(self) -> MrkdwnNames:
        return MrkdwnNames(
            users={user.name: user.id for user in self.users.values()},
            channels={channel.name: channel.id for channel in self.channels.values() if not channel.is_im},
            emoji=self.custom_emoji,
        )

    def person(self, name: str) -> User:
        """A person by name or id; for the people's own side, so it names who exists."""
        found = self.users.get(name) or next((u for u in self.people if u.name == name), None)
        if found is None:
            raise PersonError(f"nobody is called {name!r}; here are {', '.join(u.name for u in self.people)}")
        return found

    def user(self, user_id: str) -> User:
        """A user by id, for the Web API.

        Source for people who are hidden: onyx-dot-app/onyx issue 1466, authors that users.info does not know.
        """
        if user_id not in self.users or self.users[user_id].is_hidden:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def channel_named(self, name: str) -> WorkspaceChannel:
        """A channel by id, name or #name; for the people's own side."""
        wanted = name.removeprefix("#")
        for channel in self.channels.values():
            if wanted in (channel.id, channel.name):
                return channel
        raise PersonError(
            f"no channel {name!r}; here are {', '.join(c.name for c in self.channels.values())}"
        )

    def channel(self, channel_id: str) -> WorkspaceChannel:
        """A channel the bot can see, for the Web API: private ones only where it is a member."""
        channel = self.channels.get(channel_id)
        if channel is None or (channel.is_private and not channel.is_member):
            raise SlackError("channel_not_found")
        return channel

    def add_channel(
        self,
        name: str,
        *,
        members: Iterable[str],
        is_private: bool = False,
        is_archived: bool = False,
        is_ext_shared: bool = False,
        is_mpim: bool = False,
    ) -> WorkspaceChannel:
        people = list(members)
        channel = WorkspaceChannel(
            id=self.ids.new("C"),
            name=name,
            bot_user_id=self.app.bot_user_id,
            created=self.now,
            creator=people[0] if people else self.app.bot_user_id,
            is_private=is_private,
            is_archived=is_archived,
            is_ext_shared=is_ext_shared,
            is_mpim=is_mpim,
            members=people,
        )
        self.channels[channel.id] = channel
        self.changes.note()
        return channel

    def add_person(
        self, name: str, *, channels: Iterable[str] | None = None, **fields: Unpack[PersonFields]
    ) -> User:
        """Somebody new, by default in every public channel."""
        if any(user.name == name for user in self.users.values()):
            raise PersonError(f"somebody is called {name!r} already")
        public = [channel for channel in self.channels.values() if not channel.is_private]
        places = public if channels is None else [self.channel_named(channel) for channel in channels]
        person: Payload = {
            "team_id": self.team_id,
            "real_name": name.capitalize(),
            "email": f"{name}@example.com",
            **fields,
            "teams": tuple(fields.get("teams", ())),
        }
        user = User(id=self.ids.new("U"), name=name, **person)
        if user.teams:
            self.add_enterprise()
        self.users[user.id] = user
        for channel in places:
            channel.members.append(user.id)
        self.changes.note()
        return user

    def direct_messages(self, user_id: str) -> WorkspaceChannel:
        """The bot's direct messages with one person, opened on first use."""
        for channel in self.channels.values():
            if channel.is_im and user_id in channel.members:
                return channel
        channel = WorkspaceChannel(
            id=self.ids.new("D"),
            name=user_id,
            bot_user_id=self.app.bot_user_id,
            created=self.now,
            creator=self.app.bot_user_id,
            is_im=True,
            is_private=True,
            members=[user_id, self.app.bot_user_id],
        )
        self.channels[channel.id] = channel
        return channel

    def permalink(self, channel: WorkspaceChannel, message: Payload) -> str:
        link = f"{self.url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
        parent = message.get("thread_ts")
        return f"{link}?thread_ts={parent}&cid={channel.id}" if parent and parent != message["ts"] else link
