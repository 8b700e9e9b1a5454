"""The workspace's parts, wired together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.commands import Commands
from sandbox.disturbance import Disturbance
from sandbox.ephemerals import Ephemerals
from sandbox.feed import Feed, Transport
from sandbox.interactions import Interactions
from sandbox.membership import Membership
from sandbox.messages import Messages
from sandbox.modals import Modals
from sandbox.response_urls import ResponseUrls
from sandbox.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.callbacks import Callbacks
    from sandbox.pacing import Pace
    from sandbox.payload import Payload
    from sandbox.sockets import Sockets
    from sandbox.state import State


class Core:
    """What the Web API, the people and the workspace's own surface all work on."""

    def __init__(
        self,
        state: State,
        *,
        sockets: Sockets,
        pace: Pace,
        scopes: Collection[str],
        subscriptions: Collection[str],
        keep_log: bool,
    ) -> None:
        self.state = state
        self.sockets = sockets
        self.pace = pace
        self.scopes = set(scopes)
        self.transport: Transport = sockets
        self.callbacks: list[Callbacks] = []
        self.disturbance = Disturbance(sockets)
        self.feed = Feed(
            state,
            transport=lambda: self.transport,
            subscriptions=subscriptions,
            disturbance=self.disturbance,
            keep_log=keep_log,
        )
        self.messages = Messages(state, self.feed)
        self.membership = Membership(state, self.feed)
        self.ephemerals = Ephemerals(state)
        self.modals = Modals(state)
        self.uploads = Uploads(state, self.messages, self.scopes)
        self.response_urls = ResponseUrls(state, self.messages, self.ephemerals)
        self.interactions = Interactions(
            state,
            ephemerals=self.ephemerals,
            modals=self.modals,
            response_urls=self.response_urls,
            feed=self.feed,
            transport=lambda: self.transport,
        )
        self.commands = Commands(
            state,
            messages=self.messages,
            ephemerals=self.ephemerals,
            modals=self.modals,
            response_urls=self.response_urls,
            transport=lambda: self.transport,
        )

    @property
    def lost_events(self) -> list[Payload]:
        return [*self.sockets.lost, *(payload for one in self.callbacks for payload in one.lost)]
