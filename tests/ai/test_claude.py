"""What Claude's answers and failures become. The real SDK against the strict fake."""

import asyncio
import logging
import time
from collections.abc import Callable

import pytest

from bot.ai.claude.client import ClaudeAI
from bot.ai.interface import AIUnavailable, HandOver, Reply, Transcript, Turn

from .conftest import HANDED_BACK, Build, chat
from .fake_anthropic import FakeAnthropic

SECRET = "my card is 4111-1111-1111-1111"
ASK = chat(SECRET)
TOOL = {"type": "tool_use", "id": "toolu_1", "name": "escalate_to_human"}


async def test_a_text_is_said_to_the_customer(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.say("  We open at ten.\x00\n")
    assert await claude.answer(chat("When do you open?")) == Reply("We open at ten.")


async def test_the_rules_and_all_knowledge_are_sent_once_and_cached(
    fake: FakeAnthropic, claude: ClaudeAI
) -> None:
    fake.say("Hi!", always=True)
    await claude.answer(chat("Hello"))
    await claude.answer(chat("Something else"))
    (first,), (second,) = (request["system"] for request in fake.requests)
    assert first == second
    assert first["cache_control"] == {"type": "ephemeral"}
    assert "of Larkspur Outdoor" in first["text"]
    assert "Visa and Mastercard" in first["text"]
    assert "4-year" not in first["text"]
    assert fake.requests[0]["tools"][0]["name"] == "escalate_to_human"
    assert "tool_choice" not in fake.requests[0]


@pytest.mark.parametrize(
    ("model", "effort"), [("claude-sonnet-5-5", {"effort": "low"}), ("claude-haiku-4-5-20251001", {})]
)
async def test_effort_is_asked_for_only_where_it_exists(
    fake: FakeAnthropic, build: Build, model: str, effort: dict[str, str]
) -> None:
    fake.say("Hi!")
    await build(model=model).answer(chat("Hello"))
    assert fake.requests[0]["output_config"] == effort


async def test_the_tool_hands_over(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.escalate("Wants a refund decided.")
    assert await claude.answer(chat("Refund me")) == HandOver("Wants a refund decided.")


@pytest.mark.parametrize("stop", ["tool_use", "end_turn", "max_tokens"])
async def test_a_text_beside_the_tool_is_dropped(fake: FakeAnthropic, claude: ClaudeAI, stop: str) -> None:
    text = {"type": "text", "text": "Somebody will call you within the hour!"}
    fake.message([text, TOOL | {"input": {"reason": "Call back"}}, text], stop=stop)
    assert await claude.answer(chat("Call me")) == HandOver("Call back")


@pytest.mark.parametrize("given", [{}, {"reason": 7}, {"reason": "  "}, ["reason"], "reason"])
async def test_a_hand_over_without_a_reason_still_hands_over(
    fake: FakeAnthropic, claude: ClaudeAI, given: object
) -> None:
    fake.message([TOOL | {"input": given}], stop="tool_use")
    assert await claude.answer(ASK) == HandOver("The AI asks for a person and gives no reason.")


async def test_the_reason_is_inert(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.escalate("<!channel> see\nhttps://evil.example/x *now*")
    assert await claude.answer(ASK) == HandOver("‹!channel› see [link] ∗now∗")


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("refusal", "Claude declined to answer this."),
        ("model_context_window_exceeded", "The conversation is too long for the AI."),
    ],
)
async def test_what_the_ai_will_never_answer_goes_to_a_person(
    fake: FakeAnthropic, claude: ClaudeAI, stop: str, reason: str
) -> None:
    fake.message([], stop=stop)
    assert await claude.answer(ASK) == HandOver(reason)
    assert len(fake.requests) == 1


async def test_thinking_is_not_said(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    thinking = {"type": "thinking", "thinking": "The customer seems cross.", "signature": "fake"}
    fake.message([thinking, {"type": "text", "text": "Sorry to hear it."}])
    assert await claude.answer(ASK) == Reply("Sorry to hear it.")


async def test_a_reply_fits_a_chat_message(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.say("word " * 3_000)
    answer = await claude.answer(ASK)
    assert isinstance(answer, Reply)
    assert len(answer.text) <= 8_000


Fault = Callable[[FakeAnthropic], None]
PASSING: dict[str, Fault] = {
    "408": lambda fake: fake.fail(status=408),
    "409": lambda fake: fake.fail(status=409),
    "429": lambda fake: fake.fail(status=429, retry_after="0"),
    "429 at a strange time": lambda fake: fake.fail(status=429, retry_after="nan"),
    "500": lambda fake: fake.fail(status=500),
    "overloaded": lambda fake: fake.fail(status=529),
    "cut at once": lambda fake: fake.cut(),
    "cut in the body": lambda fake: fake.cut(after=b'{"id": "msg'),
    "not JSON": lambda fake: fake.raw('{"id": "msg'),
    "a proxy's page": lambda fake: fake.raw("<html>Sign in</html>", content_type="text/html"),
    "not an object": lambda fake: fake.raw("[]"),
    "an empty object": lambda fake: fake.raw("{}"),
    "content of a wrong type": lambda fake: fake.raw('{"content": "text", "stop_reason": "end_turn"}'),
    "content of wrong blocks": lambda fake: fake.raw('{"content": [7, null, {}], "stop_reason": "end_turn"}'),
    "text of a wrong type": lambda fake: fake.raw(
        '{"content": [{"type": "text", "text": 7}], "stop_reason": "end_turn"}'
    ),
    "no text": lambda fake: fake.message([]),
    "blank text": lambda fake: fake.say(" \n\x00"),
    "out of tokens": lambda fake: fake.message([{"type": "text", "text": "We are op"}], stop="max_tokens"),
    "truncated": lambda fake: fake.message([{"type": "text", "text": "We are op"}], stop=None),
    "paused": lambda fake: fake.message([{"type": "text", "text": "We are op"}], stop="pause_turn"),
    "an unknown tool": lambda fake: fake.message(
        [{"type": "tool_use", "id": "toolu_1", "name": "delete_all", "input": {}}], stop="tool_use"
    ),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
async def test_a_passing_failure_is_not_noticed(fake: FakeAnthropic, claude: ClaudeAI, fault: Fault) -> None:
    fault(fake)
    fake.say("Here I am.")
    assert await claude.answer(ASK) == Reply("Here I am.")


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
async def test_two_failures_are_unavailable_in_one_line_without_customer_text(
    fake: FakeAnthropic, build: Build, fault: Fault
) -> None:
    fault(fake)
    fault(fake)
    with pytest.raises(AIUnavailable) as caught:
        await build(deadline=2).answer(ASK)
    assert len(fake.requests) == 2
    line = str(caught.value)
    assert line
    assert "\n" not in line
    assert "4111" not in line
    assert fake.key not in line
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("status", [400, 402, 403, 404, 413, 422])
async def test_a_refused_request_is_not_repeated(fake: FakeAnthropic, claude: ClaudeAI, status: int) -> None:
    fake.fail(status=status, message=f"bad content: {SECRET}")
    with pytest.raises(AIUnavailable, match=f"^Claude answered {status}.*req_fake$") as caught:
        await claude.answer(ASK)
    assert len(fake.requests) == 1
    assert "4111" not in str(caught.value)


async def test_a_wrong_key_is_named_but_not_shown(fake: FakeAnthropic, build: Build) -> None:
    with pytest.raises(AIUnavailable, match="401, the API key is not accepted") as caught:
        await build(key="sk-ant-fake-wrong").answer(ASK)
    assert "wrong" not in str(caught.value)
    assert fake.requests == []


async def test_nobody_there_is_unavailable(build: Build) -> None:
    with pytest.raises(AIUnavailable, match="the connection to Claude failed, also at the second attempt"):
        await build(url="http://127.0.0.1:9", deadline=1).answer(ASK)


@pytest.mark.parametrize("wait", ["3600", "1e300", "inf"])
async def test_a_long_retry_after_gives_up_at_once(fake: FakeAnthropic, claude: ClaudeAI, wait: str) -> None:
    fake.fail(status=429, retry_after=wait)
    started = time.monotonic()
    with pytest.raises(AIUnavailable, match="429, too many requests"):
        await asyncio.wait_for(claude.answer(ASK), 5)
    assert time.monotonic() - started < 1
    assert len(fake.requests) == 1


async def test_a_short_retry_after_is_waited_for(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.fail(status=429, retry_after="0.3")
    fake.say("Now.")
    started = time.monotonic()
    assert await claude.answer(ASK) == Reply("Now.")
    assert time.monotonic() - started >= 0.3


async def test_a_stall_leaves_time_for_a_second_attempt(fake: FakeAnthropic, build: Build) -> None:
    fake.stall()
    fake.say("Late, but here.")
    assert await build(deadline=1.0).answer(ASK) == Reply("Late, but here.")


async def test_two_stalls_end_with_the_deadline(fake: FakeAnthropic, build: Build) -> None:
    fake.stall()
    fake.stall()
    started = time.monotonic()
    with pytest.raises(AIUnavailable, match="did not answer within"):
        await build(deadline=1.0).answer(ASK)
    assert 0.9 < time.monotonic() - started < 1.4  # a second attempt with a deadline of its own takes 1.5
    assert len(fake.requests) == 2


async def test_cancelling_is_not_a_failure(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.stall()
    task = asyncio.create_task(claude.answer(ASK))
    await asyncio.wait_for(fake.arrived.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nothing_the_customer_said_is_logged(
    fake: FakeAnthropic, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anthropic").setLevel(logging.DEBUG)
    fake.fail(status=500, message=SECRET)
    fake.say(f"You said: {SECRET}")
    await build().answer(ASK)
    assert "4111" not in caplog.text
    assert fake.key not in caplog.text


async def test_what_json_cannot_hold_does_not_stop_an_answer(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.say("Hm?")
    assert await claude.answer(chat("\ud800 \x00 hi", locale="\udfff")) == Reply("Hm?")


async def test_a_settled_request_is_marked_as_settled(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.say("Glad that is solved.")
    await claude.answer(chat("I want a person!", ("teammate", "Solved."), HANDED_BACK, "Thanks"))
    (message,) = fake.requests[0]["messages"]
    wish, mark = message["content"].index("I want a person!"), message["content"].index("handed back to you")
    assert wish < mark
    assert "Wishes for a person before the last such event" in fake.requests[0]["system"][0]["text"]


async def test_right_after_a_hand_back_there_is_no_handing_over(
    fake: FakeAnthropic, claude: ClaudeAI
) -> None:
    photo = Turn("customer", "", None, ("photo.png (image/png)",))
    for last in ((), (photo,)):
        fake.say("I am answering again.")
        said = (Turn("customer", "I want a person!"), Turn("ai", "One moment."), *last, Turn(*HANDED_BACK))
        assert await claude.answer(Transcript("conv_1", "web", said)) == Reply("I am answering again.")
        request = fake.requests[-1]
        assert request["tool_choice"] == {"type": "none"}
        assert "There is no handing over before they write again" in str(request["messages"][-1])
    assert "photo.png" in str(fake.requests[-1]["messages"])
    fake.say("We are open.")
    await claude.answer(chat("I want a person!", HANDED_BACK, "Are you open?"))
    assert "tool_choice" not in fake.requests[-1]


@pytest.mark.parametrize(
    ("key", "deadline"), [("", 5.0), (" ", 5.0), ("sk-ant-fake", 0.0), ("sk-ant-fake", -1.0)]
)
def test_senseless_settings_are_refused_at_once(build: Build, key: str, deadline: float) -> None:
    with pytest.raises(ValueError, match=r"needs an API key|deadline"):
        build(key=key, deadline=deadline)


async def test_closing_twice_is_fine(claude: ClaudeAI) -> None:
    await claude.close()
    await claude.close()
