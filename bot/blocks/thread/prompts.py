"""What only one teammate sees: questions about a message they typed, and why something was refused."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock

from bot.blocks.elements.formatting import bold, customer_name, escaped, shortened
from bot.blocks.elements.ids import (
    KEEP_AS_NOTE,
    SEND_AS_ME,
    SEND_TRANSLATION,
    TAKE_FROM_AND_SEND,
    TAKE_OVER_AND_SEND,
    TRY_AGAIN,
    ConversationValue,
    HeldValue,
    TakeFromValue,
    TranslationValue,
)
from bot.blocks.elements.message import LinkTo, Message, button, line, small_print, words
from bot.desk.attachments import FileRejection
from bot.desk.jobs import PromptKind, Reaction
from bot.desk.queries.views import ConversationView
from bot.desk.replies.held import fingerprint
from bot.desk.replies.signs import Sign, TeamSign
from bot.i18n import say
from bot.text.lines import as_label, one_line
from storage.records import ConversationId, ConversationState

# So that a label stays within Slack’s 75 characters, in every language.
_NAME_LENGTH = 40
_LINE_LENGTH = 80
_QUOTE_LENGTH = 60


def prompt_message(
    prompt: PromptKind,
    conversation_id: ConversationId,
    *,
    source: str,
    holder: str | None = None,
    epoch: int | None = None,
    translation: str | None = None,
    unfit: FileRejection | None = None,
    text: str = "",
    sign: Sign | None = None,
    state: ConversationState | None = None,
    home: str | None = None,
) -> Message:
    """Tell the author of a thread message what became of it and, where they can, let them decide.

    `holder` is the name of who answered the customer when it was asked, since `epoch`; `state` is the
    conversation's now, None where it is as it was; `translation` is what the message says in the customer's
    language; `unfit` is what cannot be passed on; `sign` is what looks as if it were
    for the team; `home` names the Slack channel where the conversation goes on, if the message was typed in
    another one.
    """
    held = HeldValue.of(conversation_id, source)
    note = button(say("Keep as a note"), KEEP_AS_NOTE, held)
    match prompt:
        case PromptKind.AI_ANSWERS | PromptKind.SOMEBODY_HOLDS:
            somebody = prompt is PromptKind.SOMEBODY_HOLDS
            reply = HeldValue(conversation_id, source)
            now = state or (ConversationState.TEAMMATE if somebody else ConversationState.AI)
            return _not_theirs(reply, now, holder, epoch, about=text)
        case PromptKind.UNCLEAR:
            says = _unclear(sign)
            send = button(say("Send to the customer"), SEND_AS_ME, held, style="primary")
            return _asked(says, ActionsBlock(elements=[send, note]), text)
        case PromptKind.THROUGH_APP:
            says = say("Not sent: an app posted this in your name.")
            send = button(say("Send to the customer"), SEND_AS_ME, held, style="primary")
            return _asked(says, ActionsBlock(elements=[send, note]), text)
        case PromptKind.TRANSLATED:
            return _translated(HeldValue(conversation_id, source), translation or "")
        case PromptKind.NOT_TRANSLATED:
            says = say(
                "Not sent: this does not seem to be in the customer’s language, and it could not be "
                "translated just now."
            )
            send = button(say("Send as written"), SEND_AS_ME, held)
            return _asked(says, ActionsBlock(elements=[send, note]), text)
        case PromptKind.FOLLOWS:
            says = say("Not sent yet: it follows what you typed before it, once you have decided about that.")
            send = button(say("Send now"), SEND_AS_ME, held)
            return _asked(says, ActionsBlock(elements=[send, note]), text)
        case PromptKind.CHANGED_HANDS:
            says = say("Not sent: this conversation changed hands since you typed it.")
            send = button(say("Send to the customer"), SEND_AS_ME, held, style="primary")
            return _asked(says, ActionsBlock(elements=[send, note]), text)
        case PromptKind.NOT_FOUND:
            says = say(
                "Not sent: Slack no longer shows this message of yours, and has not said that it was "
                "deleted. It still waits for you: send it, or keep it as a note."
            )
            send = button(say("Send to the customer"), SEND_AS_ME, held, style="primary")
            actions = ActionsBlock(elements=[send, note])
            return Message(text=escaped(says), blocks=[line(escaped(says)), *words(text), actions])
        case PromptKind.NOTHING_BEFORE:
            says = say("Not sent: the message it followed was deleted.")
            send = button(say("Send to the customer"), SEND_AS_ME, held, style="primary")
            return _asked(says, ActionsBlock(elements=[send, note]), text)
        case PromptKind.JUST_ASSIGNED:
            says = say("Not sent: this customer was given to you only just now.")
            send = button(say("Send to the customer"), SEND_AS_ME, held, style="primary")
            return _asked(says, ActionsBlock(elements=[send, note]), text)
        case PromptKind.NO_WORDS:
            return refusal(
                say("There was nothing in this message that a customer could read, so it was kept as a note.")
            )
        case PromptKind.NOT_WHOLE if unfit is not None and unfit.may_be_had:
            retry = button(say("Retry"), TRY_AGAIN, held, style="primary")
            return _asked(f"{_why_unfit(unfit)} {_failed()}", ActionsBlock(elements=[retry, note]), text)
        case PromptKind.NOT_WHOLE:
            return refusal(f"{_why_unfit(unfit)} {_nothing_sent(unfit)}")
        case PromptKind.EDIT_NOT_WHOLE:
            return refusal(f"{_why_unfit(unfit)} {_edit_not_sent()}")
        case PromptKind.EDIT_STAYS:
            return refusal(
                say(
                    "Your edit may be meant for the team, so the customer still sees your message as it last "
                    "reached them. Delete it to take it back."
                )
            )
        case PromptKind.GIVEN_UP:
            return refusal(
                say(
                    "Something went wrong here, and what you last did with this message did not reach "
                    "the customer. Please do it once more. If that does not help, tell whoever looks after "
                    "Bookbag."
                )
            )
        case PromptKind.TRANSLATION_STAYS:
            return refusal(
                say(
                    "An edit is not translated, so the customer still sees your message as it last reached "
                    "them. Delete it to take it back."
                )
            )
        case PromptKind.MAY_NOT_ACT:
            return refusal(_may_not_act(home))
        case PromptKind.MAY_NOT_EDIT:
            return refusal(
                say(
                    "You cannot answer this customer now, so the customer still sees your message as it last "
                    "reached them. Delete it to take it back."
                )
            )


def _may_not_act(home: str | None) -> str:
    if home is None:
        return say(
            "Only full members of this workspace who are in this conversation’s channel can answer, and "
            "nobody while it is shared outside. So your message was kept as a note."
        )
    return say(
        "This conversation goes on in {channel}. Only full members of this workspace who are there can "
        "answer, and nobody where another organisation reads. So your message was kept as a note.",
        channel=home,
    )


def _not_theirs(
    reply: HeldValue, state: ConversationState, holder: str | None, epoch: int | None, *, about: str
) -> Message:
    """Its author does not answer this customer. Without `holder` nobody did when it was asked."""
    held = HeldValue.of(reply.conversation_id, reply.source)
    note = button(say("Keep as a note"), KEEP_AS_NOTE, held)
    if state is not ConversationState.TEAMMATE:
        says = say("Not sent: the AI is still answering this customer.")
        if state is ConversationState.WAITING:
            says = say("Not sent: nobody has taken over yet. The customer is waiting for a teammate.")
        take = button(say("Take over and send"), TAKE_OVER_AND_SEND, held, style="primary")
        return _asked(says, ActionsBlock(elements=[take, note]), about)
    choices = [button(say("Send as me"), SEND_AS_ME, held, style="primary"), note]
    if holder is None:
        says = say("Not sent: somebody has taken over since you typed this.")
        return _asked(says, ActionsBlock(elements=choices), about)
    name = as_label(holder) or say("A teammate")
    if epoch is not None:
        label = say("Take over from {name} and send", name=shortened(name, _NAME_LENGTH))
        value = TakeFromValue.of(ConversationValue(reply.conversation_id, epoch), reply.source)
        choices.append(button(label, TAKE_FROM_AND_SEND, value))
    return _asked(
        say("Not sent: {name} is answering this customer.", name=name),
        ActionsBlock(elements=choices),
        about,
        say("Not sent: {name} is answering this customer.", name=bold(name)),
    )


def marked_in_words(mark: Reaction) -> Message | None:
    """For a message's author, where Slack takes no mark on it. None for what they are told anyway."""
    match mark:
        case Reaction.SENT:
            return refusal(say("Slack takes no ✅ on your message. It was sent to the customer."))
        case Reaction.NOTE:
            return refusal(say("Slack takes no 🔒 on your message. It stays within the team."))
        case _:
            return None


