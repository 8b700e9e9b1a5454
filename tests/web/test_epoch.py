"""Another program's AI speaks only for the stretch in which it was asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import database_url

from .house import API_KEY, Chat, House, Reply

__all__ = ["database_url"]


async def _ai_says(chat: Chat, text: str, epoch: int | None = None, *, client_id: str | None = None) -> Reply:
    body: dict[str, Any] = {"text": text, "client_id": client_id or text, "from": "ai"}
    if epoch is not None:
        body["epoch"] = epoch
    return await chat.post("/messages", body, bearer=API_KEY)


async def _escalate(chat: Chat, epoch: int | None = None) -> Reply:
    body = {"reason": "x"} if epoch is None else {"reason": "x", "epoch": epoch}
    return await chat.post("/escalate", body, bearer=API_KEY)


async def _went_there_and_back(chat: Chat) -> None:
    """Ana takes over, answers and hands back."""
    await chat.taken_over()
    await chat.reply("I refunded you.")
    await chat.handed_back()


def _refused_as_stale(reply: Reply) -> str:
    assert (reply.status, reply.code) == (409, "stale")
    return str(reply.json["error"]["message"])


async def test_an_answer_thought_of_before_a_person_answered_is_not_said_after_the_hand_back(
    chat: Chat,
) -> None:
    asked = (await chat.say("Do I get a refund?")).json
    await _went_there_and_back(chat)
    assert "hands" in _refused_as_stale(await _ai_says(chat, "No refunds.", asked["epoch"]))
    assert "No refunds." not in await chat.texts()


async def test_an_escalation_thought_of_before_a_person_answered_does_not_come_after_the_hand_back(
    chat: Chat,
) -> None:
    asked = (await chat.say("Do I get a refund?")).json
    await _went_there_and_back(chat)
    before = await chat.entries()
    _refused_as_stale(await _escalate(chat, asked["epoch"]))
    assert (await chat.get()).json["state"] == "ai"
    assert await chat.entries() == before


async def test_an_answer_to_what_came_after_the_hand_back_is_said(chat: Chat) -> None:
    await _went_there_and_back(chat)
    asked = (await chat.say("And the shipping costs?")).json
    assert (await _ai_says(chat, "Those too.", asked["epoch"])).status == 202
    assert (await _escalate(chat, asked["epoch"])).json["state"] == "waiting"


async def test_what_was_asked_during_the_stretch_is_answered_as_of_the_hand_back(chat: Chat) -> None:
    await chat.taken_over()
    asked = (await chat.say("Are you there?")).json
    await chat.handed_back()
    handed_back = (await chat.entries())[-1]
    assert handed_back["state"] == {"state": "ai"}
    _refused_as_stale(await _ai_says(chat, "Early.", asked["epoch"]))
    assert (await _ai_says(chat, "Yes.", handed_back["epoch"])).status == 202


async def test_without_an_epoch_an_ai_is_heard_only_where_nobody_ever_took_over(chat: Chat) -> None:
    assert (await _ai_says(chat, "Hello!")).status == 202
    await _went_there_and_back(chat)
    for refused in (await _ai_says(chat, "No refunds."), await _escalate(chat)):
        assert "`epoch`" in _refused_as_stale(refused)
    assert "No refunds." not in await chat.texts()


async def test_waiting_for_nobody_in_vain_asks_for_no_epoch(chat: Chat) -> None:
    """Nobody took over, so nobody's words can be talked over."""
    assert (await _escalate(chat)).status == 200
    assert (await chat.post("/resume", bearer=API_KEY)).status == 200
    assert (await _ai_says(chat, "Here I am again.")).status == 202


@pytest.mark.parametrize("epoch", [1, 2, 99, 2**31 - 1])
async def test_an_epoch_that_no_entry_can_have_is_refused(chat: Chat, epoch: int) -> None:
    await chat.say("Hello")
    _refused_as_stale(await _ai_says(chat, "Hi", epoch))


@pytest.mark.parametrize("epoch", [-1, 2**31, "0", 0.5, True, [0]])
async def test_an_epoch_is_a_number(chat: Chat, epoch: object) -> None:
    for path, body in (
        ("/messages", {"text": "a", "client_id": "a", "from": "ai"}),
        ("/escalate", {}),
        ("/resume", {}),
    ):
        refused = await chat.post(path, {**body, "epoch": epoch}, bearer=API_KEY)
        assert (refused.status, refused.code) == (422, "invalid")


