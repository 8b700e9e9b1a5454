"""What a workspace is made of."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.payload import Payload

SLACKBOT = "USLACKBOT"
ChannelType = Literal["channel", "group", "im", "mpim"]
# What an app's manifest says of the Messages tab in its Home: without it the app cannot write to people.
MessagesTab = Literal["off", "read-only", "open"]


@dataclass
class User:
    """A person, or the bot's user.

    On an Enterprise Grid `teams` are the workspaces that a person is in; `team_id` is then the one that
    users.info names, and `action_team_id` the one that their interactions name.
    """

    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str | None = None
    title: str = ""
    tz: str = "Europe/Lisbon"
    locale: str = "en-US"
    is_bot: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    bot_id: str | None = None
    teams: tuple[str, ...] = ()
    action_team_id: str | None = None
    # Whether users.info knows nothing of them, although they are there and write.
    is_hidden: bool = False

    def is_stranger_to(self, team_id: str) -> bool:
        """Whether they are in another workspace and not in this one."""
        return team_id not in (self.team_id, *self.teams)


class PersonFields(TypedDict, total=False):
    """What can be said of a new person; see `User`."""

    real_name: str
    display_name: str
    email: str
    title: str
    tz: str
    locale: str
    is_bot: bool
    is_admin: bool
    is_owner: bool
    is_restricted: bool
    is_ultra_restricted: bool
    deleted: bool
    team_id: str
    teams: Sequence[str]
    action_team_id: str
    is_hidden: bool


@dataclass(frozen=True)
class Enterprise:
    """The Enterprise Grid organisation that the workspace belongs to."""

    id: str
    name: str


@dataclass
class Thread:
    """The replies' timestamps, oldest first, and who wrote them, in the order of their first replies."""

    replies: list[str] = field(default_factory=list)
    authors: dict[str, None] = field(default_factory=dict)

    def add(self, message: Payload) -> None:
        insort(self.replies, message["ts"])
        self.note_author(message)

    def note_author(self, message: Payload) -> None:
        self.authors[str(message.get("user") or message.get("bot_id"))] = None


@dataclass
class WorkspaceChannel:
    """A conversation in Slack's sense: a channel, or a direct message with the bot or of several people."""

    id: str
    name: str
    bot_user_id: str
    created: int
    creator: str
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    # The other organisations' workspaces that a shared channel is also in.
    connected_teams: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    members: list[str] = field(default_factory=list)
    messages: dict[str, Payload] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    top: list[str] = field(default_factory=list)

    def add(self, message: Payload) -> None:
        """Keep a message. It is newer than all others unless Slack's clock was set back."""
        ts: str = message["ts"]
        parent: str = message.get("thread_ts", ts)
        self.messages[ts] = message
        if parent != ts:
            self.threads.setdefault(parent, Thread()).add(message)
        if parent == ts or message.get("subtype") == "thread_broadcast":
            insort(self.top, ts)

    def has_replies(self, ts: str) -> bool:
        return ts in self.threads and bool(self.threads[ts].replies)

    def remove(self, ts: str) -> None:
        """Forget a message; its replies, if it has any, stay."""
        message = self.messages.pop(ts)
        parent: str = message.get("thread_ts", ts)
        if parent != ts:
            thread = self.threads[parent]
            thread.replies.remove(ts)
            thread.authors = {}
            for reply in thread.replies:
                thread.note_author(self.messages[reply])
        if parent == ts or message.get("subtype") == "thread_broadcast":
            self.top.remove(ts)

    @property
    def is_member(self) -> bool:
        """Whether the bot is in the channel."""
        return self.bot_user_id in self.members

    @property
    def channel_type(self) -> ChannelType:
        """The word that message events carry."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "group" if self.is_private else "channel"

    @property
    def name_for_apps(self) -> str:
        """The name that commands and actions carry: Slack hides a private channel's own."""
        if self.is_im:
            return "directmessage"
        if self.is_mpim:
            return self.name
        return "privategroup" if self.is_private else self.name


@dataclass(frozen=True)
class App:
    """The one bot app installed in the workspace, with credentials that work nowhere else."""

    app_id: str
    name: str
    bot_id: str
    bot_user_id: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    verification_token: str = field(repr=False)


@dataclass
class WorkspaceFile:
    """A file, from the ticket for its upload to its shares."""

    id: str
    name: str
    length: int
    user: str
    created: int
    title: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    shares: list[tuple[str, str]] = field(default_factory=list)
    complete: bool = False