def _unclear(sign: Sign | None) -> str:
    """What looked as if it were for the team, so that its author sees why they are asked."""
    match sign and sign.kind:
        case TeamSign.MENTION:
            return say("Not sent: this mentions somebody, so it may be meant for the team.")
        case TeamSign.SLACK_CHANNEL:
            return say("Not sent: this names a Slack channel, so it may be meant for the team.")
        case TeamSign.SLACK_LINK:
            return say("Not sent: this links into Slack, so it may be meant for the team.")
        case TeamSign.FILE:
            return say(
                "Not sent: a file here is named like a note or begins like one, so it may be meant for "
                "the team."
            )
        case TeamSign.MARKER if sign is not None and sign.line.strip():
            line = shortened(sign.line, _LINE_LENGTH)
            return say("Not sent: “{line}” looks like a note, so it may be meant for the team.", line=line)
        case TeamSign.COLLEAGUE:
            return say("Not sent: this speaks to a colleague by name, so it may be meant for the team.")
        case TeamSign.REMARK if sign is not None and sign.line.strip():
            line = shortened(sign.line, _LINE_LENGTH)
            return say("Not sent: “{line}” reads like a remark, so it may be meant for the team.", line=line)
        case TeamSign.TOO_BROKEN_UP:
            return say("Not sent: this is too broken up to be sure that all of it is meant for the customer.")
        case _:
            return say("Not sent: something in this may be meant for the team.")


