"""The window in which a teammate writes a reply with the AI's help. Only they see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from slack_sdk.models.blocks import ActionsBlock, Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.blocks.elements.formatting import bold, chunks, customer_name, escaped
from bot.blocks.elements.ids import COMPOSE_MODAL, COMPOSED, KEPT, STOP_WRITING, WISH, ComposeValue
from bot.blocks.elements.message import button, plain, small, words
from bot.desk.queries.views import ConversationView
from bot.desk.writing import LONGEST_DRAFT, Wish
from bot.i18n import say
from storage.records import ConversationState


def compose_modal(
    view: ConversationView,
    value: ComposeValue,
    *,
    text: str,
    rewrites: bool,
    trouble: str | None = None,
) -> View:
    """The words, to be changed and sent. A new `value.version` lets Slack show `text` instead of what it had.

    `rewrites`: the AI here can do more than draft. `trouble` says what did not go well.
    """
    typed = PlainTextInputElement(
        action_id=COMPOSED,
        multiline=True,
        max_length=LONGEST_DRAFT,
        initial_value=next(chunks(text, LONGEST_DRAFT), None),
        focus_on_load=True,
    )
    asked = InputBlock(block_id=value.block_id, label=plain(say("Your reply")), element=typed)
    why = [small(f"⚠️ {escaped(trouble)}")] if trouble else []
    wishes: Sequence[Wish] = get_args(Wish) if rewrites else ("draft",)
    buttons = ActionsBlock(elements=[button(_label(wish), f"{WISH}:{wish}", wish) for wish in wishes])
    needs = (
        []
        if rewrites
        else [small(escaped(say("The offline AI only drafts; it cannot polish or translate.")))]
    )
    blocks: list[Block] = [small(_who_reads(view, value)), *why, asked, buttons, *needs]
    return _modal(value, blocks, submit=say("Send and take over") if value.taking_over else say("Send"))


def being_written(view: ConversationView, value: ComposeValue, *, text: str) -> View:
    """While the AI writes. `text` is shown and not to be typed in, so nothing typed can be lost."""
    kept = words(text) if text.strip() else []
    for part, block in enumerate(kept):
        block.block_id = f"{KEPT}.{part}"
    label = say("Stop, keep my words") if kept else say("Write it myself")
    stop = ActionsBlock(elements=[button(label, STOP_WRITING, value.written())])
    says = small(escaped(say("✍️ The AI is writing…")))
    return _modal(value, [small(_who_reads(view, value)), says, *kept, stop], submit=None)


def kept_text(view: Mapping[str, Any]) -> str:
    """What `being_written` shows of a teammate's words, out of the view as Slack sends it."""
    return "".join(
        block["text"]["text"]
        for block in view["blocks"]
        if str(block.get("block_id", "")).startswith(f"{KEPT}.")
    )


def _label(wish: Wish) -> str:
    match wish:
        case "draft":
            return say("Draft a reply")
        case "polish":
            return say("Polish")
        case "shorter":
            return say("Shorter")
        case "friendlier":
            return say("Friendlier")
        case "translate":
            return say("Translate to the customer’s language")


def _who_reads(view: ConversationView, value: ComposeValue) -> str:
    """Whom it goes to, and what sending it does besides."""
    name = bold(customer_name(view.conversation))
    if not value.taking_over:
        return say("To {name}. Nobody sees this before you send it.", name=name)
    if view.conversation.state is ConversationState.TEAMMATE:
        holder = bold(view.holder.name if view.holder else say("A teammate"))
        return say(
            "To {name}. {holder} is answering: sending takes over from them.", name=name, holder=holder
        )
    return say("To {name}. Sending takes over: the AI is paused and the ticket yours.", name=name)


def _modal(value: ComposeValue, blocks: list[Block], *, submit: str | None) -> View:
    return View(
        type="modal",
        callback_id=COMPOSE_MODAL,
        private_metadata=value.written(),
        title=plain(say("Reply")),
        submit=None if submit is None else plain(submit),
        close=plain(say("Cancel")),
        blocks=blocks,
    )
