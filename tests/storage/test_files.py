"""What no message carries goes after a while, and what a held reply may send yet does not."""

from __future__ import annotations

from datetime import timedelta

from storage.engine.database import Database
from storage.records import ConversationId, FileId, HeldReply, MessageRef, PersonId
from storage.transaction import Transaction

MESSAGE = MessageRef("T1", "C1", "5.000001")


async def test_only_what_nobody_can_send_any_more_is_cleared_away(
    database: Database, conversation: ConversationId
) -> None:
    async def put(tx: Transaction) -> None:
        for name in ("begun", "uploaded", "said", "held", "undecided"):
            await tx.files.begin(
                FileId(name), conversation, name=f"{name}.png", media_type="image/png", slack_id=None
            )
            await tx.files.add_piece(FileId(name), 0, b"x")
            if name != "begun":
                await tx.files.complete(FileId(name), size=1, sha256="0" * 64, media_type="image/png")
        await tx.files.settle(["said"], seq=1)
        await tx.files.settle(["held"], source=MESSAGE.source)
        await tx.held.hold(HeldReply(conversation, MESSAGE, PersonId("T1", "U1"), "Here"))
        await tx.files.settle(["undecided"], source="slack:T1/C1/6.000001")

    await database.write(put)
    await database.write(lambda tx: tx.files.forget_unsaid(before=tx.now - timedelta(days=1), limit=10))
    names = ["begun", "uploaded", "said", "held", "undecided"]
    async with database.read() as tx:
        assert len(await tx.files.whole(conversation, names)) == 4
    gone = await database.write(
        lambda tx: tx.files.forget_unsaid(before=tx.now + timedelta(days=1), limit=10)
    )
    assert gone == 3
    async with database.read() as tx:
        assert [file.id for file in await tx.files.whole(conversation, names)] == ["said", "held"]
        assert await tx.files.piece("uploaded", 0) is None
        assert await tx.files.piece("said", 0) == b"x"
