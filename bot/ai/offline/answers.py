"""The stand-in without a key: answers from the knowledge word for word, or hands over."""

from bot.ai.interface import (
    DRAFT_LIMIT,
    REPLY_LIMIT,
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
from bot.ai.language import guess
from bot.ai.offline import people, phrases
from bot.ai.offline.sentences import extract, quoted
from bot.ai.plain import clean, shorten
from bot.ai.search import Index

# Share of the question's weight that the best section must hold. Found by trying questions the example
# knowledge answers (lowest: 0.46) and ones it does not (highest: 0.22); see tests/ai/test_offline.py.
_ENOUGH = 0.4


class OfflineAI:
    """An `AI` without a model or a network: deterministic, quick, and silent about what it does not know."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._sections = knowledge.sections()
        # The heading says what a section is about, so it counts twice.
        self._index = Index(
            ["\n".join((*section.titles, *section.titles[-1:], section.text)) for section in self._sections]
        )

    async def answer(self, transcript: Transcript) -> Reply | HandOver:
        """Answer what the customer said since anyone else spoke. Never raises.

        Asking for a person hands over; a mere greeting or thanks is returned; else the best section's text,
        or a hand over when none holds enough of the question. Right after a hand back nothing hands over: a
        person has just decided that the AI goes on.
        """
        handed_back = was_handed_back(transcript)
        texts = [text for text in latest_words(transcript) if text.strip()]
        language = guess("\n".join(texts), transcript.locale).split("-")[0].lower()
        if not texts and transcript.turns and transcript.turns[-1].attached:
            return HandOver("The customer sent a file, which only a person can look at.")
        if not texts:
            asked = any(turn.who == "customer" for turn in transcript.turns)
            is_back = handed_back and asked
            return Reply(_in(language, phrases.BACK_REPLY if is_back else phrases.GREETING_REPLY))
        if any(people.asks_for_person(text) for text in texts) and not handed_back:
            return HandOver("The customer asked for a person.")
        if all(phrases.greets(text) for text in texts):
            return Reply(_in(phrases.greets(texts[-1]), phrases.GREETING_REPLY))
        if all(phrases.greets(text) or phrases.thanks(text) for text in texts):
            return Reply(_in(phrases.thanks(texts[-1]) or language, phrases.THANKS_REPLY))
        hits = self._index.search("\n".join(texts))
        if hits and hits[0].coverage >= _ENOUGH:
            return Reply(shorten(self._sections[hits[0].position].plain(), REPLY_LIMIT))
        if handed_back:
            return Reply(_in(language, phrases.BACK_REPLY))
        return HandOver("Nothing in the knowledge answers the customer's question.")

    async def summarise(self, transcript: Transcript) -> Summary:
        """Quote the customer's most telling sentences. Never raises."""
        return extract(transcript)

    async def translate(self, text: str, *, to: str) -> Translation | None:
        """Nothing: without a model the team reads the original."""
        return None

    async def agreement(self, transcript: Transcript) -> str:
        """Quote what teammates said last since the last hand back, each with their name. Never raises."""
        return quoted(transcript)

    async def reply(self, transcript: Transcript, wish: Wish, text: str) -> str:
        """Draft from the knowledge alone: the section that answers what the customer said last.

        Raises `AIUnavailable` where none does, and for everything but a draft.
        """
        if wish != "draft":
            raise AIUnavailable("only an AI with a key (ANTHROPIC_API_KEY) can rewrite or translate")
        words = [turn.text for turn in transcript.turns if turn.who == "customer"][-1:]
        hits = self._index.search(clean("\n".join(words)))
        if not hits or hits[0].coverage < _ENOUGH:
            raise AIUnavailable("nothing in the knowledge answers what the customer wrote last")
        return shorten(self._sections[hits[0].position].plain(), DRAFT_LIMIT)

    async def close(self) -> None:
        """Nothing is held."""


def latest_words(transcript: Transcript) -> list[str]:
    """What the customer said since the AI, a teammate or a hand back last came between, oldest first.

    All before is settled: an old call for a person must not hand over again. A hand back that nothing
    follows yet is passed over, with what the customer was told while they waited for a person: what was asked
    just before may still wait for an answer.
    """
    said: list[str] = []
    turns = transcript.turns
    passed = ("system", "ai") if was_handed_back(transcript) else ()
    while turns and turns[-1].who in passed:
        turns = turns[:-1]
    for turn in reversed(turns):
        if turn.who != "customer":
            break
        said.append(clean(turn.text))
    return said[::-1]


def _in(language: str | None, texts: dict[str, str]) -> str:
    return texts.get(language or "en", texts["en"])