def _translated(held: HeldValue, translation: str) -> Message:
    """What the customer would read, exactly, and what to do with it."""
    says = say(
        "Not sent: this is not in the customer’s language. Translated by the AI, it reads as below; "
        "your own words go along underneath."
    )
    as_written = HeldValue.of(held.conversation_id, held.source)
    seen = TranslationValue.of(held, fingerprint(translation))
    actions = ActionsBlock(
        elements=[
            button(say("Send translation"), SEND_TRANSLATION, seen, style="primary"),
            button(say("Send as written"), SEND_AS_ME, as_written),
            button(say("Keep as a note"), KEEP_AS_NOTE, as_written),
        ]
    )
    return Message(text=escaped(says), blocks=[line(escaped(says)), *words(translation), actions])


def _nothing_sent(unfit: FileRejection | None) -> str:
    if unfit is not None and not unfit.is_of_files:
        return say(
            "Nothing was sent: your message was kept as a note. Send it again with all of it as text, or "
            "as a file."
        )
    return say(
        "Nothing was sent: your message was kept as a note. Send its words again without the file, or with "
        "another one."
    )


def _failed() -> str:
    return say(
        "Nothing was sent, and only the team sees your message. Retry asks Slack once more and then treats "
        "it as just typed."
    )


def _edit_not_sent() -> str:
    return say(
        "So your edit did not reach the customer, who still sees your message as it last reached them. Send "
        "the rest in a new message, or delete this one to take it back."
    )


def _why_unfit(unfit: FileRejection | None) -> str:
    match unfit:
        case FileRejection.TOO_LARGE:
            return say("A file in this message is larger than what customers are sent.")
        case FileRejection.KIND:
            return say(
                "A file in this message is of a kind that customers are not sent: pictures (PNG, JPEG, GIF, "
                "WebP), PDF and plain text are."
            )
        case FileRejection.EMPTY:
            return say("A file in this message is empty.")
        case FileRejection.TOO_MANY:
            return say("There are more than ten files in this message.")
        case FileRejection.ELSEWHERE:
            return say("A file in this message is kept outside Slack, so only its link could be sent.")
        case FileRejection.NOT_GIVEN:
            return say(
                "Slack does not let me read the files in this message. Please tell whoever looks after this "
                "workspace: the app may lack the scope files:read."
            )
        case FileRejection.LATE:
            return say("Slack did not hand over a file in this message in time.")
        case FileRejection.ADDED:
            return say("A file was added to this message later.")
        case FileRejection.FORWARD:
            return say("This message shows another Slack message, which customers are not sent.")
        case FileRejection.TABLE:
            return say("This message has a table or chart, which customers are not sent.")
        case FileRejection.PICTURE:
            return say("This message has a picture or video that is not a file, so it cannot be passed on.")
        case FileRejection.LAYOUT:
            return say("This message has a part that an app laid out, which customers are not sent.")
        case FileRejection.UNKNOWN:
            return say("This message has a part that I cannot read.")
        case FileRejection.APP:
            return say("An app posted this message in your name.")
        case FileRejection.AUTHOR:
            return say("Slack did not say who wrote this message, and so whether they may answer customers.")
        case _:
            return say("A file in this message is gone.")


def refusal(text: str) -> Message:
    return Message(text=escaped(text), blocks=[line(escaped(text))])


def _asked(text: str, actions: ActionsBlock, about: str, mrkdwn: str | None = None) -> Message:
    """A question about a message that says `about`, so that questions side by side can be told apart."""
    quoted = shortened(about, _QUOTE_LENGTH)
    quote = [small_print(say("Your message: “{words}”", words=quoted))] if quoted else []
    return Message(text=escaped(text), blocks=[line(mrkdwn or escaped(text)), *quote, actions])


def you_have_it(view: ConversationView, *, link_to: LinkTo) -> Message:
    """For who took over from a list: where the conversation is."""
    name = customer_name(view.conversation)
    number = f" {say('Ticket #{number}.', number=view.ticket.number)}" if view.ticket else ""
    says = f"{say('You are answering {name} now.', name=name)}{number}"
    if view.conversation.card is None:
        return refusal(f"{says} {say('The thread appears in a moment.')}")
    shown = f"{say('You are answering {name} now.', name=bold(name))}{number}"
    thread = f"<{link_to(view.conversation.card)}|{say('Open the thread')}>"
    return Message(text=escaped(says), blocks=[line(f"{shown} {thread}")])


def cut_off(channel: str, trouble: str) -> Message:
    """For a teammate whose conversation's thread takes no posts any more."""
    return refusal(
        say(
            "I cannot post in {channel} any more ({trouble}), so you do not see what your customer "
            "writes. Nothing is lost: it appears there as soon as the channel takes messages again. "
            "Please tell whoever looks after this workspace.",
            channel=one_line(channel),
            trouble=trouble,
        )
    )


def not_a_member(channel: str) -> str:
    """For whoever asks for what customers say and is not among those who see it in Slack."""
    return say(
        "What customers say is for those in #{channel}. Join it, then try again in a minute.",
        channel=one_line(channel),
    )
