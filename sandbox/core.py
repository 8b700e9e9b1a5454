"""The workspace's parts, wired together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.delivery.feed import Feed, Transport
from sandbox.delivery.response_urls import ResponseUrls
from sandbox.faults.disturbance import Disturbance
from sandbox.people.commands import Commands
from sandbox.people.ephemerals import Ephemerals
from sandbox.people.interactions import Interactions
from sandbox.people.membership import Membership
from sandbox.people.messages import Messages
from sandbox.people.modals import Modals
from sandbox.people.uploads import WorkspaceUploads

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.delivery.callbacks import Callbacks
    from sandbox.delivery.sockets import Sockets
    from sandbox.faults.pacing import CallPacing
    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState


class Core:
    """What the Web API, the people and the workspace's own surface all work on."""

    def __init__(
        self,
        state: WorkspaceState,
        *,
        sockets: Sockets,
        pace: CallPacing,
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
        self.uploads = WorkspaceUploads(state, self.messages, self.scopes)
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
