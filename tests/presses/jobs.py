"""What a teammate does, each done in whole Slack interactions by the hand that counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from bot.blocks.elements.ids import (
    ALLOW_AI_REPLIES,
    HAND_OVER_TO,
    HOLD_REASON,
    KEEP_AS_NOTE,
    NOTE_WORDS,
    RETRY,
    SEND_AS_ME,
    SUBJECT,
    TAKE_FROM_AND_SEND,
    TAKE_OVER,
    TAKE_OVER_AND_SEND,
)
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, Chat, World
from tests.presses.hand import Count, Hand

Job = Callable[[World, Hand], Awaitable[Chat]]


async def counted(world: World, job: Job) -> Count:
    """Do it as Ana, after whatever has to be there first, and return what it cost."""
    hand = Hand(world.slack.url, "ana", customer=f"Maya ({job.__name__})")
    await job(world, hand)
    cost = hand.done
    # The next job looks for its own prompts.
    for prompt in await world.ana.ephemerals():
        await world.ana.delete(prompt["channel"], prompt["ts"])
    return cost


async def first_card_to_closed_ticket(world: World, hand: Hand) -> Chat:
    chat = await _with_the_ai(world, hand)
    await chat.taken_over(hand)
    hand.open_thread()
    await chat.marked(await chat.reply(hand, "A new one leaves today."), SENT)
    await _allow_ai_replies(world, chat, hand)
    await chat.thread.card_shows("Closed")
    return chat


async def take_over(world: World, hand: Hand) -> Chat:
    chat = await _with_the_ai(world, hand)
    await chat.taken_over(hand)
    return chat


async def take_over_from_home(world: World, hand: Hand) -> Chat:
    chat = await world.chat(hand.customer, first="Could I talk to a human?")
    await chat.thread.card_shows("Waiting for a teammate")
    await world.settled()
    await hand.open_home()
    await world.until(lambda: "Could I talk" in str(world.slack.home("ana")))
    await hand.press_view(TAKE_OVER, view="home")
    await chat.thread.card_shows("Ana is answering")
    return chat


async def reply(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await chat.marked(await chat.reply(hand, "On its way."), SENT)
    return chat


async def note(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await chat.marked(await chat.reply(hand, "note: third this week"), NOTE)
    return chat


async def correct(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    ts = await chat.reply(world.ana, "On its why.")
    await chat.marked(ts, SENT)
    hand.open_message_menu()
    await hand.edit(CHANNEL, ts, "On its way.")
    await chat.customer.sees(lambda e: e["kind"] == "edit")
    return chat


async def take_back(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    ts = await chat.reply(world.ana, "Wrong customer.")
    await chat.marked(ts, SENT)
    hand.open_message_menu()
    await hand.delete(CHANNEL, ts)
    await chat.customer.sees(lambda e: e["kind"] == "retract")
    return chat


async def typed_before_taking_over(world: World, hand: Hand) -> Chat:
    chat = await _with_the_ai(world, hand)
    await _held_and(world, chat, hand, TAKE_OVER_AND_SEND, SENT)
    return chat


async def typed_and_kept(world: World, hand: Hand) -> Chat:
    chat = await _with_the_ai(world, hand)
    await _held_and(world, chat, hand, KEEP_AS_NOTE, NOTE)
    return chat


async def sent_beside_the_holder(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand, by="ben")
    await _held_and(world, chat, hand, SEND_AS_ME, SENT)
    return chat


async def sent_instead_of_the_holder(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand, by="ben")
    await _held_and(world, chat, hand, TAKE_FROM_AND_SEND, SENT)
    return chat


async def hold(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await chat.choose(hand, "On hold…")
    await hand.submit(values={HOLD_REASON: "The warehouse looks"})
    await chat.thread.card_shows("On hold: The warehouse looks")
    return chat


async def back_from_hold(world: World, hand: Hand) -> Chat:
    chat = await hold(world, hand)
    hand.done = Count()
    await chat.choose(hand, "Back from hold")
    await chat.thread.card_shows("On Ana")
    return chat


async def edit_subject(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await chat.choose(hand, "Edit subject…")
    await hand.submit(values={SUBJECT: "Broken buckle"})
    await chat.thread.card_shows("Broken buckle")
    return chat


async def write_note(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await chat.choose(hand, "Write a note…")
    await hand.submit(values={NOTE_WORDS: "Third broken buckle this week"})
    await chat.shows("Third broken buckle this week")
    return chat


async def join(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand, by="ben")
    await chat.choose(hand, "Join Ben")
    await chat.shows("Ana joined")
    return chat


async def hand_over(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await chat.choose(hand, "Hand over to…")
    await hand.submit(values={HAND_OVER_TO: world.slack.user_id("ben")})
    await chat.thread.card_shows("Ben is answering")
    return chat


async def take_from(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand, by="ben")
    await chat.choose(hand, "Take over from Ben")
    await chat.thread.card_shows("Ana is answering")
    return chat


async def allow_ai_replies(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await _allow_ai_replies(world, chat, hand)
    await chat.thread.card_shows("Closed")
    return chat


async def close(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await chat.choose(hand, "Close ticket, AI stays quiet")
    await chat.thread.card_shows("Closed")
    return chat


async def find(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    assert "backpack" in str(await hand.command("/bookbag", "find backpack", channel=CHANNEL))
    hand.open_thread()
    return chat


async def mine(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    await hand.open_home()
    await world.until(lambda: "backpack" in str(world.slack.home("ana")))
    return chat


async def retry(world: World, hand: Hand) -> Chat:
    chat = await _held(world, hand)
    world.slack.faults.error(
        "chat.postMessage", "invalid_blocks", times=100, when=lambda call: "courier" in str(call)
    )
    await chat.customer.say("The courier can have it.")
    notice = await chat.thread.shows(lambda m: "could not be posted" in chat.thread.rendered(m))
    world.slack.faults.clear()
    await hand.press(CHANNEL, notice["ts"], RETRY)
    await chat.shows("The courier can have it.")
    return chat


async def _allow_ai_replies(world: World, chat: Chat, hand: Hand) -> None:
    """Press it, and where that opens a dialog send this as it was filled in."""
    await chat.press(hand, ALLOW_AI_REPLIES)

    async def asked_or_done() -> bool:
        return bool(await hand.views()) or "Closed" in chat.thread.card()

    await world.until(asked_or_done)
    if await hand.views():
        await hand.submit()


async def _with_the_ai(world: World, hand: Hand) -> Chat:
    chat = await world.chat(hand.customer, first="My new backpack broke. What now?")
    await chat.customer.sees(lambda e: e["from"] == "ai")
    await world.settled()
    return chat


async def _held(world: World, hand: Hand, by: str = "ana") -> Chat:
    chat = await _with_the_ai(world, hand)
    await chat.taken_over(world.slack.person(by))
    await chat.shows("🎫 Ticket #")
    await world.settled()
    return chat


async def _held_and(world: World, chat: Chat, hand: Hand, choice: str, mark: str) -> None:
    ts = await chat.reply(hand, "Which one is it?")
    await chat.marked(ts, HELD)
    await hand.press(CHANNEL, (await world.prompt("ana"))["ts"], choice)
    await chat.marked(ts, mark)


JOBS: Mapping[str, Job] = MappingProxyType(
    {
        "**From the first card to a closed ticket**, with one reply": first_card_to_closed_ticket,
        "Take over": take_over,
        "Take over who waits, from App Home": take_over_from_home,
        "Reply to the customer": reply,
        "Keep a note": note,
        "Correct a reply": correct,
        "Take a reply back": take_back,
        "Typed before taking over: take over and send": typed_before_taking_over,
        "Typed before taking over: keep as a note": typed_and_kept,
        "Typed in a colleague’s conversation: send as me": sent_beside_the_holder,
        "Typed in a colleague’s conversation: take over and send": sent_instead_of_the_holder,
        "Put on hold, with the reason": hold,
        "Back from hold": back_from_hold,
        "Edit the subject": edit_subject,
        "Write a note in a window": write_note,
        "Join a colleague": join,
        "Hand over to a colleague": hand_over,
        "Take over from a colleague": take_from,
        "Allow AI replies, which closes the ticket": allow_ai_replies,
        "Close without the AI": close,
        "Find a conversation by words and open it": find,
        "See what is mine": mine,
        "Post again what Slack refused": retry,
    }
)
