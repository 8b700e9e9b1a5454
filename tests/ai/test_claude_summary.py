"""Summaries by Claude: asked for in a schema, checked, and made inert."""

import json

import pytest

from bot.ai.claude.client import ClaudeAI
from bot.ai.interface import AIUnavailable, Summary

from .conftest import Build, chat
from .fake_anthropic import FakeAnthropic

GOOD = Summary("Zerrissenes Zelt", "Das Zelt kam zerrissen an. Der Kunde möchte Ersatz.", "de")
ASK = chat("Mein Zelt ist zerrissen, 4111-1111!")


async def test_a_summary_in_the_schema(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.summarise(GOOD.subject, GOOD.summary, GOOD.language)
    assert await claude.summarise(ASK) == GOOD
    (request,) = fake.requests
    assert request["output_config"]["format"]["schema"]["additionalProperties"] is False
    assert "tools" not in request
    assert "<customer>Mein Zelt ist zerrissen, 4111-1111!</customer>" in request["messages"][0]["content"]


async def test_lengths_lines_and_language_are_enforced(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.summarise("line\nbreak " + "x " * 100, "word " * 400, "English, I think")
    summary = await claude.summarise(ASK)
    assert len(summary.subject) <= 80
    assert len(summary.summary) <= 600
    assert summary.subject.startswith("line break x")
    assert summary.language == "und"


@pytest.mark.parametrize(
    "wrong",
    [
        "Here is your summary!",
        '{"subject": "x"',
        "[]",
        "null",
        '{"subject": "x", "summary": "y"}',
        '{"subject": 1, "summary": "y", "language": "en"}',
        '{"subject": "", "summary": "y", "language": "en"}',
        '{"subject": "x", "summary": " \\u0000 ", "language": "en"}',
    ],
)
async def test_what_is_not_in_the_schema_is_asked_for_again_once(
    fake: FakeAnthropic, build: Build, wrong: str
) -> None:
    fake.say(wrong)
    fake.summarise(GOOD.subject, GOOD.summary, GOOD.language)
    claude = build(deadline=2)
    assert await claude.summarise(ASK) == GOOD
    fake.say(wrong)
    fake.say(wrong)
    with pytest.raises(AIUnavailable) as caught:
        await claude.summarise(ASK)
    assert "subject" not in str(caught.value)
    assert len(fake.requests) == 4


@pytest.mark.parametrize(("stop", "requests"), [("refusal", 1), ("max_tokens", 2), (None, 2)])
async def test_half_a_summary_is_none(
    fake: FakeAnthropic, build: Build, stop: str | None, requests: int
) -> None:
    whole = json.dumps({"subject": "s", "summary": "t", "language": "en"})
    for _ in range(requests):
        fake.message([{"type": "text", "text": whole}], stop=stop)
    with pytest.raises(AIUnavailable):
        await build(deadline=2).summarise(ASK)
    assert len(fake.requests) == requests


async def test_a_conversation_without_words_can_be_summarised(fake: FakeAnthropic, claude: ClaudeAI) -> None:
    fake.summarise("Nothing said", "The customer has said nothing.", "und")
    assert (await claude.summarise(chat())).subject == "Nothing said"
