"""Whether Claude can be asked with a key and a model, without spending a token."""

from __future__ import annotations

from dataclasses import dataclass

import anthropic

from bot.ai.claude.failures import failed

DEADLINE = 10.0


@dataclass(frozen=True, slots=True)
class Tried:
    """`problem`: why Claude would not answer, in words; None if it would, as far as `said` tells."""

    said: str = ""
    problem: str | None = None


async def try_claude(api_key: str, base_url: str | None, model: str) -> Tried:
    """Ask for the model's description, which needs a valid key and costs nothing.

    A gateway in between may not pass that on: then the key stays untried, and that is said.
    Source: the SDK's `models.retrieve`, GET /v1/models/{model_id}.
    """
    client = anthropic.AsyncAnthropic(
        api_key=api_key, base_url=base_url, max_retries=1, timeout=DEADLINE, open_telemetry=False
    )
    try:
        await client.models.retrieve(model)
    except anthropic.NotFoundError as error:
        if error.type == "not_found_error":
            return Tried(problem=f"The key is accepted, and the model {model} is unknown there")
        return Tried(said="the key was not tried: what answers at ANTHROPIC_BASE_URL describes no models")
    except (anthropic.AnthropicError, ValueError) as error:
        return Tried(problem=failed(error).line)
    finally:
        await client.close()
    return Tried(said="the key is accepted")
