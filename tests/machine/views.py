"""The same conversation from every side, once everything has settled: what is wrong with each view of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from sandbox import Workspace
from storage.records import Audience, Author, ConversationState, Entry, Kind, MessageRef
from storage.schema import entries as ledger
from storage.transaction import Transaction
from tests.journeys.world import CHANNEL, FAILED, HELD, NOTE, SENT
from tests.machine.customer import CustomerAtHome, window
from tests.machine.picture import Fate, Talk, ThreadMessage, forbidden
from tests.machine.story import Story
from tests.machine.tokens import token, tokens

MARK_OF = {Fate.SENT: SENT, Fate.NOTE: NOTE, Fate.HELD: HELD, Fate.FAILED: FAILED}
Problems = list[str]


def said_by_customer_and_ai(entries: Sequence[Entry]) -> Sequence[str]:
    said = [e for e in entries if e.kind is Kind.MESSAGE and e.author in (Author.CUSTOMER, Author.AI)]
    return [token(entry.text) for entry in said]


async def customer_problems(customer: CustomerAtHome, entries: Sequence[Entry], story: Story) -> Problems:
    """Their window, followed live and read again, against what the ledger holds for them."""
    shown = [entry for entry in entries if entry.audience is Audience.CUSTOMER]
    wanted = window([_as_json(entry) for entry in shown])
    problems = reception_problems(bytes(customer.received), shown)
    numbers = [entry["seq"] for entry in customer.seen]
    if numbers != [entry.seq for entry in shown]:
        problems.append(f"the stream brought {numbers}, the ledger has {[e.seq for e in shown]}")
    elif window(customer.seen) != wanted:
        problems.append(f"the window shows {window(customer.seen)}, not {wanted}")
    if (again := window(await customer.pages())) != wanted:
        problems.append(f"read again it shows {again}, not {wanted}")
    if (state := await customer.state()) != story.state:
        problems.append(f"is told that the state is {state}, not {story.state}")
    return problems


def reception_problems(received: bytes, shown: Sequence[Entry]) -> Problems:
    """Whether any byte that they received was not theirs."""
    told = tokens(received.decode())
    theirs = {one for entry in shown for one in tokens(entry.text)}
    problems = [f"received {one}, which is for the team" for one in forbidden(told)]
    return problems + [f"received {one}, which nobody sent them" for one in set(told) - theirs]


def thread_problems(slack: Workspace, talk: Talk, entries: Sequence[Entry], story: Story) -> Problems:
    """What the team sees: one card that says how it stands, and everything under it once and in order.

    A thread that started again shows what was said last, and then all that came.
    """
    said = said_by_customer_and_ai(entries)
    cards = [m["ts"] for m in slack.messages(CHANNEL) if _heading(m) == f"{talk.name} · web" and _acts(m)]
    if not entries:
        return [f"has {len(cards)} cards, and nothing happened"] if cards else []
    present = next(iter(slack.thread(CHANNEL, talk.threads[-1])), {"subtype": "tombstone"})
    is_deleted = present.get("subtype") == "tombstone"
    if cards != ([] if is_deleted else [present["ts"]]):
        return [f"has the cards {cards}, not {talk.threads[-1]}"]
    threads = [[m for m in slack.thread(CHANNEL, ts)[1:] if m.get("bot_id")] for ts in talk.threads]
    shown = [one for message in threads[-1] for one in mirrored(slack, message)]
    is_first = len(threads) == 1 and not talk.forgotten
    wanted = said if is_first else said[len(said) - len(shown) :]
    problems = [] if shown == wanted else [f"the thread shows {shown}, the ledger has {said}"]
    rendered = "\n".join(slack.rendered(message) for thread in threads for message in thread)
    for event, words in (("taken_over", "took over."), ("resumed", "allowed AI replies.")):
        happened = sum(entry.data.get("event") == event for entry in entries)
        if rendered.count(words) > happened or (rendered.count(words) < happened and not talk.forgotten):
            problems.append(f"the thread says {rendered.count(words)} times {words!r}, not {happened}")
    if is_deleted:
        return problems
    card = slack.rendered(present)
    stands = {
        ConversationState.AI: "The AI is answering",
        ConversationState.WAITING: "Waiting for a teammate",
        ConversationState.TEAMMATE: f"{(story.holder or '').capitalize()} is answering",
    }[story.state]
    offered = "[Allow AI replies]" if story.state is ConversationState.TEAMMATE else "[Take over]"
    if stands not in card or offered not in card:
        problems.append(f"the card reads {card!r}, not {stands!r} with {offered}")
    return problems


def mirrored(slack: Workspace, message: Mapping[str, object]) -> Sequence[str]:
    """The tokens of the customer's and the AI's messages in a post, in order; it may carry several.

    A small line names the author of the sections that follow it, or of the words in the same line. Other
    lines and titles end that.
    """
    found: list[str] = []
    speaks = False
    blocks = message.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        reads = slack.rendered({"blocks": [block]})
        if block["type"] == "section":
            found += tokens(reads) if speaks else []
        else:
            speaks = block["type"] == "context" and reads.startswith(("👤", "🤖"))
            found += tokens(reads) if speaks else []
    return found


async def books_problems(tx: Transaction, talk: Talk, story: Story, name_of: Mapping[str, str]) -> Problems:
    """The conversation's own row and its ticket."""
    conversation = await tx.conversations.get(talk.id)
    assert conversation is not None
    ticket = await tx.tickets.open_of(talk.id)
    holder = name_of[conversation.holder.user] if conversation.holder else None
    assignee = name_of[ticket.assignee.user] if ticket and ticket.assignee else None
    found = (conversation.state, conversation.epoch, holder, assignee, ticket and ticket.status)
    wanted = (story.state, story.epoch, story.holder, story.holder, story.status)
    return [] if found == wanted else [f"the books say {found}, the ledger says {wanted}"]


