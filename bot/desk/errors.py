"""Why a rule refused.

    DeskError
    ├── NotFound
    ├── AlreadyAnswers
    ├── NoSuchTicket
    ├── NoThread
    ├── AlreadyTaken
    ├── AlreadyDecided
    ├── AlreadyShown
    ├── AIPaused
    ├── Blank
    ├── CannotAnswer
    ├── MayNotAct
    │   ├── ChannelShared
    │   └── NotInChannel
    ├── NobodyHolds
    ├── NotYours
    ├── Stale
    └── TooLong

Each docstring is the sentence that a person reads.
"""

from __future__ import annotations

import inspect


class DeskError(Exception):
    """Something could not be done."""

    def __init__(self, **details: str) -> None:
        self.details = details
        super().__init__(inspect.cleandoc(type(self).__doc__ or "").format(**details))


class NotFound(DeskError):
    """There is no such conversation here."""


class AlreadyAnswers(DeskError):
    """You answer this customer already: what you type in the thread is sent."""


class NoSuchTicket(DeskError):
    """There is no ticket #{number}."""


class NoThread(DeskError):
    """That conversation has no thread just now: a new one is being posted already."""


class AlreadyTaken(DeskError):
    """{winner} is already answering this customer."""


class AlreadyDecided(DeskError):
    """That message was decided already, or deleted. Nothing more was done."""


class AlreadyShown(DeskError):
    """Somebody had them posted again already. Look further down in this thread."""


class AIPaused(DeskError):
    """The AI is paused: a teammate holds this conversation or is about to."""


class Blank(DeskError):
    """There is nothing in it yet. Please write something."""


class CannotAnswer(DeskError):
    """{name} cannot answer customers: only full members of this workspace who are in the channel can."""


class MayNotAct(DeskError):
    """Only full members of this workspace can answer customers. Nothing was sent or changed."""


class ChannelShared(MayNotAct):
    """{channel} is shared with another organisation: until it is not, nobody can answer customers."""


class NotInChannel(MayNotAct):
    """Only those who are in {channel} can answer its customers. Join it, then try again."""


class NobodyHolds(DeskError):
    """Nobody holds this conversation any more. Your message is still held: take over, then press again."""


class NotYours(DeskError):
    """Only the person who wrote that message can decide about it."""


class Stale(DeskError):
    """This conversation moved on since that button was shown. Look at its card for where it stands now."""


class TooLong(DeskError):
    """That is too long: at most {limit} characters."""
