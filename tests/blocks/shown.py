"""Anything that may have to be shown, made up by hypothesis, and what every message must keep to."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.blocks.elements.as_json import as_json
from bot.blocks.elements.formatting import size
from bot.blocks.elements.message import Message
from bot.desk.ownership.takeover import LONGEST_AGREEMENT
from bot.desk.queries.views import ConversationView
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from sandbox import Workspace
from sandbox.content import block_limits
from sandbox.people import modals
from storage.records import (
    Audience,
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

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORKSPACE = Workspace()
MENTIONED = "U0MENTIONED"
LINK = "https://sandbox.slack.com/archives/C1/p1000001"

HOSTILE = [
    "<!channel>", "<!here>", "<@U12345678>", "<#C12345678>", "<https://evil.example|slack.com>", "*_~`>",
    "&amp;", "&lt;!here&gt;", "@here", "@ana", "https://evil.example", "a@b.example", "```", ":tada:",
    "<!subteam^S1234>", "<!date^1^{date}|x>", "\u202e", "\u200b", "👩🏽‍🚀", "🇩🇪", "مرحبا", "\n\n", " " * 50,
    "{}", "$name", "\\", "<", ">", "&",
]  # fmt: skip
_INERT = {
    "text", "link", "rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted",
}  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
_PIECES = st.one_of(st.text(_CHARACTERS, max_size=12), st.sampled_from(HOSTILE))
_SHORT = st.lists(_PIECES, max_size=12).map("".join)


_MARKDOWN = [
    "[Your bank](https://evil.example/a)", "[bank.example](https://evil.example)", "<https://a.example/?b=c&d>",
    "[x](javascript:alert(1))", "[x](//evil.example)", "[x](<mailto:a@b.example>)", "![i](https://a.example/b.png)",
    "**", "_", "~~", "`", "\n```\n", "\n- ", "\n    - ", "\n2) ", "\n> ", "\n# ", "\n\n---\n\n", "[",
    "](", ")",
    "[<!channel>](https://a.example)", "[https://bank.example](https://bank.example@evil.example)", "\\",
]  # fmt: skip


def markdown() -> st.SearchStrategy[str]:
    """What an AI may come up with when a customer tells it to."""
    return st.lists(st.one_of(_PIECES, st.sampled_from(_MARKDOWN)), max_size=14).map("".join)


def words(longest: int = 8000, *, least: int = 0) -> st.SearchStrategy[str]:
    """A text of up to `longest` characters, as likely at its limit as short."""
    repeated = st.tuples(
        st.one_of(_SHORT, st.sampled_from(["🎉", "x", "<!here> ", "&", " "])), st.just(longest)
    )
    full = repeated.filter(lambda pair: bool(pair[0])).map(
        lambda pair: (pair[0] * (pair[1] // len(pair[0]) + 1))[: pair[1]]
    )
    return st.one_of(_SHORT, _SHORT, full).map(lambda text: text[:longest]).filter(lambda t: len(t) >= least)


ids = st.just(ConversationId("0123456789abcdef" * 2))
people = st.builds(
    Person,
    id=st.just(PersonId("T1", "U1")),
    name=words(120),
    avatar_url=st.none(),
    may_act=st.just(True),
    fetched_at=st.just(NOW),
)


@st.composite
def conversations(draw: st.DrawFn, state: ConversationState | None = None) -> Conversation:
    state = draw(st.sampled_from(ConversationState)) if state is None else state
    return Conversation(
        id=draw(ids),
        channel=draw(words(40)),
        inbox=None,
        customer=Customer(
            name=draw(st.none() | words(120)), email=draw(st.none() | st.just("maya@example.com"))
        ),
        state=state,
        epoch=draw(st.integers(0, 10**6)),
        holder=PersonId("T1", "U1") if state is ConversationState.TEAMMATE else None,
        escalated_at=draw(st.none() | st.just(NOW)),
        last_message_seq=0,
        last_seq=draw(st.integers(0, 10**6)),
        mirrored=True,
        card=draw(st.none() | st.just(MessageRef("T1", "C1", "1.000001"))),
        created_at=NOW,
        last_message_at=NOW,
    )


def entry(kind: Kind, author: Author, text: str, *, name: str | None = None, **data: Any) -> Entry:
    return Entry(
        conversation_id=ConversationId("0123456789abcdef" * 2),
        seq=1,
        kind=kind,
        author=author,
        audience=Audience.CUSTOMER,
        epoch=0,
        person=None,
        name=name,
        avatar_url=None,
        text=text,
        data=data,
        source=None,
        created_at=NOW,
    )


messages = st.builds(
    entry, st.just(Kind.MESSAGE), st.sampled_from(Author), words(), name=st.none() | words(120)
)


@st.composite
def happenings(draw: st.DrawFn) -> Entry:
    """A system entry of every event."""
    event = draw(st.sampled_from(Event))
    data: dict[str, Any] = {"ticket": draw(st.integers(1, 10**9)), "by": draw(st.none() | words(120))}
    if event is Event.SUMMARISED:
        data |= {
            "subject": draw(words(200)),
            "summary": draw(words()),
            "language": "en",
            "origin": draw(st.sampled_from(SummaryOrigin)),
        }
    if event is Event.NOT_SHOWN:
        data |= {
            "seqs": draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=30)),
            "reason": draw(words(300)),
            "certain": draw(st.booleans()),
        }
    if event is Event.NOT_FOUND:
        reply = st.fixed_dictionaries(
            {"seq": st.integers(1, 10**6), "name": st.none() | words(120), "at": st.integers(0, 2 * 10**9)}
        )
        data["replies"] = draw(st.lists(reply, min_size=1, max_size=30))
    if event is Event.STILL_WAITING:
        data |= {"seconds": draw(st.integers(0, 10**6)), "subject": draw(st.none() | words(200))}
    if event in (Event.SIGNED_IN, Event.DESCRIBED):
        fields = ("user_id", "name", "email")
        said = {field: draw(st.none() | words(120)) for field in fields}
        data["customer"] = {**said, "proven": draw(st.lists(st.sampled_from(fields), unique=True))}
    if event is Event.HOLDER_LEFT:
        data |= {"holder_name": draw(words(120)), "why": draw(st.sampled_from(("left", "no_member")))}
    if event is Event.ADDRESS_LEFT:
        data["email"] = draw(words(254))
    if event in (Event.HANDED_OVER, Event.ASSIGNED):
        data["to"] = {"team": "T1", "user": MENTIONED, "name": draw(words(120))}
    if event is Event.TAKEN_OVER:
        data["former"] = draw(st.none() | words(120))
    if event is Event.AGREED:
        data |= {"by": draw(words(120)), "agreed": draw(words(LONGEST_AGREEMENT).filter(str.strip))}
    if event is Event.RESUMED:
        data["status"] = draw(st.sampled_from((Status.CLOSED, Status.ON_YOU)))
    if event in (Event.CLOSED, Event.TICKET_ENDED):
        data["status"] = draw(st.sampled_from((Status.CLOSED, Status.CANCELLED)))
    if event is Event.RENAMED:
        data["subject"] = draw(words(200))
    if event is Event.ON_HOLD:
        data["reason"] = draw(words(200))
    if event is Event.BACK_FROM_HOLD:
        data["status"] = draw(st.sampled_from((Status.ON_YOU, Status.ON_CUSTOMER)))
    if event is Event.TRANSLATED:
        data |= {"target": draw(st.integers(0, 3)), "original": draw(words(200)), "language": "de"}
    if event is Event.ESCALATED:
        data["reason"] = draw(st.none() | words())
    return entry(Kind.SYSTEM, Author.SYSTEM, draw(words(200)), event=event, **data)


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    status = draw(st.sampled_from(Status))
    return Ticket(
        number=TicketNumber(draw(st.integers(1, 10**9))),
        type="live_chat",
        conversation_id=ConversationId("0" * 32),
        channel="web",
        status=status,
        subject=draw(st.none() | words(200)),
        summary=draw(st.none() | words()),
        language=None,
        assignee=None,
        hold_reason=draw(words(200, least=1)) if status is Status.ON_HOLD else None,
        status_since=draw(st.none() | st.just(NOW)),
        opened_at=NOW,
        first_reply_at=None,
        closed_at=None if status.is_open else NOW,
    )


@st.composite
def views(draw: st.DrawFn, state: ConversationState | None = None) -> ConversationView:
    return ConversationView(
        draw(conversations(state)),
        draw(st.none() | people),
        draw(st.none() | tickets()),
        draw(st.none() | messages),
        draw(st.lists(people, max_size=6)) if state in (None, ConversationState.TEAMMATE) else (),
    )


def link_to(_message: MessageRef) -> str:
    return LINK


def checked(message: Message) -> dict[str, Any]:
    """The message as Slack gets it, after everything that holds for all messages was looked at."""
    for block in message.blocks:
        block.validate_json()
    assert [as_json(block) for block in message.blocks] == [block.to_dict() for block in message.blocks]
    arguments = json.loads(json.dumps(message.arguments()))
    assert block_limits.check(arguments["blocks"]) == []
    assert message.text.strip()
    assert len(message.text) <= 3000
    looked_at(arguments["blocks"])
    live = {one for one in WORKSPACE.mentions(arguments) if not one.startswith("<!date^")}
    # Who is handed a conversation is told by a mention, and nobody else is mentioned ever.
    live.discard(f"<@{MENTIONED}>")
    assert live <= {f"<{LINK}>", *(f"<{address}>" for address in _linked_by_the_ai(arguments["blocks"]))}
    assert (arguments["parse"], arguments["link_names"]) == ("none", False)
    return dict(arguments)


def looked_at(blocks: list[dict[str, Any]]) -> None:
    """What holds on every surface: no text is blank or live, and buttons can be told apart by ear."""
    for text in _texts(blocks):
        assert text["text"].strip()
        if text["type"] == "plain_text":
            assert size(text["text"]) <= 3000
        else:
            assert text["verbatim"] is True
    by_label: dict[str, list[dict[str, Any]]] = {}
    for block in blocks:
        for element in [block.get("accessory") or {}, *block.get("elements", [])]:
            if element.get("type") == "button":
                by_label.setdefault(element["text"]["text"], []).append(element)
    for alike in by_label.values():
        assert len(alike) == 1 or all(one["accessibility_label"].strip() for one in alike)


def _linked_by_the_ai(blocks: list[dict[str, Any]]) -> set[str]:
    """The addresses that an AI's words lead to. Each is one that may be, and stands there to be read."""
    found = set()
    for block in blocks:
        if block["type"] != "rich_text":
            continue
        for node in _nodes(block["elements"]):
            assert node["type"] in _INERT
            assert node.keys() <= {"type", "text", "url", "style", "elements", "indent", "offset"}
            if node["type"] == "link":
                assert re.match(
                    r"(?:https?://[^/?#@\\\s]+(?:[/?#]|$)|mailto:.|tel:.)", node["url"], re.IGNORECASE
                )
                host = (urlsplit(node["url"]).hostname or "").removeprefix("www.")
                assert host in WORKSPACE.rendered({"blocks": [block]}).lower()
                found.add(node["url"])
    return found


