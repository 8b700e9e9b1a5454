"""What a customer finds who opens the chat again."""

from __future__ import annotations

from storage.records import Kind
from tests.journeys.world import Chat, World


async def reads(world: World, chat: Chat) -> list[str]:
    """What of the teammates' words the customer finds who opens the chat now."""
    now: dict[int, str] = {}
    for entry in await world.bridge.desk.for_customer(chat.id, after=0, limit=100):
        match entry.kind:
            case Kind.MESSAGE if entry.author == "teammate":
                now[entry.seq] = entry.text
            case Kind.EDIT:
                now[entry.data["target"]] = entry.text
            case Kind.RETRACT:
                now.pop(entry.data["target"], None)
    return list(now.values())


async def comes_to_read(world: World, chat: Chat, *texts: str, timeout: float = 20) -> None:
    """Wait until that is what the customer finds, in this order."""

    async def so() -> bool:
        return await reads(world, chat) == list(texts)

    await world.slack.until(so, timeout=timeout)
