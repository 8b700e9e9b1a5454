"""Why a rule refused.

    DeskError
    ├── NotFound
    ├── AlreadyAnswers
    ├── AnotherCustomer
    ├── NoSuchTicket
    ├── NoThread
    ├── AlreadyTaken
    ├── AlreadyYours
    ├── AlreadyDecided
    ├── AlreadyNoted
    ├── AlreadySent
    ├── AlreadyShown
    ├── AIPaused
    ├── Blank
    ├── CannotAnswer
    ├── ChangedSince
    ├── EpochMissing
    ├── EpochOver
    ├── FileEmpty
    ├── FileTooLarge
    ├── FileTypeRefused
    ├── FilesFull
    ├── FilesGone
    ├── MayNotAct
    │   ├── ChannelShared
    │   └── NotInChannel
    ├── NobodyHolds
    ├── NoSuchFile
    ├── NotTaken
    ├── NotTranslated
    ├── NotWaiting
    ├── NotWritten
    ├── NotYours
    ├── ReadsLikeANote
    ├── SomebodyElseAnswers
    ├── Stale
    └── TooLong

Each docstring is the sentence that a person reads.
"""

from __future__ import annotations

import inspect

from bot.i18n import said


class DeskError(Exception):
    """Something could not be done."""

    def __init__(self, **details: str) -> None:
        self.details = details
        super().__init__(self.sentence().format(**details))

    @classmethod
    def sentence(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")

    def in_words(self) -> str:
        """The sentence in the language spoken here. A rule may have run in a thread that speaks none."""
        return said(self.sentence(), **self.details)


class NotFound(DeskError):
    """There is no such conversation here."""


class AlreadyAnswers(DeskError):
    """You answer this customer already: what you type in the thread is sent."""


class AnotherCustomer(DeskError):
    """This conversation is another person's: start one for this one."""


class AlreadyYours(DeskError):
    """This customer is yours already. To let somebody else answer, hand over in the card’s menu."""


class NoSuchTicket(DeskError):
    """There is no ticket #{number}."""


class NoThread(DeskError):
    """That conversation has no thread just now: a new one is being posted already."""


class AlreadyTaken(DeskError):
    """{winner} is already answering this customer."""


class AlreadyDecided(DeskError):
    """That message was decided already, or deleted. Nothing more was done."""


class AlreadyNoted(DeskError):
    """This note stands in the thread already, in the words that you wrote first."""


class AlreadySent(DeskError):
    """This was sent already, in the words that stand in the thread."""


class AlreadyTakenBack(DeskError):
    """Somebody took that back already. The customer does not read it any more."""


class AlreadyShown(DeskError):
    """Somebody had them posted again already. Look further down in this thread."""


class AIPaused(DeskError):
    """The AI is paused: a teammate holds this conversation or is about to."""


class Blank(DeskError):
    """There is nothing in it yet. Please write something."""


class CannotAnswer(DeskError):
    """{name} cannot answer customers: only full members of this workspace who are in the channel can."""


class ChangedSince(DeskError):
    """That message changed since you were asked. Nothing was sent: look at the newest question about it."""


class EpochMissing(DeskError):
    """A teammate has held this conversation: send the `epoch` of the entry that this answers."""


class EpochOver(DeskError):
    """The conversation changed hands since the entry that this answers: its epoch is over."""


class FileEmpty(DeskError):
    """The file is empty."""


class FileTooLarge(DeskError):
    """The file is larger than {limit} MB."""


class FileTypeRefused(DeskError):
    """Files of this kind are not passed on: pictures (PNG, JPEG, GIF, WebP), PDF and plain text are."""


class FilesFull(DeskError):
    """No more files fit into this conversation: {limit} MB are what one may send."""


class FilesGone(DeskError):
    """The files of that message are gone. It is still held: send them again in a new message."""


class MayNotAct(DeskError):
    """Only full members of this workspace can answer customers. Nothing was sent or changed."""


class ChannelShared(MayNotAct):
    """{channel} is shared with another organisation: until it is not, nobody can answer customers."""


class NotInChannel(MayNotAct):
    """Only those who are in {channel} can answer its customers. Join it, then try again."""


class NotTaken(DeskError):
    """Nobody has taken over from the AI yet, so this was not sent. Sending it again takes over."""


class SomebodyElseAnswers(DeskError):
    """{holder} is answering this customer, so this was not sent. Sending it again takes over from them."""


class ReadsLikeANote(DeskError):
    """This begins like a note for the team, so it was not sent to the customer."""


class NobodyHolds(DeskError):
    """Nobody holds this conversation any more. Your message is still held: take over, then press again."""


class NotTranslated(DeskError):
    """That is not the translation of what your message says now. Nothing was sent: look at the newest one."""


class NoSuchFile(DeskError):
    """There is no such file to attach: it was never uploaded here, or went with another message."""


class NotWaiting(DeskError):
    """This customer does not wait: a teammate or the AI has the conversation."""


class NotWritten(DeskError):
    """The AI wrote nothing ({why}). What you wrote is still there."""


class NotYours(DeskError):
    """Only the person who wrote that message can decide about it."""


class Stale(DeskError):
    """This conversation moved on since that button was shown. Look at its card for where it stands now."""


class TooLong(DeskError):
    """That is too long: at most {limit} characters."""