def _nodes(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for one in node for found in _nodes(one)]
    return [node, *_nodes(node.get("elements", []))]


def _texts(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [text for one in node for text in _texts(one)]
    if not isinstance(node, dict):
        return []
    if node.get("type") in ("plain_text", "mrkdwn"):
        return [node]
    return [text for one in node.values() for text in _texts(one)]


def checked_modal(view: View) -> dict[str, Any]:
    """The modal as Slack gets it, within the limits of the SDK and of the sandbox."""
    view.validate_json()
    for block in view.blocks or []:
        block.validate_json()
    arguments = json.loads(json.dumps(view.to_dict()))
    assert modals.complaints(arguments, "modal") == []
    assert block_limits.check(arguments["blocks"], surface="modal") == []
    looked_at(arguments["blocks"])
    return dict(arguments)


def options(message: Message) -> dict[str, str]:
    """What the message's menus offer: each label's value."""
    return {
        option["text"]["text"]: option["value"]
        for block in message.arguments()["blocks"]
        for element in [block.get("accessory") or {}, *block.get("elements", [])]
        if element.get("type") == "overflow"
        for option in element["options"]
    }


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    """The message's buttons by their label."""
    return {
        element["text"]["text"]: element
        for block in message.arguments()["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    }


def quoted(message: Message) -> str:
    """What stands in plain sections, joined."""
    return "".join(
        block["text"]["text"]
        for block in message.arguments()["blocks"]
        if block["type"] == "section" and block["text"]["type"] == "plain_text"
    )