async def fates(tx: Transaction, talk: Talk, story: Story, team: str, channel: str) -> dict[str, Fate]:
    """What became of each thread message so far, by its `ts`."""
    found: dict[str, Fate] = {}
    for typed in talk.messages:
        source = MessageRef(team, channel, typed.ts).source
        if typed.ts in story.retracted:
            found[typed.ts] = Fate.RETRACTED
        elif typed.ts in story.sent:
            found[typed.ts] = Fate.SENT
        elif typed.ts in story.noted:
            found[typed.ts] = Fate.NOTE
        elif typed.ts in story.failed:
            found[typed.ts] = Fate.FAILED
        else:
            held = await tx.held.get(talk.id, source)
            waits = Fate.HELD if held is None or held.again is None else Fate.FAILED
            found[typed.ts] = Fate.UNKNOWN if held is None else waits
    return found


def fate_problems(
    slack: Workspace, talk: Talk, found: Mapping[str, Fate], entries: Sequence[Entry], story: Story
) -> Problems:
    """Whether each thread message became what it had to, is marked so, and reads so at the customer's."""
    shown = window([_as_json(entry) for entry in entries if entry.audience is Audience.CUSTOMER])
    in_window = [one for _, who, text in shown if who == "teammate" for one in tokens(text)]
    problems = []
    for typed in talk.messages:
        outcome = found[typed.ts]
        what = f"{typed.author}'s message {typed.number}"
        if outcome not in typed.may_become():
            problems.append(f"{what} is {outcome}, not {' or '.join(sorted(typed.may_become()))}")
            continue
        if typed.deleted:
            continue
        if not typed.vanished and (marks := _marks(slack, typed)) != {MARK_OF[outcome]}:
            problems.append(f"{what} is {outcome} and marked {sorted(marks)}")
        if outcome is Fate.SENT and typed.last_words(story.sent[typed.ts]) not in in_window:
            problems.append(f"{what} should read {typed.last_words(story.sent[typed.ts])}: {in_window}")
    for typed in talk.messages:
        theirs = [one for one in in_window if typed.reads(one)]
        if len(theirs) != (found[typed.ts] is Fate.SENT):
            problems.append(f"message {typed.number} is {found[typed.ts]} and shown as {theirs}")
    return problems


def _marks(slack: Workspace, typed: ThreadMessage) -> set[str]:
    return {one["name"] for one in slack.message(CHANNEL, typed.ts).get("reactions", [])}


def _heading(message: Mapping[str, object]) -> str:
    blocks = message.get("blocks")
    first = blocks[0] if isinstance(blocks, list) and blocks else {}
    return str(first["text"]["text"]) if first.get("type") == "header" else ""


def _acts(message: Mapping[str, object]) -> bool:
    """Whether it offers anything but a link."""
    blocks = message.get("blocks")
    elements = (
        [one for block in blocks for one in block.get("elements", [])] if isinstance(blocks, list) else []
    )
    return any("action_id" in one and "url" not in one for one in elements)


async def as_written(tx: Transaction, talk: Talk) -> Sequence[Entry]:
    """The conversation's entries in the words in which they were written, whatever became of them."""
    rows = await tx.connection.execute(
        select(ledger.c.seq, ledger.c.text, ledger.c.data).where(ledger.c.conversation_id == talk.id)
    )
    words = {row.seq: row for row in rows}
    found = await tx.ledger.since(talk.id)
    return [replace(one, text=words[one.seq].text, data=words[one.seq].data) for one in found]


def _as_json(entry: Entry) -> Mapping[str, object]:
    return {
        "seq": entry.seq,
        "kind": entry.kind.value,
        "from": entry.author.value,
        "text": entry.text,
        "target": entry.data.get("target"),
    }
