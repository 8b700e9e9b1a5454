"""Every message that teammates see, whatever is in it: within Slack's limits, inert, and to the letter."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import ids
from bot.blocks.elements.budget import LARGEST, LARGEST_TEXT, ROOM, SMALLEST, Room
from bot.blocks.elements.customer import who_they_are
from bot.blocks.elements.ids import (
    BadValue,
    ComposeValue,
    ConversationValue,
    HeldValue,
    MenuValue,
    TakeFromValue,
    TranslationValue,
)
from bot.blocks.elements.list_rows import PAGE_SIZE
from bot.blocks.elements.message import Message
from bot.blocks.elements.plainer import Plain
from bot.blocks.lists.overview import (
    CONVERSATIONS,
    conversations_list,
    help_message,
    unknown_command,
)
from bot.blocks.modals.composing import being_written, compose_modal, kept_text
from bot.blocks.modals.forms import hand_over_modal, hold_modal, said_modal, subject_modal
from bot.blocks.modals.handing_back import hand_back_being_written, hand_back_modal
from bot.blocks.thread.card import card, moved_card
from bot.blocks.thread.entries import entries_message, entry_message, recap_message
from bot.blocks.thread.prompts import cut_off, prompt_message, refusal, you_have_it
from bot.desk.attachments import FileRejection
from bot.desk.jobs import PromptKind
from bot.desk.queries.views import ConversationView, TicketListing
from bot.desk.replies.held import fingerprint
from bot.desk.replies.signs import Sign, TeamSign
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from sandbox import Workspace
from storage.records import (
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Entry,
    Kind,
    MessageRef,
    Person,
    PersonId,
    Status,
    Ticket,
    TicketNumber,
)
from tests.blocks import shown
from tests.blocks.shown import (
    buttons,
    checked,
    checked_modal,
    conversations,
    entry,
    happenings,
    link_to,
    messages,
    quoted,
    views,
    words,
)

ANYWHERE = ConversationId("0" * 32)


ROOMS = st.builds(Room, st.sampled_from([LARGEST, SMALLEST]), escaped=st.booleans())


def posts(
    conversation: Conversation, said: Entry, room: Room = ROOM, *, plain: Plain = Plain.AS_MADE
) -> list[Message]:
    """The posts that one entry takes."""
    made: list[Message] = []
    upto: int | None = 0
    while upto is not None:
        packed = entries_message(conversation, [said], room=room, since=upto, plain=plain)
        made.append(packed.message)
        upto = packed.upto
    return made


@settings(max_examples=25)
@given(conversations(), messages, ROOMS)
def test_what_somebody_said_stands_in_the_thread_to_the_letter(
    conversation: Conversation, said: Entry, room: Room
) -> None:
    made = posts(conversation, said, room)
    for message in made:
        checked(message)
        assert room.holds(message.blocks)
    if said.author is not Author.AI and said.text.strip() and " " * 501 not in said.text:
        assert "".join(quoted(message) for message in made) == said.text


@settings(max_examples=12)
@given(conversations(), messages, ROOMS)
def test_in_every_plainer_form_it_stands_there_too(
    conversation: Conversation, said: Entry, room: Room
) -> None:
    for plain in (Plain.SECTIONS, Plain.WORDS):
        made = posts(conversation, said, room, plain=plain)
        assert all(room.holds(message.blocks) for message in made)
        shown = "".join(quoted(message) for message in made)
        assert "".join(said.text.split()) in "".join(shown.split()) or len(made) > 1
    for message in posts(conversation, said, room, plain=Plain.TEXT):
        assert message.blocks == []
        assert message.text.strip()
        assert len(message.text.encode()) <= LARGEST_TEXT
        assert shown_live(message) == set()


def shown_live(message: Message) -> set[str]:
    """What would ping somebody or lead anywhere."""
    return set(re.findall(r"<[^>]*>", message.text))


@given(conversations(), happenings())
def test_every_event_can_be_shown(conversation: Conversation, happened: Entry) -> None:
    checked(entry_message(conversation, happened))


@pytest.mark.parametrize("state", list(ConversationState))
@settings(max_examples=40)
@given(data=st.data())
def test_the_card_can_be_shown_in_every_state(state: ConversationState, data: st.DataObject) -> None:
    view = data.draw(views(state))
    message = card(view)
    checked(message)
    label = "Allow AI replies" if state is ConversationState.TEAMMATE else "Take over"
    (button,) = buttons(message).items()
    assert button[0] == label
    read = ConversationValue.read(button[1]["value"])
    assert (read.conversation_id, read.epoch) == (view.conversation.id, view.conversation.epoch)
    for value in shown.options(message).values():
        assert MenuValue.read(value).about == read


@settings(max_examples=40)
@given(views(), st.sampled_from(PromptKind), words(120))
def test_every_prompt_can_be_shown(view: ConversationView, prompt: PromptKind, holder: str) -> None:
    source = "slack:T12345678/C12345678/1700000000.000001"
    message = prompt_message(
        prompt,
        view.conversation.id,
        source=source,
        holder=holder,
        epoch=5,
        translation=holder,
        text=holder,
        sign=Sign(TeamSign.REMARK, holder),
    )
    checked(message)
    for button in buttons(message).values():
        if button["action_id"] == ids.SEND_TRANSLATION:
            seen_held = HeldValue(view.conversation.id, source)
            assert TranslationValue.read(button["value"]) == TranslationValue(seen_held, fingerprint(holder))
        elif button["action_id"] == ids.TAKE_FROM_AND_SEND:
            seen = ConversationValue(view.conversation.id, 5)
            assert TakeFromValue.read(button["value"]) == TakeFromValue(seen, source)
        else:
            assert HeldValue.read(button["value"]) == HeldValue(view.conversation.id, source)
    checked(you_have_it(view, link_to=link_to))
    told = refusal(f"{holder} is already answering this customer.")
    checked(told)
    checked_modal(said_modal(told))
    checked(cut_off(holder, "is_archived"))
    checked(moved_card(view.conversation, link_to))


@settings(max_examples=40)
@given(conversations(), st.lists(messages, max_size=15))
def test_a_recap_of_anything_can_be_shown(conversation: Conversation, said: list[Entry]) -> None:
    numbered = [replace(one, seq=number) for number, one in enumerate(said, 1)]
    checked(recap_message(conversation, numbered))


@given(views())
def test_every_modal_can_be_shown_and_knows_what_it_is_about(view: ConversationView) -> None:
    about = ConversationValue(view.conversation.id, view.conversation.epoch)
    subject = view.ticket.subject if view.ticket else None
    for made in (hold_modal(about), hand_over_modal(about), subject_modal(about, subject=subject)):
        modal = checked_modal(made)
        assert ConversationValue.read(modal["private_metadata"]) == about


@given(views(), words(), st.none() | words(300), st.booleans())
def test_the_hand_back_can_be_shown_whatever_was_agreed(
    view: ConversationView, agreed: str, trouble: str | None, late: bool
) -> None:
    about = ConversationValue(view.conversation.id, view.conversation.epoch)
    made = hand_back_being_written(about) if late else hand_back_modal(about, agreed=agreed, trouble=trouble)
    assert ConversationValue.read(checked_modal(made)["private_metadata"]) == about


@given(views(), words(), st.none() | words(300), st.booleans(), st.booleans())
def test_a_reply_can_be_written_in_a_window_whatever_stands_in_it(
    view: ConversationView, text: str, trouble: str | None, rewrites: bool, taking_over: bool
) -> None:
    value = ComposeValue.of(view.conversation, taking_over=taking_over, version=9)
    modal = checked_modal(compose_modal(view, value, text=text, rewrites=rewrites, trouble=trouble))
    assert ComposeValue.read(modal["private_metadata"]) == value
    checked_modal(being_written(view, value, text=text))


@given(views(), words(3000))
def test_the_words_that_are_rewritten_can_be_had_back(view: ConversationView, text: str) -> None:
    value = ComposeValue.of(view.conversation, taking_over=False)
    kept = kept_text(being_written(view, value, text=text).to_dict())
    assert "".join(kept.split()) == "".join(text.split())


@given(words(1000))
def test_an_unknown_command_is_answered_without_repeating_anything_live(word: str) -> None:
    checked(unknown_command(word))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_help_can_always_be_shown(live: int, tickets: int, waiting: int) -> None:
    checked(help_message(live=live, tickets=tickets, waiting=waiting))


@settings(max_examples=40)
@given(one=views(), total=st.integers(0, 40), page=st.integers(0, 5))
def test_every_page_of_a_list_can_be_shown(one: ConversationView, total: int, page: int) -> None:
    offset = page * PAGE_SIZE
    count = max(0, min(PAGE_SIZE, total - offset))
    checked(conversations_list(TicketListing([one] * count, total), offset=offset, link_to=link_to))


# ─── What they say ───


def a_conversation(state: ConversationState, name: str = "Maya") -> Conversation:
    return Conversation(
        id=ConversationId("c" * 32),
        channel="web",
        inbox=None,
        customer=Customer(name=name),
        state=state,
        epoch=3,
        holder=PersonId("T1", "U1") if state is ConversationState.TEAMMATE else None,
        escalated_at=shown.NOW,
        last_message_seq=0,
        last_seq=1,
        mirrored=True,
        card=MessageRef("T1", "C1", "1.000001"),
        created_at=shown.NOW,
        last_message_at=shown.NOW,
    )


ANA = Person(PersonId("T1", "U1"), "Ana García", None, may_act=True, fetched_at=shown.NOW)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (ConversationState.AI, "🟢 The AI is answering"),
        (ConversationState.WAITING, "🔴 Waiting for a teammate since 12:00 UTC"),
        (ConversationState.TEAMMATE, "🟠 Ana García is answering"),
    ],
)
async def test_the_card_says_who_answers(state: ConversationState, says: str) -> None:
    view = ConversationView(
        a_conversation(state),
        ANA if state is ConversationState.TEAMMATE else None,
        None,
        entry(Kind.MESSAGE, Author.CUSTOMER, "Where is my order?"),
    )
    rendered = shown.WORKSPACE.rendered(card(view).arguments())
    assert "Maya · web" in rendered
    assert says.split(" since")[0] in rendered
    assert "Maya: Where is my order?" in rendered


@pytest.mark.parametrize(
    ("total", "offset", "rows", "labels", "counted"),
    [
        (0, 0, 0, set(), None),
        (1, 0, 1, set(), None),
        (8, 0, 8, set(), None),
        (9, 0, 8, {"Next"}, "1 to 8 of 9"),
        (9, 8, 1, {"Previous"}, "9 to 9 of 9"),
        (17, 8, 8, {"Previous", "Next"}, "9 to 16 of 17"),
        (8, 8, 0, {"Last page"}, None),
        (9, 16, 0, {"Last page"}, None),
    ],
)
def test_a_lists_pages_lead_to_each_other(
    total: int, offset: int, rows: int, labels: set[str], counted: str | None
) -> None:
    view = ConversationView(a_conversation(ConversationState.WAITING), None, None, None)
    message = conversations_list(TicketListing([view] * rows, total), offset=offset, link_to=link_to)
    checked(message)
    found = buttons(message)
    assert {label for label in found if label not in ("Take over", "Open thread")} == labels
    assert (counted is None) or counted in shown.WORKSPACE.rendered(message.arguments())
    leads = {label: int(found[label]["value"].removeprefix(f"{CONVERSATIONS}.")) for label in labels}
    for label, target in leads.items():
        assert target == {"Next": offset + 8, "Previous": offset - 8}.get(label, (total - 1) // 8 * 8)
        assert 0 <= target < total


@pytest.mark.parametrize(
    ("prompt", "actions"),
    [
        (PromptKind.AI_ANSWERS, [ids.TAKE_OVER_AND_SEND, ids.KEEP_AS_NOTE]),
        (PromptKind.SOMEBODY_HOLDS, [ids.SEND_AS_ME, ids.KEEP_AS_NOTE, ids.TAKE_FROM_AND_SEND]),
        (PromptKind.UNCLEAR, [ids.SEND_AS_ME, ids.KEEP_AS_NOTE]),
        (PromptKind.TRANSLATED, [ids.SEND_TRANSLATION, ids.SEND_AS_ME, ids.KEEP_AS_NOTE]),
        (PromptKind.NOT_TRANSLATED, [ids.SEND_AS_ME, ids.KEEP_AS_NOTE]),
        (PromptKind.TRANSLATION_STAYS, []),
        (PromptKind.THROUGH_APP, [ids.SEND_AS_ME, ids.KEEP_AS_NOTE]),
        (PromptKind.NO_WORDS, []),
        (PromptKind.EDIT_NOT_WHOLE, []),
        (PromptKind.NOT_WHOLE, []),
        (PromptKind.EDIT_STAYS, []),
        (PromptKind.MAY_NOT_ACT, []),
    ],
)
def test_a_prompt_offers_what_its_author_can_decide(prompt: PromptKind, actions: list[str]) -> None:
    message = prompt_message(prompt, ANYWHERE, source="slack:T/C/1", holder="Ben", epoch=1)
    assert [button["action_id"] for button in buttons(message).values()] == actions


@pytest.mark.parametrize(
    ("prompt", "state", "says", "label"),
    [
        (PromptKind.AI_ANSWERS, ConversationState.AI, "the AI is still answering", "Take over and send"),
        (
            PromptKind.AI_ANSWERS,
            ConversationState.WAITING,
            "The customer is waiting for a teammate",
            "Take over and send",
        ),
        (
            PromptKind.AI_ANSWERS,
            ConversationState.TEAMMATE,
            "somebody has taken over since you typed this",
            "Send as me",
        ),
        (PromptKind.SOMEBODY_HOLDS, ConversationState.TEAMMATE, "Ben is answering", "Send as me"),
        (
            PromptKind.SOMEBODY_HOLDS,
            ConversationState.WAITING,
            "The customer is waiting for a teammate",
            "Take over and send",
        ),
        (PromptKind.SOMEBODY_HOLDS, ConversationState.AI, "the AI is still answering", "Take over and send"),
    ],
)
def test_who_answers_is_said_as_it_is_when_the_question_is_shown(
    prompt: PromptKind, state: ConversationState, says: str, label: str
) -> None:
    holder = "Ben" if prompt is PromptKind.SOMEBODY_HOLDS else None
    message = prompt_message(prompt, ANYWHERE, source="slack:T/C/1", holder=holder, epoch=1, state=state)
    assert says in message.text
    assert next(iter(buttons(message))) == label


@pytest.mark.parametrize("unfit", FileRejection)
def test_what_failed_says_why_and_offers_to_try_again_where_that_can_help(unfit: FileRejection) -> None:
    message = prompt_message(PromptKind.NOT_WHOLE, ANYWHERE, source="slack:T/C/1", unfit=unfit)
    checked(message)
    # A screen reader says this; the sign on the message itself says it badly.
    assert "Nothing was sent" in message.text
    can_help = unfit in (
        FileRejection.LATE,
        FileRejection.NOT_GIVEN,
        FileRejection.ADDED,
        FileRejection.AUTHOR,
    )
    assert list(buttons(message)) == (["Retry", "Keep as a note"] if can_help else [])


@pytest.mark.parametrize(
    "prompt",
    [
        PromptKind.AI_ANSWERS,
        PromptKind.SOMEBODY_HOLDS,
        PromptKind.UNCLEAR,
        PromptKind.THROUGH_APP,
        PromptKind.TRANSLATED,
        PromptKind.NOT_TRANSLATED,
        PromptKind.FOLLOWS,
        PromptKind.CHANGED_HANDS,
        PromptKind.NOTHING_BEFORE,
        PromptKind.NOT_FOUND,
        PromptKind.JUST_ASSIGNED,
    ],
)
def test_what_is_held_says_so_to_a_screen_reader_and_which_message_it_is(prompt: PromptKind) -> None:
    typed = "Your parcel left\nHamburg <!here> today."
    message = prompt_message(
        prompt, ANYWHERE, source="slack:T/C/1", holder="Ben", epoch=1, text=typed, translation="Ihr Paket"
    )
    assert message.text.startswith("Not sent")
    seen = shown.WORKSPACE.rendered(message.arguments())
    # A translation is shown in full, with the message's own words under it in the thread.
    assert prompt is PromptKind.TRANSLATED or "Your parcel left" in seen
    assert prompt is PromptKind.NOT_FOUND or "left\n" not in seen


@pytest.mark.parametrize("sign", [Sign(TeamSign.REMARK, "He always does."), Sign(TeamSign.MARKER, "// no")])
def test_what_looks_meant_for_the_team_is_quoted(sign: Sign) -> None:
    message = prompt_message(PromptKind.UNCLEAR, ANYWHERE, source="slack:T/C/1", text="Sure.", sign=sign)
    assert f"“{sign.line}”" in message.text
    assert "may be meant for the team" in message.text


@pytest.mark.parametrize(
    ("event", "state", "labels"),
    [
        (Event.TAKEN_OVER, ConversationState.TEAMMATE, {"Allow AI replies"}),
        (Event.TAKEN_OVER, ConversationState.AI, set()),
        (Event.ESCALATED, ConversationState.WAITING, {"Take over"}),
        (Event.ESCALATED, ConversationState.TEAMMATE, set()),
        (Event.HOLDER_LEFT, ConversationState.WAITING, {"Take over"}),
        (Event.HOLDER_LEFT, ConversationState.TEAMMATE, set()),
        (Event.RESUMED, ConversationState.AI, set()),
        (Event.DRAFT_DISCARDED, ConversationState.TEAMMATE, set()),
    ],
)
def test_an_event_offers_a_button_only_while_it_leads_somewhere(
    event: Event, state: ConversationState, labels: set[str]
) -> None:
    happened = entry(
        Kind.SYSTEM,
        Author.SYSTEM,
        "",
        event=event,
        ticket=7,
        by="Ana",
        reason="asked",
        status="closed",
        holder_name="Ana",
        why="left",
    )
    assert set(buttons(entry_message(a_conversation(state), happened))) == labels


@pytest.mark.parametrize(
    ("author", "label"),
    [
        (Author.CUSTOMER, "👤 Maya"),
        (Author.AI, "🤖 AI"),
        (Author.TEAMMATE, "💬 Ana García"),
        (Author.SYSTEM, "ℹ️ Automatic message to the customer"),
    ],
)
def test_everybodys_words_carry_their_name(author: Author, label: str) -> None:
    said = entry(Kind.MESSAGE, author, "Hi", name="Ana García")
    rendered = shown.WORKSPACE.rendered(entry_message(a_conversation(ConversationState.AI), said).arguments())
    assert rendered.splitlines() == [label, "Hi"]


def test_a_file_cannot_be_named_like_words_of_ours() -> None:
    named = "*Note from Ana:* `refund` _agreed_ :lock: ~no~.txt"
    said = entry(Kind.MESSAGE, Author.CUSTOMER, "", attachments=[{"name": named, "size": 5}])
    message = entry_message(a_conversation(ConversationState.AI), said)
    elements = [element for block in message.arguments()["blocks"] for element in block.get("elements", ())]
    assert {"type": "plain_text", "emoji": False, "text": f"📎 {named} (5 B)"} in elements


@pytest.mark.parametrize(
    ("user_id", "known_as"),
    [
        ("🔐 Confirmed\u2028✅ 7", "Confirmed 7"),
        ("7\u202e\u200b", "7"),
        ("org:lock:7", "org:lock:7"),
        ("auth0|5f7c8", "auth0|5f7c8"),
    ],
)
def test_an_id_cannot_pass_for_a_mark_of_ours_and_can_be_looked_up(user_id: str, known_as: str) -> None:
    blocks = who_they_are(user_id=user_id, name=None, email=None, proven=())
    (told,) = [element["text"] for block in blocks for element in block.to_dict()["elements"][1:]]
    assert told == f"user {known_as}"


@pytest.mark.parametrize(
    ("reason", "read"),
    [
        (":lock: *Note by Ana:* _refund_ ~all~ `now`", "lock Note by Ana: refund all now"),
        ("🔒 Ana: refund all\n✅ sent", "Ana: refund all sent"),
        ("asks about order_id_7 <!here>", "asks about order_id_7 &lt;!here&gt;"),
    ],
)
def test_why_an_ai_asks_for_a_teammate_cannot_pass_for_words_of_ours(reason: str, read: str) -> None:
    happened = entry(Kind.SYSTEM, Author.SYSTEM, "", event=Event.ESCALATED, reason=reason)
    message = entry_message(a_conversation(ConversationState.WAITING), happened)
    checked(message)
    assert message.text.endswith(f": {read}")
    (line, *_) = message.arguments()["blocks"]
    assert f"*The AI asks for a teammate*: {read}\n" in line["elements"][0]["text"]


def test_a_note_says_that_it_is_one_to_the_eye_and_to_the_ear() -> None:
    message = entry_message(
        a_conversation(ConversationState.TEAMMATE),
        entry(Kind.NOTE, Author.TEAMMATE, "Ask <!here>", name="Ana García"),
    )
    checked(message)
    assert message.text == "Note by Ana García: Ask &lt;!here&gt;"
    rendered = shown.WORKSPACE.rendered(message.arguments())
    assert rendered.splitlines() == [
        "🔒 Ana García   ·   note for the team, not sent to the customer",
        "Ask <!here>",
    ]


def test_a_note_never_stands_under_the_same_name_line_as_a_reply() -> None:
    said = [
        entry(Kind.MESSAGE, Author.TEAMMATE, "Sent", name="Ana García", composed=True),
        entry(Kind.NOTE, Author.TEAMMATE, "Kept", name="Ana García"),
        entry(Kind.MESSAGE, Author.TEAMMATE, "Sent too", name="Ana García", composed=True),
    ]
    said = [replace(one, seq=number) for number, one in enumerate(said, 1)]
    packed = entries_message(a_conversation(ConversationState.TEAMMATE), said)
    message = packed.message
    assert packed.shown == 3
    assert shown.WORKSPACE.rendered(message.arguments()).splitlines() == [
        "💬 Ana García   ·   sent to the customer ✅",
        "Sent",
        "🔒 Ana García   ·   note for the team, not sent to the customer",
        "Kept",
        "💬 Ana García   ·   sent to the customer ✅",
        "Sent too",
    ]


def test_a_summary_that_is_only_its_subject_is_said_once() -> None:
    happened = entry(
        Kind.SYSTEM, Author.SYSTEM, "", event=Event.SUMMARISED, ticket=7, subject="Late parcel",
        summary="Late parcel", language="en", origin=SummaryOrigin.QUOTED,
    )  # fmt: skip
    rendered = shown.WORKSPACE.rendered(
        entry_message(a_conversation(ConversationState.TEAMMATE), happened).arguments()
    )
    assert rendered.count("Late parcel") == 1


def test_no_button_carries_anybodys_words() -> None:
    loud = a_conversation(ConversationState.WAITING, name="Loud <!here> Name")
    view = ConversationView(loud, ANA, None, entry(Kind.MESSAGE, Author.CUSTOMER, "my secret"))
    for message in (
        card(view),
        conversations_list(TicketListing([view], 1), offset=0, link_to=link_to),
    ):
        for button in buttons(message).values():
            assert "secret" not in json.dumps(button)
            # What a screen reader says is for who hears it, and does not come back with a press.
            assert "Loud <!here> Name" in button.pop("accessibility_label")
            assert "Loud" not in json.dumps(button)


@given(st.text(max_size=60))
def test_a_value_that_is_not_ours_is_refused_or_read_and_nothing_else(value: str) -> None:
    for kind in (ConversationValue, HeldValue, MenuValue, TakeFromValue, TranslationValue):
        try:
            kind.read(value)
        except BadValue:
            continue


async def test_the_workspace_takes_the_worst_of_them_as_they_are() -> None:
    worst = "<!channel> <@U12345678> @here https://evil.example *_~` & " + "🎉" * 7000
    view = ConversationView(
        a_conversation(ConversationState.TEAMMATE, name="<!here> *Ana* @ana"), ANA, None,
        entry(Kind.MESSAGE, Author.CUSTOMER, worst),
    )  # fmt: skip
    async with Workspace() as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        assert view.last_message is not None
        for message in (
            card(view),
            entry_message(view.conversation, view.last_message),
            conversations_list(TicketListing([view] * PAGE_SIZE, 100), offset=8, link_to=link_to),
        ):
            answer = await client.chat_postMessage(channel="live-chat", mrkdwn=False, **message.arguments())
            await client.chat_update(channel=answer["channel"], ts=answer["ts"], **message.arguments())
            stored = slack.message("live-chat", answer["ts"])
            assert slack.mentions(stored) <= {f"<{shown.LINK}>"}


# ─── Several in one post ───


def _said(entry: Entry) -> str:
    """What of an entry may take several posts."""
    return str(entry.data.get("summary") or entry.data.get("agreed") or entry.text)


def test_a_teammate_of_the_longest_name_speaks_in_the_smallest_room_too() -> None:
    room = Room(SMALLEST, escaped=True)
    said = entry(Kind.MESSAGE, Author.TEAMMATE, "On its way!", name="🎉" * 120)
    packed = entries_message(a_conversation(ConversationState.TEAMMATE), [said], room=room)
    assert room.holds(packed.message.blocks)
    assert (packed.shown, packed.upto) == (1, None)


@given(conversations(), st.lists(st.one_of(messages, happenings()), min_size=1, max_size=40), ROOMS)
@settings(max_examples=25)
def test_what_travels_together_is_shown_in_order_within_the_limits_and_nothing_is_dropped(
    conversation: Conversation, entries: list[Entry], room: Room
) -> None:
    numbered = [replace(entry, seq=number) for number, entry in enumerate(entries, 1)]
    left, since = numbered, 0
    shown: list[int] = []
    while left:
        packed = entries_message(conversation, left, room=room, since=since)
        checked(packed.message)
        # Of our own lines, which quote a few words at most, the smallest room may not hold one whole.
        is_line = room.largest < LARGEST and left[0].kind is Kind.SYSTEM
        assert room.holds(packed.message.blocks) or is_line
        ids = [str(block.block_id) for block in packed.message.blocks if block.block_id]
        assert len(set(ids)) == len(ids)
        shown += sorted({int(one.partition(".")[0]) for one in ids})
        if packed.upto is None:
            assert 1 <= packed.shown <= len(left)
            left, since = left[packed.shown :], 0
        else:
            assert since < packed.upto < len(_said(left[0]))
            since = packed.upto
    shown = [seq for seq, _ in itertools.groupby(shown)]
    assert shown == [e.seq for e in numbered if e.kind is Kind.MESSAGE]


def test_a_line_of_ours_that_no_post_holds_is_posted_once() -> None:
    closed = entry(
        Kind.SYSTEM, Author.SYSTEM, "Ana left the chat. " * 20, event=Event.CLOSED, by="🎉" * 120,
        status="closed", ticket=7,
    )  # fmt: skip
    packed = entries_message(
        a_conversation(ConversationState.AI), [closed], room=Room(SMALLEST, escaped=True)
    )
    assert (packed.shown, packed.upto) == (1, None)


def test_where_very_many_wait_short_ones_are_set_small_and_all_fit() -> None:
    conversation = a_conversation(ConversationState.AI)
    who = itertools.cycle([Author.CUSTOMER, Author.AI])
    entries = [
        replace(entry(Kind.MESSAGE, next(who), f"message <!here> {number}"), seq=number)
        for number in range(1, 49)
    ]
    packed = entries_message(conversation, entries)
    message = packed.message
    assert packed.shown == 48
    checked(message)
    lines = [block.to_dict()["elements"] for block in message.blocks]
    assert [one["text"] for one in lines[0]] == ["👤 *Maya*", "message <!here> 1"]
    assert {words["type"] for _, words in lines} == {"plain_text"}


def test_what_one_person_says_in_a_row_stands_under_their_name_once() -> None:
    conversation = a_conversation(ConversationState.AI)
    said = [
        (Author.CUSTOMER, "one"),
        (Author.CUSTOMER, "two"),
        (Author.AI, "three"),
        (Author.CUSTOMER, "four"),
    ]
    entries = [
        replace(shown.entry(Kind.MESSAGE, author, text), seq=number)
        for number, (author, text) in enumerate(said, 1)
    ]
    packed = entries_message(conversation, entries)
    message = packed.message
    assert packed.shown == 4
    blocks = [block.to_dict() for block in message.blocks]
    texts = [(block.get("text") or block["elements"][0])["text"] for block in blocks]
    assert texts == ["👤 *Maya*", "one", "two", "🤖 *AI*", "three", "👤 *Maya*", "four"]
    assert message.text == "Maya: one\nMaya: two\nAI: three\nMaya: four"


# ─── The ticket on the card ───


def a_ticket(status: Status, **changes: Any) -> Ticket:
    ticket = Ticket(
        number=TicketNumber(7), type="live_chat", conversation_id=ANYWHERE, channel="web", status=status,
        subject="Late parcel", summary=None, language=None, assignee=ANA.id, hold_reason=None,
        status_since=shown.NOW, opened_at=shown.NOW, first_reply_at=None,
        closed_at=None if status.is_open else shown.NOW,
    )  # fmt: skip
    return replace(ticket, **changes)


ANYHOW = ["Edit subject…", "Close ticket, AI stays quiet", "Cancel ticket, AI stays quiet"]
WHILE_HELD = [
    "Draft a reply…", "Join Ana García", "Hand over to…", "Take over from Ana García", "Write a note…",
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "status", "offered"),
    [
        (ConversationState.TEAMMATE, Status.ON_YOU, [*WHILE_HELD, "On hold…", *ANYHOW]),
        (ConversationState.TEAMMATE, Status.ON_HOLD, [*WHILE_HELD, "Back from hold", *ANYHOW]),
        (ConversationState.WAITING, Status.NEW, ["Hand over to…", "Write a note…", *ANYHOW]),
        (ConversationState.AI, Status.CLOSED, []),
        (ConversationState.AI, Status.ON_YOU, ["Edit subject…", "Close ticket", "Cancel ticket"]),
    ],
)
def test_a_card_offers_what_can_be_done_with_its_ticket(
    state: ConversationState, status: Status, offered: list[str]
) -> None:
    holder = ANA if state is ConversationState.TEAMMATE else None
    message = card(ConversationView(a_conversation(state), holder, a_ticket(status), None))
    checked(message)
    assert list(shown.options(message)) == offered


def test_a_card_says_what_its_ticket_waits_for_and_since_when_it_is_on_somebody() -> None:
    def rendered(ticket: Ticket) -> str:
        message = card(ConversationView(a_conversation(ConversationState.TEAMMATE), ANA, ticket, None))
        return shown.WORKSPACE.rendered(message.arguments())

    # Everybody in the channel reads it, so it names who is meant.
    assert "Ticket #7, On Ana García since" in rendered(a_ticket(Status.ON_YOU))
    assert "since" not in rendered(a_ticket(Status.ON_YOU, status_since=None))
    on_hold = rendered(a_ticket(Status.ON_HOLD, hold_reason="The <!here> *warehouse*"))
    assert "⏸️ On hold: The <!here> " in on_hold
    assert "since" not in on_hold


def test_an_answer_too_long_for_one_post_keeps_its_formatting() -> None:
    steps = [
        f"**Step {number}**: open [the page](https://shop.example/{number}), read *all* of it. "
        + "Then wait. " * 8
        for number in range(40)
    ]
    code = "```\nset a 1\n\nset b 2\n```"
    answer = "\n\n".join([*steps[:20], code, *steps[20:]])
    made = posts(a_conversation(ConversationState.AI), entry(Kind.MESSAGE, Author.AI, answer))
    assert len(answer) < 8_000
    assert len(made) > 1
    shown = [block.to_dict() for message in made for block in message.blocks[1:]]
    assert {one["type"] for one in shown} == {"rich_text"}
    text = json.dumps(shown)
    assert "**" not in text
    assert text.count('"bold": true') == len(steps)
    assert text.count('"rich_text_preformatted"') == 1


def test_a_part_that_cannot_be_cut_between_blocks_stands_as_it_was_written() -> None:
    """It would be read otherwise than the whole: half of a bold passage is none."""
    answer = "A short beginning.\n\n**" + "[very](https://a.example) " * 240 + "**"
    made = posts(a_conversation(ConversationState.AI), entry(Kind.MESSAGE, Author.AI, answer))
    assert "".join(map(quoted, made)).count("**") == 2
