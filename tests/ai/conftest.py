from collections.abc import AsyncIterator, Callable

import pytest

from bot.ai import DEFAULT_MODEL
from bot.ai.claude.client import ClaudeAI
from bot.ai.interface import Speaker, Transcript, Turn
from bot.ai.knowledge import EXAMPLE, Knowledge, load

from .fake_anthropic import FakeAnthropic

HANDED_BACK: tuple[Speaker, str] = ("system", "The conversation was handed back to you.")


def chat(*said: tuple[Speaker, str] | str, locale: str | None = None) -> Transcript:
    """A transcript; a bare string is the customer's."""
    turns = tuple(Turn("customer", one) if isinstance(one, str) else Turn(*one) for one in said)
    return Transcript("conv_1", "web", turns, locale=locale)


@pytest.fixture(scope="session")
def example() -> Knowledge:
    return load(EXAMPLE)


@pytest.fixture
async def fake() -> AsyncIterator[FakeAnthropic]:
    async with FakeAnthropic() as server:
        yield server


Build = Callable[..., ClaudeAI]


@pytest.fixture
async def build(fake: FakeAnthropic, example: Knowledge) -> AsyncIterator[Build]:
    built: list[ClaudeAI] = []

    def make(
        *,
        deadline: float = 5.0,
        key: str = fake.key,
        model: str = DEFAULT_MODEL,
        knowledge: Knowledge = example,
        knowledge_limit: int = 60_000,
        url: str = fake.url,
    ) -> ClaudeAI:
        ai = ClaudeAI(
            api_key=key,
            base_url=url,
            model=model,
            knowledge=knowledge,
            deadline=deadline,
            business="Larkspur Outdoor",
            knowledge_limit=knowledge_limit,
            pause=0.01,
        )
        built.append(ai)
        return ai

    yield make
    for ai in built:
        await ai.close()


@pytest.fixture
def claude(build: Build) -> ClaudeAI:
    return build()