async def test_while_a_teammate_holds_it_the_ai_is_paused_whatever_the_epoch(chat: Chat) -> None:
    await chat.taken_over()
    for epoch in (None, 0, 1):
        assert (await _ai_says(chat, f"{epoch}", epoch)).code == "ai_paused"
    assert (await _escalate(chat, 0)).json["state"] == "teammate"


async def test_an_answer_that_was_said_is_recognised_when_it_is_repeated_later(chat: Chat) -> None:
    said = await _ai_says(chat, "Hello!", 0, client_id="a")
    await _went_there_and_back(chat)
    again = await _ai_says(chat, "Hello!", 0, client_id="a")
    assert (again.status, again.json) == (200, said.json)


async def test_an_escalation_whose_answer_was_lost_can_be_repeated(chat: Chat) -> None:
    first, again = await _escalate(chat, 0), await _escalate(chat, 0)
    assert first.json == again.json
    assert again.status == 200


async def test_each_hand_over_between_people_is_a_stretch_of_its_own(chat: Chat) -> None:
    for stretch in range(2):
        asked = (await chat.say(f"Question {stretch}")).json
        await _went_there_and_back(chat)
        _refused_as_stale(await _ai_says(chat, f"Answer {stretch}", asked["epoch"]))
    assert [text for text in await chat.texts() if text.startswith("Answer")] == []


async def test_the_server_goes_back_to_the_ai_only_in_the_wait_that_it_answers(chat: Chat) -> None:
    await chat.say("A person, please")
    first = (await _escalate(chat, 0)).json
    assert (await chat.post("/resume", {"epoch": first["epoch"]}, bearer=API_KEY)).status == 200
    asked = (await chat.say("No, a person!")).json
    again = (await _escalate(chat, asked["epoch"])).json
    _refused_as_stale(await chat.post("/resume", {"epoch": first["epoch"]}, bearer=API_KEY))
    assert (await chat.get()).json["state"] == "waiting"
    assert (await chat.post("/resume", {"epoch": again["epoch"]}, bearer=API_KEY)).json["state"] == "ai"


async def test_where_somebody_took_over_the_server_says_which_wait_it_ends(house: House, chat: Chat) -> None:
    await _went_there_and_back(chat)
    asked = (await chat.say("A person, please")).json
    waits = (await _escalate(chat, asked["epoch"])).json
    assert "`epoch`" in _refused_as_stale(await chat.post("/resume", bearer=API_KEY))
    assert (await chat.post("/resume", {"epoch": waits["epoch"]}, bearer=API_KEY)).status == 200


async def test_a_customer_goes_back_without_knowing_of_epochs(chat: Chat) -> None:
    await _went_there_and_back(chat)
    asked = (await chat.say("A person, please")).json
    await _escalate(chat, asked["epoch"])
    assert (await chat.post("/resume")).json["state"] == "ai"


async def test_state_entries_and_events_say_which_stretch_they_belong_to(chat: Chat) -> None:
    first = (await chat.say("Hello")).json
    assert (first["epoch"], (await chat.get()).json["epoch"]) == (0, 0)
    await chat.taken_over()
    message = await chat.reply("Hi")
    await chat.reword(message, "Hi!")
    during = (await chat.say("Thanks")).json
    await chat.handed_back()
    after = (await chat.say("Bye")).json
    epochs = [entry["epoch"] for entry in await chat.entries()]
    assert epochs == [0, 1, 1, 1, 1, 2, 2]
    assert (during["epoch"], after["epoch"], (await chat.get()).json["epoch"]) == (1, 2, 2)
    async with chat.stream(after=0) as stream:
        assert [event.entry["epoch"] for event in await stream.events(7)] == epochs


async def test_it_is_described_as_the_epoch_of_the_entry_that_is_answered(house: House) -> None:
    described = (await house.ask("GET", "/openapi.json")).json
    schemas = described["components"]["schemas"]
    for body in ("SayBody", "EscalateBody", "ResumeBody"):
        text = schemas[body]["properties"]["epoch"]["description"]
        assert "entry" in text
        assert "before sending" in text
    for shown in ("EntryShown", "ConversationShown", "Said", "Escalated"):
        assert "epoch" in schemas[shown]["required"]
    one = described["paths"]["/v1/conversations/{conversation_id}/messages"]["post"]["responses"]
    assert "`stale`" in one["409"]["description"]
