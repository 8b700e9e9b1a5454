"""Claude behind the `AI` interface. Importing this module imports the SDK, which takes about a second."""

import asyncio
import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import anthropic
from anthropic.types import Message
from pydantic import BaseModel

from bot.ai.claude import drafting, prompts, translating
from bot.ai.claude.failures import Failed, failed
from bot.ai.interface import (
    AGREEMENT_LIMIT,
    DRAFT_LIMIT,
    REASON_LIMIT,
    REPLY_LIMIT,
    SUBJECT_LIMIT,
    SUMMARY_LIMIT,
    TRANSLATION_LIMIT,
    AIUnavailable,
    HandOver,
    Reply,
    Summary,
    Transcript,
    Translation,
    Wish,
    was_handed_back,
)
from bot.ai.knowledge import Knowledge
from bot.ai.language import language_tag
from bot.ai.plain import clean, inert_line, shorten

if TYPE_CHECKING:
    from anthropic.types import OutputConfigParam
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

T = TypeVar("T")

# Thinking counts as output, so this leaves room for some beside a short message.
_MAX_TOKENS = 4_096
# A chat wants an answer in seconds. These are the models the SDK names that know no effort setting.
_WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")
_CODE = re.compile(r"[a-z_]{1,40}")


class ClaudeAI:
    """An `AI` that asks Claude.

    `deadline` is the most seconds one call takes, all in: the first attempt gets half of it, and what is
    left goes to one second attempt after a failure that may pass (a timeout, a lost connection, 408, 409,
    429, 5xx, an incomplete answer). Before it are `pause` seconds, or what Retry-After asks for; a wait
    beyond the deadline ends the call at once.

    No text of a conversation is logged or traced, whatever the SDK's own switches say. Raises `ValueError`
    on an empty key or a deadline that is not positive.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str | None,
        model: str,
        knowledge: Knowledge,
        deadline: float,
        business: str | None = None,
        knowledge_limit: int = prompts.KNOWLEDGE_LIMIT,
        pause: float = 0.5,
    ) -> None:
        if not api_key.strip():
            raise ValueError("Claude needs an API key")
        if not deadline > 0:
            raise ValueError("the deadline must be more than 0 seconds")
        self._model = model
        self._deadline = deadline
        self._pause = pause
        self._briefing = prompts.Briefing(
            knowledge, rules=prompts.answer_rules(business), limit=knowledge_limit
        )
        self._replies = prompts.Briefing(
            knowledge, rules=drafting.reply_rules(prompts.of(business)), limit=knowledge_limit
        )
        self._agreement_rules = drafting.agreement_rules(prompts.of(business))
        self._business = prompts.of(business)
        self._summary_rules = prompts.SUMMARY_RULES.format(business=prompts.of(business))
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key.strip(),
            base_url=base_url,
            max_retries=0,  # the SDK's retries obey any Retry-After; ours end with the deadline
            timeout=deadline,
            open_telemetry=False,
        )
        # At DEBUG the SDK logs whole requests, and with them what the customer said.
        logging.getLogger("anthropic._base_client").setLevel(logging.INFO)

    async def answer(self, transcript: Transcript) -> Reply | HandOver:
        """Reply from the knowledge, or hand over: when Claude asks to, refuses, or cannot read it all.

        Raises `AIUnavailable` within the deadline.
        """
        request: MessageCreateParamsNonStreaming = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "system": self._briefing.system(transcript),
            "messages": prompts.messages_for_answer(transcript),
            # Not forced: current models refuse a forced tool, and most turns need none.
            "tools": [prompts.escalate_tool()],
            "output_config": self._output(),
        }
        if was_handed_back(transcript):
            # A person has just decided that it goes on: the old words must not call for one again.
            request["tool_choice"] = {"type": "none"}
        return await self._ask(request, _read_answer)

    async def summarise(self, transcript: Transcript) -> Summary:
        """Describe the conversation in the customer's language, as plain text that nothing in it can enliven.

        Raises `AIUnavailable` within the deadline, also when Claude refuses.
        """
        output = self._output()
        output["format"] = {"type": "json_schema", "schema": prompts.SUMMARY_SCHEMA}
        request: MessageCreateParamsNonStreaming = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "system": self._summary_rules,
            "messages": prompts.messages_for_summary(transcript),
            "output_config": output,
        }
        return await self._ask(request, _read_summary)

    async def translate(self, text: str, *, to: str) -> Translation | None:
        """One message. Raises `AIUnavailable` within the deadline, also when Claude refuses."""
        output = self._output()
        output["format"] = {"type": "json_schema", "schema": translating.TRANSLATION_SCHEMA}
        request: MessageCreateParamsNonStreaming = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "system": translating.rules(to, business=self._business),
            "messages": [{"role": "user", "content": translating.message(text)}],
            "output_config": output,
        }
        return await self._ask(request, _read_translation)

    async def agreement(self, transcript: Transcript) -> str:
        """Write down what teammates promised, for one of them to read. Raises `AIUnavailable`."""
        request: MessageCreateParamsNonStreaming = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "system": self._agreement_rules,
            "messages": drafting.messages_for_agreement(transcript),
            "output_config": self._output(),
        }
        return await self._ask(request, _read_agreement)

    async def reply(self, transcript: Transcript, wish: Wish, text: str) -> str:
        """Write or rewrite a teammate's message. Raises `AIUnavailable`, also when Claude refuses."""
        if not text.strip() and wish != "draft":
            raise AIUnavailable("there is nothing written yet")
        request: MessageCreateParamsNonStreaming = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "system": self._replies.system(transcript),
            "messages": drafting.messages_for_reply(transcript, wish, text),
            "output_config": self._output(),
        }
        return await self._ask(request, _read_reply)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _output(self) -> "OutputConfigParam":
        return {} if self._model.startswith(_WITHOUT_EFFORT) else {"effort": "low"}

    async def _ask(self, request: "MessageCreateParamsNonStreaming", read: Callable[[Message], T]) -> T:
        """Make at most two attempts within the deadline."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._deadline
        try:
            return await self._attempt(request, read, limit=self._deadline / 2)
        except Failed as first:
            left = end - loop.time()
            pause = min(self._pause, left / 10) if first.after is None else first.after
            if not first.again or pause >= left:
                raise AIUnavailable(first.line) from None
        await asyncio.sleep(pause)
        try:
            return await self._attempt(request, read, limit=end - loop.time())
        except Failed as second:
            raise AIUnavailable(f"{second.line}, also at the second attempt") from None

    async def _attempt(
        self, request: "MessageCreateParamsNonStreaming", read: Callable[[Message], T], *, limit: float
    ) -> T:
        # No cause is kept on what is raised: a traceback of the SDK or of pydantic may hold customer text.
        try:
            async with asyncio.timeout(limit):
                message = await self._client.messages.create(**request)
        except TimeoutError:
            raise Failed(f"Claude did not answer within {limit:.3g} s", again=True) from None
        except (anthropic.AnthropicError, ValueError) as error:
            raise failed(error) from None
        try:
            return read(message)
        except (AttributeError, TypeError, ValueError) as error:
            # The SDK takes any JSON for a `Message`, with fields absent or of any type.
            raise failed(error) from None


class _Translated(BaseModel):
    translation: str
    language: str


class _Draft(BaseModel):
    subject: str
    summary: str
    language: str


def _read_answer(message: Message) -> Reply | HandOver:
    """Take exactly one thing from the message; asking for a person wins over any text beside it."""
    stop = _stop_reason(message)
    for block in message.content:
        if block.type == "tool_use" and block.name == prompts.ESCALATE:
            reason = block.input.get("reason") if isinstance(block.input, dict) else None
            said = inert_line(reason, REASON_LIMIT) if isinstance(reason, str) else ""
            return HandOver(said or "The AI asks for a person and gives no reason.")
    if stop == "refusal":
        return HandOver("Claude declined to answer this.")
    if stop == "model_context_window_exceeded":
        return HandOver("The conversation is too long for the AI.")
    if stop != "end_turn":
        raise Failed(f"Claude's answer is incomplete ({stop})", again=True)
    text = clean(_text(message)).strip()
    if not text:
        raise Failed("Claude's answer is empty", again=True)
    return Reply(shorten(text, REPLY_LIMIT))


def _read_summary(message: Message) -> Summary:
    stop = _stop_reason(message)
    if stop in {"refusal", "model_context_window_exceeded"}:
        raise Failed(f"Claude wrote no summary ({stop})")
    if stop != "end_turn":
        raise Failed(f"Claude's summary is incomplete ({stop})", again=True)
    draft = _Draft.model_validate_json(_text(message))
    subject = inert_line(draft.subject, SUBJECT_LIMIT)
    summary = inert_line(draft.summary, SUMMARY_LIMIT)
    if not (subject and summary):
        raise Failed("Claude's summary is empty", again=True)
    return Summary(subject, summary, language_tag(draft.language))


def _read_agreement(message: Message) -> str:
    text = _read_plain(message)
    return "" if text.strip(" .") == drafting.NOTHING else shorten(text, AGREEMENT_LIMIT)


def _read_reply(message: Message) -> str:
    return shorten(_read_plain(message), DRAFT_LIMIT)


def _read_translation(message: Message) -> Translation | None:
    stop = _stop_reason(message)
    if stop in {"refusal", "model_context_window_exceeded"}:
        raise Failed(f"Claude wrote no translation ({stop})")
    if stop != "end_turn":
        raise Failed(f"Claude's translation is incomplete ({stop})", again=True)
    read = _Translated.model_validate_json(_text(message))
    text = clean(read.translation).strip()
    return Translation(shorten(text, TRANSLATION_LIMIT), language_tag(read.language)) if text else None


def _read_plain(message: Message) -> str:
    stop = _stop_reason(message)
    if stop in {"refusal", "model_context_window_exceeded"}:
        raise Failed(f"Claude wrote nothing ({stop})")
    if stop != "end_turn":
        raise Failed(f"Claude's words are incomplete ({stop})", again=True)
    text = clean(_text(message)).strip()
    if not text:
        raise Failed("Claude's words are empty", again=True)
    return text


def _stop_reason(message: Message) -> str:
    stop = message.stop_reason
    return stop if isinstance(stop, str) and _CODE.fullmatch(stop) else "no stop reason"


def _text(message: Message) -> str:
    # Thinking comes as blocks of its own before the text; joined, because a text may come in several.
    return "\n\n".join(block.text for block in message.content if block.type == "text")
